/** An operator that a server tells of its orders: fails, hangs and comes back. */
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect } from '@jest/globals';

export interface Received {
  readonly path: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Record<string, unknown> & { header: { functionCallIdentifier: string } };
}

type Reply = number | 'hang' | 'cut' | { status: string };

/** The operator's ES2+: notes what comes in, and replies as it is told. */
export class Operator {
  readonly received: Received[] = [];
  replies: Reply[] = [];
  readonly #server: Server;
  readonly #tls: boolean;

  constructor(tls?: object) {
    const listener: Parameters<typeof createServer>[1] = (request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        const body = JSON.parse(text) as Received['body'];
        this.received.push({ path: request.url ?? '', headers: request.headers, body });
        const reply = this.replies.shift() ?? 204;
        if (reply === 'hang') return;
        if (reply === 'cut') request.socket.destroy();
        else if (typeof reply === 'number') response.writeHead(reply).end();
        else response.end(JSON.stringify({ header: { functionExecutionStatus: reply } }));
      });
    };
    this.#tls = tls !== undefined;
    this.#server = tls ? createTlsServer(tls, listener) : createServer({}, listener);
  }

  async listen(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return this.#tls ? `https://localhost:${this.port}` : `http://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  points(): unknown[] {
    return this.received.map(({ body }) => body.notificationPointId);
  }
}

/** Waits for what comes in. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 1_000 && !(await isSo()); i++) {
    await new Promise((done) => setTimeout(done, 10));
  }
  expect(await isSo()).toBe(true);
}
