/** What is sealed: strict in every form. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { concatBytes } from '../../../src/bytes.ts';
import { encodeTlv } from '../../../src/asn1/tlv.ts';
import { PrepareDownloadResponse } from '../../../src/sgp22/messages/prepare-download.ts';
import { RspRefusal, STATUS } from '../../../src/sgp22/status-codes.ts';
import {
  decodeZkcxAnswer,
  decodeZkcxRequest,
  encodeZkcxAnswer,
  encodeZkcxRefusal,
  encodeZkcxRequest,
  MEMORY_STEPS,
  memoryStep,
  SEALED_ANSWER,
  SEALED_REQUEST,
  type ZkcxFunction,
  type ZkcxRequest,
} from '../../../src/rsp/zkcx/messages.ts';
import { discloseIdentity } from '../../../src/rsp/zkcx/openings.ts';
import { EID } from '../../session/world.ts';
import { installationResult } from '../../support/rsp/soft-euicc.ts';
import { codeOf } from './negotiated.ts';
import { begin, device, type Visit } from './server-device.ts';
import { ZkcxSmdp } from './zkcx-smdp.ts';

let server: ZkcxSmdp;
let visits: { readonly device: Visit; readonly firmware: Visit };

beforeAll(async () => {
  server = await ZkcxSmdp.open();
  const one = device();
  visits = {
    device: await begin(server, one, 'zkcx-device'),
    firmware: await begin(server, one, 'zkcx'),
  };
});
afterAll(() => server.close());

const ELEMENT = encodeTlv(0x30, Uint8Array.of(1));
const eligibility = {
  svn: '2.4.0',
  profileVersion: '2.3.1',
  testProfileSupport: true,
  forbiddenProfilePolicyRules: [],
  freeMemory: MEMORY_STEPS[3]!,
};
const prepared = () => {
  const response = {
    result: 'ok',
    euiccSigned2: ELEMENT,
    euiccSignature2: new Uint8Array(64).fill(9),
  } as const;
  return { ...response, der: PrepareDownloadResponse.encode(response) };
};

/** One request of every form. */
const requests = (): [ZkcxFunction, ZkcxRequest<ZkcxFunction>][] => [
  ['authenticateClient', visits.device.presentation('A1-B2')],
  ['authenticateClient', visits.firmware.presentation('A1-B2')],
  ['authenticateClient', visits.firmware.presentation()],
  ['zkcxChallenge', { euiccChallenge: new Uint8Array(16) }],
  ['zkcxDisclose', visits.device.disclosure('A1-B2')],
  ['zkcxDisclose', discloseIdentity(visits.device.parts.prepared.openings)],
  ['getBoundProfilePackage', { prepareDownloadResponse: prepared() }],
  ['cancelSession', { kind: 'reason', reason: 1 }],
  ['cancelSession', visits.device.cancellation(0)],
  [
    'handleNotification',
    {
      pendingNotification: installationResult(
        visits.device.parts.euicc,
        visits.device.signedId,
        '8944000000000000001',
      ),
    },
  ],
];

const json = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes)) as object;
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

describe('a request', () => {
  test('of every form reads back', () => {
    for (const [name, request] of requests()) {
      const encoded = encodeZkcxRequest(name, request);
      expect(decodeZkcxRequest(name, encoded)).toEqual(request);
    }
  });

  test('of any form with an unknown member, or one member less, is refused', () => {
    for (const [name, request] of requests()) {
      const whole = json(encodeZkcxRequest(name, request));
      const longer = bytes({ ...whole, more: 1 });
      expect(codeOf(() => decodeZkcxRequest(name, longer))).toBe('ERR_RSP_ZKCX_MESSAGE');
      for (const member of Object.keys(whole)) {
        if (member === 'matchingId') continue;
        const shorter = bytes({ ...whole, [member]: undefined });
        const code = member === 'presentation' ? 'ERR_PROOF_FORMAT' : 'ERR_RSP_ZKCX_MESSAGE';
        expect([member, codeOf(() => decodeZkcxRequest(name, shorter))]).toEqual([member, code]);
      }
    }
  });

  test('of one function is none of another', () => {
    const names = [...new Set(requests().map(([name]) => name))];
    for (const [name, request] of requests()) {
      const encoded = encodeZkcxRequest(name, request);
      for (const wrong of names.filter((candidate) => candidate !== name)) {
        expect(codeOf(() => decodeZkcxRequest(wrong, encoded))).toBeDefined();
      }
    }
  });

  test.each([
    ['not JSON', new TextEncoder().encode('{"kind":"reason","reason":1')],
    ['not UTF-8', Uint8Array.of(0xff, 0xfe)],
    ['nothing', new Uint8Array()],
    ['a number', bytes(1)],
    ['too large', new Uint8Array(8_000_001)],
  ])('that is %s is refused', (_, wrong) => {
    expect(codeOf(() => decodeZkcxRequest('cancelSession', wrong))).toBe('ERR_RSP_ZKCX_MESSAGE');
  });

  test.each([
    ['an unknown reason', { kind: 'reason', reason: 9 }],
    ['a reason that is no number', { kind: 'reason', reason: '1' }],
    ['a form that is none', { kind: 'word', reason: 1 }],
  ])('to cancel with %s is refused', (_, wrong) => {
    expect(codeOf(() => decodeZkcxRequest('cancelSession', bytes(wrong)))).toBe(
      'ERR_RSP_ZKCX_MESSAGE',
    );
  });

  test.each([
    ['a MatchingID with a space', { matchingId: 'A 1' }],
    ['an empty MatchingID', { matchingId: '' }],
    ['a MatchingID over its length', { matchingId: 'A'.repeat(256) }],
    ['exact memory', { eligibility: { ...eligibility, freeMemory: 12_345 } }],
    ['more of the eUICC than is asked', { eligibility: { ...eligibility, eid: EID } }],
    ['a version that is none', { eligibility: { ...eligibility, svn: 'two' } }],
  ])('to authenticate with %s is refused', (_, change) => {
    const whole = json(encodeZkcxRequest(...(requests()[0] as ['authenticateClient', never])));
    const wrong = bytes({ ...whole, ...change });
    expect(codeOf(() => decodeZkcxRequest('authenticateClient', wrong))).toBe(
      'ERR_RSP_ZKCX_MESSAGE',
    );
  });

  test.each([
    ['a short challenge', { euiccChallenge: 'AAAA' }],
    ['a reason that no server offers', { cancelReason: 'timeout' }],
    ['the kind of the other mode', { kind: 'sessionKey' }],
    ['a session key beside its challenge', { sessionPublicKey: 'AAAA' }],
  ])('to authenticate in zkcx-device with %s is refused', (_, change) => {
    const whole = json(encodeZkcxRequest(...(requests()[0] as ['authenticateClient', never])));
    const wrong = bytes({ ...whole, ...change });
    expect(codeOf(() => decodeZkcxRequest('authenticateClient', wrong))).toBe(
      'ERR_RSP_ZKCX_MESSAGE',
    );
  });

  test.each([
    ['off the curve', new Uint8Array(65).fill(4)],
    ['that is compressed', new Uint8Array(33).fill(2)],
    ['that is none', new Uint8Array()],
  ])('to authenticate in zkcx with a session key %s is refused', (_, point) => {
    const whole = json(encodeZkcxRequest(...(requests()[1] as ['authenticateClient', never])));
    const sessionPublicKey = Buffer.from(point).toString('base64');
    const wrong = bytes({ ...whole, sessionPublicKey });
    expect(codeOf(() => decodeZkcxRequest('authenticateClient', wrong))).toBe('ERR_RSP_VALUE');
  });

  test('with bytes after an element is refused', () => {
    const whole = json(encodeZkcxRequest('zkcxDisclose', visits.device.disclosure('A1-B2')));
    const longer = concatBytes(ELEMENT, Uint8Array.of(0));
    const wrong = bytes({ ...whole, euiccSigned1: Buffer.from(longer).toString('base64') });
    expect(codeOf(() => decodeZkcxRequest('zkcxDisclose', wrong))).toBe('ERR_DER_TRAILING');
  });
});

describe('an answer', () => {
  const metadata = encodeTlv(0xbf25, Uint8Array.of(0x5a, 0x00));
  const signed2 = { smdpSigned2: ELEMENT, smdpSignature2: new Uint8Array(64).fill(3) };
  const second = { serverSigned1: ELEMENT, serverSignature1: new Uint8Array(64).fill(5) };

  test('of every form reads back', () => {
    const identity = { next: 'identity', profileMetadata: metadata } as const;
    const challenge = { next: 'challenge', profileMetadata: metadata, ...second } as const;
    const prepare = { next: 'prepare', profileMetadata: metadata, ...signed2 } as const;
    for (const answer of [identity, challenge, prepare]) {
      const encoded = encodeZkcxAnswer('authenticateClient', answer);
      expect(decodeZkcxAnswer('authenticateClient', encoded)).toEqual(answer);
    }
    const again = 'zkcxChallenge';
    expect(decodeZkcxAnswer(again, encodeZkcxAnswer(again, second))).toEqual(second);
    const encoded = encodeZkcxAnswer('zkcxDisclose', signed2);
    expect(decodeZkcxAnswer('zkcxDisclose', encoded)).toEqual(signed2);
    const bound = {
      boundProfilePackage: encodeTlv(0xbf36),
      notificationKey: new Uint8Array(65).fill(4),
    };
    const name = 'getBoundProfilePackage';
    expect(decodeZkcxAnswer(name, encodeZkcxAnswer(name, bound))).toEqual(bound);
    expect(decodeZkcxAnswer('cancelSession', encodeZkcxAnswer('cancelSession', {}))).toEqual({});
  });

  test('that refuses is the status of SGP.22, and no answer', () => {
    const status = STATUS.authenticateClient.eidMismatch;
    const encoded = encodeZkcxRefusal(status);
    for (const name of ['authenticateClient', 'zkcxDisclose', 'cancelSession'] as const) {
      let thrown: unknown;
      try {
        decodeZkcxAnswer(name, encoded);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(RspRefusal);
      expect((thrown as RspRefusal).status).toEqual(status);
    }
  });

  test('that is an answer and a refusal, or has more, is refused', () => {
    const answer = json(encodeZkcxAnswer('zkcxDisclose', signed2));
    const refusal = json(encodeZkcxRefusal(STATUS.authenticateClient.eidMismatch));
    for (const wrong of [{ ...answer, ...refusal }, { ...answer, more: 1 }, {}, { refusal: 1 }]) {
      expect(codeOf(() => decodeZkcxAnswer('zkcxDisclose', bytes(wrong)))).toBe(
        'ERR_RSP_ZKCX_MESSAGE',
      );
    }
  });
});

describe('outside of the seal', () => {
  const message = { transactionId: 'AB'.repeat(16), zkcx: 'AAAA' };

  test('there is a transactionId and the sealed bytes, nothing else', () => {
    expect(SEALED_REQUEST.safeParse(message).success).toBe(true);
    expect(SEALED_REQUEST.safeParse({ ...message, matchingId: 'A1' }).success).toBe(false);
    expect(SEALED_REQUEST.safeParse({ ...message, zkcx: 'A' }).success).toBe(false);
    expect(SEALED_REQUEST.safeParse({ zkcx: 'AAAA' }).success).toBe(false);
    const large = Buffer.alloc(600_001).toString('base64');
    expect(SEALED_REQUEST.safeParse({ ...message, zkcx: large }).success).toBe(false);
    expect(SEALED_ANSWER.safeParse({ header: {}, ...message }).success).toBe(true);
  });
});

test('free memory is told in steps', () => {
  expect(memoryStep(0)).toBe(0);
  expect(memoryStep(300 * 1024)).toBe(256 * 1024);
  expect(memoryStep(256 * 1024 - 1)).toBe(128 * 1024);
  expect(memoryStep(10 ** 9)).toBe(MEMORY_STEPS.at(-1));
  expect(memoryStep(-1)).toBe(0);
});
