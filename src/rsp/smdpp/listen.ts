/** From an application to a port: TLS, time limits for slow clients, an orderly end. */
import { rm } from 'node:fs/promises';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import { ZkcxError } from '../../errors.ts';
import { isLoopback } from '../loopback.ts';

export interface TlsOptions {
  /** PEM, the server's certificate first. */
  readonly cert: string;
  readonly key: string;
  /** PEM of the CAs whose clients may connect; undefined: any client. */
  readonly clientCa?: string;
}

export interface ListenOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Without it the host must be a loopback address. */
  readonly tls?: TlsOptions;
  /** Milliseconds for a whole request to arrive. */
  readonly requestTimeout?: number;
  readonly maxConnections?: number;
}

export interface Listening {
  readonly port: number;
  readonly url: string;
  /** Take no more requests, let those under way end. */
  close(): Promise<void>;
}

/** Milliseconds that requests under way get at the end. */
const GRACE = 5_000;

/** Throws ERR_RSP_LISTEN. */
export async function listen(app: Hono, options: ListenOptions): Promise<Listening> {
  const { host, port, tls, requestTimeout = 10_000, maxConnections = 2_000 } = options;
  if (tls === undefined && !isLoopback(host)) {
    throw new ZkcxError('ERR_RSP_LISTEN', `plain HTTP on ${host} would be readable; configure TLS`);
  }
  const limits = {
    requestTimeout,
    headersTimeout: requestTimeout,
    connectionsCheckingInterval: Math.min(1_000, requestTimeout),
    keepAliveTimeout: 30_000,
  };
  const server = create(app, tls, limits);
  server.maxConnections = maxConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ message }) => {
      reject(new ZkcxError('ERR_RSP_LISTEN', `cannot listen on ${host}:${port}: ${message}`));
    });
    server.listen(port, host, resolve);
  });
  const actual = (server.address() as AddressInfo).port;
  const name = host.includes(':') ? `[${host}]` : host;
  return {
    port: actual,
    url: `${tls === undefined ? 'http' : 'https'}://${name}:${actual}`,
    close: () => close(server),
  };
}

/** Listen on a socket in the file system; who may use it is a matter of its folder. */
export async function listenOnSocket(app: Hono, path: string): Promise<{ close(): Promise<void> }> {
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  // one that a killed process left behind
  await rm(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ message }) => {
      reject(new ZkcxError('ERR_RSP_LISTEN', `cannot listen on ${path}: ${message}`));
    });
    server.listen(path, resolve);
  });
  return { close: () => close(server) };
}

function create(app: Hono, tls: TlsOptions | undefined, limits: object): Server {
  const { fetch } = app;
  if (tls === undefined) {
    return createAdaptorServer({
      fetch,
      createServer: createHttpServer,
      serverOptions: limits,
    }) as Server;
  }
  const { cert, key, clientCa } = tls;
  const mutual = clientCa === undefined ? {} : { ca: clientCa, requestCert: true };
  try {
    return createAdaptorServer({
      fetch,
      createServer: createHttpsServer,
      // SGP.22 2.6.6: TLS 1.2 or later
      serverOptions: { ...limits, cert, key, ...mutual, minVersion: 'TLSv1.2' },
    }) as Server;
  } catch (cause) {
    throw new ZkcxError(
      'ERR_RSP_LISTEN',
      'the TLS certificate or its key cannot be used: give a chain in PEM and its unencrypted key',
      {
        cause,
      },
    );
  }
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), GRACE);
  await closed;
  clearTimeout(timer);
}
