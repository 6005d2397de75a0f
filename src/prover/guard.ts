/**
 * Every verification of this package goes through here. It puts a pinned proof of the package in front of
 * every native batch, so that no foreign proof is ever the first of one; it relies on the proof system
 * otherwise.
 */
import * as proofSystem from '../circuits/proof-system.ts';
import { ZkcxError } from '../errors.ts';
import { selectBackend } from './backend.ts';
import type { JsonProof } from './envelope.ts';
import { pinnedPart, type VerificationKey } from './keys.ts';
import { pinnedProof } from './pinned-proof.ts';

export type Verdict = proofSystem.Verdict;

/** Proofs that are verified as one batch at most: with more, each costs hardly less. */
export const MAX_BATCH = 16;

interface Waiting {
  readonly proof: JsonProof;
  readonly key: VerificationKey;
  readonly resolve: (valid: boolean) => void;
  readonly reject: (error: unknown) => void;
}

const waiting: Waiting[] = [];
let isBusy = false;

/**
 * Whether a proof verifies, whatever it says. Proofs that wait at the same time are verified as one batch,
 * which takes 16 of them less time than 4 would take one by one; one batch is under way at a time.
 *
 * @throws ERR_PROVER_BACKEND when the pinned proof is missing or changed, or the proof system does not
 *   take it: no proof is valid then
 */
export function isValid(proof: JsonProof, key: VerificationKey): Promise<boolean> {
  return new Promise((resolve, reject) => {
    waiting.push({ proof, key, resolve, reject });
    if (!isBusy) void verifyWaiting();
  });
}

/**
 * What one look at some proofs, as one batch, says of each: for whoever forms batches over several processes.
 * 'unknown' are those of a batch in which one is false; each of them is to be asked for alone.
 *
 * @throws ERR_PROVER_BACKEND as `isValid`
 */
export async function verdictsOf(proofs: readonly proofSystem.ProofAndKey[]): Promise<Verdict[]> {
  await guardVerification();
  return typed(proofSystem.verifyBatch(proofs));
}

let guard: Promise<void> | undefined;

/**
 * Put the pinned proof in front of every verification by o1js in this process, those of its local chain
 * too, and give it the pinned setup. `isValid` does it by itself. Throws ERR_PROVER_BACKEND.
 */
export function guardVerification(): Promise<void> {
  guard ??= putUpGuard();
  return guard;
}

async function putUpGuard(): Promise<void> {
  const pinned = pinnedProof();
  selectBackend();
  await proofSystem.presetSetup(proofSystem.VERIFIER_PARTS, pinnedPart);
  await typed(proofSystem.guardVerification(pinned));
}

async function verifyWaiting(): Promise<void> {
  isBusy = true;
  while (waiting.length > 0) {
    // whoever asks in the same turn comes along
    await Promise.resolve();
    const batch = waiting.splice(0, MAX_BATCH);
    try {
      await guardVerification();
      const verdicts = await typed(proofSystem.verifyProofs(batch));
      for (const [i, { resolve }] of batch.entries()) resolve(verdicts[i]!);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
  isBusy = false;
}

async function typed<T>(result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (cause) {
    if (!(cause instanceof proofSystem.GuardError)) throw cause;
    throw new ZkcxError(
      'ERR_PROVER_BACKEND',
      `the proof system is not as this package needs it, so nothing can be verified: ${cause.message}`,
      { cause },
    );
  }
}
