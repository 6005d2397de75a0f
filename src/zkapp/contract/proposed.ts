/**
 * The events of a proposal. Mina takes at most 16 field elements an event and 100 a transaction: a list of
 * actions is told in parts, and the kinds of a part's actions share an element with its number and its slot.
 */
import { Field, Provable, Struct } from 'o1js';
import { MAX_ACTIONS } from '../../params.ts';
import { type ActionList, AdminAction } from './arguments.ts';

const ACTIONS_A_PART = 7;
export const PARTS = Math.ceil(MAX_ACTIONS / ACTIONS_A_PART);

/** Bits of the head: a slot, the number of a part, and for each action its kind. */
const [SLOT_BITS, PART_BITS, KIND_BITS] = [32, 3, 2];

export class Proposed extends Struct({
  head: Field,
  /** In their order; zeros where there is none. */
  actions: Provable.Array(Struct({ subject: Field, detail: Field }), ACTIONS_A_PART),
}) {}

/** What the parts of a proposal say together. */
export interface ProposedPart {
  /** Slot from which the delay counts. */
  readonly slot: bigint;
  readonly part: number;
  /** The last part has room for more actions than a list has: those stay empty. */
  readonly actions: readonly AdminAction[];
}

/**
 * All parts of a list. Kinds are those of ACTION and `slot` has 32 bits, as `propose` asserts: then the head says
 * what each of them is.
 */
export function proposedParts({ actions }: ActionList, slot: Field): Proposed[] {
  const none = { kind: Field(0), subject: Field(0), detail: Field(0) };
  return Array.from({ length: PARTS }, (_, part) => {
    const own = Array.from(
      { length: ACTIONS_A_PART },
      (__, i) => actions[part * ACTIONS_A_PART + i] ?? none,
    );
    const kinds = own.reduceRight((sum, { kind }) => sum.mul(2 ** KIND_BITS).add(kind), Field(0));
    const head = kinds
      .mul(2 ** PART_BITS)
      .add(part)
      .mul(2 ** SLOT_BITS)
      .add(slot)
      .seal();
    return new Proposed({
      head,
      actions: own.map(({ subject, detail }) => ({ subject, detail })),
    });
  });
}

/** What a part says; undefined for a head that `proposedParts` never makes. */
export function readPart({ head, actions }: Proposed): ProposedPart | undefined {
  let rest = head.toBigInt();
  const take = (bits: number) => {
    const value = rest % (1n << BigInt(bits));
    rest >>= BigInt(bits);
    return value;
  };
  const slot = take(SLOT_BITS);
  const part = Number(take(PART_BITS));
  const read = actions.map((one) => new AdminAction({ ...one, kind: Field(take(KIND_BITS)) }));
  return rest === 0n && part < PARTS ? { slot, part, actions: read } : undefined;
}

/** The actions of all parts, in order. Undefined when there is one behind an empty slot, or none at all. */
export function readActions(parts: readonly ProposedPart[]): readonly AdminAction[] | undefined {
  const actions = parts.flatMap((part) => part.actions);
  const isAction = ({ kind }: AdminAction) => kind.toBigInt() !== 0n;
  const count = actions.filter(isAction).length;
  const first = actions.slice(0, count);
  return count > 0 && count <= MAX_ACTIONS && first.every(isAction) ? first : undefined;
}
