/**
 * Notifications (SGP.22 3.5; 5.7.9 to 5.7.11): ListNotification BF28, RetrieveNotificationsList
 * BF2B, NotificationSent BF30, and what is sent to the server.
 */
import { decodeProfileInstallationResult } from './installation-result.ts';
import type { ProfileInstallationResult } from './installation-result.ts';
import { NOTIFICATION_EVENTS } from './metadata.ts';
import type { NotificationEvent } from './metadata.ts';
import { encodeNotificationMetadata, readNotificationMetadata } from './notification-metadata.ts';
import type { NotificationMetadata } from './notification-metadata.ts';
import { encodeSignature, readSignature } from './signature.ts';
import { encodeTlv, inside, onlyTlv } from '../../asn1/tlv.ts';
import type { Received, Tlv } from '../../asn1/tlv.ts';
import {
  badValue,
  encodeFlags,
  encodeInteger,
  encodeOptional,
  readFlags,
  readInteger,
} from './values.ts';

/** OtherSignedNotification: told of enable, disable, delete, and of install to other servers. */
export interface OtherSignedNotification {
  readonly kind: 'otherSignedNotification';
  /** Whole element BF2F, what the signature covers. */
  readonly tbsOtherNotification: Uint8Array;
  readonly metadata: NotificationMetadata;
  /** r and s, 64 bytes. */
  readonly euiccNotificationSignature: Uint8Array;
  readonly euiccCertificate: Uint8Array;
  readonly eumCertificate: Uint8Array;
}

export type PendingNotification = ProfileInstallationResult | OtherSignedNotification;

export function encodeOtherSignedNotification(
  notification: Omit<OtherSignedNotification, 'kind' | 'metadata'>,
): Uint8Array {
  return encodeTlv(
    0x30,
    notification.tbsOtherNotification,
    encodeSignature(notification.euiccNotificationSignature),
    notification.euiccCertificate,
    notification.eumCertificate,
  );
}

/** One element: BF37 or an OtherSignedNotification. */
export function decodePendingNotification(bytes: Uint8Array): Received<PendingNotification> {
  if (bytes[0] !== 0x30) return decodeProfileInstallationResult(bytes);
  const element = onlyTlv(bytes, 0x30, 'OtherSignedNotification');
  const reader = inside(element);
  const tbs = reader.element(0xbf2f, 'tbsOtherNotification');
  const euiccNotificationSignature = readSignature(reader, 'euiccNotificationSignature');
  const euiccCertificate = reader.element(0x30, 'euiccCertificate').der;
  const eumCertificate = reader.element(0x30, 'eumCertificate').der;
  reader.end();
  return {
    kind: 'otherSignedNotification',
    tbsOtherNotification: tbs.der,
    metadata: readNotificationMetadata(tbs),
    euiccNotificationSignature,
    euiccCertificate,
    eumCertificate,
    der: element.der,
  };
}

/** NotificationMetadata of either kind. */
export function notificationMetadataOf(notification: PendingNotification): NotificationMetadata {
  return notification.kind === 'otherSignedNotification'
    ? notification.metadata
    : notification.data.notificationMetadata;
}

/** Error of BF28 and BF2B: undefinedError is the only one. */
export const NOTIFICATION_LIST_ERROR = { undefinedError: 127 } as const;

/** ListNotificationRequest; without events all notifications are meant. */
export function encodeListNotificationRequest(events?: readonly NotificationEvent[]): Uint8Array {
  return encodeTlv(0xbf28, encodeEvents(events));
}

export function decodeListNotificationRequest(bytes: Uint8Array): NotificationEvent[] | undefined {
  const reader = inside(onlyTlv(bytes, 0xbf28, 'ListNotificationRequest'));
  const events = reader.optional(0x81, 'profileManagementOperation');
  reader.end();
  return events && readFlags(events, NOTIFICATION_EVENTS);
}

/** A list, or the error code that came in its place. */
export type NotificationList<T> =
  | { readonly result: 'ok'; readonly notifications: readonly T[] }
  | { readonly result: 'error'; readonly error: number };

export function encodeListNotificationResponse(
  response: NotificationList<NotificationMetadata>,
): Uint8Array {
  return encodeList(0xbf28, response, encodeNotificationMetadata);
}

export function decodeListNotificationResponse(
  bytes: Uint8Array,
): NotificationList<Received<NotificationMetadata>> {
  return decodeList(bytes, 0xbf28, 'ListNotificationResponse', (element) => {
    if (element.tag !== 0xbf2f) throw badValue(element.what, 'is no NotificationMetadata');
    return readNotificationMetadata(element);
  });
}

/** RetrieveNotificationsListRequest: one notification, those of some events, or all. */
export interface NotificationSearch {
  readonly seqNumber?: number;
  readonly profileManagementOperation?: readonly NotificationEvent[];
}

export function encodeRetrieveNotificationsListRequest(
  search: NotificationSearch = {},
): Uint8Array {
  const { seqNumber, profileManagementOperation } = search;
  if (seqNumber !== undefined) {
    return encodeTlv(0xbf2b, encodeTlv(0xa0, encodeInteger(0x80, seqNumber)));
  }
  const criteria = encodeOptional(profileManagementOperation, (events) =>
    encodeTlv(0xa0, encodeEvents(events)),
  );
  return encodeTlv(0xbf2b, criteria);
}

export function decodeRetrieveNotificationsListRequest(bytes: Uint8Array): NotificationSearch {
  const reader = inside(onlyTlv(bytes, 0xbf2b, 'RetrieveNotificationsListRequest'));
  const criteria = reader.optional(0xa0, 'searchCriteria');
  reader.end();
  if (!criteria) return {};
  const choice = inside(criteria);
  const seqNumber = choice.optional(0x80, 'seqNumber');
  const events = seqNumber ? undefined : choice.element(0x81, 'profileManagementOperation');
  choice.finish();
  return {
    seqNumber: seqNumber && readInteger(seqNumber),
    profileManagementOperation: events && readFlags(events, NOTIFICATION_EVENTS),
  };
}

/** Notifications go in as whole elements, as the eUICC stored them. */
export function encodeRetrieveNotificationsListResponse(
  response: NotificationList<Uint8Array>,
): Uint8Array {
  return encodeList(0xbf2b, response, (notification) => notification);
}

export function decodeRetrieveNotificationsListResponse(
  bytes: Uint8Array,
): NotificationList<Received<PendingNotification>> {
  return decodeList(bytes, 0xbf2b, 'RetrieveNotificationsListResponse', ({ der }) =>
    decodePendingNotification(der),
  );
}

/** NotificationSentRequest: the server has it, the eUICC may forget it. */
export function encodeNotificationSentRequest(seqNumber: number): Uint8Array {
  return encodeTlv(0xbf30, encodeInteger(0x80, seqNumber));
}

export function decodeNotificationSentRequest(bytes: Uint8Array): number {
  const reader = inside(onlyTlv(bytes, 0xbf30, 'NotificationSentRequest'));
  const seqNumber = readInteger(reader.element(0x80, 'seqNumber'));
  reader.end();
  return seqNumber;
}

function encodeEvents(events: readonly NotificationEvent[] | undefined): Uint8Array {
  return encodeOptional(events, (set) => encodeFlags(0x81, NOTIFICATION_EVENTS, set));
}

function encodeList<T>(
  tag: number,
  response: NotificationList<T>,
  encode: (item: T) => Uint8Array,
): Uint8Array {
  if (response.result === 'error') return encodeTlv(tag, encodeInteger(0x81, response.error));
  return encodeTlv(tag, encodeTlv(0xa0, ...response.notifications.map(encode)));
}

function decodeList<T>(
  bytes: Uint8Array,
  tag: number,
  what: string,
  read: (element: Tlv) => T,
): NotificationList<T> {
  const choice = inside(onlyTlv(bytes, tag, what));
  const error = choice.optional(0x81, `the error of ${what}`);
  const list = error ? undefined : choice.element(0xa0, `the list of ${what}`);
  choice.finish();
  if (!list) return { result: 'error', error: readInteger(error!) };
  const reader = inside(list);
  const notifications: T[] = [];
  while (!reader.done) notifications.push(read(reader.any('a notification')));
  return { result: 'ok', notifications };
}
