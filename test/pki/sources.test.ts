import { describe, expect, it } from '@jest/globals';
import { parseCertificate } from '../../src/asn1/index.ts';
import { assertFollows, checkList, checkSources, isList } from '../../src/pki/index.ts';
import type { fillSources, RevocationSource, SourcedEntry } from '../../src/pki/index.ts';
import { fixture, NOW } from '../support/certificates/index.ts';
import { madeUpKey } from '../support/certificates/keys.ts';
import {
  ANCHOR,
  checked,
  CI_SIGNER,
  EUICC,
  EUM,
  EUM_SIGNER,
  eumList,
  filled,
  listOf,
  madeUpSerials,
  POINTS,
  sgp26List,
  SOURCES,
} from '../support/crl/index.ts';
import type { ListRecipe } from '../support/crl/index.ts';
import { codeOf } from './code-of.ts';

const [CI_CA, CI_USER, SUBCA_CA, EUM_USER] = SOURCES as [
  RevocationSource,
  RevocationSource,
  RevocationSource,
  RevocationSource,
];

const crlA = (parts: Partial<ListRecipe> = {}) => sgp26List('A', parts);
const crlB = (parts: Partial<ListRecipe> = {}) => sgp26List('B', parts);
const contentOf = ({ content }: SourcedEntry) =>
  isList(content) ? content.serialNumbers : content.state;

describe('checkSources', () => {
  it('authenticates CIs by the anchors, CAs by the other sources', () => {
    const sources = checked();
    expect(sources.map(({ kind }) => kind)).toEqual(['ca', 'user', 'ca', 'user']);
    expect(sources[0]!.issuer).toBe(ANCHOR);
    expect(sources[3]!.issuer).toMatchObject({ role: 'eum', cRLSign: true });
    expect(sources[2]!.point).toBe('none');
  });

  it('knows the published EUM, and the CI by its other name', () => {
    const eum = parseCertificate(fixture('sgp26/EUM/CERT_EUM_ECDSA_NIST.der'));
    const old = parseCertificate(fixture('sgp26-2017/CERT_CI_ECDSA_NIST_2017.der'));
    const sources = checked([
      { ...CI_CA, issuer: old },
      { issuer: eum, kind: 'user', point: 'none' },
    ]);
    expect(sources[0]!.issuer).toBe(ANCHOR);
    expect(sources[1]!.issuer).toMatchObject({ role: 'eum-v2', cRLSign: false });
  });

  const unknown = parseCertificate(fixture('invalid/CERT_EUM_ECDSA_NIST_UNKNOWN_CI.der'));
  const expired = parseCertificate(fixture('invalid/CERT_EUM_ECDSA_NIST_EXPIRED.der'));
  it.each([
    ['no source', [], 'ERR_REVOCATION_SOURCES'],
    ['an issuer twice', [CI_CA, CI_USER, CI_CA], 'ERR_REVOCATION_SOURCE_DUPLICATE'],
    [
      'an issuer twice, once as none',
      [CI_CA, { ...CI_CA, point: 'none' }],
      'ERR_REVOCATION_SOURCE_DUPLICATE',
    ],
    ['an unknown CI', [{ ...CI_CA, issuer: unknown }], 'ERR_REVOCATION_SOURCE_ISSUER'],
    ['a CA whose issuer has no source', [CI_CA, EUM_USER], 'ERR_REVOCATION_SOURCE_ISSUER'],
    ['an expired CA', [{ ...CI_CA, issuer: expired }], 'ERR_CHAIN_EXPIRED'],
    [
      'an eUICC',
      [...SOURCES, { ...CI_CA, issuer: EUICC.certificate }],
      'ERR_REVOCATION_SOURCE_ISSUER',
    ],
    ['a point that is no URI', [{ ...CI_CA, point: 'CRL-B.crl' }], 'ERR_REVOCATION_SOURCES'],
    ['an empty point', [{ ...CI_CA, point: '' }], 'ERR_REVOCATION_SOURCES'],
    [
      'a point of 218 bytes',
      [{ ...CI_CA, point: `http:${'a'.repeat(213)}` }],
      'ERR_REVOCATION_SOURCES',
    ],
  ] as const)('refuses %s', (_, sources, code) => {
    expect(codeOf(() => checked(sources))).toBe(code);
  });

  it('takes a CA before its issuer', () => {
    expect(checked(SOURCES.toReversed())[0]!.issuer).toEqual(checked()[3]!.issuer);
  });

  it('refuses a CI that is not among the anchors, and its CAs', () => {
    const key = madeUpKey('another CI').publicKey;
    const anchors = [{ ...ANCHOR, publicKey: key }];
    const code = (sources: readonly RevocationSource[]) =>
      codeOf(() => checkSources({ sources, anchors, at: NOW }));
    expect(code([CI_CA])).toBe('ERR_REVOCATION_SOURCE_ISSUER');
    expect(code([SUBCA_CA])).toBe('ERR_REVOCATION_SOURCE_ISSUER');
  });
});

describe('fillSources', () => {
  it('fills what lists are for; the rest awaits its list', () => {
    expect(filled([]).map(contentOf)).toEqual(['awaited', 'awaited', 'none', 'awaited']);
    const [b, a, subca, eum] = filled([
      eumList({ serials: [3n] }),
      crlA({ serials: [1n] }),
      crlB({ serials: [2n] }),
    ]).map(contentOf);
    expect([b, a, subca, eum]).toEqual([[2n], [1n], 'none', [3n]]);
  });

  it('fills both entries with a list that both are set to', () => {
    const sources = checked([CI_CA, { ...CI_USER, point: POINTS.B }]);
    const [ca, user] = filled([crlB({ serials: [2n] })], { sources });
    expect(ca!.content).toMatchObject({ serialNumbers: [2n] });
    expect(user!.content).toMatchObject({ serialNumbers: [2n] });
  });

  it('puts parts together, wherever they stand', () => {
    const part = (number: number) =>
      crlB({
        part: { number, total: 2 },
        serials: madeUpSerials(4)
          .slice(2 * number - 2)
          .slice(0, 2),
      });
    const [ca] = filled([part(2), crlA(), part(1)]).map(contentOf);
    expect(ca).toEqual(madeUpSerials(4));
    expect(codeOf(() => filled([part(2), crlA()]))).toBe('ERR_CRL_PARTS_MISSING');
  });

  it('takes lists in the order of their numbers', () => {
    const older = crlB({ serials: [1n] });
    const newer = crlB({ serials: [2n], number: 2n, thisUpdate: older.thisUpdate + 1n });
    expect(filled([older, newer]).map(contentOf)[0]).toEqual([2n]);
    expect(codeOf(() => filled([newer, older]))).toBe('ERR_REVOCATION_OLDER');
    expect(codeOf(() => filled([older, older]))).toBe('ERR_REVOCATION_OLDER');
  });

  it('tells issuers of one key identifier apart by the signature', () => {
    const recipe = eumList({ signer: { ...CI_SIGNER, name: EUM_SIGNER.name } });
    const sources = checked().map((source) => ({
      ...source,
      keyIdentifier: CI_SIGNER.keyIdentifier,
    }));
    // of the CI's key, but from a point of the EUM only
    expect(codeOf(() => filled([recipe], { sources }))).toBe('ERR_REVOCATION_POINT');
    expect(codeOf(() => filled([crlB()], { sources }))).toBe('none');
  });

  const otherKey = { ...CI_SIGNER, key: madeUpKey('not the CI') };
  it.each([
    [
      'of another point',
      crlB({ point: 'http://ci.test.example.com/CRL-C.crl' }),
      'ERR_REVOCATION_POINT',
    ],
    ['of a point of another issuer', eumList({ point: POINTS.B }), 'ERR_REVOCATION_POINT'],
    ['of the other kind', crlB({ scope: 'user' }), 'ERR_REVOCATION_KIND'],
    ['for CAs where users are set', crlA({ scope: 'ca' }), 'ERR_REVOCATION_KIND'],
    [
      'of an issuer without a source',
      crlB({ signer: { ...EUM_SIGNER, keyIdentifier: Uint8Array.of(1) } }),
      'ERR_CRL_SIGNER',
    ],
    ['with a false signature', crlB({ signer: otherKey }), 'ERR_CRL_SIGNATURE'],
    ['that is over', crlB({ nextUpdate: NOW }), 'ERR_CRL_EXPIRED'],
    ['of the future', crlB({ thisUpdate: NOW + 1n }), 'ERR_CRL_NOT_YET_VALID'],
  ] as const)('refuses a list %s', (_, recipe, code) => {
    expect(codeOf(() => filled([recipe]))).toBe(code);
  });

  it('refuses a list of an issuer that is set to none', () => {
    const sources = checked([{ ...CI_CA, point: 'none' }]);
    expect(codeOf(() => filled([crlB()], { sources }))).toBe('ERR_REVOCATION_POINT');
  });

  it('refuses a list of an EUM without cRLSign', () => {
    const [ca, user, subca, eum] = checked();
    const sources = [ca!, user!, subca!, { ...eum!, issuer: { ...EUM, cRLSign: false } }];
    expect(codeOf(() => filled([eumList()], { sources }))).toBe('ERR_CRL_ISSUER_RIGHT');
  });

  it('keeps a list that is over when asked to', () => {
    const lists = [crlB({ nextUpdate: NOW, serials: [4n] })];
    expect(filled(lists, { allowExpired: true }).map(contentOf)[0]).toEqual([4n]);
  });
});

describe('what follows what', () => {
  const before = filled([crlB({ number: 5n }), crlA({ number: 5n })]);
  const next = (
    parts: Partial<ListRecipe>,
    options: Partial<Parameters<typeof fillSources>[0]> = {},
  ) =>
    codeOf(() =>
      filled([crlB({ number: 6n, thisUpdate: crlB().thisUpdate + 1n, ...parts })], {
        before,
        ...options,
      }),
    );

  it('a list with a later number and a later thisUpdate', () => {
    expect(next({})).toBe('none');
    expect(filled([], { before }).map(({ content }) => content)).toEqual(
      before.map(({ content }) => content),
    );
  });

  it.each([
    ['an older number', { number: 4n }, 'ERR_REVOCATION_OLDER'],
    ['the same number', { number: 5n }, 'ERR_REVOCATION_OLDER'],
    ['the same thisUpdate', { thisUpdate: crlB().thisUpdate }, 'ERR_REVOCATION_OLDER'],
    ['an older thisUpdate', { thisUpdate: crlB().thisUpdate - 1n }, 'ERR_REVOCATION_OLDER'],
  ] as const)('not %s', (_, parts, code) => {
    expect(next(parts)).toBe(code);
  });

  it('not a list of another point', () => {
    const list = listOf(crlB({ number: 6n, point: POINTS.A }));
    const next = checkList({ list, issuer: ANCHOR, at: NOW });
    const { source, content } = before[0]!;
    const call = () => assertFollows({ source, before: content, next });
    expect(codeOf(call)).toBe('ERR_REVOCATION_POINT');
  });

  it('another source only when the list is over, and then a list from there', () => {
    const point = 'http://ci.test.example.com/CRL-C.crl';
    const sources = checked([{ ...CI_CA, point }]);
    expect(next({ point }, { sources })).toBe('ERR_REVOCATION_NONE');
    expect(next({ point }, { sources, before: [] })).toBe('none');
    // nor does the old list stay under the new point
    expect(codeOf(() => filled([], { sources, before }))).toBe('ERR_REVOCATION_NONE');
    expect(codeOf(() => filled([], { sources, before: filled([]) }))).toBe('none');
    const at = crlB().nextUpdate;
    const [entry] = filled([], { sources, before, at });
    expect(entry!.content).toEqual({ state: 'awaited', floor: crlB().thisUpdate });
    const later = { point, thisUpdate: at - 1n, nextUpdate: at + 100n };
    expect(next(later, { sources, before, at })).toBe('none');
    // its numbers begin anew
    expect(next({ ...later, number: 1n }, { sources, before, at })).toBe('none');
  });

  describe('no list that is as old as one that the entry held before', () => {
    const POINT = 'http://ci.test.example.com/CRL-C.crl';
    const last = crlB().thisUpdate;
    const end = crlB().nextUpdate;
    const inForce = { nextUpdate: end + 1000n, number: 99n };

    it.each([
      ['by way of another source and back', [POINT, POINTS.B]],
      ['by way of none and back', ['none', POINTS.B]],
      ['by way of none, another source and none', ['none', POINT, 'none', POINTS.B]],
      ['from another source', [POINT]],
    ])('%s', (_, points) => {
      let entries = before;
      for (const point of points) {
        entries = filled([], { sources: checked([{ ...CI_CA, point }]), before: entries, at: end });
        const state = point === 'none' ? 'none' : 'awaited';
        expect(entries[0]!.content).toEqual({ state, floor: last });
      }
      const point = points.at(-1)!;
      const sources = checked([{ ...CI_CA, point }]);
      const code = (thisUpdate: bigint) =>
        next({ ...inForce, point, thisUpdate }, { sources, before: entries, at: end });
      expect([last - 1n, last].map(code)).toEqual(['ERR_REVOCATION_OLDER', 'ERR_REVOCATION_OLDER']);
      expect(code(last + 1n)).toBe('none');
    });

    it('by the configuration, where it says what that was', () => {
      const code = (floor: bigint) =>
        codeOf(() => filled([crlB()], { sources: checked([{ ...CI_CA, floor }]) }));
      expect([last - 1n, last, last + 1n].map(code)).toEqual([
        'none',
        'ERR_REVOCATION_OLDER',
        'ERR_REVOCATION_OLDER',
      ]);
      // a list that is there is refused too, and of two floors the higher counts
      const sources = checked([{ ...CI_CA, floor: last }]);
      expect(codeOf(() => filled([], { sources, before }))).toBe('ERR_REVOCATION_OLDER');
      const floors = [5n, 9n].map((floor) => {
        const earlier = filled([], { sources: checked([{ ...CI_CA, floor: 7n }]) });
        const now = checked([{ ...CI_CA, floor }]);
        return filled([], { sources: now, before: earlier })[0]!.content;
      });
      expect(floors).toMatchObject([{ floor: 7n }, { floor: 9n }]);
    });
  });

  it('a list where there was none, at once', () => {
    const sources = checked([{ ...CI_CA, point: 'none' }]);
    const none = filled([], { sources });
    expect(none.map(contentOf)).toEqual(['none']);
    expect(filled([crlB({ serials: [8n] })], { before: none }).map(contentOf)[0]).toEqual([8n]);
  });

  it('none in the place of a list only when that is over', () => {
    const sources = checked([{ ...CI_CA, point: 'none' }, CI_USER]);
    const until = crlB().nextUpdate;
    const at = (time: bigint) => codeOf(() => filled([], { sources, before, at: time }));
    expect([NOW, until - 1n].map(at)).toEqual(['ERR_REVOCATION_NONE', 'ERR_REVOCATION_NONE']);
    expect(at(until)).toBe('none');
    // what has had no list yet can become none
    expect(codeOf(() => filled([], { sources, before: filled([]) }))).toBe('none');
  });
});
