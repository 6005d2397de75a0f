/** HandleNotification in zkCX: about a profile that came in a session of zkCX, sealed to a key of its own. */
import { bytesToHex } from '../../../bytes.ts';
import { acceptPossession } from '../../../session/possession.ts';
import type { z } from 'zod';
import { iccidBytes } from '../../../sgp22/messages/identifiers.ts';
import { ProfileInstallationResultData } from '../../../sgp22/messages/installation-result.ts';
import { NotificationMetadata } from '../../../sgp22/messages/notification-metadata.ts';
import {
  handleNotification as handleClassic,
  type NotificationOutcome,
  recordEvent,
  recordResult,
} from '../../smdpp/handle-notification.ts';
import type { Delivery } from '../../smdpp/order.ts';
import { openNotification } from '../channel.ts';
import { decodeZkcxRequest, type SEALED_REQUEST, type ZkcxRequest } from '../messages.ts';
import type { ZkcxServerContext } from './context.ts';
import { type Evidence, readEvidence } from './evidence.ts';
import { isOwn } from './refusals.ts';

type Proven = Extract<ZkcxRequest<'handleNotification'>, { kind: 'possession' }>;

/**
 * Take a notification. One that is of no session that delivered, does not open, or is not of that
 * session's device changes nothing. Throws ERR_RSP_BUSY, ERR_RSP_STORE, ERR_RSP_VERIFIER, ERR_SESSION_STORE:
 * it is to be sent again.
 */
export async function handleNotification(
  context: ZkcxServerContext,
  { transactionId, zkcx }: z.output<typeof SEALED_REQUEST>,
): Promise<NotificationOutcome> {
  const id = bytesToHex(transactionId);
  const { store } = context.smdp;
  const iccid = await store.iccidByTransaction(id);
  const delivery = iccid === undefined ? undefined : (await store.order(iccid))?.delivery;
  const kept = delivery?.sessions.find((session) => session.transactionId === id)?.evidence;
  if (iccid === undefined || delivery === undefined || kept === undefined) return 'ignored';
  const evidence = readEvidence(kept);
  try {
    const body = await openNotification(
      { secretKey: evidence.notificationSecret },
      evidence.sessionHash,
      zkcx,
    );
    const request = decodeZkcxRequest('handleNotification', body);
    if (request.kind !== 'possession') {
      // in `zkcx` nobody knows the key of such a signature
      if (evidence.mode === 'zkcx') return 'ignored';
      return await handleClassic(context.smdp, request.pendingNotification);
    }
    if (evidence.mode !== 'zkcx') return 'ignored';
    return await proven(context, { transactionId, iccid, delivery, evidence }, request);
  } catch (error) {
    if (isOwn(error)) throw error;
    return 'ignored';
  }
}

async function proven(
  { smdp, once, verifiers }: ZkcxServerContext,
  {
    transactionId,
    iccid,
    delivery,
    evidence,
  }: {
    readonly transactionId: Uint8Array;
    readonly iccid: string;
    readonly delivery: Delivery;
    readonly evidence: Evidence;
  },
  { message: kind, signed: message, possession }: Proven,
): Promise<NotificationOutcome> {
  const { session, sessionKey, serverAddress, serverOid } = evidence;
  const context = {
    transactionId,
    serverAddress,
    serverOid,
    // a failed installation may not know its profile
    iccid: kind === 'notification' ? iccidBytes(iccid) : undefined,
  };
  const statement = { kind, message, context, session, sessionKey };
  let outcome: NotificationOutcome = 'ignored';
  const keep = async () => {
    if (kind === 'installationResult') {
      const id = bytesToHex(transactionId);
      const data = ProfileInstallationResultData.decode(message);
      outcome = await recordResult(smdp, data, (one) => one.transactionId === id);
    } else {
      const metadata = NotificationMetadata.decode(message);
      outcome = await recordEvent(smdp, metadata, delivery);
    }
  };
  const place = verifiers.reserve('known');
  try {
    const options = { store: once, at: smdp.now(), verify: place.assertProof, keep };
    await acceptPossession(statement, possession, options);
  } finally {
    place.release();
  }
  return outcome;
}
