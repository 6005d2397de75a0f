/**
 * Program `presentation`: a chain proof and a session -> what a peer is shown.
 *
 * Public input   PresentationRequest: mode (MODE.presentation), trustRoot, revocationRoot,
 *                registryRoot (0), time, role, scope.
 * Public output  PresentationClaim: pseudonym, sessionMessage, sessionKey, sessionIdentity,
 *                sessionIssuer.
 * Private        the chain proof and the opening of its commitment; paths of its CI and of the
 *                revocation entries; the signed digest and its signature; four blinds.
 * Proves         that someone knows a credential made by `chain`, whose CI is under trustRoot, whose
 *                window holds `time`, of whose certificates none is revoked at `time` by the map
 *                under revocationRoot, whose role is the required one, and a signature by its key
 *                over the digest in sessionMessage; that sessionKey, sessionIdentity and
 *                sessionIssuer hide that key, its identity, and organisation and last issuer; that
 *                the pseudonym is the certificate's in the scope, 0 where the scope is 0.
 * Does not prove that the roots are good or of today, that the digest is of a message that the
 *                verifier asked for, or that the blinds are fresh: the first two are the verifier's
 *                (by `message` or an opening), the last is the holder's own interest.
 * Rows, domain   test/pins; within 2^15.
 */
import { ZkProgram } from 'o1js';
import { MODE } from '../params.ts';
import { ChainProof } from './chain.program.ts';
import { assertOpens, type ChainStatement } from './credential.ts';
import { type CircuitContext, withContext } from './kimchi/context.ts';
import { type AssertDigestSigned, present, PresentationWitness } from './presentation.ts';
import { PresentationClaim, PresentationRequest } from './session.ts';

export const presentationProgram = ZkProgram({
  name: 'zkcx-presentation',
  publicInput: PresentationRequest,
  publicOutput: PresentationClaim,
  methods: {
    prove: {
      privateInputs: [ChainProof, PresentationWitness],
      async method(request: PresentationRequest, proof: ChainProof, witness: PresentationWitness) {
        return {
          publicOutput: await withContext((context) => {
            proof.verify();
            const chain = { mode: proof.publicInput, claim: proof.publicOutput };
            return presentChain(context, request, chain, witness);
          }),
        };
      },
    },
  },
});

/** The whole method but the verification of the chain proof. */
export function presentChain(
  context: CircuitContext,
  request: PresentationRequest,
  chain: ChainStatement,
  witness: PresentationWitness,
  signed?: AssertDigestSigned,
): PresentationClaim {
  request.mode.assertEquals(MODE.presentation);
  request.registryRoot.assertEquals(0);
  assertOpens(chain, witness.credential.opening);
  return present(context, request, witness, signed);
}
