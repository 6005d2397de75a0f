/** `smdpp serve` as a service manager meets it: signals, files that are written anew, and the end. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ES9P } from '../../../src/sgp22/messages/es9p.ts';
import { serveArguments, startServing } from '../../support/rsp/serve.ts';
import { tlsCertificate } from '../../support/rsp/tls.ts';
import { CI } from '../../support/sgp26-files.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const PATIENCE = 120_000;

let server: ChildProcess;
let folder: string;
let log: string;
beforeEach(() => {
  folder = temporaryFolder();
  log = join(folder, 'log');
});
afterEach(() => void server?.kill('SIGKILL'));

async function serve(...more: string[]) {
  const common = ['--monitor', '127.0.0.1:0', '--log-file', log];
  const args = serveArguments(join(folder, 'data'), ...common, ...more);
  const { es9p, monitor } = await startServing(args, (started) => (server = started));
  return { es9p, monitor: monitor! };
}

async function said(message: string, times = 1): Promise<void> {
  const count = () => readFileSync(log, 'utf8').split(message).length - 1;
  while (count() < times) await sleep(20);
}

const ready = async (monitor: string) => (await fetch(`${monitor}/readyz`)).status;

const initiate = (es9p: string) =>
  fetch(es9p + ES9P.initiateAuthentication.path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });

test(
  'SIGHUP: files are read again; one that is wrong leaves those of before',
  async () => {
    const tls = { cert: join(folder, 'tls.pem'), key: join(folder, 'tls.key') };
    const write = (name: string) => {
      const { cert, key } = tlsCertificate(name);
      writeFileSync(tls.cert, cert);
      writeFileSync(tls.key, key, { mode: 0o600 });
    };
    write('TLS');
    const ci = join(folder, 'ci.der');
    copyFileSync(CI, ci);
    const { monitor } = await serve('--tls', `${tls.cert},${tls.key}`, '--ci', ci);
    const reloads = async (outcome: string) => {
      const text = await (await fetch(`${monitor}/metrics`)).text();
      return Number(
        new RegExp(`reloads_total\\{outcome="${outcome}"\\} (\\d+)`).exec(text)?.[1] ?? 0,
      );
    };
    write('other TLS');
    server.kill('SIGHUP');
    await said('were read again');
    expect(await reloads('done')).toBe(1);
    writeFileSync(ci, 'no certificate');
    server.kill('SIGHUP');
    await said('of before serve on');
    expect(readFileSync(log, 'utf8')).toContain(ci);
    expect(await ready(monitor)).toBe(200);
    // it is seen without a signal too
    copyFileSync(CI, ci);
    await said('were read again', 2);
  },
  PATIENCE,
);

test(
  'SIGTERM: it says so, begins no sessions, lets requests under way end, and exits with 0',
  async () => {
    const { es9p, monitor } = await serve('--drain-seconds', '2');
    const { hostname, port } = new URL(es9p);
    const slow = connect({ host: hostname, port: Number(port) });
    const body = JSON.stringify({ transactionId: 'AA' });
    const head = [
      `POST ${ES9P.cancelSession.path} HTTP/1.1`,
      'Host: x',
      'Content-Type: application/json',
    ];
    slow.write([...head, `Content-Length: ${body.length}`, '', body.slice(0, 5)].join('\r\n'));
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await said('stopping');
    expect(await ready(monitor)).toBe(503);
    expect((await initiate(es9p)).status).toBe(503);
    // the listener is closed by now, the connection is not
    await sleep(2_500);
    await expect(initiate(es9p)).rejects.toThrow();
    const answer = once(slow, 'data');
    slow.write(body.slice(5));
    expect(String((await answer)[0])).toMatch(/^HTTP\/1\.1 400/);
    expect((await ended)[0]).toBe(0);
    expect(readFileSync(log, 'utf8')).toMatch(/"msg":"stopped"\}\n$/);
  },
  PATIENCE,
);

test(
  'the second signal ends it at once',
  async () => {
    await serve('--drain-seconds', '600');
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await said('stopping');
    server.kill('SIGINT');
    expect((await ended)[0]).toBe(130);
  },
  PATIENCE,
);

test(
  'a connection that says nothing does not keep it from ending',
  async () => {
    const { es9p } = await serve();
    const { hostname, port } = new URL(es9p);
    const idle = connect({ host: hostname, port: Number(port) });
    await once(idle, 'connect');
    const busy = connect({ host: hostname, port: Number(port) });
    busy.write(`POST ${ES9P.cancelSession.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n`);
    for (const socket of [idle, busy]) socket.on('error', () => undefined);
    await once(busy, 'connect');
    const started = performance.now();
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    expect((await ended)[0]).toBe(0);
    expect(performance.now() - started).toBeLessThan(20_000);
    idle.destroy();
    busy.destroy();
  },
  PATIENCE,
);
