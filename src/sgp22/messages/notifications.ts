/**
 * Notifications (SGP.22 3.5; 5.7.9 to 5.7.11): ListNotification BF28, RetrieveNotificationsList
 * BF2B, NotificationSent BF30, and what is sent to the server.
 */
import { choice, oneOf } from '../codec/choice.ts';
import { automatic, context, type Value } from '../codec/codec.ts';
import { coded, integer } from '../codec/primitives.ts';
import { copied, list, message, optional, sequence, whole, wrapped } from '../codec/structures.ts';
import { TAG } from '../tags.ts';
import { ProfileInstallationResult } from './installation-result.ts';
import { type NotificationEvent, notificationEvent } from './metadata.ts';
import { NotificationMetadata } from './notification-metadata.ts';
import { Signature } from './signature.ts';

/** Told of enable, disable, delete, and of install to other servers. */
export const otherSignedNotification = sequence({
  /** Covered by the signature. */
  tbsOtherNotification: copied(NotificationMetadata),
  euiccNotificationSignature: Signature,
  euiccCertificate: whole(),
  eumCertificate: whole(),
});

export const PendingNotification = message(
  'PendingNotification',
  choice('kind', {
    profileInstallationResult: ProfileInstallationResult,
    otherSignedNotification,
  }),
);
export type PendingNotification = Value<typeof PendingNotification>;

export type OtherSignedNotification = Extract<
  PendingNotification,
  { readonly kind: 'otherSignedNotification' }
>;

/** NotificationMetadata of either kind. */
export function notificationMetadataOf(notification: PendingNotification): NotificationMetadata {
  return notification.kind === 'otherSignedNotification'
    ? notification.tbsOtherNotification
    : notification.profileInstallationResultData.notificationMetadata;
}

/** Error of BF28 and BF2B: undefinedError is the only one. */
export const NOTIFICATION_LIST_ERROR = { undefinedError: 127 } as const;

const listError = wrapped('error', coded(NOTIFICATION_LIST_ERROR));

export const ListNotificationRequest = message(
  'ListNotificationRequest',
  TAG.listNotification,
  sequence({
    /** Left out: all notifications. */
    profileManagementOperation: optional(context(1, notificationEvent)),
  }),
);

export const ListNotificationResponse = message(
  'ListNotificationResponse',
  TAG.listNotification,
  choice(
    'result',
    automatic({
      ok: wrapped('notifications', list(NotificationMetadata, 'a notification')),
      error: listError,
    }),
  ),
);

export const RetrieveNotificationsListRequest = message(
  'RetrieveNotificationsListRequest',
  TAG.retrieveNotificationsList,
  sequence(
    automatic({
      /** Left out: all notifications. */
      searchCriteria: optional(
        oneOf(automatic({ seqNumber: integer, profileManagementOperation: notificationEvent })),
      ),
    }),
  ),
);

/** One of both, or neither for all notifications. */
export interface NotificationSearch {
  readonly seqNumber?: number;
  readonly profileManagementOperation?: readonly NotificationEvent[];
}

/** Notifications as the eUICC stored them. */
export const RetrieveNotificationsListResponse = message(
  'RetrieveNotificationsListResponse',
  TAG.retrieveNotificationsList,
  choice(
    'result',
    automatic({
      ok: wrapped('notifications', list(copied(PendingNotification), 'a notification')),
      error: listError,
    }),
  ),
);

/** The server has the notification; the eUICC may forget it. */
export const NotificationSentRequest = message(
  'NotificationSentRequest',
  TAG.notificationSent,
  sequence(automatic({ seqNumber: integer })),
);
