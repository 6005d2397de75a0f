/** When tests of the registry happen, and the CIs that it starts with. */
import { Field } from 'o1js';
import { TRUST_HEIGHT } from '../../../src/params.ts';
import { packClock } from '../../../src/zkapp/contract/clock.ts';
import { treeRoot } from '../../../src/zkapp/contract/gates.ts';
import { slotRange } from '../../../src/zkapp/contract/state.ts';

/** Unix seconds of slot 0. */
export const GENESIS = 1_700_000_000n;
export const SLOT_SECONDS = 180;
export const CLOCK = packClock({ genesis: GENESIS, slotSeconds: SLOT_SECONDS });
export const SLOTS = { first: 1_000, last: 1_020 };
export const RANGE = slotRange(SLOTS);

/** Unix seconds when a slot begins. */
export const timeOf = (slot: number) => GENESIS + BigInt(slot * SLOT_SECONDS);

/** Leaves of the CIs that the registry starts with; what they are hashes of does not matter to it. */
export const LEAVES = [50n, 200n, 300n];

export const rootOf = (leaves: readonly bigint[]) =>
  treeRoot(Array.from({ length: 2 ** TRUST_HEIGHT }, (_, i) => Field(leaves[i] ?? 0n)));
