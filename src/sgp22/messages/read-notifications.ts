/** Lists of notifications as cards make them (ES10b.ListNotification, RetrieveNotificationsList): each for itself. */
import { inside, type Tlv } from '../../asn1/tlv.ts';
import { context, type Received } from '../codec/codec.ts';
import { answered, problemOf, type Readable, readEntries, readFields } from '../codec/lenient.ts';
import type { Unreadable } from '../codec/lenient.ts';
import { integer } from '../codec/primitives.ts';
import { TAG } from '../tags.ts';
import { NOTIFICATION_METADATA } from './notification-metadata.ts';
import { PendingNotification } from './notifications.ts';

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

const LIST = 0xa0;
const listError = context(1, integer);

/** The answer to ListNotification: metadata, or the number of an error. Throws ERR_DER_*, ERR_RSP_VALUE. */
export function readNotificationList(bytes: Uint8Array): readonly ReadNotification[] | number {
  return readList(bytes, TAG.listNotification, readMetadata, ({ field, problem, content }) => ({
    der: content,
    unreadable: [{ field, problem }],
  }));
}

/** The answer to RetrieveNotificationsList. Throws ERR_DER_*, ERR_RSP_VALUE. */
export function readRetrieved(bytes: Uint8Array): readonly Retrieved[] | number {
  return readList(bytes, TAG.retrieveNotificationsList, retrieved, ({ problem, content }) => ({
    notification: { kind: 'unreadable' as const, der: content, problem },
    metadata: undefined,
  }));
}

function readList<T>(
  bytes: Uint8Array,
  tag: number,
  read: (element: Tlv) => T,
  rest: (broken: Unreadable) => T,
): readonly T[] | number {
  const reader = inside(answered(bytes, tag, 'the list of notifications'));
  const first = reader.peek();
  // some cards leave out an empty list
  if (first === undefined) return [];
  if (first === listError.tag) return listError.take(reader, 'the error');
  return readEntries(reader.element(LIST, 'the list'), 'a notification', read, rest);
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
  const found: { metadata?: ReadNotification } = {};
  problemOf(() => (found.metadata = readMetadata(metadataIn(element))));
  let notification: RetrievedNotification = { kind: 'unreadable', der, problem: '' };
  const problem = problemOf(() => (notification = PendingNotification.decode(der)));
  if (problem !== undefined) notification = { kind: 'unreadable', der, problem };
  return { notification, metadata: found.metadata };
}

/** NotificationMetadata of either kind of notification. */
function metadataIn(notification: Tlv): Tlv {
  const reader =
    notification.tag === TAG.profileInstallationResult
      ? inside(inside(notification).element(TAG.profileInstallationResultData, 'the result'))
      : inside(notification);
  for (;;) {
    const one = reader.any('NotificationMetadata');
    if (one.tag === TAG.notificationMetadata) return one;
  }
}
