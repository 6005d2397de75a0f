/** Who may use ES2+, and under which name of the server. */
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { FunctionEvent } from '../../../src/rsp/server/json-functions.ts';
import { type Es2pOptions, serveSmdp, type SmdpService } from '../../../src/rsp/smdpp/service.ts';
import { NOW } from '../../support/certificates/chains.ts';
import { fixture } from '../../support/certificates/keys.ts';
import { ADDRESS, testTrust } from '../../support/rsp/smdpp.ts';
import { tlsCertificate } from '../../support/rsp/tls.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const TOKEN = 'ES2-token-for-tests-0123456789abcdef';
const LOCAL = { host: '127.0.0.1', port: 0 };
const PATH = '/gsma/rsp2/es2plus/releaseProfile';
const BODY = JSON.stringify({ iccid: '8944000000000000019' });

let folder: string;
let service: SmdpService | undefined;
const events: FunctionEvent[] = [];
beforeEach(() => {
  folder = join(temporaryFolder(), 'data');
  events.splice(0);
});
afterEach(async () => {
  await service?.close();
  service = undefined;
});

async function serve(es2p: Es2pOptions): Promise<string> {
  service = await serveSmdp({
    folder,
    settings: { address: ADDRESS },
    trust: testTrust(),
    es9p: LOCAL,
    es2p,
    now: () => NOW,
    onEvent: (event) => events.push(event),
  });
  return service.es2p!.url;
}

interface Answer {
  readonly http: number | undefined;
  readonly text: string;
  readonly challenge: string | undefined;
}

/** A function of ES2+ that any caller may try: the order is unknown. */
function call(where: RequestOptions | string, headers: Record<string, string> = {}) {
  const base = typeof where === 'string' ? new URL(where) : undefined;
  const options: RequestOptions = {
    ...(base === undefined ? (where as RequestOptions) : { host: base.hostname, port: base.port }),
    path: PATH,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    agent: false,
  };
  const request = base?.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise<Answer>((resolve, reject) => {
    const sent = request(
      { ...options, rejectUnauthorized: false } as RequestOptions,
      (response) => {
        let text = '';
        response.on('data', (chunk) => (text += String(chunk)));
        response.on('end', () => {
          const challenge = response.headers['www-authenticate'];
          resolve({ http: response.statusCode, text, challenge });
        });
      },
    );
    sent.on('error', reject);
    sent.end(BODY);
  });
}

/** Code of the error that the server does not start for. */
const refused = (es2p: Es2pOptions) =>
  serve(es2p).then(
    () => 'served',
    ({ code }: { code: string }) => code,
  );

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const httpOf = async (...given: Parameters<typeof call>) => (await call(...given)).http;

describe('on a loopback port', () => {
  test('it is not served to everybody who is there', async () => {
    expect(await refused(LOCAL)).toBe('ERR_RSP_LISTEN');
  });

  test('it takes its token, and nothing like it', async () => {
    const url = await serve({ ...LOCAL, token: TOKEN });
    const { http, text, challenge } = await call(url);
    expect([http, challenge]).toEqual([401, 'Bearer']);
    expect(JSON.parse(text)).toMatchObject({
      header: { functionExecutionStatus: { status: 'Failed' } },
    });
    const wrong = [
      { authorization: TOKEN },
      { authorization: `Basic ${TOKEN}` },
      bearer(''),
      bearer(TOKEN.slice(0, -1)),
      bearer(`${TOKEN}x`),
      bearer(TOKEN.toLowerCase()),
    ];
    for (const headers of wrong) expect(await httpOf(url, headers)).toBe(401);
    expect(events).toHaveLength(1 + wrong.length);
    expect(JSON.stringify(events)).not.toMatch(new RegExp(TOKEN, 'i'));
    expect(await httpOf(url, bearer(TOKEN))).toBe(200);
    expect(await httpOf(url, { authorization: `bearer ${TOKEN}` })).toBe(200);
  });

  test.each(['a.example.com', 'a.example.com:80', 'localhost.example.com', '192.0.2.1'])(
    'it is not called %j, whoever asks: a name may be made to resolve to this machine',
    async (host) => {
      const url = await serve({ ...LOCAL, token: TOKEN });
      expect(await httpOf(url, { host, ...bearer(TOKEN) })).toBe(403);
      expect(events).toMatchObject([{ http: 403, refused: 'host' }]);
    },
  );

  test.each(['localhost', 'localhost:8445', '127.0.0.1', '[::1]:1', 'LOCALHOST', ADDRESS])(
    'it is called %s',
    async (host) => {
      const url = await serve({ ...LOCAL, token: TOKEN });
      expect(await httpOf(url, { host, ...bearer(TOKEN) })).toBe(200);
    },
  );

  test.each(['', 'short', 't'.repeat(31), 't'.repeat(513), `${'t'.repeat(32)} x`])(
    'a token like %p is refused',
    async (token) => {
      expect(await refused({ ...LOCAL, token })).toBe('ERR_ARGUMENT');
    },
  );
});

describe('over TLS', () => {
  const tls = tlsCertificate();
  const clientCa = new TextDecoder().decode(
    fixture('sgp26/CertificateIssuer/CERT_CI_ECDSA_NIST.pem'),
  );

  test('it needs a token or the CA of its clients', async () => {
    expect(await refused({ ...LOCAL, tls })).toBe('ERR_RSP_LISTEN');
    const url = await serve({ ...LOCAL, tls, token: TOKEN });
    expect(await httpOf(url)).toBe(401);
    expect(await httpOf(url, bearer(TOKEN))).toBe(200);
  });

  test('it takes certificates, and with a token both', async () => {
    const client = { host: '127.0.0.1', ...tls, rejectUnauthorized: false };
    const ask = async (headers: Record<string, string>) => {
      const port = new URL(service!.es2p!.url).port;
      return new Promise<unknown>((resolve) => {
        const options = { ...client, port, path: PATH, method: 'POST', agent: false };
        const type = { 'content-type': 'application/json' };
        const sent = httpsRequest({ ...options, headers: { ...type, ...headers } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        sent.on('error', () => resolve('closed'));
        sent.end(BODY);
      });
    };
    await serve({ ...LOCAL, tls: { ...tls, clientCa } });
    expect(await ask({})).toBe(200);
    await service!.close();
    await serve({ ...LOCAL, tls: { ...tls, clientCa }, token: TOKEN });
    expect([await ask({}), await ask(bearer(TOKEN))]).toEqual([401, 200]);
  });
});

describe('on a socket', () => {
  test('it is for whoever can enter its folder', async () => {
    const socket = join(temporaryFolder(), 'made', 'es2.sock');
    expect(await serve({ socket })).toBe(`unix:${socket}`);
    expect(await httpOf({ socketPath: socket })).toBe(200);
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    expect(statSync(join(socket, '..')).mode & 0o777).toBe(0o700);
  });

  test('it is not served in a folder that others can enter', async () => {
    const open = join(temporaryFolder(), 'open');
    mkdirSync(open);
    chmodSync(open, 0o755);
    const outcome = await refused({ socket: join(open, 'es2.sock') });
    expect(outcome).toBe('ERR_CREDENTIAL_PERMISSIONS');
  });

  test('it takes the place of no file', async () => {
    const file = join(temporaryFolder(), 'es2.sock');
    writeFileSync(file, 'kept');
    expect(await refused({ socket: file })).toBe('ERR_RSP_LISTEN');
    expect(readFileSync(file, 'utf8')).toBe('kept');
  });
});

test('the socket of administration is for its owner only', async () => {
  await serve({ ...LOCAL, token: TOKEN });
  const socket = join(folder, 'administration.sock');
  expect(statSync(socket).mode & 0o777).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  await service!.close();
  service = undefined;
  expect(existsSync(socket)).toBe(false);
});
