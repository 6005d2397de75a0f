/** A credential under a fresh blind: input of `refresh`. */
import type { Field } from 'o1js';
import { ChainClaim, Opening } from '../circuits/claims.ts';
import { RefreshWitness } from '../circuits/refresh.program.ts';
import type { RandomBytes } from '../random.ts';
import { freshBlind } from './chain.ts';

export interface RefreshPlan {
  /** What the proof will claim. */
  readonly claim: ChainClaim;
  readonly witness: RefreshWitness;
  /** Of the claim's commitment. Private. */
  readonly opening: Opening;
}

/**
 * Input of `refresh`.
 *
 * @param claim   of the proof to refresh, of `chain` or `refresh`
 * @param opening of its commitment
 */
export function refreshWitness(
  claim: ChainClaim,
  opening: Opening,
  random: RandomBytes,
): RefreshPlan {
  return refreshUnder(claim, opening, freshBlind(random));
}

/** The same under a blind that the caller made and keeps. */
export function refreshUnder(claim: ChainClaim, opening: Opening, blind: Field): RefreshPlan {
  const refreshed = new Opening({ ...opening, blind });
  const { trustRoot, validFrom, validUntil } = claim;
  return {
    claim: new ChainClaim({
      trustRoot,
      validFrom,
      validUntil,
      commitment: Opening.commitment(refreshed),
    }),
    witness: new RefreshWitness({ opening, blind }),
    opening: refreshed,
  };
}
