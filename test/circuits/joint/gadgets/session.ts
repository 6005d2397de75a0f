/** `possession` without ECDSA, on a pinned statement: what is private is what it leaves to the prover. */
import { Provable } from 'o1js';
import { readOne } from '../../../../src/circuits/gadgets/one.ts';
import { assertPossession, PossessionWitness } from '../../../../src/circuits/possession.ts';
import type { PossessionInput } from '../../../../src/witness/possession.ts';
import type { Circuit } from '../../../support/kimchi/index.ts';
import { pinned } from '../../../support/kimchi/joint/index.ts';
import { honest } from '../../possession/possession-circuit.ts';
import type { Gadgets } from './inputs.ts';

const possessing =
  (changes: Partial<PossessionInput>): Circuit =>
  (context) => {
    const { statement, witness } = honest(changes);
    const stated = pinned(context, statement.toBigInt());
    const given = Provable.witness(PossessionWitness, () => witness);
    assertPossession(context, stated, given, () => {});
  };

export const SESSION = {
  'a possession with all that it can show': possessing({}),
  'a possession with nothing to show': possessing({
    scope: 0n,
    identifier: undefined,
    order: undefined,
  }),
  'a table of one value': readOne,
} satisfies Gadgets;
