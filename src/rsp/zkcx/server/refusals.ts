/** From what a check throws to what a device is told: one answer for every proof that is not taken. */
import { type ErrorCode, ZkcxError } from '../../../errors.ts';
import { RspRefusal, STATUS, type StatusCode } from '../../../sgp22/status-codes.ts';

/** Troubles of the server itself; a device may try again. */
const OWN: readonly ErrorCode[] = ['ERR_RSP_BUSY', 'ERR_RSP_STORE', 'ERR_RSP_VERIFIER'];

/** Nothing that the device sent led to it: a trouble of the server, or a defect. */
export const isOwn = (error: unknown) => !(error instanceof ZkcxError) || OWN.includes(error.code);

/** Run a check; what it throws becomes this refusal, with the true reason as its cause. */
export async function refusing<T>(status: StatusCode, check: () => T | Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (cause) {
    if (isOwn(cause) || cause instanceof RspRefusal) throw cause;
    throw new RspRefusal(status, { cause });
  }
}

/** A message that is of no session, or of none that takes it now. */
export const unknownSession = (cause?: unknown) =>
  new RspRefusal(STATUS.authenticateClient.invalidTransactionId, { cause });
