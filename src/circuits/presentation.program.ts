/**
 * Program `presentation`: a refreshed credential -> what a peer is shown of it.
 *
 * Public input   PresentationRequest: mode (MODE.presentation), trustRoot, revocationRoot,
 *                registryRoot (0), time, role.
 * Public output  PresentationClaim: sessionKey, sessionIdentity, sessionIssuer.
 * Private        the refresh proof and the opening of its commitment; paths of its CI and of the
 *                revocation entries; three blinds.
 * Proves         that someone knows a credential made by `chain`, whose CI is under trustRoot, whose
 *                window holds `time`, of whose certificates none is revoked at `time` by the map
 *                under revocationRoot, and whose role is the required one; that sessionKey,
 *                sessionIdentity and sessionIssuer hide its key, its identity, and organisation and
 *                last issuer.
 * Does not prove that anyone holds the key: it is a bearer value, which counts with a `possession` only.
 *                Nor that the roots are good, or roots and time recent: that is the verifier's; nor that
 *                the blinds are fresh, which is the holder's own interest.
 * Rows, domain   test/pins; within 2^14.
 *
 * A proof shows data of the proof that it verifies, so the refresh must be used for this presentation only:
 * two over one refresh would be linked.
 */
import { ZkProgram } from 'o1js';
import { MODE } from '../params.ts';
import { assertOpens, type ChainStatement } from './credential.ts';
import { type CircuitContext, withContext } from './kimchi/context.ts';
import { present, PresentationWitness } from './presentation.ts';
import { RefreshProof } from './refresh.program.ts';
import { PresentationClaim, PresentationRequest } from './session.ts';

export const presentationProgram = ZkProgram({
  name: 'zkcx-presentation',
  publicInput: PresentationRequest,
  publicOutput: PresentationClaim,
  methods: {
    prove: {
      privateInputs: [RefreshProof, PresentationWitness],
      async method(
        request: PresentationRequest,
        proof: RefreshProof,
        witness: PresentationWitness,
      ) {
        return {
          publicOutput: await withContext((context) => {
            proof.verify();
            const refreshed = { mode: proof.publicInput, claim: proof.publicOutput };
            return presentRefreshed(context, request, refreshed, witness);
          }),
        };
      },
    },
  },
});

/** The whole method but the verification of the refresh proof. */
export function presentRefreshed(
  context: CircuitContext,
  request: PresentationRequest,
  refreshed: ChainStatement,
  witness: PresentationWitness,
): PresentationClaim {
  request.mode.assertEquals(MODE.presentation);
  request.registryRoot.assertEquals(0);
  assertOpens(refreshed, MODE.refresh, witness.credential.opening);
  return present(context, request, witness);
}
