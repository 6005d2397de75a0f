/**
 * The file format of a proof: versioned JSON, strict, nothing in it is private. Version 1 holds a proof of o1js, version
 * 2 a plain one of kimchi.
 */
import { z } from 'zod';
import { checked, describeIssue, fieldString } from '../arguments.ts';
import { base64ToBytes } from '../bytes.ts';
import { ZkcxError } from '../errors.ts';

/** Size limit of an envelope, bytes of JSON; real ones have about 30,000. */
const MAX_ENVELOPE_BYTES = 200_000;

/** Length limit of a plain proof in base64; real ones have about 11,000. */
const MAX_PLAIN_BASE64 = 20_000;

/** A proof as o1js writes it. */
export const jsonProof = z.strictObject({
  publicInput: z.array(fieldString).max(64),
  publicOutput: z.array(fieldString).max(64),
  maxProofsVerified: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  proof: z
    .string()
    .min(1)
    .max(MAX_ENVELOPE_BYTES)
    .regex(/^[A-Za-z0-9+/]+={0,2}$/),
});

export type JsonProof = z.infer<typeof jsonProof>;

/** A plain proof, see circuits/kimchi/plain/proof.ts; its public output is public input too. */
export const plainProof = z.strictObject({
  publicInput: z.array(fieldString).max(64),
  proof: z
    .string()
    .max(MAX_PLAIN_BASE64)
    .refine((text) => base64ToBytes(text) !== undefined, 'not canonical base64'),
});

export type PlainProof = z.infer<typeof plainProof>;

export const envelopeSchema = z.strictObject({
  format: z.literal('zkcx-proof'),
  version: z.literal(1),
  /** Which program made it. */
  program: z.string().regex(/^[a-zA-Z0-9]{1,40}$/),
  /** Hash of the verification key that it was made for; the key itself is pinned in the package. */
  verificationKeyHash: fieldString,
  proof: jsonProof,
});

export type ProofEnvelope = z.infer<typeof envelopeSchema>;

export const plainEnvelopeSchema = z.strictObject({
  ...envelopeSchema.shape,
  version: z.literal(2),
  /** SHA-256 of the verifier index, in hexadecimal. */
  verificationKeyHash: z.string().regex(/^[0-9a-f]{64}$/),
  proof: plainProof,
});

export type PlainEnvelope = z.infer<typeof plainEnvelopeSchema>;

export const anyEnvelopeSchema = z.discriminatedUnion('version', [
  envelopeSchema,
  plainEnvelopeSchema,
]);

export type AnyEnvelope = z.infer<typeof anyEnvelopeSchema>;

/** Envelope as text, ending in a newline. Throws ERR_PROOF_FORMAT for what is none. */
export function formatEnvelope(envelope: AnyEnvelope): string {
  checkAnyEnvelope(envelope);
  return `${JSON.stringify(envelope, null, 2)}\n`;
}

/**
 * Text -> envelope. Throws ERR_PROOF_FORMAT, and ERR_PROOF_VERSION for a version that this package
 * does not know.
 */
export function parseEnvelope(text: string): ProofEnvelope {
  checked(text, z.string(), 'parseEnvelope');
  if (text.length > MAX_ENVELOPE_BYTES) {
    throw new ZkcxError('ERR_PROOF_FORMAT', `a proof file has at most ${MAX_ENVELOPE_BYTES} bytes`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ZkcxError('ERR_PROOF_FORMAT', 'the proof is not JSON', { cause });
  }
  return checkEnvelope(json);
}

/** The same for JSON that is already an object. */
export function checkEnvelope(json: unknown): ProofEnvelope {
  return check(envelopeSchema, [1], json);
}

/** The same for a plain proof, which is a part of a presentation and no file. */
export function checkPlainEnvelope(json: unknown): PlainEnvelope {
  return check(plainEnvelopeSchema, [2], json);
}

/** The same for a proof of either kind. */
export function checkAnyEnvelope(json: unknown): AnyEnvelope {
  return check(anyEnvelopeSchema, [1, 2], json);
}

function check<T>(schema: z.ZodType<T>, versions: readonly number[], json: unknown): T {
  const found = z
    .looseObject({ format: z.literal('zkcx-proof'), version: z.int() })
    .safeParse(json);
  if (found.success && !versions.includes(found.data.version)) {
    throw new ZkcxError(
      'ERR_PROOF_VERSION',
      `proof format version ${found.data.version}: here version ${versions.join(' or ')} is needed`,
    );
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new ZkcxError('ERR_PROOF_FORMAT', `not a zkcx proof: ${describeIssue(parsed.error)}`);
}
