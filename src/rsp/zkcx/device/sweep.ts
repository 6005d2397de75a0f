/** Kept sessions go with their profiles. */
import { checked } from '../../../arguments.ts';
import { notificationMetadataOf } from '../../../sgp22/messages/notifications.ts';
import type { Es10 } from '../../lpa/index.ts';
import * as argument from './arguments.ts';
import type { KeptSessions } from './kept-sessions.ts';

/**
 * Forget the sessions of profiles that an eUICC no longer has, once it has told their servers. Sessions of other
 * eUICCs stay.
 *
 * @throws errors of the card; ERR_CREDENTIAL_*, ERR_FILE_*
 */
export async function sweepSessions(
  es10: Pick<Es10, 'eid' | 'profiles' | 'listNotifications' | 'retrieveNotification'>,
  sessions: Pick<KeptSessions, 'sweep'>,
): Promise<void> {
  checked(es10, argument.sweepingEs10, 'the eUICC of sweepSessions');
  checked(sessions, argument.sweptSessions, 'the sessions of sweepSessions');
  const profiles = await es10.profiles();
  const iccids = profiles.flatMap(({ iccid }) => iccid ?? []);
  // nobody knows which profile that is: its session is not forgotten
  if (iccids.length < profiles.length) return;
  const installations: Uint8Array[] = [];
  for (const { seqNumber } of await es10.listNotifications()) {
    const pending = await es10.retrieveNotification(seqNumber);
    if (pending === undefined) continue;
    // the same of a notification
    if (pending.kind === 'unreadable') return;
    const { iccid } = notificationMetadataOf(pending);
    if (iccid !== undefined) iccids.push(iccid);
    if (pending.kind === 'profileInstallationResult') {
      installations.push(pending.profileInstallationResultData.transactionId);
    }
  }
  await sessions.sweep({ eid: await es10.eid(), iccids, installations });
}
