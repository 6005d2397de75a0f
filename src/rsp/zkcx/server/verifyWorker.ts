/** Entry of a verifying process: proof and key in, whether it verifies out, one after the other. */
import { isValid } from '../../../prover/verify.ts';
import type { VerifyAnswer, VerifyQuestion } from './verifiers.ts';

let last: Promise<void> = Promise.resolve();

process.on('message', ({ id, proof, key }: VerifyQuestion) => {
  last = last.then(async () => {
    const answer: VerifyAnswer = { id, valid: await isValid(proof, key) };
    process.send?.(answer);
  });
});
process.on('disconnect', () => process.exit());
