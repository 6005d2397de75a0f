/** HandleNotification in zkCX: about a profile that came in a session of zkCX, sealed to a key of its own. */
import type { z } from 'zod';
import { bytesToHex } from '../../../bytes.ts';
import type { PendingNotification } from '../../../sgp22/messages/notifications.ts';
import { isSignature } from '../../../sgp22/messages/signature.ts';
import { keyFromText } from '../../server/check-euicc.ts';
import {
  handleNotification as handleClassic,
  type NotificationOutcome,
  recordEvent,
} from '../../smdpp/handle-notification.ts';
import { type Order, transactionIdsOf } from '../../smdpp/order.ts';
import { openNotification } from '../channel.ts';
import { decodeZkcxRequest, type SEALED_REQUEST } from '../messages.ts';
import type { ZkcxServerContext } from './context.ts';
import { readEvidence } from './evidence.ts';
import { isOwn } from './refusals.ts';

/**
 * Take a notification. One that is of no session that delivered, does not open, or is not of that
 * session's device changes nothing. Throws ERR_RSP_STORE: it is to be sent again.
 */
export async function handleNotification(
  { smdp }: ZkcxServerContext,
  { transactionId, zkcx }: z.output<typeof SEALED_REQUEST>,
): Promise<NotificationOutcome> {
  const { store } = smdp;
  const id = bytesToHex(transactionId);
  const sequence = await store.byTransaction(id);
  const order = sequence === undefined ? undefined : await store.order(sequence);
  const delivered = order?.delivery?.sessions.find((one) => transactionIdsOf(one).includes(id));
  if (order === undefined || delivered?.evidence === undefined) return 'ignored';
  const { mode, sessionHash, notificationSecret } = readEvidence(delivered.evidence);
  try {
    const body = await openNotification({ secretKey: notificationSecret }, sessionHash, zkcx);
    const { pendingNotification } = decodeZkcxRequest('handleNotification', body);
    if (mode === 'zkcx' && pendingNotification.kind === 'otherSignedNotification') {
      return await bySessionKey({ smdp }, order, delivered.euiccKey, pendingNotification);
    }
    return await handleClassic(smdp, pendingNotification);
  } catch (error) {
    if (isOwn(error)) throw error;
    return 'ignored';
  }
}

type Event = Extract<PendingNotification, { kind: 'otherSignedNotification' }>;

/** In `zkcx` no certificate says whose it is: it has to be signed as the profile's session was, about that profile. */
async function bySessionKey(
  { smdp }: Pick<ZkcxServerContext, 'smdp'>,
  order: Order,
  sessionKey: string | undefined,
  { tbsOtherNotification: metadata, euiccNotificationSignature }: Event,
): Promise<NotificationOutcome> {
  const { iccid, delivery } = order;
  const isOfSession =
    delivery !== undefined &&
    sessionKey !== undefined &&
    metadata.iccid === iccid &&
    isSignature(euiccNotificationSignature, keyFromText(sessionKey), metadata.der);
  return isOfSession ? recordEvent(smdp, order, metadata, delivery) : 'ignored';
}
