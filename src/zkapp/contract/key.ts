/**
 * The contract's verification key: what stands on chain for these very methods, with the pinned keys of the
 * programs whose proofs they take. A change of any of them is another registry. Its data counts: a hash beside
 * other data says nothing.
 */
import { pinnedKey, type VerificationKey } from '../../prover/keys.ts';

/** The key that the package pins. Throws ERR_PROOF_KEY when it is missing or damaged. */
export function registryKey(): VerificationKey {
  const { data, hash } = pinnedKey('ProofRegistry');
  return { data, hash };
}
