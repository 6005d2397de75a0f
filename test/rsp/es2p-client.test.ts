/** The client of ES2+ against the server itself. */
import { X509Certificate } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { es2pClient, type Es2pClientOptions } from '../../src/rsp/es2p-client/index.ts';
import { administrate, type Es2pOptions, serveSmdp } from '../../src/rsp/smdpp/service.ts';
import type { SmdpService } from '../../src/rsp/smdpp/service.ts';
import { fixture } from '../support/certificates/keys.ts';
import { NOW } from '../support/certificates/chains.ts';
import { ADDRESS, testPackage, testTrust } from '../support/rsp/smdpp.ts';
import { tlsCertificate } from '../support/rsp/tls.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const LOCAL = { host: '127.0.0.1', port: 0 };
const TOKEN = 'ES2-token-for-tests-0123456789abcdef';
const ICCID = '8944000000000000019';
const EID = '89049032123451234512345678901235';
const ca = new X509Certificate(
  fixture('sgp26/CertificateIssuer/CERT_CI_ECDSA_NIST.der'),
).toString();
const { cert, key } = tlsCertificate();
const serverName = 'testsmdpplus1.example.com';

const services: SmdpService[] = [];
afterAll(async () => {
  for (const service of services) await service.close();
});

/** A server with one profile; returns the URL of ES2+. */
async function serve(es2p: Es2pOptions): Promise<string> {
  const folder = join(temporaryFolder(), 'data');
  const settings = { address: ADDRESS };
  const now = () => NOW;
  const parts = { folder, settings, trust: testTrust(), es9p: LOCAL, es2p, now };
  const service = await serveSmdp(parts);
  services.push(service);
  const content = Buffer.from(testPackage(ICCID)).toString('base64');
  const names = { serviceProviderName: 'O', profileName: 'P', profileType: 'T' };
  await administrate(folder, 'addProfile', { package: content, ...names }, { now });
  return service.es2p!.url;
}

const failure = (call: Promise<unknown>) =>
  call.then(
    () => 'accepted',
    ({ code, reason }: { code: string; reason?: string }) => [code, reason],
  );

describe('an order from its beginning to its end', () => {
  let url: string;
  beforeAll(async () => {
    url = await serve({ ...LOCAL, token: TOKEN });
  });

  test('in all functions', async () => {
    const client = es2pClient(url, { token: TOKEN, requester: '2.999.1' });
    expect(await client.downloadOrder({ profileType: 'T', eid: EID })).toEqual({ iccid: ICCID });
    const confirmed = await client.confirmOrder({
      iccid: `${ICCID}F`,
      matchingId: 'M-1',
      confirmationCode: '1234',
      releaseFlag: false,
    });
    expect(confirmed).toEqual({ eid: EID, matchingId: 'M-1', smdpAddress: ADDRESS });
    expect(await client.releaseProfile({ iccid: ICCID })).toBeUndefined();
    const withdrawn = { iccid: ICCID, finalProfileStatusIndicator: 'Available' } as const;
    expect(await failure(client.cancelOrder(withdrawn))).toEqual(['ERR_RSP_REFUSED', '8.1.1/2.2']);
    expect(await client.cancelOrder({ ...withdrawn, eid: EID })).toBeUndefined();
  });

  test('refusals have the codes of the server', async () => {
    const client = es2pClient(url, { token: TOKEN });
    const refused = client.releaseProfile({ iccid: '8944000000000000027' });
    await expect(refused).rejects.toMatchObject({
      code: 'ERR_RSP_REFUSED',
      status: { subjectCode: '8.2.1', reasonCode: '3.9' },
    });
  });

  test.each([
    ['no request', { iccid: 'x' }],
    ['a number for an ICCID', { iccid: 5 }],
    ['nothing', undefined],
  ])('%s is not sent', async (_, request) => {
    const client = es2pClient(url, { token: TOKEN });
    expect(await failure(client.releaseProfile(request as never))).toEqual([
      'ERR_ARGUMENT',
      undefined,
    ]);
  });

  test.each<[string, Es2pClientOptions]>([
    ['without a token', {}],
    ['with another token', { token: 'x'.repeat(40) }],
  ])('%s nothing is ordered', async (_, options) => {
    const ordered = es2pClient(url, options).downloadOrder({ iccid: ICCID });
    await expect(ordered).rejects.toMatchObject({
      code: 'ERR_RSP_REFUSED',
      message: 'Send the token of ES2+',
    });
  });
});

describe('a server', () => {
  test('that wants certificates of its clients', async () => {
    const url = await serve({ ...LOCAL, tls: { cert, key, clientCa: ca } });
    const call = (tls: Es2pClientOptions['tls']) =>
      failure(es2pClient(url, { tls }).downloadOrder({ iccid: ICCID }));
    expect(await call({ ca, cert, key, serverName })).toBe('accepted');
    expect((await call({ ca, serverName }))[0]).toMatch(/^ERR_RSP_(TLS|SERVER)$/);
    expect((await call({ cert, key, serverName }))[0]).toBe('ERR_RSP_TLS');
    expect(await call({ ca, cert, key })).toEqual(['ERR_RSP_TLS', 'ERR_TLS_CERT_ALTNAME_INVALID']);
  });

  test('on a socket', async () => {
    const url = await serve({ socket: join(temporaryFolder(), 'es2') });
    expect(url).toMatch(/^unix:/);
    expect(await es2pClient(url).downloadOrder({ iccid: ICCID })).toEqual({ iccid: ICCID });
  });
});

describe('what is no answer', () => {
  let server: Server;
  let url: string;
  let answer: { status: number; body: string } | undefined;
  beforeAll(async () => {
    server = createServer((_, response) => {
      if (answer === undefined) return;
      response.writeHead(answer.status, { location: 'https://elsewhere.example.com' });
      response.end(answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const ask = (options: Es2pClientOptions = {}) =>
    failure(es2pClient(url, options).downloadOrder({ iccid: ICCID }));

  test.each([
    ['silence', undefined, ['ERR_RSP_SERVER', undefined]],
    ['a redirect', { status: 302, body: '' }, ['ERR_RSP_SERVER', '302']],
    ['a busy server', { status: 503, body: '{}' }, ['ERR_RSP_SERVER', '503']],
    ['an empty body', { status: 200, body: '' }, ['ERR_RSP_SERVER', undefined]],
    ['a page', { status: 200, body: '<html>' }, ['ERR_RSP_SERVER', undefined]],
    ['an answer without ICCID', { status: 200, body: '{}' }, ['ERR_RSP_JSON', 'iccid']],
    ['HTTP 204', { status: 204, body: '' }, ['ERR_RSP_SERVER', undefined]],
  ])('%s', async (_, given, expected) => {
    answer = given;
    expect(await ask({ timeout: 300 })).toEqual(expected);
  });

  test('nobody there', async () => {
    const closed = es2pClient('http://127.0.0.1:1');
    expect(await failure(closed.releaseProfile({ iccid: ICCID }))).toEqual([
      'ERR_RSP_SERVER',
      'ECONNREFUSED',
    ]);
  });

  test('a caller that gave up', async () => {
    answer = undefined;
    expect((await ask({ signal: AbortSignal.timeout(20) }))[0]).toBe('ERR_RSP_SERVER');
  });

  test.each(['http://example.com', 'ftp://x', 'https://x/path', 'https://u:p@x', 'x', 'unix:x'])(
    '%s is no URL of a server',
    (wrong) => {
      expect(() => es2pClient(wrong)).toThrow(expect.objectContaining({ code: 'ERR_ARGUMENT' }));
    },
  );
});
