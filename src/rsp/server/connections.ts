/**
 * The connections of a server. Anyone can open one and say nothing, so each has its time and each address its share;
 * where there is no place left, one that waits for its peer makes room.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import { Crowd } from './crowd.ts';
import { placeOf } from '../network-address.ts';

export interface ConnectionLimits {
  readonly maxConnections: number;
  /** 0: no limit. */
  readonly maxConnectionsPerAddress: number;
  /** Milliseconds from the head of a request to the end of its answer. */
  readonly answerTimeout: number;
}

/** Requests that may be under way on one connection; clients of these interfaces send one after the other. */
const MAX_UNDER_WAY = 4;

interface Connection {
  readonly socket: Socket;
  requests: number;
}

export interface Connections {
  /** How many are open. */
  count(): number;
  /** Close those on which no request is under way. */
  closeIdle(): void;
}

/** Watch a server that listens on TCP, from before its first connection. */
export function watchConnections(server: Server, limits: ConnectionLimits): Connections {
  const { maxConnections, maxConnectionsPerAddress, answerTimeout } = limits;
  const crowd = new Crowd<Connection>({
    count: maxConnections,
    perAddress: maxConnectionsPerAddress,
    ties: 'oldest',
  });
  /** By what TCP tells them apart: what TLS and HTTP know of a connection is another object. */
  const open = new Map<string, Connection>();

  // before TLS and HTTP begin to listen to it
  server.prependListener('connection', (socket: Socket) => {
    const room = crowd.room(placeOf(socket.remoteAddress ?? ''));
    if (room.kind === 'full') {
      socket.destroy();
      return;
    }
    if (room.kind === 'evict') {
      crowd.delete(room.member);
      room.member.socket.destroy();
    }
    const connection = { socket, requests: 0 };
    const name = nameOf(socket);
    crowd.add(connection, placeOf(socket.remoteAddress ?? ''));
    open.set(name, connection);
    socket.once('close', () => {
      crowd.delete(connection);
      if (open.get(name) === connection) open.delete(name);
    });
  });

  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const connection = open.get(nameOf(request.socket));
    if (connection === undefined) return;
    connection.requests++;
    if (connection.requests > MAX_UNDER_WAY) {
      // what came with it is not answered any more: see `unlessClosed`
      request.socket.destroy();
      return;
    }
    // a peer that never reads its answer would keep the connection for ever
    const timer = setTimeout(() => connection.socket.destroy(), answerTimeout).unref();
    // until all of the request is there, the server waits for its peer; without a body it is complete after this event
    const settle = () => {
      if (connection.requests > 0) crowd.settle(connection);
    };
    request.once('end', settle);
    setImmediate(() => request.complete && settle());
    response.once('close', () => {
      clearTimeout(timer);
      connection.requests--;
      if (connection.requests === 0) crowd.unsettle(connection);
    });
  });

  return {
    count: () => open.size,
    closeIdle: () => {
      for (const { socket, requests } of open.values()) if (requests === 0) socket.destroy();
    },
  };
}

/** Requests that came on a connection that is closed by now cost nothing more. */
export const unlessClosed =
  (fetch: Hono['fetch']): Hono['fetch'] =>
  (request, env, context) => {
    const { incoming } = (env ?? {}) as Partial<HttpBindings>;
    if (incoming?.socket.destroyed === true) return new Response(null, { status: 503 });
    return fetch(request, env, context);
  };

function nameOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
