/** `verify` as o1js has it, for what others may call in the same process. Nothing here is to rely on it. */
import { verify } from 'o1js';
import type { JsonProof } from '../../../src/prover/envelope.ts';

export function verifyBare(proof: JsonProof, key: { readonly data: string }): Promise<boolean> {
  return verify(proof, key.data);
}
