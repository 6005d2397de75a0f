/** Objects that may be used for one thing: a refresh for one proof, a presentation for one session. */
import { ZkcxError } from '../errors.ts';

const used = new WeakMap<object, unknown>();

/**
 * Use something, for the first time or for the same as before.
 *
 * @param purpose what it is used for; left out: every use is another
 * @throws ERR_SESSION_REPEATED
 */
export function useOnce(value: object, what: string, purpose?: bigint): void {
  const before = used.get(value);
  if (used.has(value) && (purpose === undefined || before !== purpose)) {
    throw new ZkcxError('ERR_SESSION_REPEATED', `a ${what} is used once: two uses would be linked`);
  }
  used.set(value, purpose);
}
