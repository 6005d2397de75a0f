/** Notifications about profiles that came over zkCX: sealed to their server, or not at all. */
import { checked } from '../../../arguments.ts';
import { ZkcxError } from '../../../errors.ts';
import { planPossession } from '../../../session/statements.ts';
import type { Delivery } from '../../lpa/index.ts';
import { encodeJson } from '../../../sgp22/messages/es9p.ts';
import { iccidBytes } from '../../../sgp22/messages/identifiers.ts';
import {
  notificationMetadataOf,
  type PendingNotification,
} from '../../../sgp22/messages/notifications.ts';
import type { Received } from '../../../sgp22/codec/codec.ts';
import * as argument from '../arguments.ts';
import { sealNotification } from '../channel.ts';
import { encodeZkcxRequest, SEALED_REQUEST, ZKCX, type ZkcxRequest } from '../messages.ts';
import type { KeptSession, KeptSessions } from './kept-sessions.ts';
import type { DeviceProofs } from './proofs.ts';
import { signatureParts } from './session.ts';

export interface DeliveryOptions {
  readonly sessions: Pick<KeptSessions, 'find'>;
  readonly proofs: Pick<DeviceProofs, 'possession'>;
  /**
   * The user lets other servers than the profile's own have its notifications as SGP.22 sends them, with the
   * certificates and so the EID. Default: they stay in the eUICC.
   */
  readonly othersAllowed?: boolean;
}

/**
 * How an LPA with zkCX sends notifications; for `sendNotifications`. Those of profiles that came otherwise
 * are none of its business.
 *
 * @returns a delivery that throws ERR_HOLDER_CONSENT for a notification that has to stay
 */
export function zkcxDelivery(options: DeliveryOptions): Delivery {
  checked(options, argument.deliveryOptions, 'zkcxDelivery');
  const { sessions, proofs, othersAllowed } = options;
  return async (pending, server) => {
    const { notificationAddress } = notificationMetadataOf(pending);
    const kept = await sessions.find(pending);
    if (kept === undefined) return undefined;
    const { transcript, notificationKey, sessionHash } = kept;
    if (notificationAddress.toLowerCase() !== transcript.serverAddress) {
      if (othersAllowed) return undefined;
      throw new ZkcxError(
        'ERR_HOLDER_CONSENT',
        'a notification for another server would tell it the EID: allow that, or leave it',
      );
    }
    const request =
      kept.mode === 'zkcx'
        ? await proven(pending, kept, proofs)
        : { kind: 'signature' as const, pendingNotification: pending };
    const body = encodeZkcxRequest('handleNotification', request);
    return async () => {
      const { transactionId } = transcript;
      const zkcx = await sealNotification(notificationKey, sessionHash, body);
      const { path } = ZKCX.handleNotification;
      await server.send(path, encodeJson(SEALED_REQUEST, { transactionId, zkcx }));
    };
  };
}

/** What the eUICC signed, and a proof in the place of its signature and certificates. */
async function proven(
  pending: Received<PendingNotification>,
  { holder, serverOid }: KeptSession,
  proofs: DeliveryOptions['proofs'],
): Promise<ZkcxRequest<'handleNotification'>> {
  const isResult = pending.kind === 'profileInstallationResult';
  const message = isResult ? 'installationResult' : 'notification';
  const signed = isResult
    ? pending.profileInstallationResultData.der
    : pending.tbsOtherNotification.der;
  const signature = isResult ? pending.euiccSignPIR : pending.euiccNotificationSignature;
  const { iccid } = notificationMetadataOf(pending);
  const plan = await planPossession({
    session: holder,
    kind: message,
    message: signed,
    context: { serverOid, iccid: iccid === undefined ? undefined : iccidBytes(iccid) },
    sign: () => signatureParts(signature),
  });
  return { kind: 'possession', message, signed, possession: await proofs.possession(plan) };
}
