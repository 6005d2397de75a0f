/** Lists of notifications as cards make them (ES10b.ListNotification, RetrieveNotificationsList): each for itself. */
import type { Tlv } from '../../asn1/tlv.ts';
import type { Received } from '../codec/codec.ts';
import {
  partOf,
  problemOf,
  type Readable,
  readAnsweredList,
  readFields,
} from '../codec/lenient.ts';
import type { Unreadable } from '../codec/lenient.ts';
import { ProfileInstallationResult, ProfileInstallationResultData } from './installation-result.ts';
import { NOTIFICATION_METADATA, NotificationMetadata } from './notification-metadata.ts';
import {
  ListNotificationResponse,
  otherSignedNotification,
  PendingNotification,
  RetrieveNotificationsListResponse,
} from './notifications.ts';

/** What could be read of the metadata of a notification. */
export type ReadNotification = Readable<typeof NOTIFICATION_METADATA> & {
  readonly der: Uint8Array;
  readonly unreadable: readonly Pick<Unreadable, 'field' | 'problem'>[];
};

/** One that can be retrieved and removed. */
export type NumberedNotification = ReadNotification & { readonly seqNumber: number };

/** A signed notification that is for its server to understand: its bytes can be sent as they are. */
export interface UnreadableNotification {
  readonly kind: 'unreadable';
  readonly der: Uint8Array;
  readonly problem: string;
}

export type RetrievedNotification = Received<PendingNotification> | UnreadableNotification;

/** A retrieved notification, with what its metadata say where they can be found. */
export interface Retrieved {
  readonly notification: RetrievedNotification;
  readonly metadata: ReadNotification | undefined;
}

/** The answer to ListNotification: metadata, or the number of an error. Throws ERR_DER_*, ERR_RSP_VALUE. */
export function readNotificationList(bytes: Uint8Array): readonly ReadNotification[] | number {
  return readAnsweredList(
    bytes,
    ListNotificationResponse,
    [NotificationMetadata.tag],
    'a notification',
    readMetadata,
    ({ field, problem, content }) => ({ der: content, unreadable: [{ field, problem }] }),
  );
}

/** The answer to RetrieveNotificationsList. Throws ERR_DER_*, ERR_RSP_VALUE. */
export function readRetrieved(bytes: Uint8Array): readonly Retrieved[] | number {
  return readAnsweredList(
    bytes,
    RetrieveNotificationsListResponse,
    [ProfileInstallationResult.tag, otherSignedNotification.tag],
    'a notification',
    retrieved,
    ({ problem, content }) => ({
      notification: { kind: 'unreadable' as const, der: content, problem },
      metadata: undefined,
    }),
  );
}

function readMetadata(element: Tlv): ReadNotification {
  const { fields, unreadable } = readFields(element, NOTIFICATION_METADATA);
  return {
    ...fields,
    der: element.der,
    unreadable: unreadable.map(({ field, problem }) => ({ field, problem })),
  };
}

function retrieved(element: Tlv): Retrieved {
  const { der } = element;
  const metadata = metadataIn(element);
  let notification: RetrievedNotification = { kind: 'unreadable', der, problem: '' };
  const problem = problemOf(() => (notification = PendingNotification.decode(der)));
  if (problem !== undefined) notification = { kind: 'unreadable', der, problem };
  return { notification, metadata: metadata && readMetadata(metadata) };
}

/** NotificationMetadata of either kind of notification. */
function metadataIn(notification: Tlv): Tlv | undefined {
  const isResult = notification.tag === ProfileInstallationResult.tag;
  const signed = isResult ? partOf(notification, ProfileInstallationResultData.tag) : notification;
  return partOf(signed, NotificationMetadata.tag);
}
