/** What a revocation map says of times, taken out of it: for whoever has the map. */
import { checked } from '../arguments.ts';
import { ENTRY_STATE } from '../circuits/revocation.ts';
import type { RevocationMap } from '../witness/revocation-map.ts';
import * as argument from './arguments.ts';
import { ascending, type MapFacts } from './events.ts';

/** Entries without a list have no times: nobody needs to present anew because of them. */
export function mapFacts(map: RevocationMap): MapFacts {
  checked(map, argument.map, 'mapFacts');
  const lists = [...map.hashed.entries.values()].filter(
    ({ state }) => state.toBigInt() === ENTRY_STATE.list,
  );
  return Object.freeze({
    root: map.root.toBigInt(),
    beginnings: ascending(lists.map(({ thisUpdate }) => thisUpdate.toBigInt())),
    ends: ascending(lists.map(({ nextUpdate }) => nextUpdate.toBigInt())),
  });
}
