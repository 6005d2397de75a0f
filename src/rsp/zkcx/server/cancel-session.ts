/** CancelSession in zkCX: a reason from a device that is not known, its key's word from one that is. */
import { verifyPossession } from '../../../session/possession.ts';
import { STATUS } from '../../../sgp22/status-codes.ts';
import { checkCancellation, endSession, readCancellation } from '../../smdpp/cancel-session.ts';
import type { ZkcxAnswer, ZkcxRequest } from '../messages.ts';
import type { ZkcxServerContext } from './context.ts';
import { refusing, unknownSession } from './refusals.ts';
import type { LiveSession } from './sessions.ts';
import type { Place } from './verifiers.ts';

/**
 * End a session, and with it the order as the classic function does; but an order that is bound to an EID
 * stays untouched until the device has shown that EID. Throws RspRefusal.
 */
export async function cancelSession(
  context: ZkcxServerContext,
  live: LiveSession,
  request: ZkcxRequest<'cancelSession'>,
  place: Place,
): Promise<ZkcxAnswer<'cancelSession'>> {
  const reason = await refusing(STATUS.cancelSession.euiccSignatureInvalid, () =>
    reasonOf(context, live, request, place),
  );
  await endSession(context.smdp, live.record, reason);
  context.sessions.end(live.session);
  return {};
}

async function reasonOf(
  { smdp }: ZkcxServerContext,
  { session, record }: LiveSession,
  request: ZkcxRequest<'cancelSession'>,
  place: Place,
): Promise<number> {
  const { mode, presentation, transcript, identity } = session;
  const isKnown =
    mode === 'zkcx' ? presentation !== undefined : record.device?.euiccKey !== undefined;
  if (!isKnown) {
    // the sealed channel says that it is the same device
    if (request.kind === 'reason') return request.reason;
    throw unknownSession();
  }
  if (mode === 'zkcx-device') {
    if (request.kind !== 'signature') throw unknownSession();
    return checkCancellation(smdp.trust, record, request.cancelSessionResponse).reason;
  }
  if (request.kind !== 'possession' || presentation === undefined) throw unknownSession();
  const { transactionId, serverAddress } = transcript;
  const statement = {
    kind: 'cancelSession' as const,
    message: request.euiccCancelSessionSigned,
    context: { transactionId, serverAddress, serverOid: identity.oid },
    session: presentation.session,
    sessionKey: presentation.sessionKey,
  };
  await verifyPossession(statement, request.possession, place.assertProof);
  return readCancellation(smdp.trust, record, request.euiccCancelSessionSigned).reason;
}
