import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Field, Poseidon } from 'o1js';
import { LIST_KIND } from '../../src/circuits/claims.ts';
import { pointHash, pointHashInput } from '../../src/circuits/gadgets/crl/point-hash.ts';
import { CRL_MAX_POINT, MAP_HEIGHT, SERIALS_HEIGHT } from '../../src/params.ts';
import { handlesOf, listEntry, placeOf, revocationMap } from '../../src/witness/revocation.ts';
import {
  ENTRY_STATE,
  mapKey,
  mapLeaf,
  NEVER,
  RevocationEntry,
  SERIAL_END,
  serialLeaf,
} from '../../src/circuits/revocation.ts';
import { domainHash } from '../../src/circuits/hash.ts';
import { SerialTree } from '../../src/witness/revocation-map.ts';
import { NOW } from '../support/certificates/index.ts';
import { ascii } from '../support/certificates/der.ts';
import {
  ANCHOR,
  CHAIN,
  checked,
  eumList,
  filled,
  listOf,
  madeUpSerials,
  POINTS,
  sgp26List,
  SOURCES,
} from '../support/crl/index.ts';
import { checkList } from '../../src/pki/index.ts';
import type { ListRecipe } from '../support/crl/index.ts';
import { codeOf } from '../pki/code-of.ts';

const checkedList = (recipe: ListRecipe) =>
  checkList({ list: listOf(recipe), issuer: ANCHOR, at: NOW });

/** What the Merkle path of a leaf leads to. */
function rootOf(leaf: Field, { siblings, right }: { siblings: Field[]; right: Field[] }): Field {
  return siblings.reduce(
    (node, sibling, i) =>
      domainHash('node', right[i]!.toBigInt() === 1n ? [sibling, node] : [node, sibling]),
    leaf,
  );
}

describe('SerialTree', () => {
  const serial = fc.bigInt({ min: 0n, max: (1n << 159n) - 1n });
  const near = fc.tuple(serial, fc.bigInt({ min: -2n, max: 2n })).map(([value, by]) => {
    const moved = value + by;
    return moved < 0n ? 0n : moved;
  });

  test('shows absence exactly where a search of the list finds nothing', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(serial, { maxLength: 12 }),
        fc.array(fc.oneof(serial, near), { maxLength: 8 }),
        fc.array(fc.nat(11), { maxLength: 4 }),
        (serials, others, picks) => {
          const tree = new SerialTree(serials);
          const present = picks.flatMap((i) => serials[i] ?? []);
          const neighbours = present.flatMap((one) =>
            one > 0n ? [one - 1n, one + 1n] : [one + 1n],
          );
          for (const asked of [...others, ...present, ...neighbours]) {
            const { leaf, ...path } = tree.pathAtOrBelow(asked);
            const absent = leaf.key < asked + 1n && asked + 1n < leaf.nextKey;
            expect(absent).toBe(!serials.includes(asked));
            expect(tree.has(asked)).toBe(!absent);
            expect(rootOf(serialLeaf(Field(leaf.key), Field(leaf.nextKey)), path)).toEqual(
              tree.root,
            );
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  test('keeps the keys as one chain from the sentinel to the end, in the order of insertion', () => {
    const serials = madeUpSerials(10);
    const tree = new SerialTree(serials);
    const sorted = serials.toSorted((a, b) => (a < b ? -1 : 1));
    let next = tree.pathAtOrBelow(0n).leaf.nextKey;
    for (const one of sorted) {
      expect(next).toBe(one + 1n);
      next = tree.pathAtOrBelow(one).leaf.nextKey;
    }
    expect(next).toBe(SERIAL_END);
    expect(new SerialTree(serials.toReversed()).root).not.toEqual(tree.root);
  });

  test('the root of serials that came one by one, asked for in between', () => {
    const serials = madeUpSerials(60);
    const tree = new SerialTree();
    const roots = serials.map((one) => {
      tree.insert(one);
      return tree.root.toString();
    });
    expect(new Set(roots).size).toBe(60);
    expect(tree.root).toEqual(new SerialTree(serials).root);
    expect(tree.freePath().siblings).toHaveLength(SERIALS_HEIGHT);
  });

  test('takes no serial twice', () => {
    expect(() => new SerialTree([5n, 6n, 5n])).toThrow(RangeError);
    expect(() => new SerialTree([1n << 161n])).toThrow(RangeError);
  });
});

describe('pointHash', () => {
  test('is Poseidon over the length and seven chunks of 31 bytes', () => {
    const uri = ascii(POINTS.B);
    const chunks = [uri.slice(0, 31), uri.slice(31)].map((chunk) =>
      BigInt('0x' + Buffer.from(chunk).toString('hex')),
    );
    const input = [BigInt(uri.length), ...chunks, 0n, 0n, 0n, 0n, 0n];
    expect(pointHashInput(uri)).toEqual(input);
    expect(pointHash(uri)).toEqual(Poseidon.hashWithPrefix('zkcx-point-1', input.map(Field)));
  });

  test('tells URIs apart, zero bytes and ends included', () => {
    const uris = [[], [0], [0, 0], [1], [1, 0], Array(31).fill(0), Array(32).fill(0)];
    const hashes = uris.map((uri) => pointHash(Uint8Array.from(uri)).toString());
    expect(new Set(hashes).size).toBe(uris.length);
    expect(() => pointHash(new Uint8Array(CRL_MAX_POINT + 1))).toThrow(RangeError);
  });
});

describe('listEntry', () => {
  test('says what the list says', () => {
    const serials = madeUpSerials(10);
    const list = checkedList(sgp26List('B', { serials, number: 12n }));
    const { entry, serials: tree } = listEntry(list);
    expect(tree.root).toEqual(new SerialTree(serials).root);
    expect(RevocationEntry.toFields(entry)).toEqual([
      Field(ENTRY_STATE.list),
      tree.root,
      pointHash(ascii(POINTS.B)),
      Field(12),
      Field(list.thisUpdate),
      Field(list.nextUpdate),
    ]);
  });

  test('a list of 1,000 entries', () => {
    const serials = madeUpSerials(1000);
    const { entry, serials: tree } = listEntry(checkedList(sgp26List('B', { serials })));
    expect(tree.size).toBe(1000);
    expect(serials.every((one) => tree.has(one) && !tree.has(one ^ 1n))).toBe(true);
    const { leaf, ...path } = tree.pathAtOrBelow(serials[999]!);
    const hash = serialLeaf(Field(leaf.key), Field(leaf.nextKey));
    expect(rootOf(hash, path)).toEqual(entry.serials);
  });
});

describe('revocationMap', () => {
  const serials = madeUpSerials(3);
  const all = [sgp26List('B', { serials }), sgp26List('A'), eumList()];
  const map = revocationMap(filled(all));
  const [subca, eum, euicc] = handlesOf(CHAIN);
  const witness = (from: typeof map, handle: typeof subca, time = NOW) =>
    from.witness(handle!, handle!.serialNumber, time);

  test('depends on lists and sources, their order included, and on nothing else', () => {
    expect(revocationMap(filled(all.toReversed())).root).toEqual(map.root);
    const [ca, user] = [SOURCES[0]!, SOURCES[1]!];
    const two = [sgp26List('B', { serials }), sgp26List('A')];
    const rootOf = (sources: typeof SOURCES) =>
      revocationMap(filled(two, { sources: checked(sources) })).root;
    expect(rootOf([ca, user])).toEqual(rootOf([ca, user]));
    expect(rootOf([user, ca])).not.toEqual(rootOf([ca, user]));
  });

  test('handles: issuer, kind and serial of each link', () => {
    expect(handlesOf(CHAIN).map(({ listKind }) => listKind)).toEqual([
      LIST_KIND.ca,
      LIST_KIND.ca,
      LIST_KIND.user,
    ]);
    expect(subca!.issuer).toEqual(placeOf({ issuer: ANCHOR.publicKey, kind: 'ca' }).issuer);
    expect(eum!.serialNumber).toBe(1001n);
  });

  test('a witness leads from serial and entry to the root', () => {
    for (const handle of [subca, eum, euicc]) {
      const w = witness(map, handle);
      const key = mapKey(handle!.issuer, Field(handle!.listKind));
      const leaf = mapLeaf(key, w.nextKey, RevocationEntry.hash(w.entry));
      const inMap = { siblings: w.mapSiblings, right: w.mapRight };
      expect(rootOf(leaf, inMap)).toEqual(map.root);
      expect(w.mapSiblings).toHaveLength(MAP_HEIGHT);
      const inList = { siblings: w.serialSiblings, right: w.serialRight };
      expect(rootOf(serialLeaf(w.low, w.next), inList)).toEqual(w.entry.serials);
      const serialKey = handle!.serialNumber + 1n;
      expect(w.low.toBigInt() < serialKey && serialKey < w.next.toBigInt()).toBe(true);
    }
    expect(witness(map, eum).entry.state).toEqual(Field(ENTRY_STATE.none));
    expect(witness(map, eum, NEVER - 1n).entry.nextUpdate).toEqual(Field(NEVER));
  });

  test.each([
    ['revoked in the list for CAs', [sgp26List('B', { serials: [1000n] })], subca],
    ['revoked by its EUM', [eumList({ serials: [7n, 1002n] })], euicc],
  ] as const)('%s', (_, lists, handle) => {
    expect(codeOf(() => witness(revocationMap(filled(lists)), handle))).toBe(
      'ERR_REVOCATION_REVOKED',
    );
  });

  test('a CA revoked in CRL-B while CRL-A is clean', () => {
    const lists = [sgp26List('A'), sgp26List('B', { serials: [1000n] }), eumList()];
    expect(codeOf(() => witness(revocationMap(filled(lists)), subca))).toBe(
      'ERR_REVOCATION_REVOKED',
    );
  });

  test('a serial of the list of users says nothing of CAs', () => {
    const lists = [sgp26List('A', { serials: [1000n] }), sgp26List('B')];
    expect(codeOf(() => witness(revocationMap(filled(lists)), subca))).toBe('none');
  });

  test('stale, not yet there, missing', () => {
    const until = sgp26List('B').nextUpdate;
    const from = sgp26List('B').thisUpdate;
    const code = (time: bigint) => codeOf(() => witness(map, subca, time));
    expect([from - 1n, from, until - 1n, until].map(code)).toEqual([
      'ERR_REVOCATION_STALE',
      'none',
      'none',
      'ERR_REVOCATION_STALE',
    ]);
    const awaited = revocationMap(filled([]));
    for (const time of [0n, NOW]) {
      expect(codeOf(() => witness(awaited, subca, time))).toBe('ERR_REVOCATION_STALE');
    }
    const without = revocationMap(filled([], { sources: checked(SOURCES.slice(1, 3)) }));
    expect(codeOf(() => witness(without, subca))).toBe('ERR_REVOCATION_ISSUER_MISSING');
    expect(codeOf(() => witness(without, euicc))).toBe('ERR_REVOCATION_ISSUER_MISSING');
  });

  test('none, awaited, an empty list and a list of one serial are four entries', () => {
    const sources = checked(SOURCES.slice(0, 1));
    const none = checked([{ ...SOURCES[0]!, point: 'none' }]);
    const roots = [
      filled([], { sources: none }),
      filled([], { sources }),
      filled([sgp26List('B')], { sources }),
      filled([sgp26List('B', { serials: [1n] })], { sources }),
    ].map((entries) => revocationMap(entries).root.toString());
    expect(new Set(roots).size).toBe(4);
  });

  test('a list of parts is the list of all serials', () => {
    const part = (number: number) =>
      sgp26List('B', {
        part: { number, total: 2 },
        serials: number === 1 ? serials.slice(0, 2) : serials.slice(2),
      });
    const sources = checked(SOURCES.slice(0, 1));
    const whole = revocationMap(filled([sgp26List('B', { serials })], { sources }));
    const parts = revocationMap(filled([part(2), part(1)], { sources }));
    expect(parts.root).toEqual(whole.root);
  });

  test('more sources than the map holds', () => {
    const [entry] = filled([]);
    const entries = Array.from({ length: 2 ** MAP_HEIGHT }, () => entry!);
    expect(codeOf(() => revocationMap(entries))).toBe('ERR_REVOCATION_SOURCES');
  });
});
