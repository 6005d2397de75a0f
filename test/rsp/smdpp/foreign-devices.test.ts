/** What eUICCs and LPAs say of themselves in forms of their own: advice, which stops no session. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { encodeTlv } from '../../../src/asn1/tlv.ts';
import { concatBytes } from '../../../src/bytes.ts';
import { EuiccInfo2, readDeviceFacts } from '../../../src/sgp22/messages/euicc-info.ts';
import {
  EuiccSigned1Beginning,
  ServerSigned1,
} from '../../../src/sgp22/messages/authenticate-server.ts';
import { sign } from '../../../src/sgp22/messages/signature.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import { authenticateServer, sgp26Euicc } from '../../support/rsp/soft-euicc.ts';
import { TestSmdp } from '../../support/rsp/smdpp.ts';

let smdp: TestSmdp;
beforeAll(async () => {
  smdp = await TestSmdp.open({ downloadLimit: 100 });
});
afterAll(() => smdp.close());

const euicc = sgp26Euicc();
const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
const element = (tag: string, content: string) => encodeTlv(Number(`0x${tag}`), hex(content));

/** The fields of an EUICCInfo2 by their tags, some of them changed, left out (null) or put at the end. */
function info(
  changes: Record<string, string | null> = {},
  tags = ['81', '82', '83', '84', '85', '88', 'a9', 'aa', '99', '04', '0c'],
  more = '',
): Uint8Array {
  const list = `0414f54172bdf98a95d65cbeb88a38a1c11d800a85c3`;
  const fields: Record<string, string | null> = {
    '81': '020301',
    '82': '020400',
    '83': '010000',
    '84': '81010082040007a120830222b8',
    '85': '067f36d3c3',
    '88': '0490',
    a9: list,
    aa: list,
    '99': '0640',
    '04': '010000',
    '0c': '544553542d31',
    ...changes,
  };
  const parts = tags.map((tag) => {
    const content = fields[tag];
    return typeof content === 'string' ? element(tag, content) : new Uint8Array();
  });
  return encodeTlv(0xbf22, ...parts, hex(more));
}

const authenticate = (der: Uint8Array, matchingId?: string) =>
  smdp.authenticate(euicc, matchingId, { change: { euiccInfo2: { der } } });

describe('a session goes on with euiccInfo2', () => {
  test('as the standard has it', async () => {
    expect(EuiccInfo2.decode(info()).profileVersion).toBe('2.3.1');
    expect(readDeviceFacts(info())).toMatchObject({
      profileVersion: '2.3.1',
      freeMemory: 500_000,
      forbiddenProfilePolicyRules: ['ppr1'],
    });
  });

  test.each([
    ['extCardResource that is text', info({ '84': '414243' })],
    ['extCardResource in another order', info({ '84': '820400049c68810100' })],
    ['extCardResource with a number twice', info({ '84': '82021000820220008101008302aaaa' })],
    ['extCardResource with a number of seven bytes', info({ '84': '820701020304050607' })],
    ['an empty extCardResource', info({ '84': '' })],
    ['extCardResource that is cut off', info({ '84': '81010082040007' })],
    ['no extCardResource', info({ '84': null })],
    ['a profile version of two bytes', info({ '81': '0203' })],
    ['no profile version', info({ '81': null })],
    ['rspCapability that is no BIT STRING', info({ '88': '' })],
    ['rspCapability with bits where none are', info({ '88': '09ff' })],
    ['no rspCapability', info({ '88': null })],
    ['policy rules that are no BIT STRING', info({ '99': 'ff' })],
    ['policy rules twice', info({}, ['81', '88', '99', '04', '0c', '99'])],
    ['versions of four bytes', info({ '82': '02040000', '83': '01000000', '04': '01000000' })],
    ['an accreditation number that is no text', info({ '0c': 'ff00' })],
    ['key identifiers that are none', info({ a9: '3000', aa: 'ff' })],
    ['fields in another order', info({}, ['0c', '99', '88', '84', '82', '81'])],
    ['unknown fields between them', info({ '8f': '00' }, ['81', '8f', '82', '84', '88', '0c'])],
    ['bytes behind them that are no element', info({}, undefined, '1f')],
    ['nothing in it', hex('bf2200')],
  ])('with %s', async (_, der) => {
    const { matchingId } = await smdp.order();
    const answer = await authenticate(der, matchingId);
    // and to its end: memory that nobody knows of is no reason against the package
    expect(await refusalOf(smdp.bind(euicc, answer))).toBe('accepted');
  });
});

describe('what can be read counts, whatever is beside it', () => {
  const oddInfo = { '84': '414243', '82': '02', '0c': 'ff' };

  test.each([
    ['the version of the package', info({ ...oddInfo, '81': '020000' }), {}],
    [
      'a forbidden rule, in more bits than DER has',
      info({ ...oddInfo, '99': '0440' }),
      { policyRules: ['ppr1' as const], mccMnc: '00f110' },
    ],
    ['no test profiles', info({ ...oddInfo, '88': '0780' }), { profileClass: 'test' as const }],
  ])('8.2.5/4.3 for %s', async (_, der, profile) => {
    const { matchingId } = await smdp.order({}, profile);
    expect(await refusalOf(authenticate(der, matchingId))).toBe('8.2.5/4.3');
  });

  test('8.1/4.8 for memory, although its field comes first', async () => {
    const { matchingId } = await smdp.order();
    const answer = await authenticate(info({ '84': '82020040810100' }), matchingId);
    expect(await refusalOf(smdp.bind(euicc, answer))).toBe('8.1/4.8');
  });

  test.each([
    ['a newer package', { '81': null }, {}],
    [
      'a package with a policy rule',
      { '99': '09' },
      { policyRules: ['ppr1' as const], mccMnc: '00f110' },
    ],
    ['a test profile', { '88': null }, { profileClass: 'test' as const }],
  ])('%s goes to a device that does not say what it takes', async (_, changes, profile) => {
    const { matchingId } = await smdp.order({}, profile);
    expect(await refusalOf(authenticate(info(changes), matchingId))).toBe('accepted');
  });
});

describe('signed bytes', () => {
  test('8.1/6.1 when a byte of odd advice is changed after it was signed', async () => {
    const { matchingId } = await smdp.order();
    const { transactionId, serverSigned1 } = await smdp.initiate(euicc);
    const change = { euiccInfo2: { der: info({ '84': '414243' }) } };
    const response = authenticateServer(euicc, serverSigned1, { matchingId, change });
    const at = Buffer.from(response.euiccSigned1).indexOf('ABC');
    response.euiccSigned1[at] = 0x42;
    const authenticateServerResponse = { ...response, der: new Uint8Array() };
    const request = { transactionId, authenticateServerResponse };
    expect(await refusalOf(smdp.server.authenticateClient(request))).toBe('8.1/6.1');
  });

  test.each([
    ['another element in the place of euiccInfo2', 'bf2000', 'a00480004154'],
    ['no euiccInfo2', '', 'a00480025454'],
    ['another element in the place of ctxParams1', 'bf2200', 'a100'],
    ['ctxParams1 that is cut off', 'bf2200', 'a0028005'],
    ['nothing behind euiccInfo2', 'bf2200', ''],
  ])('8.1/6.1 for %s', async (_, euiccInfo2, ctxParams1) => {
    const { transactionId, serverSigned1 } = await smdp.initiate(euicc);
    const { serverAddress, serverChallenge } = ServerSigned1.decode(serverSigned1);
    const beginning = EuiccSigned1Beginning.encode({
      transactionId,
      serverAddress,
      serverChallenge,
    });
    const euiccSigned1 = encodeTlv(0x30, beginning, hex(euiccInfo2), hex(ctxParams1));
    const authenticateServerResponse = {
      ...authenticateServer(euicc, serverSigned1),
      euiccSigned1,
      euiccSignature1: sign(euicc.key.secret, euiccSigned1),
      der: new Uint8Array(),
    };
    const request = { transactionId, authenticateServerResponse };
    expect(await refusalOf(smdp.server.authenticateClient(request))).toBe('8.1/6.1');
  });
});

describe('ctxParams1', () => {
  const withParams = (content: Uint8Array) =>
    refusalOf(
      smdp.authenticate(euicc, undefined, {
        change: { ctxParams1: { der: encodeTlv(0xa0, content) } },
      }),
    );
  const named = (matchingId: string) => encodeTlv(0x80, new TextEncoder().encode(matchingId));

  test.each([
    ['without device information', ''],
    ['with device information of other sizes', 'a1068002ffffa100'],
    ['with unknown capabilities', 'a10e800412345678a1068f0122820100'],
    ['with unknown elements behind it', 'a108800412345678a1008f0100'],
  ])('the order is found %s', async (_, more) => {
    const { matchingId } = await smdp.order();
    expect(await withParams(concatBytes(named(matchingId!), hex(more)))).toBe('accepted');
  });

  test.each(['x'.repeat(300), 'NO\u0000ORDER', 'no order', '\ud800', '../order'])(
    '8.2.6/3.8 for the MatchingID %j, which no order can have',
    async (matchingId) => {
      expect(await withParams(named(matchingId))).toBe('8.2.6/3.8');
    },
  );

  test('8.2.6/3.8 for a MatchingID that is no UTF-8', async () => {
    expect(await withParams(encodeTlv(0x80, hex('ff')))).toBe('8.2.6/3.8');
  });
});
