/** Entry of a verifying process: proof and key in, whether it verifies out. */
import { useCompileCache } from '../../../compile-cache.ts';
import type { VerifyAnswer, VerifyQuestion } from './verifiers.ts';

useCompileCache();
const { isValid } = await import('../../../prover/guard.ts');

// asked for one proof at a time
process.on('message', async ({ id, proof, key }: VerifyQuestion) => {
  const answer: VerifyAnswer = { id, valid: await isValid(proof, key) };
  process.send?.(answer);
});
process.on('disconnect', () => process.exit());
