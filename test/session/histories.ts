/** Maps that serve one after the other, and what a history makes of them. */
import { join } from 'node:path';
import type { RevocationSource } from '../../src/pki/index.ts';
import type { SourcedMap } from '../../src/session/map-file.ts';
import { MapHistory } from '../../src/session/map-history.ts';
import { NOW } from '../support/certificates/index.ts';
import { ANCHOR, SOURCES } from '../support/crl/index.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { DAY, type Lists, mapOf, type MapOptions } from './maps.ts';
import { ANCHORS } from './world.ts';

export const FOLDER = temporaryFolder();
let files = 0;
export const newFile = () => join(FOLDER, `${files++}.json`);

/** The test CI and one that no map needs. */
export const TWO_CIS = [ANCHOR, ANCHORS[1]!];
/** When the second of two maps serves. */
export const LATER = NOW + DAY;

export const reissued = (lists: Lists, options: MapOptions = {}) =>
  mapOf(lists, { day: 1n, ...options });
export const serve = (history: MapHistory, map: SourcedMap, now = LATER, anchors = [ANCHOR]) =>
  history.serve(map, { anchors, now });

/** A history of maps that served one day after the other, the first at NOW. */
export async function historyOf(
  maps: readonly SourcedMap[],
  file = newFile(),
): Promise<MapHistory> {
  const history = await MapHistory.open(file);
  for (const [day, map] of maps.entries()) await serve(history, map, NOW + BigInt(day) * DAY);
  return history;
}
export const rootsAt = (history: MapHistory, now = LATER, grace?: bigint) =>
  history.accepted(now, grace).map(({ root }) => root);

export const EARLIER = mapOf({ ca: [3n], user: [5n, 7n], eum: [9n] });
/** The next day's lists say the same. */
export const SAME = reissued({ ca: [3n], user: [5n, 7n], eum: [9n] });
export const MORE = reissued({ ca: [3n], user: [5n, 6n, 7n], eum: [9n] });
/** Another day later. */
export const THIRD = mapOf({ ca: [3n], user: [5n, 7n], eum: [9n] }, { day: 2n });

export const [CA_SOURCE, USER_SOURCE, SUBCA_SOURCE, EUM_SOURCE] = SOURCES as [
  RevocationSource,
  RevocationSource,
  RevocationSource,
  RevocationSource,
];
export const moved = (source: RevocationSource, point: string) =>
  SOURCES.map((one) => (one === source ? { ...one, point } : one));
export const SUBCA_POINT = 'http://subca.example/crl';
