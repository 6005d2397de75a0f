import { bytesToHex } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import {
  CANCEL_SESSION_REASON,
  type CancelSessionResponse,
  EuiccCancelSessionSigned,
} from '../../sgp22/messages/cancel-session.ts';
import type { Es9pRequest } from '../../sgp22/messages/es9p.ts';
import { isSignature } from '../../sgp22/messages/signature.ts';
import { RspRefusal, STATUS, type StatusCode } from '../../sgp22/status-codes.ts';
import { nameOf } from '../../sgp22/codec/primitives.ts';
import { LOCK, type OrderContext, type SmdpContext } from './context.ts';
import { keyFromText } from '../server/check-euicc.ts';
import {
  fail,
  failInstallation,
  isDeliverable,
  isFreeFor,
  isKnownToBeFor,
  note,
  type Order,
  withFailed,
} from './order.ts';
import { POINT, type ProgressStep } from './progress/record.ts';
import type { Session } from './session.ts';

const refuse = STATUS.cancelSession;

/** After these the order waits for another try. */
const KEEPS_ORDER: readonly number[] = [
  CANCEL_SESSION_REASON.postponed,
  CANCEL_SESSION_REASON.timeout,
];

/** End a session, and with it the order unless the user may come back (SGP.22 5.6.5). */
export async function cancelSession(
  context: SmdpContext,
  { transactionId, cancelSessionResponse: response }: Es9pRequest<'cancelSession'>,
): Promise<void> {
  const id = bytesToHex(transactionId);
  await context.locks.run(LOCK.session(id), async () => {
    const session = context.sessions.get(id);
    if (session === undefined) throw new RspRefusal(refuse.invalidTransactionId);
    const { reason } = checkCancellation(context.trust, session, response);
    await endSession(context, session, reason);
  });
}

/**
 * What an authentic cancellation leads to; the caller holds the lock of the session. `reason` is a number
 * of CANCEL_SESSION_REASON, or of a later version.
 */
export async function endSession(
  context: OrderContext,
  session: Session,
  reason: number,
): Promise<void> {
  const { offer } = session;
  if (offer === undefined) return end(context, session);
  await context.locks.run(LOCK.order(offer.sequence), () =>
    end(context, session, offer.sequence, reason),
  );
}

/** What the device of a session signed to end it. Throws RspRefusal. */
export function checkCancellation(
  trust: SmdpContext['trust'],
  session: Session,
  response: CancelSessionResponse,
): EuiccCancelSessionSigned {
  const euiccKey = session.device?.euiccKey;
  // before AuthenticateClient nobody has shown a key that could sign this
  if (response.result === 'error' || euiccKey === undefined) {
    throw new RspRefusal(refuse.euiccSignatureInvalid);
  }
  const { euiccCancelSessionSigned, euiccCancelSessionSignature } = response;
  const key = keyFromText(euiccKey);
  if (!isSignature(euiccCancelSessionSignature, key, euiccCancelSessionSigned)) {
    throw new RspRefusal(refuse.euiccSignatureInvalid);
  }
  return readCancellation(trust, session, euiccCancelSessionSigned);
}

/** What an authentic EuiccCancelSessionSigned says, if it is of this session. Throws RspRefusal. */
export function readCancellation(
  trust: SmdpContext['trust'],
  session: Session,
  euiccCancelSessionSigned: Uint8Array,
): EuiccCancelSessionSigned {
  let signed: EuiccCancelSessionSigned;
  try {
    signed = EuiccCancelSessionSigned.decode(euiccCancelSessionSigned);
  } catch (cause) {
    if (!(cause instanceof ZkcxError)) throw cause;
    throw new RspRefusal(refuse.euiccSignatureInvalid, { cause });
  }
  if (bytesToHex(signed.transactionId) !== session.transactionId) {
    throw new RspRefusal(refuse.invalidTransactionId);
  }
  if (!trust.identities.some(({ oid }) => oid === signed.smdpOid)) {
    throw new RspRefusal(refuse.oidMismatch);
  }
  return signed;
}

async function end(
  { store, sessions, now, progress }: OrderContext,
  session: Session,
  sequence?: number,
  reason?: number,
): Promise<void> {
  const change = store.change().deleteSession(session.transactionId);
  const order = sequence === undefined ? undefined : await store.order(sequence);
  if (order !== undefined && reason !== undefined && concerns(session, order)) {
    change.putOrder(cancelled(order, session, reason, Number(now())), order);
    if (!KEEPS_ORDER.includes(reason)) progress.note(change, order, stepOf(session, order, reason));
  }
  await change.commit({ durable: true });
  sessions.delete(session.transactionId);
}

/** The order after a cancellation that concerns it. */
function cancelled(order: Order, session: Session, reason: number, at: number): Order {
  const event = `cancelled: ${nameOf(CANCEL_SESSION_REASON, reason) ?? 'unknown reason'}`;
  if (KEEPS_ORDER.includes(reason)) return note(order, at, event);
  const delivered = session.state === 'delivered' ? order.delivery?.sessions.at(-1) : undefined;
  if (delivered === undefined) return fail(order, at, event);
  // the eUICC has ended the session of the package, so it cannot install it any more
  const failed = withFailed(order, delivered);
  return reason === CANCEL_SESSION_REASON.loadBppExecutionError
    ? failInstallation(failed, at, event)
    : fail(failed, at, event);
}

/** What the operator is told. What a device disclosed in zkCX is not for it. */
function stepOf({ state }: Session, order: Order, reason: number): ProgressStep {
  const name = nameOf(CANCEL_SESSION_REASON, reason);
  const codes = STATUS.cancelled as Readonly<Record<string, StatusCode | undefined>>;
  const { eid, sessions } = order.delivery ?? {};
  const isClassic = sessions?.at(-1)?.evidence === undefined;
  return {
    point: state === 'delivered' ? POINT.installation : POINT.confirmation,
    eid: order.eid ?? (isClassic ? eid : undefined),
    refused: codes[name ?? ''] ?? STATUS.cancelled.undefinedReason,
  };
}

/** The order is still in the hands of this session: not installed, nor with another one since. */
function concerns(session: Session, order: Order): boolean {
  const { transactionId, state, device } = session;
  if (!isDeliverable(order) || !isKnownToBeFor(order, device ?? {})) return false;
  const { delivery } = order;
  return state === 'delivered'
    ? order.state === 'downloaded' && delivery?.sessions.at(-1)?.transactionId === transactionId
    : isFreeFor(order, device ?? {});
}
