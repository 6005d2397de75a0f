/** Every way that a download ends, and which reason the eUICC signs for the server: never 127. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { encodeTlv } from '../../../src/asn1/tlv.ts';
import { ZkcxError } from '../../../src/errors.ts';
import { downloadProfile, es9pClient } from '../../../src/rsp/lpa/index.ts';
import type { DownloadEvent, DownloadOptions, Es10 } from '../../../src/rsp/lpa/index.ts';
import { CANCEL_SESSION_REASON } from '../../../src/sgp22/messages/cancel-session.ts';
import { MAX_SEGMENTS } from '../../../src/sgp22/messages/bound-profile-package.ts';
import { StoreMetadataRequest } from '../../../src/sgp22/messages/metadata.ts';
import { es9pApp } from '../../../src/rsp/smdpp/app.ts';
import { es10Of, SERVER, testEuicc } from '../../support/rsp/emulator.ts';
import { TestSmdp } from '../../support/rsp/smdpp.ts';
import { type Json, meddled, type Meddler } from './meddling.ts';

let smdp: TestSmdp;
let card: Es10;
let events: DownloadEvent[];
/** Reasons that the eUICC was asked to sign. */
let signed: number[];
let asked: string[];

beforeEach(async () => {
  smdp = await TestSmdp.open();
  const euicc = await es10Of(await testEuicc());
  signed = [];
  events = [];
  asked = [];
  card = {
    ...euicc,
    cancelSession: async (request) => {
      signed.push(Number(request.reason));
      return euicc.cancelSession(request);
    },
  };
});
afterEach(() => smdp.close());

const fetchOf = (meddle?: Meddler) => meddled(es9pApp(smdp.server), asked, meddle);

interface Way extends Partial<DownloadOptions> {
  readonly meddle?: Meddler;
  /** Milliseconds for an answer. */
  readonly timeout?: number;
}

async function ending({ meddle, timeout, ...changes }: Way, matchingId?: string) {
  const fetch = fetchOf(meddle);
  const id = matchingId ?? (await smdp.order()).matchingId!;
  const error = await downloadProfile({
    es10: card,
    server: es9pClient(SERVER, { fetch, timeout }),
    notificationServer: (address) => es9pClient(address, { fetch }),
    matchingId: id,
    device: { tac: Uint8Array.of(1, 2, 3, 4), deviceCapabilities: {} },
    consent: async () => 'accept',
    confirmationCode: async () => undefined,
    onEvent: (event) => events.push(event),
    ...changes,
  }).then(
    () => undefined,
    (thrown: unknown) => thrown as ZkcxError,
  );
  return error;
}

const at = (function_: string, answer: (answer: Json) => Json | Response): Meddler => {
  return (name, given) => (name === function_ ? answer(given) : given);
};
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const bytesOf = (text: unknown) => Uint8Array.from(Buffer.from(String(text), 'base64'));

/** A package of segments of two bytes. */
function ofSegments(count: number, command: number, tag: number): Uint8Array {
  const segments = new Uint8Array(2 * count);
  for (let i = 0; i < segments.length; i += 2) segments[i] = tag;
  const part = (number: number, segment: number) =>
    number === command
      ? encodeTlv(0xa0 + number, segments)
      : encodeTlv(0xa0 + number, encodeTlv(segment, new Uint8Array(8)));
  const first = encodeTlv(0xbf23, new Uint8Array(8));
  return encodeTlv(0xbf36, first, part(0, 0x87), part(1, 0x88), part(3, 0x86));
}

const withPackage = (bpp: Uint8Array) =>
  at('getBoundProfilePackage', (given) => ({ ...given, boundProfilePackage: base64(bpp) }));

const ABORTED = () => {
  const abort = new AbortController();
  return {
    signal: abort.signal,
    // Ctrl-C while the server works on its answer
    meddle: at('getBoundProfilePackage', () => {
      abort.abort();
      throw Error('aborted');
    }),
  };
};

const WAYS: readonly [string, () => Way, keyof typeof CANCEL_SESSION_REASON | 'none', string][] = [
  [
    'the user says no',
    () => ({ consent: async () => 'reject' }),
    'endUserRejection',
    'ERR_RSP_CANCELLED',
  ],
  [
    'the user says not now',
    () => ({ consent: async () => 'postpone' }),
    'postponed',
    'ERR_RSP_CANCELLED',
  ],
  ['the user stops a request that is under way', ABORTED, 'postponed', 'ERR_RSP_CANCELLED'],
  [
    'the server is gone',
    () => ({
      meddle: at('getBoundProfilePackage', () => {
        throw Error('reset');
      }),
    }),
    'timeout',
    'ERR_RSP_SERVER',
  ],
  [
    'the server never ends its answer',
    () => ({
      meddle: at('getBoundProfilePackage', () => new Response(new ReadableStream({}))),
      timeout: 3_000,
    }),
    'timeout',
    'ERR_RSP_SERVER',
  ],
  [
    'the server is busy',
    () => ({ meddle: at('authenticateClient', () => new Response('', { status: 503 })) }),
    'timeout',
    'ERR_RSP_SERVER',
  ],
  [
    'the server redirects',
    () => ({ meddle: at('authenticateClient', () => new Response(null, { status: 302 })) }),
    'timeout',
    'ERR_RSP_SERVER',
  ],
  [
    'a page comes in the place of an answer',
    () => ({ meddle: at('authenticateClient', () => new Response('<html>')) }),
    'timeout',
    'ERR_RSP_SERVER',
  ],
  [
    'the server is another one all of a sudden',
    () => ({
      meddle: at('getBoundProfilePackage', () => {
        throw new ZkcxError('ERR_RSP_TLS', 'not trusted');
      }),
    }),
    'timeout',
    'ERR_RSP_TLS',
  ],
  [
    'the operator may not set the policy rules',
    () => ({
      es10: { ...card, policyAuthorisations: async () => [] },
      meddle: at('authenticateClient', (given) => {
        const metadata = StoreMetadataRequest.decode(bytesOf(given['profileMetadata']));
        const profileMetadata = StoreMetadataRequest.encode({
          ...metadata,
          profilePolicyRules: ['ppr1'],
          profileOwner: { mccMnc: Uint8Array.of(0x62, 0xf2, 0x10) },
        });
        return { ...given, profileMetadata: base64(profileMetadata) };
      }),
    }),
    'pprNotAllowed',
    'ERR_RSP_DOWNLOAD',
  ],
  [
    'the package has other metadata',
    () => ({
      meddle: at('authenticateClient', (given) => {
        const metadata = StoreMetadataRequest.decode(bytesOf(given['profileMetadata']));
        const profileMetadata = StoreMetadataRequest.encode({ ...metadata, profileName: 'Other' });
        return { ...given, profileMetadata: base64(profileMetadata) };
      }),
    }),
    'metadataMismatch',
    'ERR_RSP_DOWNLOAD',
  ],
  [
    'an answer is of another transaction',
    () => ({
      meddle: at('authenticateClient', (given) => ({ ...given, transactionId: '00'.repeat(16) })),
    }),
    'loadBppExecutionError',
    'ERR_RSP_DOWNLOAD',
  ],
  [
    'an answer lacks a part',
    () => ({ meddle: at('authenticateClient', () => ({})) }),
    'loadBppExecutionError',
    'ERR_RSP_JSON',
  ],
  [
    'the eUICC refuses smdpSignature2',
    () => ({
      meddle: at('authenticateClient', (given) => ({
        ...given,
        smdpSignature2: base64(encodeTlv(0x5f37, new Uint8Array(64).fill(1))),
      })),
    }),
    'loadBppExecutionError',
    'ERR_RSP_DOWNLOAD',
  ],
  [
    'a package has more segments than any profile',
    () => ({ meddle: withPackage(ofSegments(150_000, 3, 0x86)) }),
    'loadBppExecutionError',
    'ERR_RSP_VALUE',
  ],
  [
    'its metadata have',
    () => ({ meddle: withPackage(ofSegments(150_000, 1, 0x88)) }),
    'loadBppExecutionError',
    'ERR_RSP_VALUE',
  ],
  [
    'it has one more than the limit',
    () => ({ meddle: withPackage(ofSegments(MAX_SEGMENTS + 1, 3, 0x86)) }),
    'loadBppExecutionError',
    'ERR_RSP_VALUE',
  ],
  [
    'its one segment is larger than an answer may be',
    () => ({ meddle: withPackage(new Uint8Array(9 << 20)) }),
    'timeout',
    'ERR_RSP_SERVER',
  ],
  [
    'the card fails',
    () => ({
      es10: {
        ...card,
        prepareDownload: () => Promise.reject(new ZkcxError('ERR_RSP_APDU', 'refused')),
      },
    }),
    'loadBppExecutionError',
    'ERR_RSP_APDU',
  ],
  [
    'the server refuses',
    () => ({
      meddle: at('getBoundProfilePackage', () => ({
        header: {
          functionExecutionStatus: {
            status: 'Failed',
            statusCodeData: { subjectCode: '8.2', reasonCode: '3.7', message: null },
          },
        },
      })),
    }),
    'none',
    'ERR_RSP_REFUSED',
  ],
];

describe('a download ends', () => {
  test.each(WAYS)('because %s', async (_, way, reason, code) => {
    const error = await ending(way());
    expect(error?.code).toBe(code);
    expect(signed).toEqual(reason === 'none' ? [] : [CANCEL_SESSION_REASON[reason]]);
    expect(asked.filter((name) => name === 'cancelSession')).toHaveLength(signed.length);
    const cancelled = events.filter(({ type }) => type === 'cancelled');
    expect(cancelled).toEqual(
      reason === 'none' ? [] : [{ type: 'cancelled', reason, failure: undefined }],
    );
    expect(signed).not.toContain(CANCEL_SESSION_REASON.undefinedReason);
  });

  test('for each reason of SGP.22 but 127', () => {
    const reasons = new Set(WAYS.map(([, , reason]) => reason));
    const all = Object.keys(CANCEL_SESSION_REASON).filter((name) => name !== 'undefinedReason');
    expect([...reasons].filter((reason) => reason !== 'none').sort()).toEqual(all.sort());
  });
});

describe('what fails afterwards does not hide why it ended', () => {
  const rejected = { consent: async () => 'reject' as const };
  const isFirst = (error: ZkcxError | undefined) =>
    expect(error).toMatchObject({ code: 'ERR_RSP_CANCELLED', reason: 'endUserRejection' });
  const failureTold = () => (events.at(-1) as { failure?: string }).failure;

  test.each<[string, () => Way, RegExp]>([
    [
      'the card is gone',
      () => ({
        es10: {
          ...card,
          cancelSession: () => Promise.reject(new ZkcxError('ERR_RSP_APDU', 'gone')),
        },
      }),
      /gone/,
    ],
    [
      'the card has no such session',
      () => ({
        es10: { ...card, cancelSession: async () => ({ result: 'error', error: 5 }) } as never,
      }),
      /answered 5/,
    ],
    [
      'the driver of the card has a bug',
      () => ({ es10: { ...card, cancelSession: () => Promise.reject(new TypeError('bug')) } }),
      /unexpected/,
    ],
    [
      'the server is gone',
      () => ({
        meddle: at('cancelSession', () => {
          throw Error('gone');
        }),
      }),
      /did not answer/,
    ],
    [
      'the server refuses',
      () => ({
        meddle: at('cancelSession', () => ({
          header: {
            functionExecutionStatus: {
              status: 'Failed',
              statusCodeData: { subjectCode: '8.10.1', reasonCode: '3.9' },
            },
          },
        })),
      }),
      /TransactionID \(8\.10\.1\): unknown \(3\.9\)/,
    ],
    [
      'the server answers a page',
      () => ({ meddle: at('cancelSession', () => new Response('<html>')) }),
      /no JSON/,
    ],
  ])('%s', async (_, way, told) => {
    isFirst(await ending({ ...rejected, ...way() }));
    expect(failureTold()).toMatch(told);
  });

  test('somebody who is told cannot be told', async () => {
    const onEvent = (event: DownloadEvent) => {
      if (event.type === 'cancelled') throw Error('no terminal');
    };
    isFirst(await ending({ ...rejected, onEvent }));
  });

  test('an installation stands, whatever becomes of its result', async () => {
    const es10 = { ...card, listNotifications: () => Promise.reject(new TypeError('bug')) };
    expect(await ending({ es10 })).toBeUndefined();
    expect(await card.profiles()).toHaveLength(1);
  });
});

describe('policy rules', () => {
  const rule = (mccMnc: number[], more: object = {}, pprIds = ['ppr1', 'ppr2']) => ({
    pprIds,
    allowedOperators: [{ mccMnc: Uint8Array.from(mccMnc), ...more }],
    pprFlags: [],
  });
  const gid = Uint8Array.of(1);

  test.each<[string, object[] | undefined, boolean]>([
    ['of any operator', [rule([0xee, 0xee, 0xee])], true],
    ['of this one', [rule([0x00, 0xf1, 0x10])], true],
    ['of its country', [rule([0x00, 0xfe, 0xee], {}), rule([0x00, 0xf1, 0xee])], true],
    ['of another', [rule([0x00, 0xf1, 0x20])], false],
    ['of none', [], false],
    ['of another rule', [rule([0xee, 0xee, 0xee], {}, ['ppr2'])], false],
    ['of a group that the profile does not name', [rule([0x00, 0xf1, 0x10], { gid1: gid })], true],
    ['that the eUICC does not tell', undefined, true],
  ])('%s', async (_, rules, isAllowed) => {
    const policyAuthorisations = async () => {
      if (rules === undefined) throw new ZkcxError('ERR_RSP_APDU', 'no such function');
      return rules as never;
    };
    const { matchingId } = await smdp.order({}, { policyRules: ['ppr1'], mccMnc: '00f110' });
    const error = await ending({ es10: { ...card, policyAuthorisations } }, matchingId);
    expect(error?.reason).toBe(isAllowed ? undefined : 'pprNotAllowed');
    expect(signed).toEqual(isAllowed ? [] : [CANCEL_SESSION_REASON.pprNotAllowed]);
  });

  test('of a profile that has none are not asked for', async () => {
    const policyAuthorisations = () => Promise.reject(new TypeError('asked'));
    expect(await ending({ es10: { ...card, policyAuthorisations } })).toBeUndefined();
  });
});
