/**
 * A proving process of `tree`. It takes as long as ZKCX_TEST_MS says for a proof, milliseconds, and
 * writes its process id into the file ZKCX_TEST_PID, so that a test can kill it.
 */
import { writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { JsonProof } from '../../../src/prover/envelope.ts';
import type { Command, Report } from '../../../src/prover/protocol.ts';
import { CLAIMS, isSealed, sealed, TREE_KEY, TREE_MODE } from './seal.ts';

const { ZKCX_TEST_MS = '20', ZKCX_TEST_PID, ZKCX_TEST_KEY = TREE_KEY.hash } = process.env;
if (ZKCX_TEST_PID !== undefined) writeFileSync(ZKCX_TEST_PID, String(process.pid));

let last = Promise.resolve();
process.on('message', (command: Command) => {
  last = last.then(() => handle(command));
});
process.on('disconnect', () => process.exit());

const report = (message: Report) => process.send?.(message);

async function handle(command: Command): Promise<void> {
  const { id, program } = command;
  if (command.type === 'compile') {
    const key = { hash: ZKCX_TEST_KEY, data: TREE_KEY.data };
    return void report({ id, type: 'compiled', program, ms: 1, key });
  }
  const { method, publicInput, privateInputs } = command;
  report({ id, type: 'proving', program, method });
  await setTimeout(Number(ZKCX_TEST_MS));
  const output = publicInput === TREE_MODE ? claimOf(method, privateInputs) : undefined;
  if (output === undefined) {
    const message = `${program}.${method}: refused`;
    return void report({ id, type: 'failed', code: 'ERR_PROVER_REFUSED', message });
  }
  report({
    id,
    type: 'proved',
    program,
    method,
    ms: Number(ZKCX_TEST_MS),
    memory: process.memoryUsage.rss(),
    peakMemory: process.resourceUsage().maxRSS * 1024,
    proof: sealed(TREE_MODE, String(output)),
  });
}

/** Nothing for inputs that are not as they should be, proofs first of all. */
function claimOf(method: string, inputs: readonly unknown[]): bigint | undefined {
  if (method === 'leaf') return CLAIMS.leaf(BigInt(inputs[0] as string));
  const [first, second] = inputs as [JsonProof, JsonProof & string];
  if (!isSealed(first)) return undefined;
  const earlier = BigInt(first.publicOutput[0]!);
  if (method === 'grow') return CLAIMS.grow(earlier, BigInt(second));
  return isSealed(second) ? CLAIMS.join(earlier, BigInt(second.publicOutput[0]!)) : undefined;
}
