/** The revocation map that a registry begins with: sources only, no list has come yet. */
import { Field } from 'o1js';
import { RevocationEntry } from '../circuits/revocation.ts';
import { ZkcxError } from '../errors.ts';
import { MAP_HEIGHT } from '../params.ts';
import type { IndexedTree } from './indexed-tree.ts';
import { emptyMapTree, entryOfSource } from './revocation-map.ts';

export interface InitialSource {
  /** `mapKey` of its entry. */
  readonly key: bigint;
  /** `pointHash` of the distribution point, 0 for none. */
  readonly point: bigint;
}

/** Hashes of entries by key, and the entries themselves in the same order. */
export interface InitialMap {
  readonly tree: IndexedTree;
  readonly entries: Map<bigint, RevocationEntry>;
}

/**
 * The map of these sources, in ascending order of their keys, whatever order they are given in: who has
 * the same sources has the same root.
 *
 * @throws ERR_REVOCATION_SOURCES when there are more than the tree holds, or a key that is none,
 *   ERR_REVOCATION_SOURCE_DUPLICATE
 */
export function initialMap(sources: readonly InitialSource[]): InitialMap {
  const most = 2 ** MAP_HEIGHT - 1;
  if (sources.length > most) {
    throw new ZkcxError(
      'ERR_REVOCATION_SOURCES',
      `${sources.length} sources, the map holds ${most}`,
    );
  }
  const sorted = [...sources].sort((a, b) => (a.key < b.key ? -1 : 1));
  const tree = emptyMapTree();
  const entries = new Map<bigint, RevocationEntry>();
  for (const { key, point } of sorted) {
    if (entries.has(key)) {
      throw new ZkcxError(
        'ERR_REVOCATION_SOURCE_DUPLICATE',
        'two sources are for the same issuer and kind',
      );
    }
    if (key <= 0n || key >= Field.ORDER - 1n || point < 0n || point >= Field.ORDER) {
      throw new ZkcxError('ERR_REVOCATION_SOURCES', 'a source has a key or a point that is none');
    }
    const { entry } = entryOfSource(Field(point));
    tree.insert(key, RevocationEntry.hash(entry).toBigInt());
    entries.set(key, entry);
  }
  return { tree, entries };
}
