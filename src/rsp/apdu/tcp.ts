/** The line protocol over TCP, for cards that are not a child of the LPA. No protection: loopback only. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { checked } from '../../arguments.ts';
import { ZkcxError } from '../../errors.ts';
import * as argument from './arguments.ts';
import { apduOverLines } from './client.ts';
import type { ApduInterface, Card } from './interface.ts';
import { serveApdu } from './serve.ts';

export interface ApduServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serve a card on a TCP port, to one LPA at a time: a second connection is closed at once, because a
 * card has one reader. Port 0 takes a free one.
 */
export async function serveApduTcp(
  card: Card,
  options: { readonly host?: string; readonly port?: number } = {},
): Promise<ApduServer> {
  checked(card, argument.card, 'the card of serveApduTcp');
  checked(options, argument.listenOptions, 'the options of serveApduTcp');
  const { host = '127.0.0.1', port = 0 } = options;
  let current: Socket | undefined;
  const server = createServer((socket) => {
    if (current !== undefined) return void socket.destroy();
    current = socket;
    socket.on('error', () => {});
    serveApdu(card, socket, socket)
      .catch(() => {})
      .finally(() => {
        socket.destroy();
        current = undefined;
      });
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
