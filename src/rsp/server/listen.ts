/** From an application to a port: TLS, time limits for slow clients, an orderly end. */
import { constants } from 'node:crypto';
import { chmod, lstat, rm } from 'node:fs/promises';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer, Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import { ZkcxError } from '../../errors.ts';
import { openPrivateFolder } from '../../files.ts';
import { isLoopback } from '../loopback.ts';
import { type Connections, unlessClosed, watchConnections } from './connections.ts';

/** What answers requests. */
export type Application = Pick<Hono, 'fetch'>;

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
  /** Milliseconds until TLS has to be agreed on; default 10,000. */
  readonly handshakeTimeout?: number;
  /** Milliseconds for the head of a request to arrive, on a new connection from its beginning; default 10,000. */
  readonly headersTimeout?: number;
  /** Milliseconds for a whole request to arrive; default 30,000. */
  readonly requestTimeout?: number;
  /** Milliseconds from the head of a request to the end of its answer; default 300,000. */
  readonly answerTimeout?: number;
  /** Milliseconds that a connection is kept between two requests; default 30,000. */
  readonly keepAliveTimeout?: number;
  /** Connections at a time; default 2,000. */
  readonly maxConnections?: number;
  /**
   * Of them, from one IPv4 address or one /64 network of IPv6; default a quarter. 0: no limit, for servers behind a
   * proxy, which sees to it.
   */
  readonly maxConnectionsPerAddress?: number;
}

export interface Listening {
  readonly port: number;
  readonly url: string;
  /** Connections that are open now. */
  connections(): number;
  /** What TLS is served with; undefined: none. */
  tls(): TlsOptions | undefined;
  /** Serve new connections with another certificate; those that are open go on. Throws ERR_RSP_LISTEN. */
  setTls(tls: TlsOptions): void;
  /** Take no more requests, let those under way end. */
  close(): Promise<void>;
}

/** What no client of these interfaces comes near. */
const LIMITS = { maxHeaderSize: 16_384, maxRequestsPerSocket: 1_000 };

/** Milliseconds that requests under way get at the end. */
const GRACE = 5_000;

/**
 * Throws ERR_RSP_LISTEN.
 *
 * @param mayBePlain what is served is no secret: plain HTTP will do on any address
 */
export async function listen(
  app: Application,
  options: ListenOptions,
  { mayBePlain = false } = {},
): Promise<Listening> {
  const { host, port, tls, requestTimeout = 30_000, maxConnections = 2_000 } = options;
  if (tls === undefined && !mayBePlain && !isLoopback(host)) {
    throw new ZkcxError('ERR_RSP_LISTEN', `plain HTTP on ${host} would be readable; configure TLS`);
  }
  const headersTimeout = Math.min(options.headersTimeout ?? 10_000, requestTimeout);
  const server = create(app, tls, {
    ...LIMITS,
    requestTimeout,
    headersTimeout,
    connectionsCheckingInterval: Math.min(1_000, headersTimeout),
    keepAliveTimeout: options.keepAliveTimeout ?? 30_000,
    handshakeTimeout: options.handshakeTimeout ?? 10_000,
  });
  const connections = watchConnections(server, {
    maxConnections,
    maxConnectionsPerAddress:
      options.maxConnectionsPerAddress ?? Math.max(1, Math.floor(maxConnections / 4)),
    answerTimeout: options.answerTimeout ?? 300_000,
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ message }) => {
      reject(new ZkcxError('ERR_RSP_LISTEN', `cannot listen on ${host}:${port}: ${message}`));
    });
    server.listen(port, host, resolve);
  });
  const actual = (server.address() as AddressInfo).port;
  let current = tls;
  const name = host.includes(':') ? `[${host}]` : host;
  return {
    port: actual,
    url: `${tls === undefined ? 'http' : 'https'}://${name}:${actual}`,
    connections: () => connections.count(),
    tls: () => current,
    setTls: (next) => {
      const context = secureContext(next);
      if (current === undefined || !(server instanceof HttpsServer)) {
        throw new ZkcxError('ERR_RSP_LISTEN', `plain HTTP is served on ${host}:${actual}`);
      }
      server.setSecureContext(context);
      current = next;
    },
    close: () => close(server, connections),
  };
}

/**
 * Listen on a socket in the file system. Its folder has to be the owner's alone, and so is the socket. Throws
 * ERR_RSP_LISTEN, ERR_CREDENTIAL_PERMISSIONS.
 */
export async function listenOnSocket(
  app: Application,
  path: string,
): Promise<{ close(): Promise<void> }> {
  await openPrivateFolder(dirname(path));
  await removeSocket(path);
  const server = create(app, undefined, LIMITS);
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ message }) => {
      reject(new ZkcxError('ERR_RSP_LISTEN', `cannot listen on ${path}: ${message}`));
    });
    server.listen(path, resolve);
  });
  await chmod(path, 0o600);
  return { close: () => close(server) };
}

/** One that a killed process left behind; nothing else is removed. */
async function removeSocket(path: string): Promise<void> {
  const status = await lstat(path).catch(() => undefined);
  if (status === undefined) return;
  if (!status.isSocket()) {
    throw new ZkcxError('ERR_RSP_LISTEN', `${path} is there already, and is not a socket`);
  }
  await rm(path, { force: true });
}

function create(app: Application, tls: TlsOptions | undefined, limits: object): Server {
  const fetch = unlessClosed(app.fetch);
  if (tls === undefined) {
    return createAdaptorServer({
      fetch,
      createServer: createHttpServer,
      serverOptions: limits,
    }) as Server;
  }
  const mutual = tls.clientCa === undefined ? {} : { requestCert: true };
  return createAdaptorServer({
    fetch,
    createServer: createHttpsServer,
    serverOptions: { ...limits, ...secureContext(tls), ...mutual },
  }) as Server;
}

/** Throws ERR_RSP_LISTEN for a certificate and a key that cannot be used together. */
export function secureContext({ cert, key, clientCa: ca }: TlsOptions): SecureContextOptions {
  // SGP.22 2.6.6: TLS 1.2 or later
  // of a resumed session only the client's own certificate would be known, not those above it
  const secureOptions = ca === undefined ? undefined : constants.SSL_OP_NO_TICKET;
  const context: SecureContextOptions = { cert, key, ca, minVersion: 'TLSv1.2', secureOptions };
  try {
    createSecureContext(context);
    return context;
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

async function close(server: Server, connections?: Connections): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  // those that are still at their handshake no HTTP server knows of
  connections?.closeIdle();
  const timer = setTimeout(() => server.closeAllConnections(), GRACE);
  await closed;
  clearTimeout(timer);
}
