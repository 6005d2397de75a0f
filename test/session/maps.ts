/** Revocation maps of the SGP.26 test CI, its SubCA and the EUM below it, as they follow each other day by day. */
import type { RevocationSource, TrustAnchor } from '../../src/pki/index.ts';
import { buildMap, type SourcedMap } from '../../src/session/map-file.ts';
import { NOW } from '../support/certificates/index.ts';
import { ANCHOR, eumList, listOf, sgp26List, SOURCES } from '../support/crl/index.ts';

export const DAY = 86_400n;
export const HOUR = 3_600n;

/** Serial numbers of the lists. */
export interface Lists {
  /** CA certificates of the CI. */
  readonly ca?: readonly bigint[];
  /** End entities of the CI. */
  readonly user?: readonly bigint[];
  /** eUICCs of the EUM. */
  readonly eum?: readonly bigint[];
}

export interface MapOptions {
  /** Lists are issued once a day, each for two; default day 0, which begins at NOW. */
  readonly day?: bigint;
  readonly sources?: readonly RevocationSource[];
  readonly anchors?: readonly TrustAnchor[];
  /** Points from which no list has come. */
  readonly awaited?: readonly string[];
  /** Unix seconds. */
  readonly eumEnd?: bigint;
}

/** The lists as they were issued on a day, without entries unless they are named. */
export function mapOf(
  { ca = [], user = [], eum = [] }: Lists = {},
  { day = 0n, sources = SOURCES, anchors = [ANCHOR], awaited = [], eumEnd }: MapOptions = {},
): SourcedMap {
  const issue = {
    number: day + 1n,
    thisUpdate: NOW + day * DAY,
    nextUpdate: NOW + (day + 2n) * DAY,
  };
  const recipes = [
    sgp26List('B', { ...issue, serials: ca }),
    sgp26List('A', { ...issue, serials: user }),
    eumList({ ...issue, serials: eum, nextUpdate: eumEnd ?? issue.nextUpdate }),
  ].filter(
    ({ point }) => !awaited.includes(point) && sources.some((source) => source.point === point),
  );
  return buildMap({
    sources,
    anchors,
    lists: recipes.map(listOf),
    at: NOW + day * DAY,
    allowExpired: true,
  });
}

export const rootOf = ({ map }: SourcedMap): bigint => map.root.toBigInt();
