/** The file format of a proof: versioned JSON, strict, nothing in it is private. */
import { z } from 'zod';
import { checked, describeIssue, fieldString } from '../arguments.ts';
import { ZkcxError } from '../errors.ts';

/** Size limit of an envelope, bytes of JSON; real ones have about 30,000. */
const MAX_ENVELOPE_BYTES = 200_000;

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

/** Envelope as text, ending in a newline. Throws ERR_PROOF_FORMAT for what is none. */
export function formatEnvelope(envelope: ProofEnvelope): string {
  checkEnvelope(envelope);
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
  const version = z
    .looseObject({ format: z.literal('zkcx-proof'), version: z.int() })
    .safeParse(json);
  if (version.success && version.data.version !== 1) {
    throw new ZkcxError(
      'ERR_PROOF_VERSION',
      `proof format version ${version.data.version}: this package reads version 1`,
    );
  }
  const parsed = envelopeSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new ZkcxError('ERR_PROOF_FORMAT', `not a zkcx proof: ${describeIssue(parsed.error)}`);
}
