/** What may follow what in the revocation map; `assertFollows` in src/pki is the same in plain. */
import { Field, Provable } from 'o1js';
import { EMPTY_SERIALS } from '../../circuits/gadgets/crl/insert.ts';
import { ENTRY_STATE, mapLeaf, NEVER, RevocationEntry } from '../../circuits/revocation.ts';
import type { ListUpdate, SourceAddition, SourceChange } from './arguments.ts';
import { pathRoot, type Period } from './gates.ts';

const OTHER_ENTRY = 'the map has this entry, and this is its path';

/**
 * Root of the map after a list took the place of an entry. The list is of the distribution point that
 * the entry stands for, later than every one before, and fresh in all of the period. ~700 rows.
 *
 * @param proven key and hash of the new entry, from a proof
 */
export function withList(
  root: Field,
  proven: { readonly mapKey: Field; readonly entry: Field },
  { before, after, nextKey, path }: ListUpdate,
  { from, until }: Period,
): Field {
  RevocationEntry.hash(after).assertEquals(proven.entry, 'the entry is the proven one');
  const old = mapLeaf(proven.mapKey, nextKey, RevocationEntry.hash(before));
  pathRoot(old, path).assertEquals(root, OTHER_ENTRY);

  const awaited = before.state.equals(Field(ENTRY_STATE.awaited));
  before.state
    .equals(Field(ENTRY_STATE.list))
    .or(awaited)
    .assertTrue('an entry without a list has no source: the admin sets one first');
  after.point.assertEquals(before.point, 'the list is from the distribution point of its entry');
  before.thisUpdate.assertLessThan(
    after.thisUpdate,
    'thisUpdate is later than that of the last list that the entry held',
  );
  awaited
    .or(before.crlNumber.lessThan(after.crlNumber))
    .assertTrue('cRLNumber is later than that of the list before');
  after.thisUpdate.assertLessThanOrEqual(from, 'the list is valid already');
  until.assertLessThanOrEqual(after.nextUpdate, 'the list is still valid');
  return pathRoot(mapLeaf(proven.mapKey, nextKey, proven.entry), path);
}

/** Root of the map with one more entry, at its next free leaf. ~1,200 rows. */
export function withAddedSource(
  root: Field,
  { mapKey, point, low, place, last }: SourceAddition,
): Field {
  pathRoot(mapLeaf(low.key, low.nextKey, low.entry), low.path).assertEquals(root, OTHER_ENTRY);
  low.key.assertLessThan(mapKey, 'the entry is new');
  mapKey.assertLessThan(low.nextKey, 'the entry is new');
  const lowered = pathRoot(mapLeaf(low.key, mapKey, low.entry), low.path);
  pathRoot(Field(0), place).assertEquals(lowered, 'the next leaf is empty, and this its path');
  const added = pathRoot(mapLeaf(mapKey, low.nextKey, sourceEntry(point, Field(0))), place);

  // leaves are packed: by induction those before one that is there are all there
  last.leaf.assertNotEquals(0, 'no leaf is skipped');
  pathRoot(last.leaf, last.path).assertEquals(added, 'no leaf is skipped');
  const index = Field.fromBits(last.path.right).add(1);
  Field.fromBits(place.right).assertEquals(index, 'no leaf is skipped');
  return added;
}

/**
 * Root of the map with another source for an entry. While the entry holds a fresh list it stays: nobody
 * can drop a list that revokes, neither for `none` nor by way of another distribution point. Its
 * thisUpdate stays in any case: no older list comes after it, from whatever source. ~600 rows.
 */
export function withChangedSource(
  root: Field,
  { mapKey, point, nextKey, before, path }: SourceChange,
  { from }: Period,
): Field {
  const old = mapLeaf(mapKey, nextKey, RevocationEntry.hash(before));
  pathRoot(old, path).assertEquals(root, OTHER_ENTRY);
  before.point.assertNotEquals(point, 'the source is another one than before');
  before.state
    .equals(Field(ENTRY_STATE.list))
    .and(from.lessThan(before.nextUpdate))
    .assertFalse('a list stays until its nextUpdate');
  return pathRoot(mapLeaf(mapKey, nextKey, sourceEntry(point, before.thisUpdate)), path);
}

/** Hash of the entry of a source without a list, see `entryOfSource`. */
function sourceEntry(point: Field, floor: Field): Field {
  const none = point.equals(0);
  return RevocationEntry.hash({
    state: Provable.if(none, Field(ENTRY_STATE.none), Field(ENTRY_STATE.awaited)),
    serials: Field(EMPTY_SERIALS),
    point,
    crlNumber: Field(0),
    thisUpdate: floor,
    nextUpdate: Provable.if(none, Field(NEVER), Field(0)),
  });
}
