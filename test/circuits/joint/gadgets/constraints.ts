/** Issuing constraints: what a certificate passes on, and that one lies inside them. */
import { assertInside, narrow } from '../../../../src/circuits/gadgets/certificate/constraints.ts';
import type {
  ConstraintsFact,
  OwnBaseFact,
  OwnConstraintsFact,
} from '../../../../src/circuits/gadgets/certificate/facts.ts';
import { ownConstraints } from '../../../../src/circuits/gadgets/certificate/name-constraints.ts';
import type { Walk } from '../../../../src/circuits/gadgets/walk.ts';
import { ascii } from '../../../support/certificates/der.ts';
import type { Base } from '../../../support/certificates/fields.ts';
import { pinned } from '../../../support/kimchi/joint/index.ts';
import { numbersOf } from '../../certificate/constraint-circuits.ts';
import { type Gadgets, inMemory, organisationFact, pinnedBit, positionAt } from './inputs.ts';

/** Two bases, not the four of a certificate: the further ones repeat the equations. */
const BASES = 2;
const EID = '89049032123451234512345678901235';

const all = (bases: readonly Base[], count = BASES) =>
  Array.from({ length: count }, (_, i) => numbersOf(bases[i] ?? {}));

function parentFact({ context }: Walk, bases: readonly Base[]): ConstraintsFact {
  return {
    count: pinned(context, BigInt(bases.length)),
    bases: all(bases).map((parts) => ({
      organisation: organisationFact(context, parts),
      iin: { length: pinned(context, parts[4]!), value: pinned(context, parts[5]!) },
    })),
  };
}

/** The IINs stand in the memory one after the other. */
function ownFact(walk: Walk, bases: readonly Base[]): OwnConstraintsFact {
  const { context } = walk;
  let at = 0;
  const facts = all(bases).map((parts, i): OwnBaseFact => {
    const iinStart = positionAt(walk, at);
    at += Number(parts[4]!);
    return {
      used: pinnedBit(context, i < bases.length ? 1n : 0n),
      organisation: organisationFact(context, parts),
      iin: { length: pinned(context, parts[4]!), value: pinned(context, parts[5]!) },
      iinStart,
    };
  });
  return { count: pinned(context, BigInt(bases.length)), bases: facts };
}

function inside(parent: readonly Base[], isEuicc: boolean) {
  return inMemory(ascii(EID), (walk) => {
    const { context } = walk;
    const constraints = parentFact(walk, parent);
    const child = {
      organisation: organisationFact(context, numbersOf({ organisation: 'A' })),
      isEuicc: pinnedBit(context, isEuicc ? 1n : 0n),
      serialAttribute: {
        present: pinnedBit(context, isEuicc ? 1n : 0n),
        start: positionAt(walk, 0),
        length: pinned(context, isEuicc ? 32n : 0n),
      },
    };
    assertInside(walk, constraints, child);
  });
}

function narrowing(parent: readonly Base[], own: readonly Base[]) {
  return inMemory(ascii('8904890'), (walk) => {
    const [parentConstraints, ownConstraintsFact] = [parentFact(walk, parent), ownFact(walk, own)];
    narrow(walk, parentConstraints, ownConstraintsFact);
  });
}

export const CONSTRAINTS = {
  'an eUICC inside a base': inside(
    [{ organisation: 'B' }, { organisation: 'A', iin: '8904' }],
    true,
  ),
  'an eUICC whose issuer has no constraints': inside([], true),
  'a CA inside a base': inside([{ organisation: 'A', iin: '8904' }], false),
  'own bases inside those of the parent': narrowing(
    [{ organisation: 'A', iin: '89' }, { iin: '8' }],
    [{ organisation: 'A', iin: '8904' }, { iin: '890' }],
  ),
  'bases that are passed on': narrowing([{ organisation: 'A', iin: '89' }], []),
  'own bases without a parent that has any': narrowing([], [{ organisation: 'A', iin: '8904' }]),
  'constraints of either extension': inMemory(ascii('89'), (walk) => {
    const facts = ownFact(walk, [{ organisation: 'A', iin: '89' }]);
    const none = ownFact(walk, []);
    const names = facts.bases.map(({ used, organisation, iin, iinStart }) => ({
      used,
      organisation,
      iin: { ...iin, start: iinStart },
    }));
    const eins = none.bases.map(({ used, iin, iinStart }) => ({
      used,
      iin: { ...iin, start: iinStart },
    }));
    ownConstraints(walk, names, eins);
  }),
} satisfies Gadgets;
