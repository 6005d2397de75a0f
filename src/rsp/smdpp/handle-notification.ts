import { bytesToHex } from '../../bytes.ts';
import { encodeTlv } from '../../asn1/tlv.ts';
import { ZkcxError } from '../../errors.ts';
import { INSTALLATION_ERROR } from '../../sgp22/messages/installation-result.ts';
import type {
  ReceivedMetadata,
  ReceivedNotification,
  ReceivedResult,
} from '../../sgp22/messages/received-notification.ts';
import { isSignature, Signature } from '../../sgp22/messages/signature.ts';
import { STATUS, type StatusCode } from '../../sgp22/status-codes.ts';
import { TAG } from '../../sgp22/tags.ts';
import { nameOf } from '../../sgp22/codec/primitives.ts';
import { LOCK, type SmdpContext } from './context.ts';
import { checkEuicc, keyFromText } from '../server/check-euicc.ts';
import {
  type DeviceName,
  type DeliverySession,
  failInstallation,
  install,
  isDeliverable,
  isNowhere,
  isSameDevice,
  note,
  type Order,
  releaseAgain,
  withFailed,
} from './order.ts';
import { POINT, type ProgressStep } from './progress/record.ts';
import type { StoreChange } from './store-change.ts';
import { tellTransaction } from '../server/trace.ts';

/** What became of a notification. The device is told nothing but that it arrived. */
export type NotificationOutcome = 'recorded' | 'ignored';

/**
 * Reasons that another device may not have: if no earlier package is out, the order is for any again. After the others
 * it ends, unless the same device comes back for it.
 */
const PASSING: ReadonlySet<string> = new Set([
  'installFailedDueToInsufficientMemoryForProfile',
  'installFailedDueToInterruption',
] satisfies (keyof typeof INSTALLATION_ERROR)[]);

/**
 * Take a notification (SGP.22 5.6.4). One that is signed by the device that got the profile goes
 * into the order; any other changes nothing. The same notification again changes nothing either.
 */
export async function handleNotification(
  context: SmdpContext,
  notification: ReceivedNotification,
): Promise<NotificationOutcome> {
  return notification.kind === 'profileInstallationResult'
    ? installationResult(context, notification)
    : otherNotification(context, notification);
}

type OfKind<K> = Extract<ReceivedNotification, { readonly kind: K }>;

async function installationResult(
  context: SmdpContext,
  { profileInstallationResultData: data, euiccSignPIR }: OfKind<'profileInstallationResult'>,
): Promise<NotificationOutcome> {
  const isAuthentic = ({ euiccKey }: DeliverySession) =>
    euiccKey !== undefined && isSignature(euiccSignPIR, keyFromText(euiccKey), data.der);
  const transactionId = bytesToHex(data.transactionId);
  const sequence = await context.store.byTransaction(transactionId);
  if (sequence === undefined) return 'ignored';
  tellTransaction(transactionId);
  const tell = (change: StoreChange, before: Order, after: Order) =>
    context.progress.note(change, before, stepOf(before, after, data, euiccSignPIR));
  const step = (order: Order, at: number) => {
    const sessions = order.delivery?.sessions ?? [];
    const session = sessions.find((session) => session.transactionId === transactionId);
    const named = data.notificationMetadata.iccid ?? order.iccid;
    const success = data.finalResult.result === 'success';
    // a device that gave up, and has the profile all the same
    const revived = order.state === 'error' && success;
    if (
      (!isDeliverable(order) && !revived) ||
      session === undefined ||
      named !== order.iccid ||
      !isOwnOid(context, data.smdpOid) ||
      !isAuthentic(session)
    ) {
      return undefined;
    }
    const { finalResult } = data;
    if (finalResult.result === 'success') return install(order, at);
    // a message that comes again changes nothing
    if (session.isFailed) return undefined;
    const failed = withFailed(order, session);
    const reason = nameOf(INSTALLATION_ERROR, finalResult.errorReason ?? NaN) ?? 'unknown error';
    // an earlier delivery failed; the latest one is another matter
    if (session !== sessions.at(-1)) return note(failed, at, `an earlier try failed: ${reason}`);
    return PASSING.has(reason) && isNowhere(failed)
      ? releaseAgain(failed, at, reason)
      : failInstallation(failed, at, reason);
  };
  return update(context, sequence, step, tell);
}

/** What the operator is told. EID and signature of a device that came by zkCX are not for it. */
function stepOf(
  { eid, delivery }: Order,
  after: Order,
  data: ReceivedResult,
  euiccSignPIR: Uint8Array,
): ProgressStep {
  const { finalResult } = data;
  const isClassic = delivery?.sessions.every(({ evidence }) => evidence === undefined) ?? false;
  const whole = encodeTlv(TAG.profileInstallationResult, data.der, Signature.encode(euiccSignPIR));
  const told = {
    point: POINT.installation,
    eid: eid ?? (isClassic ? delivery?.eid : undefined),
    resultData: isClassic ? whole : undefined,
  };
  if (finalResult.result === 'success') return told;
  const reason = nameOf(INSTALLATION_ERROR, finalResult.errorReason ?? NaN);
  const codes = STATUS.notInstalled as Readonly<Record<string, StatusCode | undefined>>;
  const refused = codes[reason ?? ''] ?? STATUS.notInstalled.otherReason;
  return { ...told, refused: { ...refused, message: after.history.at(-1)?.event ?? '' } };
}

/** An OID that cannot be read says nothing: the transaction and the signature name the server too. */
const isOwnOid = ({ trust }: SmdpContext, oid: string | undefined): boolean =>
  oid === undefined || trust.identities.some((identity) => identity.oid === oid);

async function otherNotification(
  context: SmdpContext,
  notification: OfKind<'otherSignedNotification'>,
): Promise<NotificationOutcome> {
  const { tbsOtherNotification: metadata } = notification;
  if (metadata.iccid === undefined) return 'ignored';
  const eid = signer(context, notification);
  const order = eid === undefined ? undefined : await context.store.latestOrder(metadata.iccid);
  return order === undefined ? 'ignored' : recordEvent(context, order, metadata, { eid });
}

/** Put what this device says of a profile that it got into the order that it got it by. */
export async function recordEvent(
  context: SmdpContext,
  { sequence }: Order,
  { seqNumber, profileManagementOperation }: Omit<ReceivedMetadata, 'der'>,
  device: DeviceName,
): Promise<NotificationOutcome> {
  if (profileManagementOperation === undefined) return 'ignored';
  return update(context, sequence, (order, at) => {
    const event = `${profileManagementOperation} (notification ${seqNumber ?? 'without number'})`;
    if (order.delivery === undefined || !isSameDevice(order.delivery, device)) return undefined;
    if (order.history.some((line) => line.event === event)) return undefined;
    return note(order, at, event);
  });
}

/** EID of the device that signed, if its certificates and its signature are right. */
function signer(
  { trust, now }: SmdpContext,
  notification: OfKind<'otherSignedNotification'>,
): string | undefined {
  const { tbsOtherNotification, euiccNotificationSignature } = notification;
  try {
    const { eid, publicKey } = checkEuicc(notification, trust.anchors, now());
    const valid = isSignature(euiccNotificationSignature, publicKey, tbsOtherNotification.der);
    return valid ? eid : undefined;
  } catch (error) {
    if (error instanceof ZkcxError) return undefined;
    throw error;
  }
}

async function update(
  { store, locks, now }: SmdpContext,
  sequence: number,
  step: (order: Order, at: number) => Order | undefined,
  tell: (change: StoreChange, before: Order, after: Order) => void = () => undefined,
): Promise<NotificationOutcome> {
  return locks.run(LOCK.order(sequence), async () => {
    const before = await store.order(sequence);
    const after = before && step(before, Number(now()));
    if (before === undefined || after === undefined) return 'ignored';
    const change = store.change().putOrder(after, before);
    if (after.state !== before.state) tell(change, before, after);
    await change.commit({ durable: true });
    return 'recorded';
  });
}
