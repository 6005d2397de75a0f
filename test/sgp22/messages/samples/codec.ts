/** What a sample is, and values that samples share. */
import type { Message } from '../../../../src/sgp22/codec/codec.ts';
import { PendingNotification } from '../../../../src/sgp22/messages/notifications.ts';
import { NotificationMetadata } from '../../../../src/sgp22/messages/notification-metadata.ts';
import {
  EUICC_CERTIFICATE,
  EUM_CERTIFICATE,
  fixture,
  HEX,
  session,
} from '../../../rsp/recorded.ts';

export interface Codec {
  readonly name: string;
  readonly decode: (bytes: Uint8Array) => unknown;
  readonly encode: (value: unknown) => Uint8Array;
  readonly samples: readonly Uint8Array[];
  /** How many elements around the SEQUENCE that later versions may extend; undefined: none may. */
  readonly extensible?: number;
}

export function codec<Out extends In, In>(
  message: Pick<Message<Out, In>, 'name' | 'decode' | 'encode'>,
  samples: readonly Uint8Array[],
  extensible?: number,
): Codec {
  return { ...message, encode: (value) => message.encode(value as In), samples, extensible };
}

export const transactionId = session('transaction-id.bin');
export const challenge = session('euicc-challenge.bin');
export const signature = Uint8Array.from({ length: 64 }, (_, i) => i + 1);
export const point = HEX('04' + '11'.repeat(64));
export const aid = HEX('a0000005591010ffffffff8900001100');
export const iccid = '89000123456789012341';
export const text = 'fünf 📱';

export const notification = {
  seqNumber: 0,
  profileManagementOperation: 'enable',
  notificationAddress: 'smdp.example.com',
  iccid,
} as const;

export const otherNotification = PendingNotification.encode({
  kind: 'otherSignedNotification',
  tbsOtherNotification: { der: NotificationMetadata.encode(notification) },
  euiccNotificationSignature: signature,
  euiccCertificate: fixture(EUICC_CERTIFICATE),
  eumCertificate: fixture(EUM_CERTIFICATE),
});
