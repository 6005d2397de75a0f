/** What ES9+ makes of callers of other versions, and of notifications that are odd. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { encodeTlv } from '../../../src/asn1/tlv.ts';
import { concatBytes } from '../../../src/bytes.ts';
import { es2pApp } from '../../../src/rsp/smdpp/es2p/app.ts';
import { es9pApp } from '../../../src/rsp/smdpp/app.ts';
import type { FunctionEvent } from '../../../src/rsp/server/json-functions.ts';
import { ES9P } from '../../../src/sgp22/messages/es9p.ts';
import { EuiccInfo1 } from '../../../src/sgp22/messages/euicc-info.ts';
import { readNotification } from '../../../src/sgp22/messages/received-notification.ts';
import { sign } from '../../../src/sgp22/messages/signature.ts';
import { madeUpKey } from '../../support/certificates/keys.ts';
import {
  euiccInfo,
  installationResult,
  notification,
  sgp26Euicc,
  TEST_OID,
} from '../../support/rsp/soft-euicc.ts';
import { ADDRESS, TestSmdp } from '../../support/rsp/smdpp.ts';

let smdp: TestSmdp;
const events: FunctionEvent[] = [];
beforeAll(async () => {
  smdp = await TestSmdp.open();
});
afterAll(() => smdp.close());

const euicc = sgp26Euicc();
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

type App = { request(path: string, init: object): Response | Promise<Response> };

async function post(app: App, path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await app.request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { http: response.status, json: text === '' ? undefined : (JSON.parse(text) as unknown) };
}

const es9p = () => es9pApp(smdp.server, { onEvent: (event) => events.push(event) });
const refused = (subjectCode: string, reasonCode: string) => ({
  http: 200,
  json: {
    header: {
      functionExecutionStatus: { status: 'Failed', statusCodeData: { subjectCode, reasonCode } },
    },
  },
});
const success = {
  http: 200,
  json: { header: { functionExecutionStatus: { status: 'Executed-Success' } } },
};

describe('X-Admin-Protocol', () => {
  const initiation = {
    euiccChallenge: base64(new Uint8Array(16)),
    euiccInfo1: base64(EuiccInfo1.encode(euiccInfo())),
    smdpAddress: ADDRESS,
  };
  const { path } = ES9P.initiateAuthentication;
  const version = (text: string) => ({ 'x-admin-protocol': text });

  test.each(['gsma/rsp/v1.0.0', 'gsma/rsp/v1.1', 'GSMA/RSP/v1.255.0', 'gsma/rsp/v0.9.0'])(
    '1.3.2/3.1 for %s',
    async (text) => {
      expect(await post(es9p(), path, initiation, version(text))).toMatchObject(
        refused('1.3.2', '3.1'),
      );
      // whatever else is wrong with the request
      expect(await post(es9p(), path, '{', version(text))).toMatchObject(refused('1.3.2', '3.1'));
    },
  );

  test.each([
    'gsma/rsp/v2.0.0',
    'gsma/rsp/v2.5.0',
    'gsma/rsp/v2.255.255',
    // the highest version that an LPA speaks; it speaks v2 as well
    'gsma/rsp/v3.1.0',
    'gsma/rsp/v',
    'v1.0.0',
    'gsma/rsp/v1x.0.0',
    `gsma/rsp/v${'1'.repeat(4_000)}.0.0`,
  ])('%s is served', async (text) => {
    expect(await post(es9p(), path, initiation, version(text))).toMatchObject(success);
  });

  test('a request without it is served', async () => {
    expect(await post(es9p(), path, initiation)).toMatchObject(success);
  });

  test('counts in ES2+ too', async () => {
    const iccid = await smdp.profile();
    const order = (headers: Record<string, string>) =>
      post(es2pApp(smdp.server.context), '/gsma/rsp2/es2plus/downloadOrder', { iccid }, headers);
    expect(await order(version('gsma/rsp/v1.0.0'))).toMatchObject(refused('1.3.2', '3.1'));
    expect(await order({})).toMatchObject(success);
  });
});

describe('HandleNotification', () => {
  const notify = (body: unknown, headers?: Record<string, string>) =>
    post(es9p(), ES9P.handleNotification.path, body, headers);
  const send = (bytes: Uint8Array) => notify({ pendingNotification: base64(bytes) });
  const stateOf = async (iccid: string) => (await smdp.storedOrder(iccid))?.state;

  async function delivered() {
    const { iccid, matchingId } = await smdp.order();
    const { transactionId } = await smdp.download(euicc, matchingId);
    return { iccid, transactionId };
  }

  /** A ProfileInstallationResult of the given elements of its data, signed. */
  function result(parts: readonly Uint8Array[], more: readonly Uint8Array[] = [], key = euicc.key) {
    const data = encodeTlv(0xbf27, ...parts);
    const signature = encodeTlv(0x5f37, sign(key.secret, data));
    return encodeTlv(0xbf37, data, signature, ...more);
  }
  const id = (transactionId: Uint8Array) => encodeTlv(0x80, transactionId);
  const metadata = (iccid: string, ...more: Uint8Array[]) =>
    encodeTlv(0xbf2f, hex('800101810207800c0161'), encodeTlv(0x5a, hex(iccid)), ...more);
  const oid = hex('060388370a');
  const installed = hex('a21ca01a4f10a0000005591010ffffffff89000011000406300480020000');
  const failed = hex('a208a106800105810106');

  test('the OID of the test is that of the server', () => {
    const read = readNotification(result([id(hex('01')), metadata('98'), oid, installed]));
    expect(read).toMatchObject({ profileInstallationResultData: { smdpOid: TEST_OID } });
  });

  test.each([
    ['filler in the wrong place of the ICCID', [metadata('8901000000123456789f'), oid, installed]],
    ['an ICCID of nine bytes', [metadata('890100000012345678'), oid, installed]],
    ['an ICCID with hexadecimal digits', [metadata('98fa0b00000000000000'), oid, installed]],
    ['no metadata', [oid, installed]],
    ['metadata that are cut off', [hex('bf2f03800500'), oid, installed]],
    ['unknown elements', [hex('8f0100'), metadata('ff'), hex('9f21017f'), oid, installed]],
    ['an OID that is none', [metadata('ff'), hex('060180'), installed]],
    ['no OID', [metadata('ff'), installed]],
    ['elements in another order', [installed, oid, metadata('ff')]],
    ['an AID that is none', [metadata('ff'), oid, hex('a206a0044f020102')]],
  ])('HTTP 204, and the order is found by the transaction: %s', async (_, parts) => {
    const { iccid, transactionId } = await delivered();
    expect(await send(result([id(transactionId), ...parts]))).toEqual({ http: 204 });
    expect(await stateOf(iccid)).toBe('installed');
  });

  test('elements around what is signed do not matter', async () => {
    const { iccid, transactionId } = await delivered();
    const parts = [id(transactionId), metadata('ff'), oid, installed];
    const bytes = concatBytes(result(parts, [hex('8f0100')]), hex('8f0100'));
    const lines = base64(bytes).replace(/(.{64})/g, '$1\r\n');
    expect(await notify({ pendingNotification: lines, more: 1 })).toEqual({ http: 204 });
    expect(await stateOf(iccid)).toBe('installed');
  });

  test.each([
    ['a reason', failed],
    ['a reason that cannot be read', hex('a205a103810200')],
    ['a reason of a later version', hex('a208a106800105810163')],
  ])('a failure with %s ends the order', async (_, finalResult) => {
    const { iccid, transactionId } = await delivered();
    await send(result([id(transactionId), metadata('ff'), oid, finalResult]));
    expect(await stateOf(iccid)).toBe('error');
  });

  test.each([
    ['signed by another key', [oid, installed], madeUpKey('another')],
    ['with the OID of another server', [hex('060388370b'), installed], undefined],
    ['of another profile', [metadata('98443000000000000099'), oid, installed], undefined],
    ['without a result', [oid], undefined],
  ])('HTTP 204, and nothing changes: %s', async (_, parts, key) => {
    const { iccid, transactionId } = await delivered();
    expect(await send(result([id(transactionId), ...parts], [], key))).toEqual({ http: 204 });
    expect(await stateOf(iccid)).toBe('downloaded');
  });

  test('an event with unknown elements goes into the history', async () => {
    const { iccid, transactionId } = await delivered();
    await send(installationResult(euicc, transactionId, iccid).der);
    const { der } = notification(euicc, iccid, 'enable', 3);
    const withMore = encodeTlv(0x30, der.subarray(4), hex('8f0100'));
    expect(await send(withMore)).toEqual({ http: 204 });
    const last = (await smdp.storedOrder(iccid))?.history.at(-1)?.event;
    expect(last).toBe('enable (notification 3)');
  });

  test.each([
    ['no bytes', { pendingNotification: '' }],
    ['bytes that are no element', { pendingNotification: '/w==' }],
    ['another element', { pendingNotification: 'vyAA' }],
    ['no base64', { pendingNotification: '\u0000*' }],
    ['a number', { pendingNotification: 7 }],
    ['null', { pendingNotification: null }],
    ['no notification', {}],
    ['a list', []],
    ['null for a body', null],
    ['text for a body', '"x"'],
    ['a zkCX message that is none', { zkcx: 'x', transactionId: 1 }],
  ])('HTTP 204 for %s', async (_, body) => {
    expect(await notify(body)).toEqual({ http: 204 });
  });

  test('HTTP 204 for a caller of v1: it would send it again for ever', async () => {
    expect(await notify({}, { 'x-admin-protocol': 'gsma/rsp/v1.0.0' })).toEqual({ http: 204 });
  });

  test('HTTP 400, 405 and 415 for what is no request at all', async () => {
    expect((await notify('{')).http).toBe(400);
    expect((await notify({}, { 'content-type': 'text/plain' })).http).toBe(415);
    expect((await es9p().request(ES9P.handleNotification.path)).status).toBe(405);
  });

  test('HTTP 204 for any bytes, spoilt notifications among them', async () => {
    const { iccid, transactionId } = await delivered();
    const good = result([id(transactionId), metadata('ff'), oid, installed], [], madeUpKey('x'));
    const spoilt = fc
      .tuple(fc.nat({ max: good.length - 1 }), fc.nat({ max: 255 }), fc.nat({ max: good.length }))
      .map(([at, byte, end]) =>
        Uint8Array.from(good, (old, i) => (i === at ? byte : old)).subarray(0, end),
      );
    const before = events.length;
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array(), spoilt), async (bytes) => {
        expect(await send(bytes)).toEqual({ http: 204 });
      }),
      { numRuns: 200 },
    );
    expect(events.slice(before).filter(({ defect }) => defect !== undefined)).toEqual([]);
    expect(await stateOf(iccid)).toBe('downloaded');
  });

  test('HTTP 503 when the own store fails, so that it is sent again', async () => {
    const broken = await TestSmdp.open();
    const { iccid, matchingId } = await broken.order();
    const { transactionId } = await broken.download(euicc, matchingId);
    const { der } = installationResult(euicc, transactionId, iccid);
    await broken.server.context.store.close();
    const app = es9pApp(broken.server);
    const body = { pendingNotification: base64(der) };
    expect(await post(app, ES9P.handleNotification.path, body)).toMatchObject({ http: 503 });
    await broken.close();
  });
});
