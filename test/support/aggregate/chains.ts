/** Chains to aggregate: devices of one EUM or of several, and proofs in form only. */
import { Field } from 'o1js';
import { Opening } from '../../../src/circuits/claims.ts';
import type { ChainToAggregate } from '../../../src/aggregate/plan.ts';
import type { ProofEnvelope } from '../../../src/prover/envelope.ts';
import { sgp26Device } from '../certificates/chains.ts';
import { PROVEN_AT, PROVEN_TRUST, provenCertificates } from '../credentials.ts';
import { madeUpDevice, madeUpEum } from '../devices.ts';
import { unprovenRefresh } from '../envelope.ts';

const [EUM] = provenCertificates('eum');

/** A device of the published EUM. */
export const device = (number: number): ChainToAggregate => ({
  certificates: [EUM!, madeUpDevice(number, sgp26Device()[1]!)],
});

/** A device with an EUM of its own. */
export function deviceOfItsOwn(number: number): ChainToAggregate {
  const eum = madeUpEum(number);
  return { certificates: [eum.certificate, madeUpDevice(number, eum)] };
}

export const devices = (count: number): ChainToAggregate[] =>
  Array.from({ length: count }, (_, i) => device(i + 2));

/** An envelope that claims what a refresh claims; nothing proves it. */
export function claimed(
  number: number,
  {
    trustRoot = PROVEN_TRUST.root.toBigInt(),
    validUntil = PROVEN_AT + 1_000n + BigInt(number),
  } = {},
): ChainToAggregate & { readonly proof: ProofEnvelope } {
  const claim = [trustRoot, PROVEN_AT - 1_000n, validUntil, 1_000 + number];
  return { proof: unprovenRefresh(claim) };
}

/** Blinds that are the same in every run, and different for every link. */
export function blinds(seed = 1n): (link: string) => Field {
  return (link) => Field(BigInt(`0x${link}`) + seed);
}

export const commitmentOf = (opening: Opening) => Opening.commitment(opening).toString();
