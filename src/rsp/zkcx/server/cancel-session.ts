/** CancelSession in zkCX: a reason from a device without a key, a signature from one that has shown its key. */
import { STATUS } from '../../../sgp22/status-codes.ts';
import { checkCancellation, endSession } from '../../smdpp/cancel-session.ts';
import type { ZkcxAnswer, ZkcxRequest } from '../messages.ts';
import type { ZkcxServerContext } from './context.ts';
import { refusing, unknownSession } from './refusals.ts';
import type { ZkcxSession } from './sessions.ts';

/**
 * End a session, and with it the order as the classic function does; but an order that is bound to an EID
 * stays untouched until the device has shown that EID. Throws RspRefusal.
 */
export async function cancelSession(
  { smdp, sessions }: ZkcxServerContext,
  session: ZkcxSession,
  request: ZkcxRequest<'cancelSession'>,
): Promise<ZkcxAnswer<'cancelSession'>> {
  const { record } = session;
  const isKeyed = record.device?.euiccKey !== undefined;
  if (isKeyed !== (request.kind === 'signature')) throw unknownSession();
  // of a reason the sealed channel says that it is from the same device
  const reason =
    request.kind === 'reason'
      ? request.reason
      : await refusing(
          STATUS.cancelSession.euiccSignatureInvalid,
          () => checkCancellation(smdp.trust, record, request.cancelSessionResponse).reason,
        );
  await endSession(sessions.orders, record, reason);
  sessions.end(session);
  return {};
}
