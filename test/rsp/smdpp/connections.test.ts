/** Peers that open connections and are slow, or silent, or many: on loopback, from several addresses. */
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Hono } from 'hono';
import { listen, type Listening, type ListenOptions } from '../../../src/rsp/server/listen.ts';
import { tlsCertificate } from '../../support/rsp/tls.ts';

const tls = tlsCertificate();
const open: Listening[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function start(options: Partial<ListenOptions> = {}, app = new Hono()): Promise<Listening> {
  const server = await listen(app, { host: '127.0.0.1', port: 0, ...options });
  open.push(server);
  return server;
}

/** A connection that says nothing by itself. */
async function connection({ port }: Listening, localAddress = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  sockets.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** What the other side says until it closes. */
async function untilClosed(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => (text += String(chunk)));
  if (!socket.destroyed) await once(socket, 'close');
  return text;
}

const isClosed = async (socket: Socket) => {
  await wait(50);
  return socket.destroyed || socket.readableEnded;
};

/** HTTP status of an honest client, or the code of what went wrong. */
const get = ({ port, url }: Listening, localAddress: string) =>
  new Promise<unknown>((resolve) => {
    const request = url.startsWith('https') ? httpsRequest : httpRequest;
    const options = { host: '127.0.0.1', port, localAddress, agent: false };
    const call = request({ ...options, rejectUnauthorized: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    call.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code));
    call.end();
  });

describe.each([
  ['plain HTTP', {}],
  ['TLS', { tls }],
])('%s: 20 silent connections where there are 20 places', (_, options) => {
  test.each([
    ['no limit for each address', { maxConnectionsPerAddress: 0 }],
    ['the default', {}],
  ])('keep nobody out, with %s', async (_, limits) => {
    const server = await start({ ...options, ...limits, maxConnections: 20 });
    for (let i = 0; i < 20; i++) await connection(server);
    const started = performance.now();
    expect(await get(server, '127.0.0.2')).toBe(404);
    expect(await get(server, '127.0.0.1')).toBe(404);
    for (let i = 0; i < 20; i++) expect(await get(server, `127.0.1.${i + 1}`)).toBe(404);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test('also where each comes from an address of its own', async () => {
    const server = await start({ ...options, maxConnections: 20 });
    for (let i = 0; i < 20; i++) await connection(server, `127.0.1.${i + 1}`);
    expect(await get(server, '127.0.0.2')).toBe(404);
  });

  test('end after the time for a head', async () => {
    const server = await start({ ...options, headersTimeout: 300, handshakeTimeout: 300 });
    const started = performance.now();
    await untilClosed(await connection(server));
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test('do not hold up the end of the server', async () => {
    const server = await start(options);
    await connection(server);
    const started = performance.now();
    await server.close();
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('a peer that is slow', () => {
  /** A byte every now and then, so that the connection is never idle. */
  async function drip(socket: Socket, text: string): Promise<string> {
    const closed = untilClosed(socket);
    const timer = setInterval(() => socket.write('x'), 20);
    socket.write(text);
    try {
      return await closed;
    } finally {
      clearInterval(timer);
    }
  }

  test('with the head of a request: HTTP 408', async () => {
    const server = await start({ headersTimeout: 300 });
    const answer = await drip(await connection(server), 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('with its body: HTTP 408', async () => {
    const app = new Hono().post('/', async (c) => c.text(await c.req.text()));
    const server = await start({ headersTimeout: 300, requestTimeout: 600 }, app);
    const head = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n';
    const answer = await drip(await connection(server), head);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('with its body makes room for others', async () => {
    const app = new Hono().post('/', async (c) => c.text(await c.req.text()));
    const server = await start({ maxConnections: 3, maxConnectionsPerAddress: 0 }, app);
    for (let i = 0; i < 3; i++) {
      const socket = await connection(server);
      socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nx');
    }
    await wait(100);
    expect(await get(server, '127.0.0.2')).toBe(404);
  });

  test('with reading the answer is cut off', async () => {
    const app = new Hono().get('/', (c) => c.text('x'.repeat(50_000_000)));
    const server = await start({ answerTimeout: 500 }, app);
    const socket = await connection(server);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    socket.pause();
    await wait(1_500);
    const text = await untilClosed(socket.resume());
    expect(text).toMatch(/^HTTP\/1\.1 200 /);
    expect(text.length).toBeLessThan(50_000_000);
  });

  test('between two requests has to connect again', async () => {
    const server = await start({ keepAliveTimeout: 200 });
    const socket = await connection(server);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await untilClosed(socket)).toMatch(/^HTTP\/1\.1 404 /);
  });
});

describe('a peer that sends much', () => {
  test('in the head of a request: HTTP 431', async () => {
    const server = await start();
    const socket = await connection(server);
    socket.write(`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(await untilClosed(socket)).toMatch(/^HTTP\/1\.1 431 /);
  });

  test('requests before the first one is answered is cut off', async () => {
    let begun = 0;
    const app = new Hono().get('/', async (c) => {
      begun++;
      await wait(200);
      return c.text('done');
    });
    const server = await start({}, app);
    const socket = await connection(server);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1_000));
    await untilClosed(socket);
    expect(begun).toBeLessThanOrEqual(5);
    expect(await get(server, '127.0.0.1')).toBe(200);
  });
});

describe('the limit of connections of an address', () => {
  test('is its own: the oldest that is silent goes, and others come in', async () => {
    const server = await start({ maxConnections: 100, maxConnectionsPerAddress: 2 });
    const [first, second] = [await connection(server), await connection(server)];
    const other = await connection(server, '127.0.0.2');
    const third = await connection(server);
    expect(await Promise.all([first, second, other, third].map(isClosed))).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  test('ends no request that is under way', async () => {
    const app = new Hono().get('/', async (c) => {
      await wait(500);
      return c.text('done');
    });
    const server = await start({ maxConnectionsPerAddress: 2 }, app);
    const answers = [get(server, '127.0.0.1'), get(server, '127.0.0.1')];
    await wait(200);
    expect(await get(server, '127.0.0.1')).toMatch(/^ECONN|^EPIPE/);
    expect(await get(server, '127.0.0.2')).toBe(200);
    expect(await Promise.all(answers)).toEqual([200, 200]);
    expect(await get(server, '127.0.0.1')).toBe(200);
  });

  test('counts those that have ended no more', async () => {
    const server = await start({ maxConnections: 2, maxConnectionsPerAddress: 1 });
    for (let i = 0; i < 20; i++) expect(await get(server, '127.0.0.1')).toBe(404);
  });
});
