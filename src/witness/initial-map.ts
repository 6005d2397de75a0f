/** The revocation map that a registry begins with: sources only, no list has come yet. */
import { Field } from 'o1js';
import { ZkcxError } from '../errors.ts';
import { MAP_HEIGHT } from '../params.ts';
import { EntryMap, entryOfSource } from './revocation-map.ts';

export interface InitialSource {
  /** `mapKey` of its entry. */
  readonly key: bigint;
  /** `pointHash` of the distribution point, 0 for none. */
  readonly point: bigint;
}

/**
 * The map of these sources, in ascending order of their keys, whatever order they are given in: who has
 * the same sources has the same root.
 *
 * @throws ERR_REVOCATION_SOURCES when there are more than the tree holds, or one that is none,
 *   ERR_REVOCATION_SOURCE_DUPLICATE
 */
export function initialMap(sources: readonly InitialSource[]): EntryMap {
  const most = 2 ** MAP_HEIGHT - 1;
  if (sources.length > most) {
    throw new ZkcxError(
      'ERR_REVOCATION_SOURCES',
      `${sources.length} sources, the map holds ${most}`,
    );
  }
  const map = new EntryMap();
  for (const { key, point } of [...sources].sort((a, b) => (a.key < b.key ? -1 : 1))) {
    if (map.get(key) !== undefined) {
      throw new ZkcxError(
        'ERR_REVOCATION_SOURCE_DUPLICATE',
        'two sources are for the same issuer and kind',
      );
    }
    if (key <= 0n || key >= Field.ORDER - 1n || point < 0n || point >= Field.ORDER) {
      throw new ZkcxError(
        'ERR_REVOCATION_SOURCES',
        'a source has a key or a point that is no hash',
      );
    }
    map.set(key, entryOfSource(Field(point)).entry);
  }
  return map;
}
