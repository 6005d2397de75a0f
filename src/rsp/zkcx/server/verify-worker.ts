/** Entry of a verifying process: batches of proofs with their keys in, a verdict for each out. */
import { useCompileCache } from '../../../compile-cache.ts';
import type { VerifyQuestion, VerifyReport } from './verify-process.ts';

const report = (message: VerifyReport) => process.send?.(message);

useCompileCache();
const { prepareVerifying, verdictsOf } = await import('../../../prover/guard.ts');

process.on('disconnect', () => process.exit());
process.on('message', ({ id, proofs }: VerifyQuestion) =>
  orBroken(async () => report({ type: 'verdicts', id, verdicts: await verdictsOf(proofs) })),
);
await orBroken(async () => {
  await prepareVerifying();
  report({ type: 'ready' });
});

/** What fails here is no fault of any proof: without its guard a process verifies nothing. */
async function orBroken(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    report({ type: 'broken', problem: error instanceof Error ? error.message : String(error) });
  }
}
