/** Attackers of an SM-DP+ on loopback, each at an address of its own: silent connections, sessions that are only begun. */
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { ES9P } from '../../../src/sgp22/messages/es9p.ts';
import { EuiccInfo1 } from '../../../src/sgp22/messages/euicc-info.ts';
import type { SoftEuicc } from './soft-euicc.ts';
import { ADDRESS } from './smdpp.ts';

export class Flood {
  /** Sessions that were begun, and requests that got no answer or another one. */
  readonly counts = { begun: 0, failed: 0, silent: 0 };
  readonly #port: number;
  readonly #body: string;
  readonly #agents: Agent[] = [];
  readonly #silent = new Set<Socket>();
  readonly #work: Promise<void>[] = [];
  #stopped = false;

  constructor(url: string, euicc: SoftEuicc) {
    this.#port = Number(new URL(url).port);
    this.#body = JSON.stringify({
      euiccChallenge: Buffer.alloc(16).toString('base64'),
      euiccInfo1: Buffer.from(EuiccInfo1.encode(euicc.info)).toString('base64'),
      smdpAddress: ADDRESS,
    });
  }

  /** Keep so many connections open that say nothing; those that the server closes are opened again. */
  keepSilent(addresses: readonly string[], count: number): void {
    for (let i = 0; i < count; i++) this.#open(addresses[i % addresses.length]!);
  }

  /** Begin one session after the other from an address, on so many connections, until it is enough or over. */
  begin(localAddress: string, connections: number, most = Infinity): void {
    const agent = new Agent({ keepAlive: true, maxSockets: connections, localAddress });
    this.#agents.push(agent);
    let left = most;
    const one = async () => {
      while (!this.#stopped && left-- > 0) {
        const http = await this.#initiate(agent);
        if (http === 200) this.counts.begun++;
        else this.counts.failed++;
        // a server that turns everything away is not asked in a tight loop
        if (http === undefined) await wait(20);
      }
    };
    for (let i = 0; i < connections; i++) this.#work.push(one());
  }

  /** Until everything that was asked for is done. */
  async finished(): Promise<void> {
    await Promise.all(this.#work);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const socket of this.#silent) socket.destroy();
    await Promise.all(this.#work);
    for (const agent of this.#agents) agent.destroy();
  }

  #open(localAddress: string): void {
    if (this.#stopped) return;
    const socket = connect({ port: this.#port, host: '127.0.0.1', localAddress });
    this.#silent.add(socket);
    socket.on('connect', () => this.counts.silent++);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      this.#silent.delete(socket);
      if (!this.#stopped) setTimeout(() => this.#open(localAddress), 200).unref();
    });
    socket.resume();
  }

  /** HTTP status. */
  #initiate(agent: Agent): Promise<number | undefined> {
    const options = {
      host: '127.0.0.1',
      port: this.#port,
      path: ES9P.initiateAuthentication.path,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      agent,
    };
    return new Promise((resolve) => {
      const call = request(options, (response) => {
        response.resume();
        response.on('error', () => resolve(undefined));
        response.on('end', () => resolve(response.statusCode));
      });
      call.on('error', () => resolve(undefined));
      call.end(this.#body);
    });
  }
}

/** Addresses of loopback beside that of the honest ones, as many as asked for. */
export const attackers = (network: number, count: number) =>
  Array.from({ length: count }, (_, i) => `127.0.${network}.${i + 1}`);
