/** From what a check throws to what a device is told: one answer for every proof that is not taken. */
import { type ErrorCode, ZkcxError } from '../../../errors.ts';
import { RspRefusal, STATUS, type StatusCode } from '../../messages/statusCodes.ts';

/** Troubles of the server itself; a device may try again. */
const OWN: readonly ErrorCode[] = ['ERR_RSP_BUSY', 'ERR_RSP_STORE'];

/** Run a check; what it throws becomes this refusal, with the true reason as its cause. */
export async function refusing<T>(status: StatusCode, check: () => T | Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (cause) {
    if (!(cause instanceof ZkcxError) || cause instanceof RspRefusal || OWN.includes(cause.code)) {
      throw cause;
    }
    if (cause.code === 'ERR_SESSION_STORE') {
      throw new ZkcxError('ERR_RSP_STORE', cause.message, { cause });
    }
    throw new RspRefusal(status, { cause });
  }
}

/** A message that is of no session, or of none that takes it now. */
export const unknownSession = (cause?: unknown) =>
  new RspRefusal(STATUS.authenticateClient.transactionUnknown, { cause });
