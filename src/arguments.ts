/**
 * Checks of what callers pass to public functions. A JavaScript caller has no types, and a time that is not a number
 * makes every comparison false, so a value of another form is refused before anything is compared with it.
 */
import { z } from 'zod';
import { ZkcxError } from './errors.ts';

/** Order of the field that public values of proofs live in (Pasta Fp). */
const FIELD_ORDER = 0x40000000000000000000000000000000224698fc094cf91b992d30ed00000001n;

/** Above every time of a certificate: the end of the year 9999 is below 2^38. */
const MAX_TIME = 2n ** 38n;

/** Unix seconds. */
export const time = z.bigint().min(0n).max(MAX_TIME);

/** Seconds between two times. */
export const seconds = z.bigint().min(0n).max(MAX_TIME);

/** A public value of a proof, such as a Merkle root. */
export const field = z.bigint().min(0n).lt(FIELD_ORDER);

/** One root, or several of which any is accepted. A string is not a list of roots. */
export const roots = z.union([field, z.array(field).min(1).max(1_024)]);

export const bytes = z.instanceof(Uint8Array);

/** A file or folder name. */
export const path = z
  .string()
  .min(1)
  .max(4_096)
  .refine((text) => !text.includes('\0'));

/** A function that is passed in. */
export const callback = z.custom<(...args: never[]) => unknown>(
  (value) => typeof value === 'function',
);

/** An object that only its class makes. */
export const instanceOf = <T>(constructor: abstract new (...args: never[]) => T) =>
  z.custom<T>((value) => value instanceof constructor);

/** A field element in canonical decimal: one spelling for each value. */
export const fieldString = z
  .string()
  .refine(
    (text) => /^(0|[1-9][0-9]{0,76})$/.test(text) && BigInt(text) < FIELD_ORDER,
    'not a canonical field element',
  );

/**
 * Returns `value` as it is, once it has the form.
 *
 * @param what the function and the argument, for people
 * @throws ERR_ARGUMENT: names the place, never the value
 */
export function checked<T>(value: T, schema: z.ZodType, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return value;
  throw new ZkcxError('ERR_ARGUMENT', `${what}: ${describeIssue(parsed.error)}`);
}

/** Where a document breaks its schema, without any of its values. */
export function describeIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'unknown problem';
  const place = issue.path.length === 0 ? 'the document' : issue.path.join('.');
  return issue.code === 'unrecognized_keys'
    ? `unknown fields in ${place}`
    : `${place} has the wrong form`;
}
