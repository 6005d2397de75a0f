/**
 * Inputs of the gadgets that are scanned. All of them are pinned: the freedom that is left in these
 * circuits is what the gadget leaves to the prover.
 */
import type { Field } from 'o1js';
import type { OrganisationFact } from '../../../../src/circuits/gadgets/certificate/facts.ts';
import type { ExtensionValue } from '../../../../src/circuits/gadgets/certificate/optional.ts';
import { type Limbs, limbsOf } from '../../../../src/circuits/gadgets/limbs.ts';
import { toLimbs } from '../../../../src/circuits/gadgets/p256/constants.ts';
import { walkOver, type Walk } from '../../../../src/circuits/gadgets/walk.ts';
import type { CircuitContext } from '../../../../src/circuits/kimchi/context.ts';
import { type Bit, inRange } from '../../../../src/circuits/kimchi/integer.ts';
import type { Circuit } from '../../../support/kimchi/index.ts';
import { pinned } from '../../../support/kimchi/joint/index.ts';

/** Gadgets on pinned inputs, by name. */
export type Gadgets = Readonly<Record<string, Circuit>>;

export const hex = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

export const pinnedBit = (context: CircuitContext, value: 0n | 1n): Bit =>
  inRange(pinned(context, value));

export const pinnedLimbs = (context: CircuitContext, value: bigint): Limbs =>
  limbsOf(toLimbs(value).map((limb) => pinned(context, limb)));

export const pinnedAll = (context: CircuitContext, values: readonly bigint[]): Field[] =>
  values.map((value) => pinned(context, value));

/** A gadget over a memory of `size` bytes that begins with these and goes on with 0x30. */
export const inMemory =
  (bytes: Uint8Array, body: (walk: Walk) => void, size = bytes.length): Circuit =>
  (context) => {
    const content = Array.from({ length: size }, (_, i) => BigInt(bytes[i] ?? 0x30));
    body(walkOver(context, pinnedAll(context, content)));
  };

/** An index as a position that a prover gives. */
export const positionAt = ({ context, memory }: Walk, index: number) =>
  memory.at(pinned(context, BigInt(index)));

/** All bytes of the memory from the first to the `length`th as the value of an extension that is there. */
export const presentValue = (walk: Walk, length: number): ExtensionValue => ({
  present: pinnedBit(walk.context, 1n),
  start: positionAt(walk, 0),
  end: positionAt(walk, length),
});

/** As it is found where an extension is not there. */
export const absentValue = (walk: Walk): ExtensionValue => ({
  present: pinnedBit(walk.context, 0n),
  start: positionAt(walk, 0),
  end: positionAt(walk, 0),
});

export const organisationFact = (
  context: CircuitContext,
  [length, a, b, c]: readonly bigint[],
): OrganisationFact => ({
  length: pinned(context, length!),
  chunks: [a!, b!, c!].map((chunk) => pinned(context, chunk)),
});
