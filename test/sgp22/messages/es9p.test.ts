/** JSON of ES9+: as recorded it is read and written again; anything else is refused by name. */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { ZkcxError } from '../../../src/errors.ts';
import type { ErrorCode } from '../../../src/errors.ts';
import {
  decodeAnswer,
  decodeJson,
  encodeFailure,
  encodeJson,
  ES9P,
  type Es9pFunction,
  withSuccess,
} from '../../../src/sgp22/messages/es9p.ts';
import { RspRefusal, STATUS } from '../../../src/sgp22/status-codes.ts';
import { recordedExchanges } from '../../rsp/recorded.ts';

const exchanges = recordedExchanges();
const coded = (code: ErrorCode) => expect.objectContaining({ name: 'ZkcxError', code });
const first = (name: Es9pFunction) =>
  exchanges.find((exchange) => exchange.name === name)!.request as Record<string, unknown>;
const SUCCESS = { header: { functionExecutionStatus: { status: 'Executed-Success' } } };

test.each(exchanges.map((exchange, i) => [i, exchange.name, exchange] as const))(
  'exchange %i: %s is read and written as recorded',
  (_, name, { request, answer, status }) => {
    const { request: requestSchema, answer: answerSchema } = ES9P[name as Es9pFunction];
    expect(encodeJson(requestSchema, decodeJson(requestSchema, request) as never)).toEqual(request);
    if (answer === undefined || answerSchema === undefined) {
      // the notifications, and the refused download whose server broke off
      expect([204, 200, 500]).toContain(status);
      return;
    }
    const read = decodeAnswer(answerSchema, answer);
    expect(withSuccess(encodeJson(answerSchema, read as never))).toEqual(answer);
  },
);

test('the recording holds three downloads and a cancelled one', () => {
  const count = (name: Es9pFunction) =>
    exchanges.filter((exchange) => exchange.name === name).length;
  expect(count('initiateAuthentication')).toBe(4);
  expect(count('getBoundProfilePackage')).toBe(3);
  expect(count('handleNotification')).toBe(5);
  expect(count('cancelSession')).toBe(1);
});

describe('requests', () => {
  const initiate = first('initiateAuthentication');

  test('a header and unknown fields are passed over', () => {
    const header = { functionRequesterIdentifier: '1.2.3', functionCallIdentifier: 'x' };
    const { request } = ES9P.initiateAuthentication;
    const read = decodeJson(request, { header, ...initiate, lpaRspCapability: 'BgA=' });
    expect(encodeJson(request, read)).toEqual(initiate);
  });

  test('a TransactionID in small letters is read, and written in capitals', () => {
    const client = first('authenticateClient');
    const { request } = ES9P.authenticateClient;
    const small = String(client['transactionId']).toLowerCase();
    expect(encodeJson(request, decodeJson(request, { ...client, transactionId: small }))).toEqual(
      client,
    );
  });

  test.each<[string, ErrorCode, Record<string, unknown>]>([
    ['no challenge', 'ERR_RSP_JSON', { euiccChallenge: undefined }],
    ['a challenge of 15 bytes', 'ERR_RSP_JSON', { euiccChallenge: 'AAAAAAAAAAAAAAAAAAAA' }],
    ['a challenge that is a number', 'ERR_RSP_JSON', { euiccChallenge: 5 }],
    ['base64 without padding', 'ERR_RSP_JSON', { euiccChallenge: 'qaDbf4X8jW8630UOlxE+Rg' }],
    ['base64 with a line break', 'ERR_RSP_JSON', { euiccChallenge: 'qaDbf4X8jW86\n30UOlxE+Rg==' }],
    ['base64 for URLs', 'ERR_RSP_JSON', { euiccChallenge: 'qaDbf4X8jW8630UOlxE-Rg==' }],
    ['base64 with bits left over', 'ERR_RSP_JSON', { euiccChallenge: 'qaDbf4X8jW8630UOlxE+Rh==' }],
    ['an empty address', 'ERR_RSP_JSON', { smdpAddress: '' }],
    ['another element', 'ERR_DER_TAG', { euiccInfo1: 'vyIA' }],
    ['an element that is cut off', 'ERR_DER_TRUNCATED', { euiccInfo1: 'vyA1ggMCBAA=' }],
    ['a version of two bytes', 'ERR_RSP_VALUE', { euiccInfo1: 'vyAIggICBKkAqgA=' }],
  ])('%s: %s', (_, code, change) => {
    const input = JSON.parse(JSON.stringify({ ...initiate, ...change })) as unknown;
    expect(() => decodeJson(ES9P.initiateAuthentication.request, input)).toThrow(coded(code));
  });

  test.each(['', '0', 'xyz0', '00'.repeat(17)])('"%s" is no TransactionID', (transactionId) => {
    const input = { ...first('cancelSession'), transactionId };
    expect(() => decodeJson(ES9P.cancelSession.request, input)).toThrow(coded('ERR_RSP_JSON'));
  });

  test('any JSON ends in a typed error or a value', () => {
    const names = fc.constantFrom(...(Object.keys(ES9P) as Es9pFunction[]));
    const value = fc.oneof(fc.jsonValue(), fc.base64String());
    fc.assert(
      fc.property(names, fc.jsonValue(), value, fc.nat(4), (name, json, replacement, which) => {
        const good = first(name);
        const key = Object.keys(good)[which % Object.keys(good).length]!;
        for (const input of [json, { ...good, [key]: replacement }]) {
          try {
            decodeJson(ES9P[name].request, input);
          } catch (error) {
            if (!(error instanceof ZkcxError)) return false;
          }
        }
        return true;
      }),
      { numRuns: 500 },
    );
  });
});

describe('answers', () => {
  const schema = ES9P.cancelSession.answer;

  test('a refusal is thrown with the codes of the server', () => {
    const status = STATUS.authenticateClient.matchingIdRefused;
    const json = JSON.parse(JSON.stringify(encodeFailure(status))) as unknown;
    expect(() => decodeAnswer(schema, json)).toThrow(RspRefusal);
    expect(() => decodeAnswer(schema, json)).toThrow(
      expect.objectContaining({ code: 'ERR_RSP_REFUSED', reason: '8.2.6/3.8', status }),
    );
  });

  test('a refusal without codes, and words that would move a cursor', () => {
    const failed = (statusCodeData?: object) => ({
      header: { functionExecutionStatus: { status: 'Failed', statusCodeData } },
    });
    expect(() => decodeAnswer(schema, failed())).toThrow(
      expect.objectContaining({ reason: '0/0' }),
    );
    const codes = { subjectCode: '8.1', reasonCode: '6.1' };
    expect(() => decodeAnswer(schema, failed({ ...codes, message: 'a\u001b[2Jb' }))).toThrow(
      'a [2Jb',
    );
    expect(() => decodeAnswer(schema, failed({ ...codes, subjectCode: 'x' }))).toThrow(
      expect.objectContaining({ reason: '0/6.1' }),
    );
  });

  test('success with and without a header; an unknown status is refused', () => {
    expect(decodeAnswer(schema, SUCCESS)).toEqual({});
    expect(decodeAnswer(schema, {})).toEqual({});
    const unknown = { header: { functionExecutionStatus: { status: 'Maybe' } } };
    expect(() => decodeAnswer(schema, unknown)).toThrow(coded('ERR_RSP_JSON'));
  });

  test('success with a part missing or of another kind', () => {
    const { answer } = ES9P.getBoundProfilePackage;
    const good = { ...SUCCESS, transactionId: '00', boundProfilePackage: 'vzYA' };
    expect(decodeAnswer(answer, good).transactionId).toEqual(Uint8Array.of(0));
    expect(() => decodeAnswer(answer, { ...SUCCESS, transactionId: '00' })).toThrow(
      coded('ERR_RSP_JSON'),
    );
    expect(() => decodeAnswer(answer, { ...good, boundProfilePackage: 'MAA=' })).toThrow(
      coded('ERR_DER_TAG'),
    );
  });
});

test('the table has the pairs of the standard, function by function', () => {
  const pairs = Object.fromEntries(
    Object.entries(STATUS).map(([name, entries]) => [
      name,
      Object.values(entries).map(({ subjectCode, reasonCode }) => `${subjectCode}/${reasonCode}`),
    ]),
  );
  const standard = {
    initiateAuthentication: ['8.8.1/3.8', '8.8.2/3.1', '8.8.3/3.1', '8.8.4/3.7'],
    authenticateClient: [
      '8.1.2/6.1 8.1.2/6.3 8.1.3/6.1 8.1.3/6.3 8.11.1/3.9 8.1/6.1 8.10.1/3.9',
      '8.2.6/3.8 8.1.1/3.8 8.2/1.2 8.2.5/4.3 8.8.5/4.10 8.8.5/6.4',
    ],
    getBoundProfilePackage: ['8.1/6.1 8.10.1/3.9 8.2.7/2.2 8.2.7/3.8 8.2.7/6.4 8.2/3.7 8.1/4.8'],
    cancelSession: ['8.10.1/3.9 8.1/6.1 8.8/3.10'],
    es2p: [
      '8.2.1/3.3 8.2.1/3.5 8.2.1/3.9 8.2.5/3.7 8.2.5/3.8 8.2.5/3.9',
      '8.2.6/2.1 8.2.6/3.3 8.2.6/3.10 8.1.1/2.2 8.1.1/3.10 8.9/5.1',
    ],
    common: ['1.3.2/3.1'],
  };
  for (const [name, rows] of Object.entries(standard)) {
    expect(pairs[name]).toEqual(expect.arrayContaining(rows.join(' ').split(' ')));
  }
  const all = Object.values(pairs).flat();
  expect(all.filter((pair) => !/^\d+(\.\d+){0,2}\/\d+\.\d+$/.test(pair))).toEqual([]);
});
