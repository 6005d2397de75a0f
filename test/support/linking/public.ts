/** What two proofs may have in common: values that are the same for everybody. */
import type { AnyEnvelope } from '../../../src/prover/envelope.ts';
import { PROVEN_TRUST } from '../credentials.ts';
import { MAP, registryRoot } from './plans.ts';
import { sharedValues } from './values.ts';

/** Each with the reason. What is below 2^32 is not compared: modes, roles, times, bits and sizes. */
export const PUBLIC: ReadonlyMap<bigint, string> = new Map([
  [PROVEN_TRUST.root.toBigInt(), 'root of the accepted CIs, which every holder and verifier has'],
  [MAP.root.toBigInt(), 'root of the revocation map, which every holder and verifier has'],
  [await registryRoot(), 'root of the registry, which every holder and verifier has'],
]);

/** `sharedValues` without those. */
export const linkedBy = (a: AnyEnvelope, b: AnyEnvelope): ReadonlyMap<bigint, string> =>
  new Map([...sharedValues(a, b)].filter(([value]) => !PUBLIC.has(value)));
