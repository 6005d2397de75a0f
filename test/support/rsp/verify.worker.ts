/** A verifying process whose proofs say what is to happen: true, false, slow, crash. */
import { setTimeout } from 'node:timers/promises';
import type { VerifyAnswer, VerifyQuestion } from '../../../src/rsp/zkcx/server/verifiers.ts';

process.on('message', async ({ id, proof: { proof } }: VerifyQuestion) => {
  if (proof === 'crash') process.exit(1);
  if (proof === 'hang') return;
  if (proof === 'slow') await setTimeout(40);
  const answer: VerifyAnswer = { id, valid: proof === 'true' };
  process.send?.(answer);
});
process.on('disconnect', () => process.exit());
