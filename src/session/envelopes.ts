/** What travels in a session: strict, versioned JSON of limited size. */
import { z } from 'zod';
import { base64ToBytes } from '../bytes.ts';
import { ZkcxError } from '../errors.ts';
import { checked, describeIssue, fieldString } from '../arguments.ts';
import { anyEnvelopeSchema, envelopeSchema, plainEnvelopeSchema } from '../prover/envelope.ts';

/** Bytes of JSON; two proofs of about 30,000 each and openings. */
export const MAX_BUNDLE_BYTES = 500_000;

const base64 = (limit: number) =>
  z
    .string()
    .max(4 * Math.ceil(limit / 3))
    .refine((text) => {
      const bytes = base64ToBytes(text);
      return bytes !== undefined && bytes.length <= limit;
    }, 'not canonical base64');

const coordinate = z.string().regex(/^[0-9a-f]{64}$/);

/** Value and blind of a session commitment. */
export const openingShapes = {
  identity: z.strictObject({ blind: fieldString, identity: fieldString }),
  issuer: z.strictObject({
    blind: fieldString,
    /** Folded organisation name. */
    organisation: base64(64),
    /** Id of the issuer of the last certificate. */
    issuer: fieldString,
  }),
  key: z.strictObject({ blind: fieldString, x: coordinate, y: coordinate }),
};

/** Those that the holder chose to open. */
export const openingsSchema = z.strictObject(openingShapes).partial();

export type Openings = z.infer<typeof openingsSchema>;

/** What there is none of is left out: no such value is 0. */
const sealedValue = fieldString.refine((value) => value !== '0', 'is left out where there is none');

export const presentationShape = {
  format: z.literal('zkcx-presentation'),
  version: z.literal(3),
  presentation: anyEnvelopeSchema,
  possession: plainEnvelopeSchema,
  /** One of the two at most. */
  pseudonym: sealedValue.optional(),
  identifier: sealedValue.optional(),
  /** The order that is for this device, see `orderOf`. */
  order: sealedValue.optional(),
  openings: openingsSchema,
};

const presentationSchema = z.strictObject(presentationShape);

export type PresentationBundle = z.infer<typeof presentationSchema>;

const certifiedSchema = z.strictObject({
  format: z.literal('zkcx-certified'),
  version: z.literal(1),
  proof: envelopeSchema,
});

export type CertifiedBundle = z.infer<typeof certifiedSchema>;

/** Throws ERR_PROOF_FORMAT and ERR_PROOF_VERSION. */
export function checkPresentationBundle(json: unknown): PresentationBundle {
  return check('zkcx-presentation', presentationSchema, 3, json);
}

/** Throws ERR_PROOF_FORMAT and ERR_PROOF_VERSION. */
export function checkCertifiedBundle(json: unknown): CertifiedBundle {
  return check('zkcx-certified', certifiedSchema, 1, json);
}

/** Text that someone sent -> JSON, for the two above. Throws ERR_PROOF_FORMAT. */
export function parseBundle(text: string): unknown {
  checked(text, z.string(), 'parseBundle');
  if (text.length > MAX_BUNDLE_BYTES) {
    throw new ZkcxError('ERR_PROOF_FORMAT', `more than ${MAX_BUNDLE_BYTES} bytes of JSON`);
  }
  try {
    return JSON.parse(text);
  } catch {
    // no cause: parsers quote the text that they stumble over, and openings are private
    throw new ZkcxError('ERR_PROOF_FORMAT', 'this is not JSON');
  }
}

/** As text, ending in a newline. Throws ERR_ARGUMENT for what is no bundle. */
export function formatBundle(bundle: PresentationBundle | CertifiedBundle): string {
  checked(bundle, z.union([presentationSchema, certifiedSchema]), 'formatBundle');
  return `${JSON.stringify(bundle, null, 2)}\n`;
}

function check<T>(format: string, schema: z.ZodType<T>, version: number, json: unknown): T {
  const found = z.looseObject({ format: z.literal(format), version: z.int() }).safeParse(json);
  if (found.success && found.data.version !== version) {
    throw new ZkcxError(
      'ERR_PROOF_VERSION',
      `${format} version ${found.data.version}: this package reads version ${version}`,
    );
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new ZkcxError('ERR_PROOF_FORMAT', `not a ${format}: ${describeIssue(parsed.error)}`);
}
