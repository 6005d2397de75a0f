/**
 * Proving in tests. Every program is compiled once a run, in a process that all test files share, see host.ts;
 * give `SHARED` to whatever makes a `Prover`.
 */
import { createConnection } from 'node:net';
import { createInterface } from 'node:readline';
import type { ProverOptions } from '../../../src/prover/prover.ts';
import { socketPath } from './folder.ts';
import type { Reply } from './protocol.ts';

export const SHARED: ProverOptions = { worker: new URL('./relay.worker.ts', import.meta.url) };

/**
 * Call functions of a module in the shared proving process, where the programs are compiled: for what proves
 * in its own process. Arguments and results are JSON; the module keeps its state between calls.
 */
export function inProvingProcess(module: URL) {
  return async (name: string, ...args: unknown[]): Promise<unknown> => {
    const socket = createConnection(socketPath());
    try {
      socket.write(`${JSON.stringify({ id: 1, type: 'call', module: module.href, name, args })}\n`);
      for await (const line of createInterface({ input: socket })) {
        const reply = JSON.parse(line) as Reply;
        if (reply.type === 'returned') return reply.value;
        if (reply.type === 'threw') throw Error(reply.message);
      }
      throw Error('the proving process ended early; is there enough memory?');
    } finally {
      socket.destroy();
    }
  };
}
