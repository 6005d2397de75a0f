import { describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import {
  buildMap,
  formatMap,
  loadMap,
  parseSourcesConfiguration,
} from '../../src/session/map-file.ts';
import { initialMap } from '../../src/witness/initial-map.ts';
import { awaitedEntry, EntryMap, noneEntry } from '../../src/witness/revocation-map.ts';
import { handlesOf, hashedSource } from '../../src/witness/revocation.ts';
import { codeOf } from '../pki/code-of.ts';
import { NOW } from '../support/certificates/index.ts';
import { keyFromSecret } from '../support/certificates/keys.ts';
import {
  ANCHOR,
  buildList,
  CHAIN,
  CI_SIGNER,
  EUM_POINT,
  eumList,
  listOf,
  madeUpSerials,
  POINTS,
  sgp26List,
  SOURCES,
} from '../support/crl/index.ts';
import type { ListRecipe } from '../support/crl/index.ts';

const anchors = [ANCHOR];
const RECIPES = [
  sgp26List('B', { serials: madeUpSerials(3) }),
  sgp26List('A', { part: { number: 2, total: 2 } }),
  eumList(),
  sgp26List('A', { part: { number: 1, total: 2 }, serials: [9n] }),
];
const built = (recipes: readonly ListRecipe[] = RECIPES, sources = SOURCES) =>
  buildMap({ sources, anchors, lists: recipes.map(listOf), at: NOW });

interface Document {
  format: string;
  version: number;
  sources: { issuer: string; kind: string; point: string; floor?: number }[];
  lists: string[];
  root: string;
}
const TEXT = formatMap(built());

/** Load the map file with a change in it. */
const load = (change: (document: Document) => unknown = () => {}, at = NOW) => {
  const document = JSON.parse(TEXT) as Document;
  change(document);
  return loadMap(JSON.stringify(document), { anchors, at });
};
const base64 = (recipe: ListRecipe) => Buffer.from(buildList(recipe)).toString('base64');
/** Where a source and a list stand: the map has an order of its own. */
const placeOf = ({ sources }: Document, i: number) => {
  const { issuer, kind } = SOURCES[i]!;
  const der = Buffer.from(issuer.der).toString('base64');
  return sources.findIndex((source) => source.issuer === der && source.kind === kind);
};
const sourceOf = (document: Document, i: number) => document.sources[placeOf(document, i)]!;
const exchange = (document: Document, i: number, recipe: ListRecipe) =>
  (document.lists[document.lists.indexOf(base64(RECIPES[i]!))] = base64(recipe));

describe('map file', () => {
  test('gives the same map to whoever loads it', () => {
    const loaded = load();
    expect(loaded.map.root).toEqual(built().map.root);
    expect(loaded.entries).toEqual(built().entries);
    expect(formatMap(loaded)).toBe(TEXT);
    const [subca] = handlesOf(CHAIN);
    expect(loaded.map.witness(subca!, subca!.serialNumber, NOW).issuer).toEqual(subca!.issuer);
  });

  test('has the order of the map that a registry begins with, and goes on from there', () => {
    const keys = ({ sources }: { sources: typeof SOURCES }) =>
      sources.map((source) => hashedSource(source).key);
    const { sources, map } = built([], SOURCES.toReversed());
    expect(keys({ sources })).toEqual([...initialMap(SOURCES.map(hashedSource)).entries.keys()]);
    expect(map.root).toEqual(initialMap(SOURCES.map(hashedSource)).root);
    // one that comes later comes last, wherever its key stands; nobody else needs its issuer
    const later = sources.find(({ issuer }, i) => issuer !== SOURCES[2]!.issuer && i < 3)!;
    const before = built(
      [],
      sources.filter((source) => source !== later),
    );
    const after = buildMap({ sources, anchors, lists: [], at: NOW, before });
    expect(keys(after)).toEqual([...keys(before), hashedSource(later).key]);
    expect(after.map.root).not.toEqual(map.root);
    expect(loadMap(formatMap(after), { anchors, at: NOW }).map.root).toEqual(after.map.root);
  });

  test('keeps how late the next list of an entry must be, with the entry', () => {
    const before = built();
    const { thisUpdate, nextUpdate } = sgp26List('B');
    const point = 'http://ci.test.example.com/CRL-C.crl';
    const sources = SOURCES.map((source, i) => (i === 0 ? { ...source, point } : source));
    const changed = buildMap({ sources, anchors, lists: [], at: nextUpdate, before });
    const text = formatMap(changed);
    expect(sourceOf(JSON.parse(text) as Document, 0).floor).toBe(Number(thisUpdate));
    const loaded = loadMap(text, { anchors, at: nextUpdate });
    expect(loaded.map.root).toEqual(changed.map.root);
    const list = (later: bigint) =>
      listOf(
        sgp26List('B', { point, thisUpdate: thisUpdate + later, nextUpdate: nextUpdate + 9n }),
      );
    const next = (later: bigint) =>
      buildMap({ sources, anchors, lists: [list(later)], at: nextUpdate, before: loaded });
    expect(codeOf(() => next(0n))).toBe('ERR_REVOCATION_OLDER');
    expect(codeOf(() => next(1n))).toBe('none');
    const forged = JSON.parse(text) as Document;
    delete sourceOf(forged, 0).floor;
    const load = () => loadMap(JSON.stringify(forged), { anchors, at: nextUpdate });
    expect(codeOf(load)).toBe('ERR_REVOCATION_ROOT');
  });

  test('is that of a registry, in its order and with its floors, or not made', () => {
    const [ca, user, subca, eum] = SOURCES.map((source) => hashedSource(source));
    const list = built([sgp26List('B')]).map.hashed.get(ca!.key)!;
    const registry = new EntryMap();
    registry.set(subca!.key, noneEntry(5n).entry);
    registry.set(user!.key, awaitedEntry(Field(user!.point), 7n).entry);
    registry.set(eum!.key, awaitedEntry(Field(eum!.point)).entry);
    registry.set(ca!.key, list);
    const build = (recipes: ListRecipe[], sources = SOURCES) => {
      const lists = recipes.map((recipe) => listOf(recipe));
      return buildMap({ sources, anchors, lists, at: NOW, registry });
    };
    const made = build([sgp26List('B')]);
    expect(made.map.root).toEqual(registry.root);
    expect(made.sources.map(({ floor }) => floor)).toEqual([5n, 7n, 0n, undefined]);
    expect(loadMap(formatMap(made), { anchors, at: NOW }).map.root).toEqual(registry.root);
    // without the list that it holds, with one that it does not hold, without a source
    for (const recipes of [
      [],
      [sgp26List('B'), sgp26List('A')],
      [sgp26List('B', { number: 9n })],
    ]) {
      expect(codeOf(() => build(recipes))).toBe('ERR_REVOCATION_ROOT');
    }
    expect(codeOf(() => build([sgp26List('B')], SOURCES.slice(0, 3)))).toBe('ERR_REVOCATION_ROOT');
  });

  test('holds a list that fills two entries once', () => {
    const sources = SOURCES.slice(0, 2).map((source) => ({ ...source, point: POINTS.B }));
    const document = JSON.parse(formatMap(built(RECIPES.slice(0, 1), sources))) as Document;
    expect(document.lists).toHaveLength(1);
  });

  test('can be loaded when its lists are over; then they are not fresh', () => {
    const { nextUpdate } = sgp26List('B');
    const [subca] = handlesOf(CHAIN);
    const { map } = load(() => {}, nextUpdate - 1n);
    expect(map.root).toEqual(built().map.root);
    // the issuers' certificates end before the lists do
    expect(codeOf(() => load(() => {}, 1n << 37n))).toBe('ERR_CHAIN_EXPIRED');
    const stale = load(() => {}, nextUpdate);
    const witness = () => stale.map.witness(subca!, subca!.serialNumber, nextUpdate);
    expect(codeOf(witness)).toBe('ERR_REVOCATION_STALE');
  });

  const otherKey = { ...CI_SIGNER, key: keyFromSecret(new Uint8Array(32).fill(1)) };
  test.each<[string, (document: Document) => unknown, string]>([
    ['another root', (d) => (d.root = '7'), 'ERR_REVOCATION_ROOT'],
    ['a list left out', (d) => d.lists.shift(), 'ERR_REVOCATION_ROOT'],
    ['a part left out', (d) => d.lists.splice(2, 1), 'ERR_CRL_PARTS_MISSING'],
    ['sources in another order', (d) => d.sources.reverse(), 'ERR_REVOCATION_ROOT'],
    [
      'two sources exchanged',
      (d) => ([d.sources[0], d.sources[1]] = [d.sources[1]!, d.sources[0]!]),
      'ERR_REVOCATION_ROOT',
    ],
    [
      'the source of an issuer of another left out',
      (d) => d.sources.splice(placeOf(d, 2), 1),
      'ERR_REVOCATION_SOURCE_ISSUER',
    ],
    [
      'none for an issuer with a list',
      (d) => (sourceOf(d, 3).point = 'none'),
      'ERR_REVOCATION_POINT',
    ],
    ['a point for none', (d) => (sourceOf(d, 2).point = EUM_POINT), 'ERR_REVOCATION_ROOT'],
    ['a list twice', (d) => d.lists.push(d.lists[0]!), 'ERR_REVOCATION_OLDER'],
    [
      'a list of another key',
      (d) => exchange(d, 0, sgp26List('B', { signer: otherKey })),
      'ERR_CRL_SIGNATURE',
    ],
    [
      'an older list in the place of the present one',
      (d) => exchange(d, 0, sgp26List('B', { number: 0n })),
      'ERR_REVOCATION_ROOT',
    ],
    [
      'a damaged list',
      (d) => (d.lists[0] = Buffer.from(buildList(RECIPES[0]!).slice(0, -1)).toString('base64')),
      'ERR_DER_TRUNCATED',
    ],
    ['an earlier version', (d) => (d.version = 1), 'ERR_REVOCATION_VERSION'],
    ['a later version', (d) => (d.version = 3), 'ERR_REVOCATION_VERSION'],
    ['another format', (d) => (d.format = 'zkcx-proof'), 'ERR_REVOCATION_FORMAT'],
    ['an unknown field', (d) => Object.assign(d, { more: 1 }), 'ERR_REVOCATION_FORMAT'],
    ['a kind that is none', (d) => (d.sources[0]!.kind = 'both'), 'ERR_REVOCATION_FORMAT'],
    ['no source', (d) => (d.sources = []), 'ERR_REVOCATION_FORMAT'],
    ['base64 that is none', (d) => (d.lists[0] += '*'), 'ERR_REVOCATION_FORMAT'],
    ['a root that is no field element', (d) => (d.root = '01'), 'ERR_REVOCATION_FORMAT'],
  ])('refuses %s', (_, change, code) => {
    expect(codeOf(() => load(change))).toBe(code);
  });

  test('refuses issuers that the reader does not trust', () => {
    const others = [{ ...ANCHOR, publicKey: otherKey.key.publicKey }];
    expect(codeOf(() => loadMap(TEXT, { anchors: others, at: NOW }))).toBe(
      'ERR_REVOCATION_SOURCE_ISSUER',
    );
  });

  test.each(['', '[]', 'null', '{"format":"zkcx-revocation-map"', '"x"'])('refuses %s', (text) => {
    expect(codeOf(() => loadMap(text, { anchors, at: NOW }))).toBe('ERR_REVOCATION_FORMAT');
  });
});

describe('sources configuration', () => {
  const source = { issuer: 'ci.der', kind: 'ca', point: 'none' };
  const parse = (parts: object) =>
    parseSourcesConfiguration(
      JSON.stringify({ format: 'zkcx-revocation-sources', version: 1, ...parts }),
    );

  test('keeps its order', () => {
    const sources = [source, { ...source, kind: 'user', point: POINTS.A, floor: 7 }];
    expect(parse({ sources })).toEqual([source, { ...sources[1], floor: 7n }]);
  });

  test.each([
    ['no sources', {}, 'ERR_REVOCATION_FORMAT'],
    ['an empty list', { sources: [] }, 'ERR_REVOCATION_FORMAT'],
    ['a kind that is none', { sources: [{ ...source, kind: 'all' }] }, 'ERR_REVOCATION_FORMAT'],
    ['no point', { sources: [{ ...source, point: undefined }] }, 'ERR_REVOCATION_FORMAT'],
    ['a later version', { sources: [source], version: 2 }, 'ERR_REVOCATION_VERSION'],
    ['a floor before 1970', { sources: [{ ...source, floor: -1 }] }, 'ERR_REVOCATION_FORMAT'],
    ['a map file', JSON.parse(TEXT) as object, 'ERR_REVOCATION_FORMAT'],
  ])('refuses %s', (_, parts, code) => {
    expect(codeOf(() => parse(parts))).toBe(code);
  });
});
