/** Messages that are well-formed DER and wrong in one value: refused by name. */
import { expect, test } from '@jest/globals';
import { bytesToHex } from '../../../src/bytes.ts';
import {
  AuthenticateServerResponse,
  ServerSigned1,
} from '../../../src/sgp22/messages/authenticate-server.ts';
import {
  BoundProfilePackage,
  ConfigureIsdpRequest,
  InitialiseSecureChannelRequest,
  ReplaceSessionKeysRequest,
} from '../../../src/sgp22/messages/bound-profile-package.ts';
import { CancelSessionResponse } from '../../../src/sgp22/messages/cancel-session.ts';
import { GetEuiccDataResponse } from '../../../src/sgp22/messages/euicc-data.ts';
import { EuiccInfo1 } from '../../../src/sgp22/messages/euicc-info.ts';
import { StoreMetadataRequest } from '../../../src/sgp22/messages/metadata.ts';
import {
  ListNotificationResponse,
  PendingNotification,
} from '../../../src/sgp22/messages/notifications.ts';
import { EuiccSigned2, SmdpSigned2 } from '../../../src/sgp22/messages/prepare-download.ts';
import {
  DeleteProfileRequest,
  EnableProfileRequest,
} from '../../../src/sgp22/messages/profile-management.ts';
import { ProfileInfoListRequest } from '../../../src/sgp22/messages/profiles.ts';
import { encodeTlv } from '../../../src/asn1/tlv.ts';
import { HEX, session } from '../../rsp/recorded.ts';
import { serverSigned1 } from './samples/index.ts';

/** An element from hexadecimal, for nesting. */
const tlv = (tag: number, ...content: string[]) => bytesToHex(encodeTlv(tag, ...content.map(HEX)));

const ICCID = '5a0a98001032547698103214';
const NAMES = '910141920142';
const EVENT = tlv(0xbf2f, '800101', '81020780', '0c0161', ICCID);
const SIGNATURE = tlv(0x5f37, '11'.repeat(64));
const POINT = tlv(0x5f49, '04' + '22'.repeat(64));

const metadata = (...more: string[]) => tlv(0xbf25, ICCID, NAMES, ...more);
const notification = (...fields: string[]) => tlv(0xbf28, tlv(0xa0, tlv(0xbf2f, ...fields)));
const result = (final: string) =>
  tlv(0xbf37, tlv(0xbf27, '800101', EVENT, '06028837', tlv(0xa2, final)), SIGNATURE);
const channel = (template: string, otpk = POINT) =>
  tlv(0xbf23, '820101', '800101', tlv(0xa6, template), otpk, SIGNATURE);
const signed1 = bytesToHex(serverSigned1);

test.each<[string, (bytes: Uint8Array) => unknown, string]>([
  [
    'a challenge of 15 bytes',
    ServerSigned1.decode,
    signed1.replace('304880', '304780').replace('8110aa', '810f'),
  ],
  ['a version of four bytes', EuiccInfo1.decode, tlv(0xbf20, '820402040000', 'a900', 'aa00')],
  [
    'a key identifier without bytes',
    EuiccInfo1.decode,
    tlv(0xbf20, '8203020400', 'a9020400', 'aa00'),
  ],
  [
    'an EID with a letter',
    GetEuiccDataResponse.decode,
    tlv(0xbf3e, '5a10890490321234512345123456789012fa'),
  ],
  [
    'an icon of 1,025 bytes',
    StoreMetadataRequest.decode,
    metadata('930101', tlv(0x94, '00'.repeat(1_025))),
  ],
  ['an unknown type of icon', StoreMetadataRequest.decode, metadata('930102', '940100')],
  ['an unknown class', StoreMetadataRequest.decode, metadata('950103')],
  [
    'a name of 65 characters',
    StoreMetadataRequest.decode,
    tlv(0xbf25, ICCID, '910141', tlv(0x92, '41'.repeat(65))),
  ],
  ['an owner of two bytes', StoreMetadataRequest.decode, metadata(tlv(0xb7, '800262f2'))],
  ['no TransactionID', SmdpSigned2.decode, tlv(0x30, '8000', '010100')],
  [
    'a TransactionID of 17 bytes',
    SmdpSigned2.decode,
    tlv(0x30, tlv(0x80, '00'.repeat(17)), '010100'),
  ],
  [
    'a one-time key of 64 bytes',
    EuiccSigned2.decode,
    tlv(0x30, '800101', tlv(0x5f49, '04' + '22'.repeat(63))),
  ],
  [
    'a compressed one-time key',
    EuiccSigned2.decode,
    tlv(0x30, '800101', tlv(0x5f49, '02' + '22'.repeat(64))),
  ],
  [
    'hashCc of 31 bytes',
    EuiccSigned2.decode,
    tlv(0x30, '800101', POINT, tlv(0x04, '00'.repeat(31))),
  ],
  [
    'a signature of 63 bytes',
    CancelSessionResponse.decode,
    tlv(0xbf41, tlv(0xa0, '3000', tlv(0x5f37, '11'.repeat(63)))),
  ],
  [
    'a notification of no event',
    ListNotificationResponse.decode,
    notification('800101', '810100', '0c0161'),
  ],
  [
    'a notification of two events',
    ListNotificationResponse.decode,
    notification('800101', '810206c0', '0c0161'),
  ],
  [
    'a sequence number below zero',
    ListNotificationResponse.decode,
    notification('8001ff', '81020780', '0c0161'),
  ],
  ['a result that is neither', PendingNotification.decode, result('a200')],
  ['an AID of four bytes', PendingNotification.decode, result(tlv(0xa0, '4f04a0000000', '0400'))],
  [
    'a hostId of 17 bytes',
    InitialiseSecureChannelRequest.decode,
    channel('800188810110' + tlv(0x84, '00'.repeat(17))),
  ],
  [
    'a key type of two bytes',
    InitialiseSecureChannelRequest.decode,
    channel('80028800810110840101'),
  ],
  [
    'proprietary data above 128 bytes',
    ConfigureIsdpRequest.decode,
    tlv(0xbf24, tlv(0xb8, '80028837', tlv(0x81, '00'.repeat(130)))),
  ],
  [
    'a key of 15 bytes',
    ReplaceSessionKeysRequest.decode,
    tlv(0xbf26, tlv(0x80, '00'.repeat(16)), tlv(0x81, '00'.repeat(15)), tlv(0x82, '00'.repeat(16))),
  ],
  ['a profile named by something else', DeleteProfileRequest.decode, tlv(0xbf33, '950100')],
  [
    'the same in a request to enable',
    EnableProfileRequest.decode,
    tlv(0xbf31, 'a003950100', '8101ff'),
  ],
  ['a tag list that is cut off', ProfileInfoListRequest.decode, tlv(0xbf2d, '5c029f9f')],
  [
    'a package without metadata',
    BoundProfilePackage.decode,
    tlv(0xbf36, 'bf2300', 'a0028700', 'a100', 'a3028600'),
  ],
])('%s', (_, decode, hex) => {
  expect(() => decode(HEX(hex))).toThrow(expect.objectContaining({ code: 'ERR_RSP_VALUE' }));
});

test.each<[string, (bytes: Uint8Array) => unknown, string, string]>([
  [
    'both alternatives',
    ListNotificationResponse.decode,
    tlv(0xbf28, 'a000', '81017f'),
    'ERR_DER_TRAILING',
  ],
  [
    'the other order',
    ListNotificationResponse.decode,
    tlv(0xbf28, '81017f', 'a000'),
    'ERR_DER_TRAILING',
  ],
  ['no alternative', ListNotificationResponse.decode, tlv(0xbf28), 'ERR_DER_MISSING'],
  [
    'a list of something else',
    ListNotificationResponse.decode,
    tlv(0xbf28, 'a0023000'),
    'ERR_DER_TAG',
  ],
  [
    'two criteria',
    ProfileInfoListRequest.decode,
    tlv(0xbf2d, tlv(0xa0, ICCID, '950100')),
    'ERR_DER_TRAILING',
  ],
  ['a field twice', SmdpSigned2.decode, tlv(0x30, '800101', '010100', '010100'), 'ERR_DER_TAG'],
  ['fields exchanged', SmdpSigned2.decode, tlv(0x30, '010100', '800101'), 'ERR_DER_TAG'],
  ['a flag of 01', SmdpSigned2.decode, tlv(0x30, '800101', '010101'), 'ERR_DER_BOOLEAN'],
  [
    'an error after the answer',
    AuthenticateServerResponse.decode,
    tlv(0xbf38, 'a000', 'a100'),
    'ERR_DER_TRAILING',
  ],
  [
    'A1 after A2',
    BoundProfilePackage.decode,
    tlv(0xbf36, 'bf2300', 'a0028700', 'a2028700', 'a1028800', 'a3028600'),
    'ERR_DER_TAG',
  ],
  [
    'a 86 among the 87',
    BoundProfilePackage.decode,
    tlv(0xbf36, 'bf2300', 'a0028600', 'a1028800', 'a3028600'),
    'ERR_DER_TAG',
  ],
  [
    'something after A3',
    BoundProfilePackage.decode,
    tlv(0xbf36, 'bf2300', 'a0028700', 'a1028800', 'a3028600', 'a400'),
    'ERR_DER_TRAILING',
  ],
  [
    'an OID without content',
    PendingNotification.decode,
    tlv(0xbf37, tlv(0xbf27, '800101', EVENT, '0600', 'a200'), SIGNATURE),
    'ERR_DER_OID',
  ],
])('%s', (_, decode, hex, code) => {
  expect(() => decode(HEX(hex))).toThrow(expect.objectContaining({ code }));
});

test('the parts that the faults are made of are good', () => {
  expect(StoreMetadataRequest.decode(HEX(metadata())).profileName).toBe('B');
  expect(EuiccSigned2.decode(HEX(tlv(0x30, '800101', POINT))).hashCc).toBeUndefined();
  expect(ListNotificationResponse.decode(HEX(tlv(0xbf28, tlv(0xa0, EVENT))))).toMatchObject({
    notifications: [{ seqNumber: 1, profileManagementOperation: 'install' }],
  });
  expect(InitialiseSecureChannelRequest.decode(HEX(channel('800188810110840101')))).toMatchObject({
    controlRefTemplate: { keyType: 0x88 },
  });
  expect(PendingNotification.decode(HEX(result('a106800105810109')))).toMatchObject({
    profileInstallationResultData: {
      finalResult: { result: 'error', bppCommandId: 5, errorReason: 9 },
    },
  });
  expect(PendingNotification.decode(session('pending-notification.der'))).toBeDefined();
});
