/** What the methods of `ProofRegistry` take beside proofs. publishing.ts, lists.ts and administration.ts make them. */
import { Bool, Field, Provable, Struct, UInt32 } from 'o1js';
import { RevocationEntry } from '../../circuits/revocation.ts';
import { MAP_HEIGHT, MAX_ACTIONS, REGISTRY_HEIGHT, TRUST_HEIGHT } from '../../params.ts';

/** Slots in which a transaction can be included, both ends among them. */
export class SlotRange extends Struct({ first: UInt32, last: UInt32 }) {}

/** Siblings from the next free place up to the root. Where it is follows from the state. */
export class LeafPath extends Struct({ siblings: Provable.Array(Field, REGISTRY_HEIGHT) }) {}

/** The place of an aggregate of height h. */
export class SubtreePath extends Struct({
  /** Index of its first leaf. */
  start: Field,
  /** Siblings by level; the lowest h, which lie inside the aggregate, are not looked at. */
  siblings: Provable.Array(Field, REGISTRY_HEIGHT),
}) {}

/** Siblings from a leaf of the revocation map up, and for each whether the path comes from the right. */
export class MapPath extends Struct({
  siblings: Provable.Array(Field, MAP_HEIGHT),
  right: Provable.Array(Bool, MAP_HEIGHT),
}) {}

/** An entry of the map, and what takes its place. */
export class ListUpdate extends Struct({
  before: RevocationEntry,
  after: RevocationEntry,
  /** Next key in the entry's leaf. */
  nextKey: Field,
  path: MapPath,
}) {}

/** A leaf that comes into the trust set or goes. */
export class TrustChange extends Struct({
  /** `CiLeaf.hash`. */
  leaf: Field,
  /** All other leaves: ascending, then zeros. */
  others: Provable.Array(Field, 2 ** TRUST_HEIGHT),
  /** For each of them whether it stands before `leaf`. */
  before: Provable.Array(Bool, 2 ** TRUST_HEIGHT),
}) {}

/** A source for an (issuer, list kind) that has no entry in the map. */
export class SourceAddition extends Struct({
  mapKey: Field,
  /** `pointHash` of the distribution point; 0 for an issuer that publishes no such list. */
  point: Field,
  /** The leaf with the largest key below `mapKey`; `entry` is the hash that it holds. */
  low: Struct({ key: Field, nextKey: Field, entry: Field, path: MapPath }),
  /** The next free leaf. */
  place: MapPath,
  /** The leaf before that one, when all is done. */
  last: Struct({ leaf: Field, path: MapPath }),
}) {}

/** Another source for an entry of the map. */
export class SourceChange extends Struct({
  mapKey: Field,
  /** As in `SourceAddition`. */
  point: Field,
  nextKey: Field,
  before: RevocationEntry,
  path: MapPath,
}) {}

/** An action that the admin proposes. */
export class AdminAction extends Struct({
  /** One of ACTION; 0 in slots of a list that are behind its last action. */
  kind: Field,
  /** addCi: leaf. setSource: mapKey. changeAdmin: `adminKeyHash`. */
  subject: Field,
  /** setSource: point, as in `SourceAddition`. Otherwise 0. */
  detail: Field,
}) {}

/** What the admin proposes: at least one action, in the order in which they can be applied, then zeros. */
export class ActionList extends Struct({ actions: Provable.Array(AdminAction, MAX_ACTIONS) }) {}
