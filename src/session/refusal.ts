/** What a holder that refuses says, whatever the reason. */
import { callback, checked } from '../arguments.ts';
import { ZkcxError } from '../errors.ts';

/** What the peer sees of a refusal, whatever the reason. */
export const REFUSAL: string = `${JSON.stringify({
  format: 'zkcx-refusal',
  version: 1,
  code: 'ERR_HOLDER_REFUSED',
})}\n`;

/** Either way one text for the wire; `reason` is for the holder alone. */
export interface WireAnswer<T> {
  readonly wire: string;
  readonly value?: T;
  readonly reason?: ZkcxError;
}

/**
 * Run a holder's work and make of every failure the same refusal: other text, or another length,
 * would answer the question that was refused.
 */
export async function refuseAlike<T>(
  work: () => Promise<{ readonly wire: string; readonly value: T }>,
): Promise<WireAnswer<T>> {
  checked(work, callback, 'refuseAlike');
  try {
    return await work();
  } catch (error) {
    const reason =
      error instanceof ZkcxError
        ? error
        : new ZkcxError('ERR_HOLDER_REFUSED', 'the request could not be answered', {
            cause: error,
          });
    return { wire: REFUSAL, reason };
  }
}
