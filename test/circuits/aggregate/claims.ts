/** Made-up claims, as if proven. */
import { Field } from 'o1js';
import { ChainClaim } from '../../../src/circuits/claims.ts';
import type { ChainClaimValues } from '../../../src/witness/aggregate.ts';
import { NOW } from '../../support/certificates/index.ts';

/** No two of a list alike; windows of different length, in no order. */
export function madeUpClaims(count: number): ChainClaimValues[] {
  return Array.from({ length: count }, (_, i) => ({
    trustRoot: 77n,
    validFrom: NOW - BigInt(i),
    validUntil: NOW + 1_000n + BigInt((i * 7) % 13),
    commitment: (BigInt(i) + 1n) * 1_000_003n,
  }));
}

/** The same as the circuits take it. */
export function chainClaim(values: ChainClaimValues): ChainClaim {
  const { trustRoot, validFrom, validUntil, commitment } = values;
  return new ChainClaim({
    trustRoot: Field(trustRoot),
    validFrom: Field(validFrom),
    validUntil: Field(validUntil),
    commitment: Field(commitment),
  });
}
