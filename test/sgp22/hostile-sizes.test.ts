/** Lists and depths that a peer chooses: a typed refusal, whatever the size, and no stack that runs over. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { encodeTlv } from '../../src/asn1/tlv.ts';
import { joinBytes } from '../../src/bytes.ts';
import { ZkcxError } from '../../src/errors.ts';
import { es9pApp } from '../../src/rsp/smdpp/app.ts';
import type { FunctionEvent } from '../../src/rsp/server/json-functions.ts';
import { AuthenticateServerResponse } from '../../src/sgp22/messages/authenticate-server.ts';
import { ES9P } from '../../src/sgp22/messages/es9p.ts';
import { EuiccInfo1 } from '../../src/sgp22/messages/euicc-info.ts';
import {
  ListNotificationResponse,
  RetrieveNotificationsListResponse,
} from '../../src/sgp22/messages/notifications.ts';
import { ProfileInfoListResponse } from '../../src/sgp22/messages/profiles.ts';
import { ADDRESS, TestSmdp } from '../support/rsp/smdpp.ts';

const MANY = 150_000;

/** So many of one element, without a spread of them. */
const many = (element: Uint8Array) => joinBytes(Array.from({ length: MANY }, () => element));

const EMPTY_SEQUENCE = Uint8Array.of(0x30, 0);
const keyIdentifiers = many(encodeTlv(0x04, new Uint8Array(20).fill(1)));
const info1 = encodeTlv(
  0xbf20,
  Uint8Array.of(0x82, 3, 2, 2, 2),
  encodeTlv(0xa9, keyIdentifiers),
  encodeTlv(0xaa, keyIdentifiers),
);

function codeOf(work: () => unknown): string {
  try {
    work();
    return 'accepted';
  } catch (error) {
    return error instanceof ZkcxError ? error.code : String(error);
  }
}

describe('a list of 150,000 entries', () => {
  test.each<[string, () => unknown]>([
    ['EUICCInfo1', () => EuiccInfo1.decode(info1)],
    [
      'ListNotificationResponse',
      () =>
        ListNotificationResponse.decode(encodeTlv(0xbf28, encodeTlv(0xa0, many(EMPTY_SEQUENCE)))),
    ],
    [
      'RetrieveNotificationsListResponse',
      () =>
        RetrieveNotificationsListResponse.decode(
          encodeTlv(0xbf2b, encodeTlv(0xa0, many(EMPTY_SEQUENCE))),
        ),
    ],
    [
      'ProfileInfoListResponse',
      () =>
        ProfileInfoListResponse.decode(
          encodeTlv(0xbf2d, encodeTlv(0xa0, many(Uint8Array.of(0xe3, 0)))),
        ),
    ],
  ])('in %s is refused', (_, decode) => {
    expect(codeOf(decode)).toMatch(/^ERR_(RSP_VALUE|DER_)/);
  });

  test('is refused for its length, also where each entry is right', () => {
    expect(() => EuiccInfo1.decode(info1)).toThrow('has more than 4096 entries');
  });

  test('is not written either', () => {
    const euiccCiPKIdListForVerification = Array.from({ length: MANY }, () => new Uint8Array(20));
    const info = { svn: '2.2.2', euiccCiPKIdListForVerification, euiccCiPKIdListForSigning: [] };
    expect(codeOf(() => EuiccInfo1.encode(info))).toBe('ERR_RSP_VALUE');
  });
});

test('elements inside one another, 30,000 deep', () => {
  let nested: Uint8Array = new Uint8Array();
  for (let i = 0; i < 30_000 && nested.length < 120_000; i++) nested = encodeTlv(0x30, nested);
  const decoders = [EuiccInfo1, AuthenticateServerResponse, ProfileInfoListResponse];
  for (const { decode } of decoders) expect(codeOf(() => decode(nested))).toMatch(/^ERR_/);
});

describe('requests of ES9+ without a limit of their size', () => {
  let smdp: TestSmdp;
  const events: FunctionEvent[] = [];
  beforeAll(async () => {
    smdp = await TestSmdp.open();
  });
  afterAll(() => smdp.close());

  const post = async (path: string, body: string) => {
    const options = { maxBody: 64 << 20, onEvent: (event: FunctionEvent) => events.push(event) };
    const app = es9pApp(smdp.server, options);
    const headers = { 'content-type': 'application/json' };
    return (await app.request(path, { method: 'POST', headers, body })).status;
  };

  const { initiateAuthentication, handleNotification, cancelSession } = ES9P;

  test.each([
    [
      'a list of 150,000 CIs',
      initiateAuthentication.path,
      400,
      () =>
        JSON.stringify({
          smdpAddress: ADDRESS,
          euiccChallenge: Buffer.alloc(16).toString('base64'),
          euiccInfo1: Buffer.from(info1).toString('base64'),
        }),
    ],
    [
      'lists inside one another, 100,000 deep',
      initiateAuthentication.path,
      400,
      () => `{"euiccInfo1":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    ],
    [
      'objects inside one another, 100,000 deep',
      cancelSession.path,
      400,
      () => `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`,
    ],
    [
      'the same in a notification',
      handleNotification.path,
      204,
      () => `{"pendingNotification":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    ],
    [
      '150,000 members',
      cancelSession.path,
      400,
      () =>
        JSON.stringify(Object.fromEntries(Array.from({ length: MANY }, (_, i) => [`m${i}`, i]))),
    ],
  ])('%s: no defect', async (_, path, http, body) => {
    expect(await post(path, body())).toBe(http);
    expect(events.at(-1)?.defect).toBeUndefined();
  });
});
