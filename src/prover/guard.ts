/**
 * Every verification of this package goes through here. It puts a pinned proof of the package in front of
 * every native batch, so that no foreign proof is ever the first of one; it relies on the proof system
 * otherwise.
 */
import * as proofSystem from '../circuits/verification.ts';
import { ZkcxError } from '../errors.ts';
import { selectBackend } from './backend.ts';
import type { JsonProof, PlainProof } from './envelope.ts';
import { pinnedPart, type VerificationKey } from './keys.ts';
import { pinnedPlainProof, pinnedProof } from './pinned-proof.ts';
import { pinnedSrs } from './plain-pins.ts';

export type Verdict = proofSystem.Verdict;

/** Proofs that are verified as one batch at most: with more, each costs hardly less. */
export const MAX_BATCH = 16;

/** A proof of either kind, with the key of its program. */
export interface ProofAndKey {
  readonly proof: JsonProof | PlainProof;
  readonly key: VerificationKey;
}

interface Waiting extends ProofAndKey {
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
export function isValid(proof: ProofAndKey['proof'], key: VerificationKey): Promise<boolean> {
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
export async function verdictsOf(proofs: readonly ProofAndKey[]): Promise<Verdict[]> {
  return byKind(proofs, {
    pickles: async (some) => {
      await guardVerification();
      return typed(proofSystem.verifyBatch(some));
    },
    plain: async (some) => typed((await guardPlain()).verifyBatch(some)),
  });
}

interface Kinds<Result> {
  pickles(proofs: readonly proofSystem.ProofAndKey[]): Promise<Result[]>;
  plain(proofs: readonly proofSystem.PlainProofAndKey[]): Promise<Result[]>;
}

/** Each kind is a batch of its own; the results come in the order of the proofs. */
async function byKind<Result>(
  proofs: readonly ProofAndKey[],
  { pickles, plain }: Kinds<Result>,
): Promise<Result[]> {
  const [ofPickles, ofKimchi] = [proofs.filter(isPickles), proofs.filter(isPlain)];
  // the plain ones first: they are the cheaper ones
  const plainResults = ofKimchi.length > 0 ? await plain(ofKimchi) : [];
  const picklesResults = ofPickles.length > 0 ? await pickles(ofPickles) : [];
  return proofs.map((one) => (isPlain(one) ? plainResults.shift()! : picklesResults.shift()!));
}

const isPlain = (one: ProofAndKey): one is proofSystem.PlainProofAndKey & ProofAndKey =>
  !('maxProofsVerified' in one.proof);
const isPickles = (one: ProofAndKey): one is proofSystem.ProofAndKey & ProofAndKey => !isPlain(one);

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

/** Make this process ready to verify proofs of both kinds. Throws ERR_PROVER_BACKEND. */
export async function prepareVerifying(): Promise<void> {
  await guardVerification();
  await guardPlain();
}

let plainVerifier: Promise<proofSystem.PlainVerifier> | undefined;

/** The verifier of plain proofs, with their pinned proof in front. */
function guardPlain(): Promise<proofSystem.PlainVerifier> {
  plainVerifier ??= makePlainVerifier();
  return plainVerifier;
}

async function makePlainVerifier(): Promise<proofSystem.PlainVerifier> {
  const pinned = pinnedPlainProof();
  selectBackend();
  return typed(proofSystem.PlainVerifier.behind(pinned, await pinnedSrs()));
}

async function verifyWaiting(): Promise<void> {
  isBusy = true;
  while (waiting.length > 0) {
    // whoever asks in the same turn comes along
    await Promise.resolve();
    const batch = waiting.splice(0, MAX_BATCH);
    try {
      const verdicts = await validities(batch);
      for (const [i, { resolve }] of batch.entries()) resolve(verdicts[i]!);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
  isBusy = false;
}

function validities(proofs: readonly ProofAndKey[]): Promise<boolean[]> {
  return byKind(proofs, {
    pickles: async (some) => {
      await guardVerification();
      return typed(proofSystem.verifyProofs(some));
    },
    plain: async (some) => typed((await guardPlain()).verifyProofs(some)),
  });
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
