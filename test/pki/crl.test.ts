import { describe, expect, it } from '@jest/globals';
import { parseRevocationList } from '../../src/asn1/index.ts';
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
  LIST_OID,
  listEntry,
  madeUpSerials,
  reasonCode,
  sgp26List,
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

  // what is refused stands in test/support/bounds
  const other = (type: string) => extension(type, sequence());
  it.each([
    ['issuerAltName', '2.5.29.18'],
    ['freshestCRL', '2.5.29.46'],
    ['authorityInfoAccess', '1.3.6.1.5.5.7.1.1'],
  ])('skips %s', (_, type) => {
    const add: ListChange = (draft) => draft.extensions.push(other(type));
    expect(profile(sgp26List('B', { serials: [1n] }), add)).toBe('none');
    expect(check(sgp26List('B', { serials: [1n] }), add).serialNumbers).toEqual([1n]);
  });

  it('takes entries with dates, a reason, and what it does not know', () => {
    const invalidity = extension(LIST_OID.invalidityDate, tlv(0x18, ascii('20251201000000Z')));
    const add: ListChange = (draft) =>
      draft.entries.push(
        listEntry((1n << 159n) - 1n, reasonCode(10), invalidity),
        listEntry(2n, other('1.2.3')),
      );
    expect(profile(sgp26List('B'), add)).toBe('none');
    const [first, second] = parsed(sgp26List('B'), add).entries;
    expect(first).toMatchObject({ reason: 10, invalidityDate: 1_764_547_200n });
    expect(second).toMatchObject({ serialNumber: 2n });
  });
});
