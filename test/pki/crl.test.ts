import { describe, expect, it } from '@jest/globals';
import { parseRevocationList } from '../../src/asn1/index.ts';
import { CRL_MAX_ENTRY, CRL_MAX_EXTENSIONS, CRL_MAX_HEADER } from '../../src/params.ts';
import { checkCrlProfile, checkList, checkLists } from '../../src/pki/index.ts';
import type { ListIssuer } from '../../src/pki/index.ts';
import { NOW } from '../support/certificates/index.ts';
import { attribute, extension, name, OID } from '../support/certificates/fields.ts';
import { GROUP_ORDER, signatureBits } from '../support/certificates/draft.ts';
import { madeUpKey } from '../support/certificates/keys.ts';
import { ascii, sequence, tlv } from '../support/certificates/der.ts';
import {
  ANCHOR,
  buildList,
  ciList,
  CI_SIGNER,
  EUICC,
  EUM,
  EUM_SIGNER,
  FIXTURE_LISTS,
  issuingDistributionPoint,
  LIST_OID,
  listEntry,
  madeUpSerials,
  numberExtension,
  POINTS,
  reasonCode,
  sgp26List,
  setListExtension,
} from '../support/crl/index.ts';
import type { ListChange, ListRecipe } from '../support/crl/index.ts';
import { codeOf } from './code-of.ts';

const text = (bytes: Uint8Array) => String.fromCharCode(...bytes);
const parsed = (recipe: ListRecipe, change?: ListChange) =>
  parseRevocationList(buildList(recipe, change));
const check = (recipe: ListRecipe, change?: ListChange, issuer: ListIssuer = ANCHOR, at = NOW) =>
  checkList({ list: parsed(recipe, change), issuer, at });

describe('checkList', () => {
  it.each(FIXTURE_LISTS)('takes $path', ({ recipe }) => {
    const list = check(recipe);
    expect(list.serialNumbers).toEqual(recipe.serials);
    expect(text(list.point)).toBe(recipe.point);
    expect(list).toMatchObject({ scope: recipe.scope ?? 'both', crlNumber: recipe.number });
    expect(list.issuer).toEqual(ANCHOR.publicKey);
  });

  const ofEum = { signer: EUM_SIGNER, point: 'http://eum.example/crl' };

  it('takes a list of an EUM with cRLSign', () => {
    const list = check(sgp26List('A', { ...ofEum, serials: [9n] }), undefined, EUM);
    expect(list.issuer).toEqual(EUM.certificate.publicKey);
    expect(list.serialNumbers).toEqual([9n]);
  });

  it('takes s and n - s alike', () => {
    const recipe = sgp26List('A');
    const other = parsed(recipe, (draft) => {
      draft.wrapSignature = ({ r, s }) => signatureBits({ r, s: GROUP_ORDER - s });
    });
    expect(other.signature.s + parsed(recipe).signature.s).toBe(GROUP_ORDER);
    expect(checkList({ list: other, issuer: ANCHOR, at: NOW }).crlNumber).toBe(1n);
  });

  it('takes a CI under another name: it is known by its key', () => {
    const issuer = name(attribute(OID.organisation, 'Other name'));
    expect(check(sgp26List('A'), (draft) => (draft.issuer = issuer)).crlNumber).toBe(1n);
  });

  it('thisUpdate <= at < nextUpdate', () => {
    const recipe = sgp26List('A', { thisUpdate: 1000n, nextUpdate: 2000n });
    const code = (at: bigint) => codeOf(() => check(recipe, undefined, ANCHOR, at));
    expect([999n, 1000n, 1999n, 2000n].map(code)).toEqual([
      'ERR_CRL_NOT_YET_VALID',
      'none',
      'none',
      'ERR_CRL_EXPIRED',
    ]);
    const list = parsed(recipe);
    const expired = checkList({ list, issuer: ANCHOR, at: 2000n, allowExpired: true });
    expect(expired.nextUpdate).toBe(2000n);
    const early = () => checkList({ list, issuer: ANCHOR, at: 999n, allowExpired: true });
    expect(codeOf(early)).toBe('ERR_CRL_NOT_YET_VALID');
  });

  const otherKey = { ...CI_SIGNER, key: madeUpKey('not the CI') };
  const otherId = { ...CI_SIGNER, keyIdentifier: EUM_SIGNER.keyIdentifier };

  it.each([
    ['a false signature', sgp26List('A', { signer: otherKey }), ANCHOR, 'ERR_CRL_SIGNATURE'],
    ['the key id of another', sgp26List('A', { signer: otherId }), ANCHOR, 'ERR_CRL_SIGNER'],
    ['the wrong issuer', sgp26List('A'), EUM, 'ERR_CRL_SIGNER'],
    ['an issuer that is no CA', sgp26List('A', ofEum), EUICC, 'ERR_CRL_ISSUER_RIGHT'],
    [
      'an issuer without cRLSign',
      sgp26List('A', ofEum),
      { ...EUM, cRLSign: false },
      'ERR_CRL_ISSUER_RIGHT',
    ],
    [
      'the name of another',
      sgp26List('A', { signer: { ...EUM_SIGNER, name: CI_SIGNER.name } }),
      EUM,
      'ERR_CRL_ISSUER_NAME',
    ],
  ] as const)('refuses %s', (_, recipe, issuer, code) => {
    expect(codeOf(() => check(recipe, undefined, issuer))).toBe(code);
  });

  it('says of another signer that it is not supported', () => {
    expect(() => check(sgp26List('A', { signer: otherId }))).toThrow(
      /change of keys, or of a separate signer, are not supported/,
    );
  });

  it.each([0n, GROUP_ORDER])('refuses r or s = %s', (value) => {
    for (const part of ['r', 's']) {
      const change: ListChange = (draft) => {
        draft.wrapSignature = (signature) => signatureBits({ ...signature, [part]: value });
      };
      expect(codeOf(() => check(sgp26List('A'), change))).toBe('ERR_CRL_SIGNATURE');
    }
  });

  it('refuses a list that was changed after it was signed', () => {
    const der = ciList('A', { serials: madeUpSerials(3) });
    const tbs = parseRevocationList(der).tbs;
    const entry = 4 + parseRevocationList(der).spans.entries.start;
    der[entry + 4]! ^= 1;
    const list = parseRevocationList(der);
    expect(list.tbs).not.toEqual(tbs);
    expect(codeOf(() => checkList({ list, issuer: ANCHOR, at: NOW }))).toBe('ERR_CRL_SIGNATURE');
  });
});

describe('lists in parts', () => {
  const serials = madeUpSerials(9);
  const part = (number: number, total = 3, more: Partial<ListRecipe> = {}) =>
    parsed(
      sgp26List('B', {
        part: { number, total },
        serials: serials.slice(3 * (number - 1), 3 * number),
        ...more,
      }),
    );
  const all = (...lists: ReturnType<typeof parsed>[]) =>
    checkLists({ lists, issuer: ANCHOR, at: NOW });

  it('count when all are there, in any order, as one list by part number', () => {
    for (const order of [
      [1, 2, 3],
      [3, 1, 2],
    ]) {
      const list = all(...order.map((number) => part(number)));
      expect(list.serialNumbers).toEqual(serials);
      expect(list.parts.map((one) => one.part?.number)).toEqual([1, 2, 3]);
    }
    expect(all(part(1, 1)).serialNumbers).toEqual(serials.slice(0, 3));
  });

  const whole = parsed(sgp26List('B'));
  it.each([
    ['alone', [part(1)], 'ERR_CRL_PARTS_MISSING'],
    ['the last alone', [part(3)], 'ERR_CRL_PARTS_MISSING'],
    ['one missing', [part(1), part(3)], 'ERR_CRL_PARTS_MISSING'],
    ['none at all', [], 'ERR_CRL_PARTS_MISSING'],
    ['one twice', [part(1), part(2), part(2), part(3)], 'ERR_CRL_PARTS_MISMATCH'],
    ['of another total', [part(1), part(2), part(3, 4)], 'ERR_CRL_PARTS_MISMATCH'],
    ['with a list that has none', [part(1), part(2), whole], 'ERR_CRL_PARTS_MISMATCH'],
    ['two whole lists', [whole, whole], 'ERR_CRL_PARTS_MISMATCH'],
    ['of another number', [part(1), part(2), part(3, 3, { number: 2n })], 'ERR_CRL_PARTS_MISMATCH'],
    [
      'of another time',
      [part(1), part(2), part(3, 3, { thisUpdate: sgp26List('B').thisUpdate + 1n })],
      'ERR_CRL_PARTS_MISMATCH',
    ],
    [
      'of another end',
      [part(1, 2), part(2, 2, { nextUpdate: 2n ** 31n })],
      'ERR_CRL_PARTS_MISMATCH',
    ],
    ['of another point', [part(1, 2), part(2, 2, { point: 'a:b' })], 'ERR_CRL_PARTS_MISMATCH'],
    ['of another kind', [part(1, 2), part(2, 2, { scope: 'ca' })], 'ERR_CRL_PARTS_MISMATCH'],
    ['a serial in two', [part(1, 2), part(2, 2, { serials })], 'ERR_CRL_ENTRY_DUPLICATE'],
    [
      'of another signer',
      [part(1, 2), part(2, 2, { signer: { ...CI_SIGNER, key: madeUpKey('other') } })],
      'ERR_CRL_SIGNATURE',
    ],
  ] as const)('%s', (_, lists, code) => {
    expect(codeOf(() => all(...lists))).toBe(code);
  });
});

describe('limits of the circuits', () => {
  const profile = (recipe: ListRecipe, change?: ListChange) =>
    codeOf(() => checkCrlProfile(parsed(recipe, change)));

  it.each(FIXTURE_LISTS)('$path fits', ({ recipe }) => expect(profile(recipe)).toBe('none'));

  const unknown = (critical = false) => numberExtension('1.2.3', 1n, critical);

  it('entries with reason and expiration date, 20 bytes of serial number', () => {
    const largest = listEntry((1n << 159n) - 1n, reasonCode(10));
    expect(largest.length).toBeLessThan(CRL_MAX_ENTRY);
    expect(profile(sgp26List('B'), (d) => d.entries.push(largest))).toBe('none');
    expect(profile(sgp26List('B', { serials: [1n] }))).toBe('none');
  });

  const entries = (...extensions: Uint8Array[]): ListChange => {
    return (draft) => draft.entries.push(listEntry(1n, ...extensions));
  };
  const criticalReason = extension(LIST_OID.reasonCode, tlv(0x0a, Uint8Array.of(1)), true);
  const note = extension('1.2.3', new Uint8Array(60));
  const point = sequence(tlv(0xa0, tlv(0xa0, tlv(0x86, ascii(POINTS.B)))));
  const uncritical = extension(LIST_OID.issuingDistributionPoint, point);
  it.each<[string, ListChange, string]>([
    ['an unknown extension of an entry', entries(unknown()), 'ERR_PROFILE_CRL_ENTRY'],
    ['an entry of 121 bytes and more', entries(note), 'ERR_PROFILE_CRL_ENTRY'],
    ['a critical reason', entries(criticalReason), 'ERR_PROFILE_CRL_ENTRY'],
    ['an unknown extension', (d) => d.extensions.push(unknown()), 'ERR_PROFILE_CRL_EXTENSIONS'],
    [
      'a distribution point that is not critical',
      (d) => setListExtension(d, uncritical, LIST_OID.issuingDistributionPoint),
      'ERR_PROFILE_CRL_EXTENSIONS',
    ],
  ])('%s', (_, change, code) => {
    expect(profile(sgp26List('B'), change)).toBe(code);
  });

  it('extensions at their limit and above: an AKI with issuer and serial number', () => {
    const size = (list: ReturnType<typeof parsed>) =>
      list.spans.extensions.end - list.spans.extensions.start;
    const key = tlv(0x80, CI_SIGNER.keyIdentifier);
    const aki = (length: number): ListChange => {
      const issuer = tlv(0xa1, tlv(0x82, ascii('a'.repeat(length))));
      const value = sequence(key, issuer, tlv(0x82, Uint8Array.of(1)));
      return (draft) => (draft.extensions[0] = extension('2.5.29.35', value));
    };
    const lengths = Array.from({ length: 150 }, (_, i) => 60 + i);
    const most = lengths.find(
      (length) => size(parsed(sgp26List('B'), aki(length))) === CRL_MAX_EXTENSIONS,
    );
    expect(most).toBeDefined();
    expect(profile(sgp26List('B'), aki(most!))).toBe('none');
    expect(profile(sgp26List('B'), aki(most! + 1))).toBe('ERR_PROFILE_CRL_EXTENSIONS');
  });

  it('a header, for which the name decides', () => {
    const named = (length: number): ListChange => {
      const rest = length - 156;
      const issuer = name(
        attribute(OID.organisation, 'o'.repeat(60)),
        attribute(OID.organisationalUnit, 'u'.repeat(60)),
        attribute(OID.commonName, 'c'.repeat(rest)),
      );
      return (draft) => (draft.issuer = issuer);
    };
    const list = parsed(sgp26List('B'), named(217));
    expect(list.issuer.der.length).toBe(217);
    expect(list.spans.header.end).toBeLessThan(CRL_MAX_HEADER);
    const code = (length: number) => profile(sgp26List('B'), named(length));
    expect([217, 218].map(code)).toEqual(['none', 'ERR_PROFILE_NAME_LENGTH']);
    expect(codeOf(() => checkCrlProfile(parsed(sgp26List('B'), named(290))))).toBe(
      'ERR_PROFILE_CRL_HEADER',
    );
  });

  it('URI, crlNumber, parts', () => {
    const uri = (length: number): ListChange => {
      const point = issuingDistributionPoint(`http:${'a'.repeat(length - 5)}`);
      return (draft) => setListExtension(draft, point, LIST_OID.issuingDistributionPoint);
    };
    expect(profile(sgp26List('B'), uri(200))).toBe('none');
    expect(profile(sgp26List('B'), uri(201))).toBe('ERR_PROFILE_CRL_POINT');
    const number = (value: bigint): ListChange => {
      const extension = numberExtension(LIST_OID.cRLNumber, value);
      return (draft) => setListExtension(draft, extension, LIST_OID.cRLNumber);
    };
    expect(profile(sgp26List('B'), number(0n))).toBe('none');
    expect(profile(sgp26List('B'), number((1n << 63n) - 1n))).toBe('none');
    expect(profile(sgp26List('B'), number(1n << 63n))).toBe('ERR_PROFILE_CRL_NUMBER');
    const part = { number: 1, total: 1 };
    expect(profile(sgp26List('B', { part }))).toBe('ERR_PROFILE_CRL_PARTIAL');
  });
});
