/** The line protocol over TCP, for cards that are not a child of the LPA. It has no protection of its own. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { checked } from '../../arguments.ts';
import { ZkcxError } from '../../errors.ts';
import { isLoopback } from '../loopback.ts';
import * as argument from './arguments.ts';
import { apduOverLines } from './client.ts';
import type { ApduInterface, Card } from './interface.ts';
import { serveApdu } from './serve.ts';

export interface ApduServer {
  readonly port: number;
  close(): Promise<void>;
}

export interface ApduServerOptions {
  /** Default: 127.0.0.1. */
  readonly host?: string;
  /** Default: a free one, as for 0. */
  readonly port?: number;
  /** Listen on an address that other machines reach too: whoever does has the card. */
  readonly exposed?: boolean;
  /** Milliseconds without a word, after which a reader makes room; default ten minutes. */
  readonly idleTimeout?: number;
}

/** Milliseconds in which a reader has to say something at all. */
const FIRST_COMMAND = 10_000;

/**
 * Serve a card on a TCP port, to one LPA at a time: a second connection is closed at once, because a
 * card has one reader. Throws ERR_RSP_APDU.
 */
export async function serveApduTcp(
  card: Card,
  options: ApduServerOptions = {},
): Promise<ApduServer> {
  checked(card, argument.card, 'the card of serveApduTcp');
  checked(options, argument.listenOptions, 'the options of serveApduTcp');
  const { host = '127.0.0.1', port = 0, exposed = false, idleTimeout = 600_000 } = options;
  if (!exposed && !isLoopback(host)) {
    throw new ZkcxError(
      'ERR_RSP_APDU',
      `on ${host} everybody on the network would have the card: listen on a loopback address, or say that it is to be exposed`,
    );
  }
  let current: Socket | undefined;
  const server = createServer((socket) => {
    if (current !== undefined) return void socket.destroy();
    current = socket;
    socket.on('error', () => {});
    socket.setTimeout(Math.min(FIRST_COMMAND, idleTimeout), () => socket.destroy());
    socket.once('data', () => socket.setTimeout(idleTimeout));
    socket.once('close', () => {
      current = undefined;
    });
    serveApdu(card, socket, socket)
      .catch(() => {})
      .finally(() => socket.destroy());
  });
  server.listen({ host, port });
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new ZkcxError('ERR_RSP_APDU', `cannot listen on ${host}:${port}`, { cause });
  }
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      current?.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A card behind a TCP port. */
export async function apduOfTcp(host: string, port: number): Promise<ApduInterface> {
  checked({ host, port }, argument.endpoint, 'apduOfTcp');
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect');
  } catch (cause) {
    throw new ZkcxError(
      'ERR_RSP_APDU',
      `no card answers at ${host}:${port}: serve one there, or name another place`,
      { cause },
    );
  }
  return apduOverLines(socket, socket, async () => void socket.destroy());
}
