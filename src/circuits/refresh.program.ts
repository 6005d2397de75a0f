/**
 * Program `refresh`: a chain claim -> the same claim under a fresh blind.
 *
 * Public input   mode, the constant MODE.refresh.
 * Public output  ChainClaim: trustRoot, validFrom, validUntil, commitment.
 * Private        a chain proof (ofChain) or an earlier refresh (ofRefresh); the opening of its
 *                commitment; a fresh blind.
 * Proves         what the proof inside proves, of a commitment to the same values under another blind.
 * Does not prove that the blind is fresh, which is the holder's own interest; nor what `chain` does not.
 * Rows, domain   test/pins; both methods within 2^14.
 *
 * A proof shows data of the proof that it verifies. A chain proof is used as often as its credential, so a
 * proof that leaves the device never verifies one: it verifies a refresh, made for it alone.
 */
import { Field, SelfProof, Struct, ZkProgram } from 'o1js';
import { MODE } from '../params.ts';
import { ChainProof } from './chain.program.ts';
import { ChainClaim, Opening } from './claims.ts';
import { assertOpens } from './credential.ts';
import { readOne } from './gadgets/one.ts';
import { type CircuitContext, withContext } from './kimchi/context.ts';

/** What the prover gives for a refresh beside the proof. */
export class RefreshWitness extends Struct({
  /** Of the proof's commitment. */
  opening: Opening,
  /** Of the new commitment. */
  blind: Field,
}) {}

/** Public values of the proof that a refresh verifies. */
interface Refreshable {
  readonly mode: Field;
  readonly claim: ChainClaim;
}

type RefreshedKind = typeof MODE.chain | typeof MODE.refresh;

async function refreshProof(
  mode: Field,
  proof: ChainProof | SelfProof<Field, ChainClaim>,
  kind: RefreshedKind,
  witness: RefreshWitness,
): Promise<{ publicOutput: ChainClaim }> {
  return {
    publicOutput: await withContext((context) => {
      mode.assertEquals(MODE.refresh);
      proof.verify();
      const proven = { mode: proof.publicInput, claim: proof.publicOutput };
      return refresh(context, proven, kind, witness);
    }),
  };
}

export const refreshProgram = ZkProgram({
  name: 'zkcx-refresh',
  publicInput: Field,
  publicOutput: ChainClaim,
  methods: {
    ofChain: {
      privateInputs: [ChainProof, RefreshWitness],
      method: (mode: Field, proof: ChainProof, witness: RefreshWitness) =>
        refreshProof(mode, proof, MODE.chain, witness),
    },
    ofRefresh: {
      privateInputs: [SelfProof, RefreshWitness],
      method: (mode: Field, proof: SelfProof<Field, ChainClaim>, witness: RefreshWitness) =>
        refreshProof(mode, proof, MODE.refresh, witness),
    },
  },
});

export class RefreshProof extends ZkProgram.Proof(refreshProgram) {}

/** The whole of both methods but the mode and the verification of the proof. ~400 rows. */
export function refresh(
  context: CircuitContext,
  proven: Refreshable,
  kind: RefreshedKind,
  { opening, blind }: RefreshWitness,
): ChainClaim {
  assertOpens(proven, kind, opening);
  readOne(context);
  const { trustRoot, validFrom, validUntil } = proven.claim;
  const commitment = Opening.commitment(new Opening({ ...opening, blind }));
  return new ChainClaim({ trustRoot, validFrom, validUntil, commitment });
}
