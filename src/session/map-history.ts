/**
 * The maps that somebody relied on before the present one. Lists are reissued every day: what was prepared under
 * yesterday's map must still count where today's says nothing else, and must not where it does. Times of files prove
 * nothing about that: maps are compared with each other, and what was found is on disk before a new map counts.
 */
import { z } from 'zod';
import { checked, field, path, seconds, time } from '../arguments.ts';
import * as pki from '../pki/arguments.ts';
import type { TrustAnchor } from '../pki/index.ts';
import { DEFAULT_TOLERANCE, type MapFacts, mapFactsForm } from './events.ts';
import { mapFacts } from './map-facts.ts';
import { changeBetween, cisOf, entriesOf } from './map-contents.ts';
import {
  type CurrentMap,
  type MapRecords,
  MAX_MAPS,
  readRecords,
  type SupersededMap,
  writeRecords,
} from './map-history-file.ts';
import { type SourcedMap, sourcedMap } from './map-file.ts';

/** Seconds that a map counts once a later one contradicts it. */
export const DEFAULT_GRACE = 3_600n;

export interface ServeOptions {
  /** The CIs under which the map was checked, all sets of them together. */
  readonly anchors: readonly TrustAnchor[];
  /** Unix seconds. */
  readonly now: bigint;
}

/** A history without the contents of its maps. */
export interface MapStates {
  readonly current: MapFacts;
  /** Newest first. */
  readonly superseded: readonly SupersededMap[];
}

/** Of `MapStates`. */
export const mapStatesForm = z.strictObject({
  current: mapFactsForm,
  superseded: z
    .array(z.looseObject({ facts: mapFactsForm, supersededAt: time, spoiledAt: time.optional() }))
    .max(MAX_MAPS),
});

const serveOptions = z.strictObject({ anchors: pki.anchors, now: time });

/**
 * Of one process at a time: of two that serve maps with one file, the last one's records stay, and a map that it does
 * not know does not count.
 */
export class MapHistory {
  private readonly file: string;
  private records: MapRecords | undefined;
  private isServing = false;
  private last: Promise<void> = Promise.resolve();

  private constructor(file: string, records: MapRecords | undefined) {
    this.file = file;
    this.records = records;
  }

  /**
   * The history in a file, or an empty one where there is none: then only the current map counts. Nothing counts
   * before a map serves.
   *
   * @throws ERR_FILE_READ, ERR_FILE_SIZE, ERR_CREDENTIAL_PERMISSIONS (others may change the file),
   *   ERR_REVOCATION_FORMAT, ERR_REVOCATION_VERSION
   */
  static async open(file: string): Promise<MapHistory> {
    checked(file, path, 'the file of MapHistory.open');
    return new MapHistory(file, await readRecords(file));
  }

  /**
   * From now on this map is the current one. It can be the one that already is, or one from before: that one is current
   * again, and still counts as contradicted by what came between as soon as another takes its place. Calls take effect
   * in their order, each once the file says so.
   *
   * @param map of `buildMap`, `loadMap` or `readMap`
   * @throws ERR_TRUST_SIZE, ERR_FILE_WRITE: what was current stays so
   */
  serve(map: SourcedMap, options: ServeOptions): Promise<void> {
    checked(map, sourcedMap, 'MapHistory.serve');
    checked(options, serveOptions, 'the options of MapHistory.serve');
    const turn = this.last.then(() => this.replace(map, options));
    this.last = turn.catch(() => undefined);
    return turn;
  }

  /**
   * Maps that count at `now`: the current one, then those that were superseded and are still good, newest first, at
   * most `MAX_MAPS`.
   *
   * @param now Unix seconds
   * @param grace seconds that a map counts once a later one contradicts it; may be 0
   */
  accepted(now: bigint, grace: bigint = DEFAULT_GRACE): readonly MapFacts[] {
    checked(now, time, 'the time of MapHistory.accepted');
    checked(grace, seconds, 'the grace of MapHistory.accepted');
    return this.states === undefined ? [] : acceptedMaps(this.states, now, grace);
  }

  /** What `acceptedMaps` needs to know at any later time; undefined while nothing counts. */
  get states(): MapStates | undefined {
    if (this.records === undefined || !this.isServing) return undefined;
    const { current, superseded } = this.records;
    return { current: current.facts, superseded };
  }

  /** The map of this root, if it counts at `now`; see `accepted`. */
  find(root: bigint, now: bigint, grace?: bigint): MapFacts | undefined {
    checked(root, field, 'the root of MapHistory.find');
    return this.accepted(now, grace).find((facts) => facts.root === root);
  }

  /** Whether this is the root of the current map, or of an earlier one that no later one contradicts. */
  isUnspoiled(root: bigint): boolean {
    checked(root, field, 'the root of MapHistory.isUnspoiled');
    if (this.records === undefined || !this.isServing) return false;
    const { current, superseded } = this.records;
    const unspoiled = superseded.filter(({ spoiledAt }) => spoiledAt === undefined);
    return [current, ...unspoiled].some(({ facts }) => facts.root === root);
  }

  private async replace(map: SourcedMap, { anchors, now }: ServeOptions): Promise<void> {
    const before = this.records;
    const cis = cisOf(anchors);
    const facts = mapFacts(map.map);
    const isSame = facts.root === before?.current.facts.root;
    // a list can have a million serial numbers
    const entries = isSame ? before.current.contents.entries : entriesOf(map.entries);
    const next: CurrentMap = { facts, contents: { cis, entries } };
    const after =
      before === undefined ? { current: next, superseded: [] } : succeed(before, next, now);
    const isWritten = isSame && String(cis) === String(before.current.contents.cis);
    if (!isWritten) await writeRecords(this.file, after);
    this.records = after;
    this.isServing = true;
  }
}

/** See `MapHistory.accepted`, without its checks: for whoever has the states from another process. */
export function acceptedMaps(
  { current, superseded }: MapStates,
  now: bigint,
  grace: bigint,
): readonly MapFacts[] {
  const good = superseded.filter((one) => isGood(one, now, grace));
  return [current, ...good.map(({ facts }) => facts)];
}

/**
 * The records once `next` is current. It is compared with the map before it only: what was added since an earlier map
 * was added between two neighbours, and all that were unspoiled until then are spoiled by it.
 */
function succeed(before: MapRecords, next: CurrentMap, now: bigint): MapRecords {
  const { current, superseded } = before;
  const { root } = next.facts;
  const earlier = [
    { facts: current.facts, spoiledAt: current.spoiledAt, supersededAt: now },
    ...superseded,
  ];
  const spoiledAt = earlier.find(({ facts }) => facts.root === root)?.spoiledAt;
  const change = changeBetween(current.contents, next.contents);
  const others = change === 'removes' ? [] : earlier.filter(({ facts }) => facts.root !== root);
  return {
    current: { ...next, spoiledAt },
    superseded: others
      .slice(0, MAX_MAPS - 1)
      .map((one) => (change === 'spoils' ? { ...one, spoiledAt: one.spoiledAt ?? now } : one)),
  };
}

function isGood({ facts, supersededAt, spoiledAt }: SupersededMap, now: bigint, grace: bigint) {
  // by a clock that went back nobody knows for how long the map has been spoiled
  const isInGrace = spoiledAt === undefined || (now >= spoiledAt && now < spoiledAt + grace);
  return isInGrace && isFresh(facts, supersededAt, now);
}

/**
 * Whether no list has ended since the map was superseded. A list that was over by then does not count: nothing proven
 * with it passes anyway, see `assertEventTime`, and one issuer that stopped publishing lists would waste what everybody
 * else prepared. But some list must be left.
 */
function isFresh({ ends }: MapFacts, supersededAt: bigint, now: bigint): boolean {
  const [next] = ends.filter((end) => end > supersededAt);
  return ends.length === 0 || (next !== undefined && now <= next + DEFAULT_TOLERANCE);
}
