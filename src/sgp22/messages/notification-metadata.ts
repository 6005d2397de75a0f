/** NotificationMetadata BF2F (SGP.22 5.7.9): which operation on which profile, told to whom. */
import { badValue, context, type Input } from '../codec/codec.ts';
import { integer, mapped, text } from '../codec/primitives.ts';
import { message, optional, sequence } from '../codec/structures.ts';
import { TAG } from '../tags.ts';
import { iccid } from './identifiers.ts';
import { notificationEvent, type NotificationEvent } from './metadata.ts';

const oneEvent = mapped(
  notificationEvent,
  ([event, ...more], what) => {
    if (event === undefined || more.length > 0) throw badValue(what, 'must name one operation');
    return event;
  },
  (event: NotificationEvent) => [event],
);

/** Fields of NotificationMetadata. */
export const NOTIFICATION_METADATA = {
  /** Counts all notifications of the eUICC; 0 is a number like any other. */
  seqNumber: context(0, integer),
  profileManagementOperation: context(1, oneEvent),
  /** FQDN of the server. */
  notificationAddress: text(255),
  iccid,
};

export const NotificationMetadata = message(
  'NotificationMetadata',
  TAG.notificationMetadata,
  sequence({ ...NOTIFICATION_METADATA, iccid: optional(iccid) }),
);
export type NotificationMetadata = Input<typeof NotificationMetadata>;
