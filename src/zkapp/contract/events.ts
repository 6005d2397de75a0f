/** Everything from which a client rebuilds the registry's tree, its trust set and its revocation map. */
import { Field, Struct } from 'o1js';
import { Proposed } from './proposed.ts';

export class Published extends Struct({
  /** Place of the leaf. */
  index: Field,
  /** `credentialLeaf`. */
  leaf: Field,
}) {}

export class AggregatePublished extends Struct({
  /** Place of its first leaf, a multiple of 2^height. The places before it that are free stay so. */
  index: Field,
  height: Field,
  /** Leaves that are not empty. */
  count: Field,
  root: Field,
}) {}

export class RevocationUpdated extends Struct({
  mapKey: Field,
  // of the new entry, see `RevocationEntry`; its state is that of a list
  serials: Field,
  point: Field,
  crlNumber: Field,
  thisUpdate: Field,
  nextUpdate: Field,
}) {}

export class SourceSet extends Struct({
  mapKey: Field,
  /** `pointHash`: a list from there is awaited. 0: there is none. */
  point: Field,
}) {}

/** Types by name, as `ProofRegistry` emits them. */
export const REGISTRY_EVENTS = {
  /** The first one of every registry: `clock` of its state. */
  deployed: Field,
  published: Published,
  aggregatePublished: AggregatePublished,
  revocationUpdated: RevocationUpdated,
  /** A part of a list of actions; all of them come in one transaction. */
  proposed: Proposed,
  /** Hash of all that was pending. */
  cancelled: Field,
  /** Hash of what is behind the action that was dropped. */
  dropped: Field,
  /** Leaf that came into the trust set. */
  ciAdded: Field,
  /** Leaf that went, and with it all that was pending. */
  ciRemoved: Field,
  /** A source for a new entry of the map, at its next free leaf. */
  sourceAdded: SourceSet,
  /** Another source for an entry that was there. */
  sourceChanged: SourceSet,
  /** `adminKeyHash` of the new admin. */
  adminChanged: Field,
};

type Types = typeof REGISTRY_EVENTS;
export type EventName = keyof Types;

/** o1js numbers the types of a contract's events by their names in ascending order. */
export const EVENT_NAMES = (Object.keys(REGISTRY_EVENTS) as EventName[]).sort();

/** An event as a chain keeps it: its number, then its value. */
export function eventFields<Name extends EventName>(
  name: Name,
  value: ReturnType<Types[Name]['fromFields']>,
): Field[] {
  const type = REGISTRY_EVENTS[name] as { toFields: (from: unknown) => Field[] };
  return [Field(EVENT_NAMES.indexOf(name)), ...type.toFields(value)];
}
