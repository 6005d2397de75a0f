/** The edge: what is no request gets a proper answer, whatever it is. */
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { z } from 'zod';
import { es2pApp } from '../../../src/rsp/smdpp/es2p/app.ts';
import { decodeAnswer, encodeJson, ES9P } from '../../../src/sgp22/messages/es9p.ts';
import { AuthenticateServerResponse } from '../../../src/sgp22/messages/authenticate-server.ts';
import { CancelSessionResponse } from '../../../src/sgp22/messages/cancel-session.ts';
import { EuiccInfo1 } from '../../../src/sgp22/messages/euicc-info.ts';
import { PrepareDownloadResponse } from '../../../src/sgp22/messages/prepare-download.ts';
import { es9pApp } from '../../../src/rsp/smdpp/app.ts';
import type { FunctionEvent } from '../../../src/rsp/server/json-functions.ts';
import { listen, type Listening } from '../../../src/rsp/server/listen.ts';
import { fixture } from '../../support/certificates/index.ts';
import {
  authenticateServer,
  cancelSession,
  euiccInfo,
  installationResult,
  prepareDownload,
  sgp26Euicc,
} from '../../support/rsp/soft-euicc.ts';
import { tlsCertificate } from '../../support/rsp/tls.ts';
import { ADDRESS, TestSmdp } from '../../support/rsp/smdpp.ts';

let smdp: TestSmdp;
let es9p: Listening;
let es2p: Listening;
const events: FunctionEvent[] = [];
const MAX_BODY = 20_000;

beforeAll(async () => {
  smdp = await TestSmdp.open({ maxSessions: 200 });
  const options = { maxBody: MAX_BODY, onEvent: (event: FunctionEvent) => events.push(event) };
  const local = { host: '127.0.0.1', port: 0 };
  es9p = await listen(es9pApp(smdp.server, options), { ...local, requestTimeout: 400 });
  es2p = await listen(es2pApp(smdp.server.context), local);
});
afterAll(async () => {
  await es9p.close();
  await es2p.close();
  await smdp.close();
});

const euicc = sgp26Euicc();
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const JSON_TYPE = { 'content-type': 'application/json' };

function post(path: string, body: unknown, headers: Record<string, string> = JSON_TYPE) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(es9p.url + path, { method: 'POST', headers, body: text });
}

async function call<S extends z.ZodType>(path: string, answer: S, request: object) {
  const response = await post(path, request);
  expect(response.status).toBe(200);
  return decodeAnswer(answer, await response.json());
}

const initiation = (changes: object = {}) => ({
  euiccChallenge: base64(new Uint8Array(16)),
  euiccInfo1: base64(EuiccInfo1.encode(euiccInfo())),
  smdpAddress: ADDRESS,
  ...changes,
});

describe('ES9+', () => {
  test('a download in JSON, as the standard spells it', async () => {
    const { matchingId, iccid } = await smdp.order();
    const first = await post(ES9P.initiateAuthentication.path, initiation());
    expect(first.headers.get('content-type')).toBe('application/json;charset=UTF-8');
    expect(first.headers.get('x-admin-protocol')).toMatch(/^gsma\/rsp\/v2\./);
    const json = (await first.json()) as Record<string, unknown>;
    expect(json).toMatchObject({
      header: { functionExecutionStatus: { status: 'Executed-Success' } },
      transactionId: expect.stringMatching(/^[0-9A-F]{32}$/),
    });
    const initiated = decodeAnswer(ES9P.initiateAuthentication.answer, json);
    const transactionId = json.transactionId as string;
    const authenticated = authenticateServer(euicc, initiated.serverSigned1, { matchingId });
    const { authenticateClient, getBoundProfilePackage } = ES9P;
    const offer = await call(authenticateClient.path, authenticateClient.answer, {
      transactionId,
      authenticateServerResponse: base64(AuthenticateServerResponse.encode(authenticated)),
    });
    const prepared = prepareDownload(euicc, offer);
    const bound = await call(getBoundProfilePackage.path, getBoundProfilePackage.answer, {
      // the hexadecimal digits may come in either case
      transactionId: transactionId.toLowerCase(),
      prepareDownloadResponse: base64(PrepareDownloadResponse.encode(prepared)),
    });
    expect(bound.boundProfilePackage.length).toBeGreaterThan(3_000);
    const result = installationResult(euicc, initiated.transactionId, iccid);
    const notified = await post(ES9P.handleNotification.path, {
      header: { functionRequesterIdentifier: 'x', functionCallIdentifier: 'y' },
      pendingNotification: base64(result.der),
    });
    expect([notified.status, await notified.text()]).toEqual([204, '']);
    expect((await smdp.storedOrder(iccid))?.state).toBe('installed');
  });

  test('a refusal has HTTP 200, the status Failed, and its codes', async () => {
    const request = initiation({ smdpAddress: 'other.example.com' });
    const response = await post(ES9P.initiateAuthentication.path, request);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      header: {
        functionExecutionStatus: {
          status: 'Failed',
          statusCodeData: {
            subjectCode: '8.8.1',
            reasonCode: '3.8',
            message: expect.any(String),
          },
        },
      },
    });
    expect(events.at(-1)).toMatchObject({ http: 200, refused: '8.8.1/3.8' });
  });

  test('cancelSession answers with the header alone', async () => {
    const { matchingId } = await smdp.order();
    const { transactionId } = await smdp.authenticate(euicc, matchingId);
    const { cancelSessionResponse } = cancelSession(euicc, transactionId, 1);
    const { transactionId: id, ...rest } = encodeJson(ES9P.cancelSession.request, {
      transactionId,
      cancelSessionResponse: {
        ...cancelSessionResponse,
        der: CancelSessionResponse.encode(cancelSessionResponse),
      },
    });
    const response = await post(ES9P.cancelSession.path, { transactionId: id, ...rest });
    expect(await response.json()).toEqual({
      header: { functionExecutionStatus: { status: 'Executed-Success' } },
    });
  });

  test('a notification that nobody asked for is taken all the same', async () => {
    const { der } = installationResult(euicc, new Uint8Array(16), '8944999999999999999');
    const response = await post(ES9P.handleNotification.path, { pendingNotification: base64(der) });
    expect(response.status).toBe(204);
  });
});

describe('what is no request', () => {
  const { path } = ES9P.initiateAuthentication;

  test.each([
    ['no JSON', 400, path, '{', JSON_TYPE],
    ['an empty body', 400, path, '', JSON_TYPE],
    ['JSON that is no object', 400, path, '[1]', JSON_TYPE],
    ['JSON null', 400, path, 'null', JSON_TYPE],
    ['a missing field', 400, path, JSON.stringify({ smdpAddress: ADDRESS }), JSON_TYPE],
    ['a field of another type', 400, path, initiation({ euiccChallenge: 7 }), JSON_TYPE],
    ['wrong base64', 400, path, initiation({ euiccChallenge: '*' }), JSON_TYPE],
    ['a short challenge', 400, path, initiation({ euiccChallenge: 'AAAA' }), JSON_TYPE],
    ['an element that is cut off', 400, path, initiation({ euiccInfo1: 'vyA1' }), JSON_TYPE],
    ['another element', 400, path, initiation({ euiccInfo1: 'MAA=' }), JSON_TYPE],
    ['another content type', 415, path, initiation(), { 'content-type': 'text/plain' }],
    ['an unknown path', 404, '/gsma/rsp2/es9plus/getProfile', {}, JSON_TYPE],
    ['the root', 404, '/', {}, JSON_TYPE],
    ['a body that is too large', 413, path, 'x'.repeat(MAX_BODY + 1), JSON_TYPE],
  ])('%s: HTTP %i with a status object', async (_, http, to, body, headers) => {
    const response = await post(to, body, headers as Record<string, string>);
    expect(response.status).toBe(http);
    expect(await response.json()).toMatchObject({
      header: { functionExecutionStatus: { status: 'Failed' } },
    });
  });

  test('GET: HTTP 405, and POST is allowed', async () => {
    const response = await fetch(es9p.url + path);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('a body without a length that is too large: HTTP 413', async () => {
    const body = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(8_192));
      },
    });
    const init = { method: 'POST', headers: JSON_TYPE, body, duplex: 'half' } as RequestInit;
    // the server may close before all is sent; then there is no answer to read
    const status = await fetch(es9p.url + path, init).then(
      (response) => response.status,
      () => 413,
    );
    expect(status).toBe(413);
  });

  test('a client that is slow: HTTP 408, and the connection is closed', async () => {
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(es9p.port, '127.0.0.1');
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('error', () => resolve(text));
      socket.on('close', () => resolve(text));
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
      );
    });
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('any bytes in any field: a 4xx or a refusal, never a defect', async () => {
    const functions = Object.values(ES9P);
    const field = fc.oneof(fc.base64String(), fc.string(), fc.jsonValue());
    const before = events.length;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...functions),
        fc.array(field, { minLength: 3, maxLength: 3 }),
        async ({ path: to, request }, values) => {
          const names = Object.keys(request.shape);
          const body = Object.fromEntries(names.map((name, i) => [name, values[i]]));
          const response = await post(to, body);
          expect([200, 204, 400]).toContain(response.status);
        },
      ),
      { numRuns: 100 },
    );
    expect(events.slice(before).filter(({ defect }) => defect !== undefined)).toEqual([]);
  });

  test('more devices than there is room for: HTTP 503, and when to come back', async () => {
    const small = await TestSmdp.open({ maxSessions: 1 });
    const app = es9pApp(small.server);
    const { matchingId } = await small.order();
    await small.authenticate(euicc, matchingId);
    const { transactionId, serverSigned1 } = await small.initiate(euicc);
    const response = AuthenticateServerResponse.encode(authenticateServer(euicc, serverSigned1));
    const body = JSON.stringify({
      transactionId: Buffer.from(transactionId).toString('hex'),
      authenticateServerResponse: base64(response),
    });
    const init = { method: 'POST', headers: JSON_TYPE, body };
    const answer = await app.request(ES9P.authenticateClient.path, init);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '60']);
    await small.close();
  });

  test('a store that fails: HTTP 503, and the operator hears of it', async () => {
    const broken = await TestSmdp.open();
    const heard: FunctionEvent[] = [];
    const app = es9pApp(broken.server, { onEvent: (event) => heard.push(event) });
    await broken.server.context.store.close();
    const init = { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(initiation()) };
    expect((await app.request(path, init)).status).toBe(503);
    expect(heard[0]?.defect).toMatchObject({ code: 'ERR_RSP_STORE' });
    await broken.close();
  });
});

describe('ES2+', () => {
  const es2 = async (name: string, body: object) => {
    const url = `${es2p.url}/gsma/rsp2/es2plus/${name}`;
    const init = { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(body) };
    const response = await fetch(url, init);
    return { http: response.status, json: await response.json() };
  };
  const header = { functionRequesterIdentifier: '2.999.1', functionCallIdentifier: '1' };
  const refused = (subjectCode: string, reasonCode: string) => ({
    http: 200,
    json: { header: { functionExecutionStatus: { statusCodeData: { subjectCode, reasonCode } } } },
  });

  test('all four functions in JSON', async () => {
    const iccid = await smdp.profile();
    const success = { header: { functionExecutionStatus: { status: 'Executed-Success' } } };
    // an ICCID of 19 digits comes with or without filler
    expect(await es2('downloadOrder', { header, iccid: `${iccid}F` })).toEqual({
      http: 200,
      json: { ...success, iccid },
    });
    const confirmed = await es2('confirmOrder', {
      header,
      iccid,
      matchingId: 'ES2-JSON',
      releaseFlag: false,
    });
    expect(confirmed.json).toEqual({ ...success, matchingId: 'ES2-JSON', smdpAddress: ADDRESS });
    expect((await es2('releaseProfile', { header, iccid })).json).toEqual(success);
    const cancelled = await es2('cancelOrder', {
      header,
      iccid,
      matchingId: 'ES2-JSON',
      finalProfileStatusIndicator: 'Available',
    });
    expect(cancelled.json).toEqual(success);
    expect(await es2('releaseProfile', { header, iccid })).toMatchObject(refused('8.2.1', '3.9'));
  });

  test('a blind order in JSON, in the place of the EID', async () => {
    const blindOrder = '12345678901234567890';
    const iccid = await smdp.profile();
    const both = { iccid, blindOrder, eid: '89049032123451234512345678901235' };
    expect(await es2('downloadOrder', both)).toMatchObject(refused('8.1.1', '3.10'));
    expect((await es2('downloadOrder', { iccid, blindOrder })).json).toMatchObject({ iccid });
    const confirmed = await es2('confirmOrder', { iccid, releaseFlag: true });
    expect(confirmed.json).toMatchObject({ blindOrder });
    const cancellation = { iccid, finalProfileStatusIndicator: 'Available' };
    expect(await es2('cancelOrder', cancellation)).toMatchObject(refused('8.1.1', '2.2'));
    expect((await es2('cancelOrder', { ...cancellation, blindOrder })).http).toBe(200);
    expect((await smdp.storedOrder(iccid))?.state).toBe('cancelled');
  });

  test.each([
    ['an ICCID that is none', 'downloadOrder', { iccid: '12' }],
    ['neither ICCID nor type', 'downloadOrder', {}],
    ['a MatchingID with other characters', 'confirmOrder', { matchingId: 'a$b' }],
    ['an EID that is none', 'downloadOrder', { eid: '89' }],
    ['a blind order that is none', 'downloadOrder', { profileType: 'any', blindOrder: '0' }],
    ['no final state', 'cancelOrder', { iccid: '8944000000000000001' }],
  ])('HTTP 400 for %s', async (_, name, body) => {
    expect((await es2(name, body)).http).toBe(400);
  });
});

describe('TLS', () => {
  const { cert, key } = tlsCertificate();
  const ci = new TextDecoder().decode(fixture('sgp26/CertificateIssuer/CERT_CI_ECDSA_NIST.pem'));
  const local = { host: '127.0.0.1', port: 0 };

  /** HTTP status of a GET, or the code of what went wrong. */
  const get = (port: number, options: object) =>
    new Promise<unknown>((resolve) => {
      const call = httpsRequest(
        { host: '127.0.0.1', port, ...options, agent: false },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      call.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code));
      call.end();
    });
  const known = { ca: ci, checkServerIdentity: () => undefined };

  test('with the certificate that is configured', async () => {
    const server = await listen(es9pApp(smdp.server), { ...local, tls: { cert, key } });
    expect(await get(server.port, known)).toBe(404);
    expect(await get(server.port, { ...known, maxVersion: 'TLSv1.1' })).not.toBe(404);
    await server.close();
  });

  test('with clients that have a certificate of the configured CA, and no others', async () => {
    const tls = { cert, key, clientCa: ci };
    const server = await listen(es2pApp(smdp.server.context), { ...local, tls });
    expect(await get(server.port, { ...known, cert, key })).toBe(404);
    expect(await get(server.port, known)).not.toBe(404);
    await server.close();
  });

  test('plain HTTP is for loopback addresses only', async () => {
    const app = es9pApp(smdp.server);
    await expect(listen(app, { host: '0.0.0.0', port: 0 })).rejects.toMatchObject({
      code: 'ERR_RSP_LISTEN',
    });
  });

  test.each([
    ['a port that is taken', () => ({ ...local, port: es9p.port })],
    ['a certificate that is none', () => ({ ...local, tls: { cert: 'x', key } })],
  ])('%s is said', async (_, options) => {
    const started = listen(es9pApp(smdp.server), options());
    await expect(started).rejects.toMatchObject({ code: 'ERR_RSP_LISTEN' });
  });
});
