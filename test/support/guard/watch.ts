/** What kimchi's verifier of wrap proofs is really called with, seen from below everything of the package. */
import { native } from '../kimchi/bindings.ts';

/** A proof on the native backend. */
interface Proof {
  /** One of its evaluations: no two proofs have the same. */
  readonly ft_eval1: Uint8Array;
}

export type VerifyWraps = (indexes: readonly object[], proofs: readonly Proof[]) => boolean;

/** The object that o1js calls kimchi on. */
export const kimchi = native as unknown as {
  caml_pasta_fq_plonk_proof_batch_verify: VerifyWraps;
  caml_fp_srs_batch_accumulator_check: (...args: never[]) => boolean;
};

export interface Call {
  /** What tells the proofs of the batch from others, in their order. */
  readonly proofs: readonly string[];
  readonly answer: boolean;
}

/** Note the calls of the native function from now on. */
export function watchVerifier(): Call[] {
  const calls: Call[] = [];
  const original = kimchi.caml_pasta_fq_plonk_proof_batch_verify;
  kimchi.caml_pasta_fq_plonk_proof_batch_verify = (indexes, proofs) => {
    const answer = original(indexes, proofs);
    calls.push({ proofs: proofs.map(nameOf), answer });
    return answer;
  };
  return calls;
}

export const nameOf = ({ ft_eval1: bytes }: Proof) => Buffer.from(bytes).toString('hex');
