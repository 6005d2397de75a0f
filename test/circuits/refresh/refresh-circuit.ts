/** The methods of `refresh` as circuits for the judge: what the proof inside claims stands in gates. */
import { Field, Provable } from 'o1js';
import { ChainClaim, Opening } from '../../../src/circuits/claims.ts';
import { refresh, RefreshWitness } from '../../../src/circuits/refresh.program.ts';
import { MODE } from '../../../src/params.ts';
import { refreshWitness } from '../../../src/witness/refresh.ts';
import { sgp26Device } from '../../support/certificates/index.ts';
import type { Circuit } from '../../support/kimchi/index.ts';
import { standInGates } from '../chain/chain-circuit.ts';
import { credentialOf } from '../presentation/credentials.ts';

/** What a method takes, by its name. */
export const KIND = { ofChain: MODE.chain, ofRefresh: MODE.refresh } as const;
export type Method = keyof typeof KIND;
export const METHODS = Object.keys(KIND) as Method[];

export const { opening: OPENING } = credentialOf('SGP.26 eUICC', sgp26Device());

/** What a run takes. */
export interface RefreshCase {
  /** Public values of the proof inside. */
  readonly mode: Field;
  readonly proven: ChainClaim;
  readonly witness: RefreshWitness;
  /** What the refresh claims. */
  readonly claim: ChainClaim;
}

/** The claim that an opening stands behind. */
export function claimOf(opening: Opening, trustRoot = Field(55)): ChainClaim {
  const { validFrom, validUntil } = opening;
  const commitment = Opening.commitment(opening);
  return new ChainClaim({ trustRoot, validFrom, validUntil, commitment });
}

/** A proof of this kind of the device's credential, refreshed. */
export function honest(method: Method, opening: Opening = OPENING): RefreshCase {
  const proven = claimOf(opening);
  const random = (length: number) => new Uint8Array(length).fill(9);
  const { claim, witness } = refreshWitness(proven, opening, random);
  return { mode: Field(KIND[method]), proven, witness, claim };
}

export function refreshCircuit(method: Method, input: () => RefreshCase): Circuit {
  return (context) => {
    const mode = Provable.witness(Field, () => input().mode);
    const proven = Provable.witness(ChainClaim, () => input().proven);
    const expected = Provable.witness(ChainClaim, () => input().claim);
    standInGates(context, [mode, ...ChainClaim.toFields(proven), ...ChainClaim.toFields(expected)]);
    const witness = Provable.witness(RefreshWitness, () => input().witness);
    const claim = refresh(context, { mode, claim: proven }, KIND[method], witness);
    ChainClaim.toFields(claim).forEach((field, i) => {
      field.assertEquals(ChainClaim.toFields(expected)[i]!);
    });
  };
}
