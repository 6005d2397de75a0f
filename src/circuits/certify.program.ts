/**
 * Program `certify`: a chain proof -> a statement of a party that is known anyway.
 *
 * Public input   CertifyRequest: mode (MODE.certify), trustRoot, revocationRoot, time, role.
 * Public output  CertifiedClaim: key, identity, validFrom, validUntil.
 * Private        the chain proof and the opening of its commitment; paths of its CI and of the
 *                revocation entries.
 * Proves         that the key and the identity are those of a credential made by `chain`, whose CI is
 *                under trustRoot, whose window is the claim's and holds `time`, of whose certificates
 *                none is revoked at `time` by the map under revocationRoot, and whose role is the
 *                required one. The key is a point of P-256 in its one encoding.
 * Does not prove that anyone holds the key, who checks that with a signature of its own; nor that
 *                roots and time are recent: the verifier decides how old they may be.
 * Rows, domain   test/pins; within 2^14.
 */
import { ZkProgram } from 'o1js';
import { MODE } from '../params.ts';
import { ChainProof } from './chain.program.ts';
import { PublicKey } from './claims.ts';
import {
  assertCredential,
  assertOpens,
  type ChainStatement,
  CredentialWitness,
} from './credential.ts';
import { assertPoint } from './gadgets/p256/index.ts';
import { type CircuitContext, withContext } from './kimchi/context.ts';
import { CertifiedClaim, CertifyRequest } from './session.ts';

export const certifyProgram = ZkProgram({
  name: 'zkcx-certify',
  publicInput: CertifyRequest,
  publicOutput: CertifiedClaim,
  methods: {
    prove: {
      privateInputs: [ChainProof, CredentialWitness],
      async method(request: CertifyRequest, proof: ChainProof, witness: CredentialWitness) {
        return {
          publicOutput: await withContext((context) => {
            proof.verify();
            const chain = { mode: proof.publicInput, claim: proof.publicOutput };
            return certify(context, request, chain, witness);
          }),
        };
      },
    },
  },
});

/** The whole method but the verification of the chain proof. */
export function certify(
  context: CircuitContext,
  request: CertifyRequest,
  chain: ChainStatement,
  witness: CredentialWitness,
): CertifiedClaim {
  request.mode.assertEquals(MODE.certify);
  assertOpens(chain, MODE.chain, witness.opening);
  assertCredential(context, witness, request);
  const { key, identity, validFrom, validUntil } = witness.opening;
  // the commitment holds the key packed: only limbs in range are the ones that were packed
  assertPoint(context, key);
  return new CertifiedClaim({ key: new PublicKey(key), identity, validFrom, validUntil });
}
