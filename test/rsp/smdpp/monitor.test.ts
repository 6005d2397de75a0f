/** What a running server says of itself: health, readiness, metrics, and that it ends. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openMonitor } from '../../../src/rsp/smdpp/monitor/index.ts';
import { administrate, serveSmdp, type SmdpService } from '../../../src/rsp/smdpp/service.ts';
import type { ZkcxExtension } from '../../../src/rsp/smdpp/extension.ts';
import { ES9P } from '../../../src/sgp22/messages/es9p.ts';
import { NOW } from '../../support/certificates/chains.ts';
import { TestClient } from '../../support/rsp/client.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import { ADDRESS, testPackage, testTrust } from '../../support/rsp/smdpp.ts';
import { eidOf, sgp26Euicc } from '../../support/rsp/soft-euicc.ts';
import { tlsCertificate } from '../../support/rsp/tls.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const LOCAL = { host: '127.0.0.1', port: 0 };
const euicc = sgp26Euicc();

let time: bigint;
let folder: string;
let service: SmdpService;
beforeEach(() => {
  time = NOW;
  folder = `${temporaryFolder()}/data`;
});
afterEach(() => service.close());

async function serve(more: Partial<Parameters<typeof serveSmdp>[0]> = {}): Promise<void> {
  service = await serveSmdp({
    folder,
    settings: { address: ADDRESS },
    trust: testTrust(),
    es9p: LOCAL,
    monitor: LOCAL,
    now: () => time,
    ...more,
  });
}

const get = (path: string) => fetch(`${service.monitor!.url}${path}`);

async function readiness() {
  const response = await get('/readyz');
  return {
    http: response.status,
    ...((await response.json()) as { checks: Record<string, string> }),
  };
}

/** Value of a metric by its name and labels, as they are written. */
async function metric(name: string): Promise<number | undefined> {
  const text = await (await get('/metrics')).text();
  const line = text.split('\n').find((line) => line.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}

async function order(matchingId: string): Promise<void> {
  const iccid = '8944000000000000019';
  const operate = (name: 'addProfile' | 'addOrder', body: object) =>
    administrate(folder, name, body, { now: () => time });
  const content = Buffer.from(testPackage(iccid)).toString('base64');
  await operate('addProfile', { package: content, serviceProviderName: 'O', profileName: 'P' });
  await operate('addOrder', { iccid, matchingId });
}

const initiate = () =>
  fetch(service.es9p.url + ES9P.initiateAuthentication.path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });

describe('a server that works', () => {
  test('is alive and ready', async () => {
    await serve();
    const health = await get('/healthz');
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }]);
    expect(await readiness()).toEqual({
      http: 200,
      ready: true,
      checks: { shutdown: 'ok', store: 'ok', certificates: 'ok', tls: 'ok' },
    });
    expect((await get('/')).status).toBe(404);
  });

  test('has no monitor unless it is asked for', async () => {
    await serve({ monitor: undefined });
    expect(service.monitor).toBeUndefined();
  });

  test('counts requests, refusals, sessions, orders and connections', async () => {
    await serve();
    await order('M');
    const client = new TestClient(service.es9p.url);
    await client.download(euicc, 'M');
    await refusalOf(client.download(euicc, 'UNKNOWN'));
    await initiate();
    await fetch(`${service.es9p.url}/${eidOf(euicc)}`);
    const of = (name: string, outcome: string) =>
      metric(`smdpp_requests_total{interface="es9p",function="${name}",outcome="${outcome}"}`);
    expect(await of('getBoundProfilePackage', 'done')).toBe(1);
    expect(await of('authenticateClient', 'done')).toBe(1);
    expect(await of('authenticateClient', 'refused')).toBe(1);
    expect(await of('initiateAuthentication', 'malformed')).toBe(1);
    expect(await of('none', 'malformed')).toBe(1);
    const refusals = 'smdpp_refusals_total{interface="es9p",function="authenticateClient"';
    expect(await metric(`${refusals},code="8.2.6/3.8"}`)).toBe(1);
    const durations = 'smdpp_request_duration_seconds_count{interface="es9p"';
    expect(await metric(`${durations},function="getBoundProfilePackage"}`)).toBe(1);
    expect(await metric('smdpp_sessions{state="delivered"}')).toBe(1);
    expect(await metric('smdpp_connections{interface="es9p"}')).toBeGreaterThanOrEqual(1);
    expect(await metric('process_resident_memory_bytes')).toBeGreaterThan(0);
    client.close();
    // they are counted when they are asked for, for the next time
    const orders = async () => {
      for (let i = 0; i < 100; i++) {
        const count = await metric('smdpp_orders{state="downloaded"}');
        if (count !== undefined) return count;
      }
      return undefined;
    };
    expect(await orders()).toBe(1);
  });

  test('has no label that a peer chose', async () => {
    await serve();
    // those of the process come as it goes on
    const own = (text: string) => text.split('\n').filter((line) => line.startsWith('smdpp_'));
    const before = own(await (await get('/metrics')).text()).length;
    for (let i = 0; i < 50; i++) await fetch(`${service.es9p.url}/${eidOf(euicc)}${i}`);
    const text = await (await get('/metrics')).text();
    expect(text).not.toContain(eidOf(euicc));
    // one more function, "none", with its buckets
    expect(own(text).length - before).toBeLessThan(25);
  });

  test('says when its certificates end', async () => {
    await serve({ es9p: { ...LOCAL, tls: tlsCertificate() } });
    const text = await (await get('/metrics')).text();
    const found = [
      ...text.matchAll(
        /^smdpp_certificate_not_after_seconds\{certificate="([\w-]+)",of="(\w+)"\} (\d+)/gm,
      ),
    ];
    expect(found.map(([, name]) => name).sort()).toEqual(['dp-auth', 'dp-pb', 'tls']);
    const [identity] = testTrust().identities;
    expect(found.find(([, name]) => name === 'dp-pb')![3]).toBe(
      String(identity!.pb.certificate.notAfter),
    );
  });

  test('counts reloads', async () => {
    await serve();
    service.reload({ trust: testTrust() });
    expect(() => service.reload({ trust: testTrust(), es9pTls: tlsCertificate() })).toThrow();
    expect(await metric('smdpp_reloads_total{outcome="done"}')).toBe(1);
    expect(await metric('smdpp_reloads_total{outcome="failed"}')).toBe(1);
  });
});

describe('a server is alive but not ready', () => {
  const notReady = async () => {
    expect((await get('/healthz')).status).toBe(200);
    const { http, checks } = await readiness();
    expect(http).toBe(503);
    return Object.keys(checks).filter((name) => checks[name] !== 'ok');
  };

  test('whose store cannot be written', async () => {
    await serve();
    await service.server.context.store.close();
    expect(await notReady()).toEqual(['store']);
  });

  test('whose certificates are over', async () => {
    await serve();
    const [identity] = testTrust().identities;
    time = identity!.pb.certificate.notAfter + 1n;
    expect(await notReady()).toEqual(['certificates']);
  });

  test('whose TLS certificate is not valid yet', async () => {
    await serve({ es9p: { ...LOCAL, tls: tlsCertificate() } });
    time = 1_000_000_000n;
    expect(await notReady()).toEqual(['certificates', 'tls']);
  });

  test('that has no process to verify proofs, and tells of those that it has', async () => {
    let ready = 0;
    const extension: ZkcxExtension = {
      functions: {},
      maxBody: 1_000,
      status: () => ({ sessions: { prepared: 3 }, waiting: 7, processes: { idle: ready } }),
      check: async () => (ready === 0 ? 'no process that verifies is ready' : undefined),
      close: async () => undefined,
    };
    await serve({ zkcx: async () => extension });
    expect(await notReady()).toEqual(['zkcx']);
    ready = 2;
    expect((await readiness()).http).toBe(200);
    expect(await metric('smdpp_verifier_processes{state="idle"}')).toBe(2);
    expect(await metric('smdpp_verifier_waiting')).toBe(7);
    expect(await metric('smdpp_zkcx_sessions{stage="prepared"}')).toBe(3);
  });

  test('that is about to end: it begins no session, and lets those under way go on', async () => {
    await serve();
    await order('M');
    const client = new TestClient(service.es9p.url);
    // in the midst of it
    const between = client.download(euicc, 'M', undefined, () => service.drain());
    expect(await refusalOf(between)).toBe('accepted');
    client.close();
    expect(await notReady()).toEqual(['shutdown']);
    const answer = await initiate();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '60']);
  });

  test('that starts', async () => {
    await serve();
    const { listening, metrics } = await openMonitor(LOCAL);
    expect((await fetch(`${listening.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${listening.url}/healthz`)).status).toBe(200);
    expect(await metrics.text()).toContain('process_cpu');
    await listening.close();
  });
});
