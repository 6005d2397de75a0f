/** NotificationMetadata BF2F (SGP.22 5.7.9): which operation on which profile, told to whom. */
import { encodeIccid, readIccid } from './identifiers.ts';
import { NOTIFICATION_EVENTS } from './metadata.ts';
import type { NotificationEvent } from './metadata.ts';
import { encodeTlv, inside } from '../../asn1/tlv.ts';
import type { Received, Tlv } from '../../asn1/tlv.ts';
import {
  badValue,
  encodeFlags,
  encodeInteger,
  encodeOptional,
  encodeText,
  readFlags,
  readInteger,
  readText,
} from './values.ts';

export interface NotificationMetadata {
  /** Counts all notifications of the eUICC; 0 is a number like any other. */
  readonly seqNumber: number;
  /** One bit of NotificationEvent. */
  readonly profileManagementOperation: NotificationEvent;
  /** FQDN of the server. */
  readonly notificationAddress: string;
  readonly iccid?: string;
}

export function encodeNotificationMetadata(metadata: NotificationMetadata): Uint8Array {
  return encodeTlv(
    0xbf2f,
    encodeInteger(0x80, metadata.seqNumber),
    encodeFlags(0x81, NOTIFICATION_EVENTS, [metadata.profileManagementOperation]),
    encodeText(0x0c, metadata.notificationAddress),
    encodeOptional(metadata.iccid, encodeIccid),
  );
}

export function readNotificationMetadata(element: Tlv): Received<NotificationMetadata> {
  const reader = inside(element);
  const seqNumber = readInteger(reader.element(0x80, 'seqNumber'));
  const operation = reader.element(0x81, 'profileManagementOperation');
  const [event, ...more] = readFlags(operation, NOTIFICATION_EVENTS);
  if (event === undefined || more.length > 0) {
    throw badValue(operation.what, 'must name one operation');
  }
  const notificationAddress = readText(reader.element(0x0c, 'notificationAddress'), 255);
  const iccid = reader.optional(0x5a, 'iccid');
  reader.end();
  return {
    seqNumber,
    profileManagementOperation: event,
    notificationAddress,
    iccid: iccid && readIccid(iccid),
    der: element.der,
  };
}
