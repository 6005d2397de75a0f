/**
 * The one caller of o1js's `verify`. `verify` builds what kimchi has to check, here it is checked: all
 * proofs that are given at a time as one batch, behind the pinned proof.
 */
import { verify } from 'o1js';
import { type Collected, GuardError, NativeCalls } from './native-calls.ts';

export { GuardError } from './native-calls.ts';

export interface ProofAndKey {
  /** As o1js writes it. */
  readonly proof: {
    readonly publicInput: readonly string[];
    readonly publicOutput: readonly string[];
    readonly maxProofsVerified: 0 | 1 | 2;
    readonly proof: string;
  };
  readonly key: {
    /** Base64, as o1js writes it. */
    readonly data: string;
  };
}

/** What one look at a batch says of a proof in it. */
export type Verdict = 'valid' | 'invalid' | 'unknown';

let guard: Promise<NativeCalls> | undefined;

/**
 * Put a proof in front of all batches of this process, once: later calls change nothing. What else in the
 * process verifies by o1js, such as its local chain, is behind that proof from then on too.
 *
 * @throws GuardError when the proof cannot be read; nothing can be verified in this process then
 */
export async function guardVerification(pinned: ProofAndKey): Promise<void> {
  guard ??= install(pinned);
  await guard;
}

/**
 * Whether each of some proofs verifies, whatever it says. Kimchi checks them as one batch: the more, the
 * less each costs. When the batch is false, each is checked alone.
 *
 * @throws GuardError when there is no guard, or o1js does not call kimchi as expected
 */
export async function verifyProofs(proofs: readonly ProofAndKey[]): Promise<boolean[]> {
  const { calls, collected, batch } = await collectAll(proofs);
  if (batch.length > 1 && isValid(calls, batch)) return collected.map((one) => one !== undefined);
  return collected.map((one) => one !== undefined && isValid(calls, [one]));
}

/**
 * The same in at most one call of kimchi: what a batch that is false leaves open is 'unknown', and the
 * caller has such proofs checked alone. A proof that is given alone is never 'unknown'.
 *
 * @throws GuardError as `verifyProofs`
 */
export async function verifyBatch(proofs: readonly ProofAndKey[]): Promise<Verdict[]> {
  const { calls, collected, batch } = await collectAll(proofs);
  if (batch.length > 0 && isValid(calls, batch)) {
    return collected.map((one) => (one === undefined ? 'invalid' : 'valid'));
  }
  const open = batch.length > 1 ? 'unknown' : 'invalid';
  return collected.map((one) => (one === undefined ? 'invalid' : open));
}

async function collectAll(proofs: readonly ProofAndKey[]) {
  if (guard === undefined) throw new GuardError('no proof is pinned');
  const calls = await guard;
  const collected: (Collected | undefined)[] = [];
  for (const proof of proofs) collected.push(await collect(calls, proof));
  return { calls, collected, batch: collected.filter((one) => one !== undefined) };
}

async function install(pinned: ProofAndKey): Promise<NativeCalls> {
  const calls = await NativeCalls.replace();
  const collected = await collect(calls, pinned);
  if (collected === undefined) throw new GuardError('the pinned proof cannot be read');
  calls.pin(collected.wrap);
  return calls;
}

function collect(calls: NativeCalls, { proof, key }: ProofAndKey): Promise<Collected | undefined> {
  const { publicInput, publicOutput, ...rest } = proof;
  const json = { ...rest, publicInput: [...publicInput], publicOutput: [...publicOutput] };
  return calls.collect(() => verify(json, key.data));
}

/** The wrap proofs first: their check is the cheaper one. */
function isValid(calls: NativeCalls, batch: readonly Collected[]): boolean {
  try {
    return (
      calls.verifyWraps(calls.behindPinned(batch.map(({ wrap }) => wrap))) &&
      calls.checkAccumulators(batch.map(({ accumulator }) => accumulator))
    );
  } catch (error) {
    // what kimchi throws is about a proof of the batch, and valid is none of those
    if (error instanceof GuardError) throw error;
    return false;
  }
}
