/** Holder: static statements as proofs for the peer. */
import { z } from 'zod';
import { checked, time as unixTime } from '../arguments.ts';
import * as pki from '../pki/arguments.ts';
import * as form from '../prover/arguments.ts';
import * as argument from './arguments.ts';
import type { TrustAnchor } from '../pki/index.ts';
import type { Credential } from '../prover/credential.ts';
import { proveCertify } from '../prover/present.ts';
import type { JobOptions, Prover } from '../prover/prover.ts';
import { handlesOf } from '../witness/chain.ts';
import { certifyWitness } from '../witness/presentation.ts';
import type { RevocationWitnesses } from '../witness/revocation-map.ts';
import type { TrustSet } from '../witness/trust.ts';
import { chainOf } from './credential-chain.ts';
import { roleIn } from './identity.ts';
import type { CertifiedBundle } from './envelopes.ts';

export interface CertifyInput {
  readonly credential: Credential;
  /** CIs, among them the one that the credential's chain starts from. */
  readonly anchors: readonly TrustAnchor[];
  readonly trust: TrustSet;
  /** The map, or what was taken out of it for this credential. */
  readonly map: RevocationWitnesses;
  /** Unix seconds. */
  readonly time: bigint;
}

const certifyInput = z.looseObject({
  credential: form.credential,
  anchors: pki.anchors,
  trust: argument.trustSet,
  map: argument.revocationWitnesses,
  time: unixTime,
});

/** Plan the static statement of a credential. Throws the codes of `certifyWitness` and ERR_CHAIN_*. */
export function planCertify(input: CertifyInput) {
  checked(input, certifyInput, 'planCertify');
  const { credential, anchors, trust, map, time } = input;
  const { chain, anchor } = chainOf(credential, anchors);
  const { opening } = credential;
  const handles = handlesOf(chain);
  return certifyWitness({ opening, handles, anchor, trust, map, time, role: roleIn(opening) });
}

/** The same, proven and in its envelope. It tells key and identity: for parties that are known anyway. */
export async function certify(
  input: CertifyInput,
  prover: Prover,
  options: JobOptions = {},
): Promise<CertifiedBundle> {
  checked(prover, form.prover, 'the prover of certify');
  const proof = await proveCertify(planCertify(input), input.credential.proof, prover, options);
  return { format: 'zkcx-certified', version: 1, proof };
}
