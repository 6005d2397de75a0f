/**
 * The contract's verification key: what stands on chain for these very methods, with the pinned keys of the
 * programs whose proofs they take. A change of any of them is another registry. Its data counts: a hash beside
 * other data says nothing.
 */
import { VerificationKey as MinaKey } from 'o1js';
import { pinnedKey, type VerificationKey } from '../../prover/keys.ts';

/** The key that the package pins. Throws ERR_PROOF_KEY when it is missing or damaged. */
export function registryKey(): VerificationKey {
  const { data, hash } = pinnedKey('ProofRegistry');
  return { data, hash };
}

/** What stands in place of it where no proofs are checked, for tests: o1js has one key for that. */
export async function unprovenKey(): Promise<VerificationKey> {
  const { data, hash } = await MinaKey.dummy();
  return { data, hash: hash.toString() };
}
