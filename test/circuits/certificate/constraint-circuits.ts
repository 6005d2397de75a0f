import type { Field } from 'o1js';
import { MAX_BASES } from '../../../src/params.ts';
import { assertInside, narrow } from '../../../src/circuits/gadgets/certificate/constraints.ts';
import type {
  ConstraintsFact,
  OrganisationFact,
} from '../../../src/circuits/gadgets/certificate/facts.ts';
import { readEid } from '../../../src/circuits/gadgets/certificate/identity.ts';
import {
  ownConstraints,
  readNameConstraints,
  readPermittedEins,
} from '../../../src/circuits/gadgets/certificate/name-constraints.ts';
import { existsOne } from '../../../src/circuits/kimchi/gates.ts';
import { inRange } from '../../../src/circuits/kimchi/integer.ts';
import {
  extensionValue,
  nameConstraints,
  permittedEins,
} from '../../support/certificates/fields.ts';
import type { Base } from '../../support/certificates/fields.ts';
import { MemoryCircuit } from '../memory-circuit.ts';

/** A bit of which nothing is shown here: whoever calls the gadgets shows it. */
const bit = (value: () => boolean) => inRange<1>(existsOne(() => (value() ? 1n : 0n)));

export const latin = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

const fold = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
const number = (text: string) => BigInt(`0x0${Buffer.from(text, 'latin1').toString('hex')}`);

/** A base as the six numbers of its fact; also what the facts are compared with. */
export function numbersOf({ organisation = '', iin = '' }: Base): bigint[] {
  const folded = fold(organisation);
  return [
    BigInt(folded.length),
    ...[folded.slice(0, 31), folded.slice(31, 62), folded.slice(62)].map(number),
    BigInt(iin.length),
    number(iin),
  ];
}

export function allNumbers(bases: readonly Base[]): bigint[][] {
  return Array.from({ length: MAX_BASES }, (_, i) => numbersOf(bases[i] ?? {}));
}

/** Constraints of a parent, as witnesses: what an opened commitment gives. */
function witnessConstraints(bases: () => readonly Base[]): ConstraintsFact {
  return {
    count: existsOne(() => BigInt(bases().length)),
    bases: Array.from({ length: MAX_BASES }, (_, i) => {
      const part = (j: number) => existsOne(() => allNumbers(bases())[i]![j]!);
      return {
        organisation: witnessOrganisation(part),
        iin: { length: part(4), value: part(5) },
      };
    }),
  };
}

function witnessOrganisation(part: (j: number) => Field): OrganisationFact {
  return { length: part(0), chunks: [part(1), part(2), part(3)] };
}

export interface InsideInput {
  parent: readonly Base[];
  organisation: string;
  isEuicc: boolean;
  /** The serialNumber attribute, if there is one. */
  serial?: string;
}

/** `assertInside` and `readEid` of a subject whose serialNumber stands at `SERIAL_AT`. */
export class InsideCircuit extends MemoryCircuit<Field> {
  input: InsideInput = { parent: [], organisation: 'a', isEuicc: false };
  private static readonly serialAt = 5;

  constructor() {
    super(
      64,
      (walk) => {
        const { memory } = walk;
        const serialAttribute = {
          present: bit(() => this.input.serial !== undefined),
          start: memory.at(
            existsOne(() =>
              this.input.serial === undefined ? 0n : BigInt(InsideCircuit.serialAt),
            ),
          ),
          length: existsOne(() => BigInt(this.input.serial?.length ?? 0)),
        };
        const isEuicc = bit(() => this.input.isEuicc);
        const organisation = witnessOrganisation((j) =>
          existsOne(() => numbersOf({ organisation: this.input.organisation })[j]!),
        );
        const parent = witnessConstraints(() => this.input.parent);
        assertInside(walk, parent, { organisation, isEuicc, serialAttribute });
        return readEid(walk, serialAttribute, isEuicc);
      },
      (eid) => eid.toBigInt(),
    );
  }

  /** Set the input; returns the memory's content. */
  bytesOf(input: InsideInput): Uint8Array {
    this.input = input;
    return latin('x'.repeat(InsideCircuit.serialAt) + (input.serial ?? '') + 'x');
  }
}

export interface NarrowInput {
  parent: readonly Base[];
  own: readonly Base[];
  /** Write `own`, of IINs only, as permittedEins. */
  eins?: boolean;
}

/** `narrow` of own constraints that stand at the beginning of the memory. */
export class NarrowCircuit extends MemoryCircuit<ConstraintsFact> {
  private input: NarrowInput = { parent: [], own: [] };
  private length = 0;

  constructor() {
    super(
      192,
      (walk) => {
        const { memory } = walk;
        const value = (isThere: () => boolean) => ({
          present: bit(isThere),
          start: memory.atConstant(0),
          end: memory.at(existsOne(() => (isThere() ? BigInt(this.length) : 0n))),
        });
        const names = value(() => this.input.own.length > 0 && this.input.eins !== true);
        const eins = value(() => this.input.own.length > 0 && this.input.eins === true);
        const own = ownConstraints(
          walk,
          readNameConstraints(walk, names),
          readPermittedEins(walk, eins),
        );
        return narrow(
          walk,
          witnessConstraints(() => this.input.parent),
          own,
        );
      },
      ({ count, bases }) => ({
        count: Number(count.toBigInt()),
        bases: bases.map(({ organisation, iin }) =>
          [organisation.length, ...organisation.chunks, iin.length, iin.value].map((part) =>
            part.toBigInt(),
          ),
        ),
      }),
    );
  }

  bytesOf(input: NarrowInput): Uint8Array {
    this.input = input;
    const { own, eins = false } = input;
    const bytes =
      own.length === 0
        ? new Uint8Array(0)
        : extensionValue(
            eins ? permittedEins(...own.map(({ iin }) => iin!)) : nameConstraints(...own),
          );
    this.length = bytes.length;
    return bytes;
  }
}
