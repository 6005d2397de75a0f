/** Notifications about profiles that came over zkCX: sealed to their server, or not at all. */
import { checked } from '../../../arguments.ts';
import { ZkcxError } from '../../../errors.ts';
import type { Delivery } from '../../lpa/index.ts';
import { encodeJson } from '../../../sgp22/messages/es9p.ts';
import type { PendingNotification } from '../../../sgp22/messages/notifications.ts';
import * as argument from './arguments.ts';
import { sealNotification } from '../channel.ts';
import { encodeZkcxRequest, SEALED_REQUEST, ZKCX } from '../messages.ts';
import type { FoundSession, KeptSessions } from './kept-sessions.ts';

export interface DeliveryOptions {
  readonly sessions: Pick<KeptSessions, 'find' | 'confirm' | 'forget'>;
  /**
   * The user lets other servers than the profile's own have its notifications as SGP.22 sends them: from
   * `zkcx-device` with the certificates and so the EID, from `zkcx` signed by a key that they do not know. Default: they
   * stay in the eUICC.
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
  const { sessions, othersAllowed } = options;
  const toOthers = () => {
    if (othersAllowed) return undefined;
    throw new ZkcxError(
      'ERR_HOLDER_CONSENT',
      'a notification for another server would tell it the EID: allow that, or leave it',
    );
  };
  return async (pending, server) => {
    // nobody knows which profile it is about: it may be one of another server
    if (pending.kind === 'unreadable') return toOthers();
    const kept = await sessions.find(pending);
    if (kept === undefined) return undefined;
    if (kept === 'foreign') return toOthers();
    // whatever kept the download from saying so
    if (endOf(pending) === 'success') await sessions.confirm(kept);
    const body = encodeZkcxRequest('handleNotification', { pendingNotification: pending });
    return async () => {
      await server.send(ZKCX.handleNotification.path, await sealed(kept, body));
      if (endOf(pending) === 'error') await sessions.forget(kept);
    };
  };
}

async function sealed(
  { notificationKey, session, transactionId }: FoundSession,
  body: Uint8Array,
): Promise<object> {
  const zkcx = await sealNotification(notificationKey, session, body);
  return encodeJson(SEALED_REQUEST, { transactionId, zkcx });
}

/** How an installation ended; undefined for a notification of something else. */
function endOf(pending: PendingNotification): 'success' | 'error' | undefined {
  return pending.kind === 'profileInstallationResult'
    ? pending.profileInstallationResultData.finalResult.result
    : undefined;
}
