/**
 * Proofs that were verified once are not verified again: a server's statement is the same for a day, and each
 * of its sessions shows it. What a statement says, its age and its roots are checked every time.
 */
import { createHash } from 'node:crypto';
import { type AssertProof, assertProof } from '../prover/verify.ts';

/**
 * `assertProof` with a memory of proofs that it accepted, each with its key, in all its bytes. A proof that
 * was refused is not remembered.
 *
 * @param limit proofs to remember; the oldest is forgotten first
 */
export function rememberedProofs(assert: AssertProof = assertProof, limit = 64): AssertProof {
  const accepted = new Set<string>();
  return async (envelope, key) => {
    const digest = createHash('sha256')
      .update(JSON.stringify([key, envelope]))
      .digest('hex');
    if (accepted.has(digest)) return;
    await assert(envelope, key);
    accepted.add(digest);
    if (accepted.size > limit) accepted.delete(accepted.values().next().value!);
  };
}
