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

/** Bytes of `least` to `most`, exactly `least` when `most` is left out. */
export const sizedBytes = (least: number, most = least) =>
  bytes.refine(
    ({ length }) => length >= least && length <= most,
    `must be ${least === most ? least : `${least} to ${most}`} bytes`,
  );

/** A file or folder name. */
export const path = z
  .string()
  .min(1)
  .max(4_096)
  .refine((text) => !text.includes('\0'), 'must have no NUL');

/** Milliseconds of a timer: what is longer would end at once. */
export const milliseconds = z.int().min(0).max(0x7fff_ffff);

/** TCP. */
export const port = z.int().min(1).max(65_535);

/** The same to listen on; 0 takes a free one. */
export const listenPort = z.int().min(0).max(65_535);

/** A function that is passed in. */
export const callback = z.custom<(...args: never[]) => unknown>(
  (value) => typeof value === 'function',
  'must be a function',
);

/** An object with these functions, of whatever class. */
export const methods = <const Name extends string>(...names: readonly Name[]) =>
  z.looseObject(
    Object.fromEntries(names.map((name) => [name, callback])) as Record<Name, typeof callback>,
  );

/** An object that only its class makes. */
export const instanceOf = <T>(constructor: abstract new (...args: never[]) => T) =>
  z.custom<T>((value) => value instanceof constructor, `must be a ${constructor.name}`);

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
 * @throws ERR_ARGUMENT: names the place and what is expected there, never the value
 */
export function checked<T>(value: T, schema: z.ZodType, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return value;
  throw new ZkcxError('ERR_ARGUMENT', `${what}: ${describeIssue(parsed.error, 'the argument')}`);
}

/** JSON of an object that is passed in. Throws ERR_ARGUMENT for what JSON cannot hold. */
export function jsonText(value: object, what: string): string {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw new ZkcxError('ERR_ARGUMENT', `${what} must be JSON`, { cause });
  }
}

/**
 * A clock that is passed in, with its answers checked too: by a time that is not a number nothing would ever
 * be over. The clock throws ERR_ARGUMENT.
 */
export function checkedClock(now: () => bigint, what: string): () => bigint {
  checked(now, callback, what);
  return () => {
    const at: unknown = now();
    if (typeof at === 'bigint' && at >= 0n && at <= MAX_TIME) return at;
    throw new ZkcxError('ERR_ARGUMENT', `${what} must answer Unix seconds, a bigint`);
  };
}

/** A source of random bytes that is passed in: it throws ERR_ARGUMENT when it gives fewer, or something else. */
export function checkedRandom(
  random: (length: number) => Uint8Array,
  what: string,
): (length: number) => Uint8Array {
  checked(random, callback, what);
  return (length) => {
    const made: unknown = random(length);
    if (made instanceof Uint8Array && made.length === length) return made;
    throw new ZkcxError('ERR_ARGUMENT', `${what} must give as many bytes as it is asked for`);
  };
}

/** Where a document breaks its schema and what is expected there, without any of its values. */
export function describeIssue({ issues: [first] }: z.ZodError, whole = 'the document'): string {
  return first === undefined ? 'unknown problem' : describe(first, whole);
}

function describe(issue: z.core.$ZodIssue, whole: string): string {
  const place = issue.path.length === 0 ? whole : issue.path.map(String).join('.');
  return issue.code === 'unrecognized_keys'
    ? `unknown fields in ${place}${namesIn(issue.keys)}`
    : `${place} has the wrong form: ${expectation(issue)}`;
}

/** Names that are names; others may hold anything, so they are not shown. */
function namesIn(keys: readonly string[]): string {
  const names = keys.filter((key) => /^[\w-]{1,40}$/.test(key)).slice(0, 3);
  return names.length === 0 ? '' : `: ${names.join(', ')}`;
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_union') return issue.message.replace(/^Invalid input: /, '');
  const ways = issue.errors.flatMap(([first]) => {
    if (first === undefined) return [];
    return first.path.length === 0 ? [expectation(first)] : [describe(first, 'it')];
  });
  return ways.join('; or ') || issue.message;
}
