/** What an eUICC tells servers about its profiles (SGP.22 3.5). */
import { bytesEqual } from '../../bytes.ts';
import { type NotificationEvent, StoreMetadataRequest } from '../../sgp22/messages/metadata.ts';
import { NotificationMetadata } from '../../sgp22/messages/notification-metadata.ts';
import { notificationMetadataOf, PendingNotification } from '../../sgp22/messages/notifications.ts';
import { sign } from '../../sgp22/messages/signature.ts';
import { NO_CERTIFICATE } from '../../sgp22/messages/zkcx-server.ts';
import type { EuiccCredential, EuiccIdentity } from './identity.ts';
import { unswapped } from './quirks.ts';
import type { EuiccState, StoredNotification, StoredProfile } from './state.ts';

type Credential = EuiccIdentity['credentials'][number];

/** The credential under a CI, else the first: a profile outlives the choice of CIs. */
export function credentialUnder(identity: EuiccIdentity, ciKeyIdentifier: Uint8Array): Credential {
  const { credentials } = identity;
  return (
    credentials.find((one) => bytesEqual(one.ciKeyIdentifier, ciKeyIdentifier)) ?? credentials[0]!
  );
}

/** Key and certificates of a profile's notifications: those of the eUICC, or its session key, which has none. */
function signerOf(
  identity: EuiccIdentity,
  { ciKeyIdentifier, sessionKey: secretKey }: StoredProfile,
): EuiccCredential {
  return secretKey === undefined
    ? credentialUnder(identity, ciKeyIdentifier)
    : { secretKey, certificate: NO_CERTIFICATE, eumCertificate: NO_CERTIFICATE };
}

/** An ICCID as this eUICC puts it into notifications. */
export function iccidIn<I extends string | undefined>(identity: EuiccIdentity, iccid: I) {
  return identity.unswapsIccids && iccid !== undefined ? unswapped(iccid) : iccid;
}

/**
 * The state with a notification for every address that the profile's metadata names for this event.
 * `except` has been told in another way.
 */
export function notify(
  state: EuiccState,
  identity: EuiccIdentity,
  profile: StoredProfile,
  event: NotificationEvent,
  except?: string,
): EuiccState {
  const { iccid, notificationConfigurationInfo = [] } = StoreMetadataRequest.decode(
    profile.metadata,
  );
  const signer = signerOf(identity, profile);
  const addresses = notificationConfigurationInfo
    .filter(({ profileManagementOperation }) => profileManagementOperation.includes(event))
    .map(({ notificationAddress }) => notificationAddress)
    .filter((address) => address !== except);
  return [...new Set(addresses)].reduce((before, notificationAddress) => {
    const metadata = NotificationMetadata.encode({
      seqNumber: before.nextSeqNumber,
      profileManagementOperation: event,
      notificationAddress,
      iccid: iccidIn(identity, iccid),
    });
    const der = PendingNotification.encode({
      kind: 'otherSignedNotification',
      tbsOtherNotification: { der: metadata },
      euiccNotificationSignature: sign(signer.secretKey, metadata),
      euiccCertificate: signer.certificate,
      eumCertificate: signer.eumCertificate,
    });
    return addNotification(before, der);
  }, state);
}

/** The state with a signed notification that has taken the next sequence number. */
export function addNotification(state: EuiccState, der: Uint8Array): EuiccState {
  const entry = { seqNumber: state.nextSeqNumber, der };
  return {
    ...state,
    nextSeqNumber: state.nextSeqNumber + 1,
    notifications: [...state.notifications, entry],
  };
}

/** Notifications of these events, oldest first; without events, all. */
export function notificationsOf(
  { notifications }: EuiccState,
  events: readonly NotificationEvent[] | undefined,
): StoredNotification[] {
  return notifications.filter(
    ({ der }) =>
      events === undefined || events.includes(metadataOf(der).profileManagementOperation),
  );
}

export function metadataOf(der: Uint8Array) {
  return notificationMetadataOf(PendingNotification.decode(der));
}
