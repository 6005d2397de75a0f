/** What an authority does not issue, each with the rule; nothing is left of it. */
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type Authority,
  completeEid,
  eidAt,
  type IssueOptions,
} from '../../src/authority/index.ts';
import { hasCheckDigits } from '../../src/sgp22/messages/identifiers.ts';
import { AT, authorityOf, LATER, toIssue } from '../support/authority.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
let authority: Authority;
beforeAll(async () => {
  authority = await authorityOf(folder, 'euicc2', 'euicc3', 'dptls2');
});
afterAll(() => authority.close());

const eid = (digits: string) => completeEid(digits.padEnd(30, '7'));
const euicc = (more: object = {}, options: Partial<IssueOptions> = {}) =>
  toIssue(['new', 'euicc-v2', 'eum2', { eid: eid('89049032'), ...more }], options);
const server = (more: object = {}, options: Partial<IssueOptions> = {}) =>
  toIssue(['new', 'dp-auth-v2', 'ci', { oid: '2.999.10', ...more }], options);

const REFUSED: readonly [string, IssueOptions, string][] = [
  ['an EID outside the range', euicc({ eid: eid('89049031') }), 'ERR_CHAIN_EID_RANGE'],
  [
    'an EID outside the range of a v3 CA',
    toIssue(['new', 'euicc', 'eumsub', { eid: eid('890490332') }]),
    'ERR_CHAIN_EID_RANGE',
  ],
  ['a wrong check digit', euicc({ eid: '89049032000000000000000000000067' }), 'ERR_AUTHORITY_EID'],
  ['an EID that is too short', euicc({ eid: '89049032' }), 'ERR_AUTHORITY_EID'],
  ['an EID that a device has', euicc({ eid: eidAt('89049032', 0n) }), 'ERR_AUTHORITY_EID'],
  ['an EID for a server', server({ eid: eid('89049032') }), 'ERR_AUTHORITY_REQUEST'],
  [
    'another organisation than that of its EUM',
    euicc({ organisation: 'Else' }),
    'ERR_CHAIN_ORGANISATION_RANGE',
  ],
  ['an EUM without a range', toIssue(['new', 'eum-v2', 'ci']), 'ERR_CHAIN_CONSTRAINTS_MISSING'],
  [
    'a range that reaches beyond the issuer',
    toIssue(['new', 'eum-subca', 'eum3', { iins: ['8904'] }]),
    'ERR_CHAIN_CONSTRAINTS_WIDER',
  ],
  [
    'a range of too many digits',
    toIssue(['new', 'eum-v2', 'ci', { iins: ['1'.repeat(31)] }]),
    'ERR_ARGUMENT',
  ],
  [
    'more ranges than the circuits take',
    toIssue(['new', 'eum', 'ci', { iins: ['1', '2', '3', '4', '5'] }]),
    'ERR_PROFILE_BASES',
  ],
  ['a range for a leaf', server({ iins: ['8904'] }), 'ERR_CHAIN_CONSTRAINTS_LEAF'],
  [
    'a CA below an exhausted path length',
    toIssue(['new', 'eum', 'eumsub', { iins: ['890490331'] }]),
    'ERR_CHAIN_PATH_LENGTH',
  ],
  [
    'a role that the issuer must not issue',
    toIssue(['new', 'euicc-v2', 'ci', { eid: eid('8904') }]),
    'ERR_CHAIN_ROLE_PAIR',
  ],
  [
    'a v3 eUICC of a v2 EUM',
    toIssue(['new', 'euicc', 'eum2', { eid: eid('89049032') }]),
    'ERR_CHAIN_ROLE_PAIR',
  ],
  [
    'a certificate of a leaf',
    toIssue(['new', 'dp-auth-v2', 'dptls2', { oid: '2.999.1' }]),
    'ERR_CHAIN_ROLE_PAIR',
  ],
  ['a server without an OID', toIssue(['new', 'dp-auth-v2', 'ci']), 'ERR_CHAIN_SERVER_OID'],
  ['an OID that is none', server({ oid: '3.1' }), 'ERR_ARGUMENT'],
  ['a host name with a NUL', server({ dnsNames: ['a\0b'] }), 'ERR_ARGUMENT'],
  [
    'an organisation that the circuits have no room for',
    server({ organisation: 'x'.repeat(65) }),
    'ERR_PROFILE_ORGANISATION',
  ],
  [
    'a certificate that the circuits have no room for',
    server({ dnsNames: ['a'.repeat(200), 'b'.repeat(200)] }),
    'ERR_PROFILE_TBS_LENGTH',
  ],
  [
    'more names than the circuits take',
    server({ dnsNames: ['a', 'b', 'c', 'd'] }),
    'ERR_PROFILE_GENERAL_NAMES',
  ],
  ['a path length for a leaf', server({ pathLen: 0 }), 'ERR_AUTHORITY_REQUEST'],
  ['an empty organisation', server({ organisation: '' }), 'ERR_ARGUMENT'],
  ['a country of three letters', server({ country: 'ESP' }), 'ERR_ARGUMENT'],
  ['a name that is taken', { ...server(), name: 'eum2' }, 'ERR_AUTHORITY_NAME'],
  ['a name that leads out of the folder', { ...server(), name: '../new' }, 'ERR_ARGUMENT'],
  ['an issuer that is not there', { ...server(), issuer: 'nobody' }, 'ERR_AUTHORITY_NAME'],
  ['a CI with an issuer', toIssue(['new', 'ci', 'ci']), 'ERR_AUTHORITY_REQUEST'],
  ['all but a CI without one', toIssue(['new', 'eum-v2', undefined]), 'ERR_AUTHORITY_REQUEST'],
  [
    'a CI without an end',
    toIssue(['new', 'ci', undefined], { notAfter: undefined }),
    'ERR_AUTHORITY_REQUEST',
  ],
  ['a CI that has ended', toIssue(['new', 'ci', undefined], { notAfter: AT }), 'ERR_CHAIN_WINDOW'],
  ['more time than the issuer has', server({}, { notAfter: LATER + 1n }), 'ERR_CHAIN_WINDOW'],
  ['an end before the beginning', server({}, { notAfter: AT - 1n }), 'ERR_CHAIN_EXPIRED'],
  ['an expired issuer', server({}, { at: LATER + 1n }), 'ERR_CHAIN_EXPIRED'],
  [
    'a clock before the notBefore of the issuer',
    server({}, { at: AT - 1n }),
    'ERR_CHAIN_NOT_YET_VALID',
  ],
  ['a certificate of the future', server({}, { notBefore: AT + 1n }), 'ERR_CHAIN_NOT_YET_VALID'],
  ['a certificate older than its issuer', server({}, { notBefore: AT - 1n }), 'ERR_CHAIN_WINDOW'],
  ['a clock that is none', server({}, { at: -1n }), 'ERR_ARGUMENT'],
  ['a serial number of 21 bytes', server({}, { serialNumber: 2n ** 160n }), 'ERR_ARGUMENT'],
  ['the serial number 0', server({}, { serialNumber: 0n }), 'ERR_ARGUMENT'],
];

describe('does not issue', () => {
  test.each(REFUSED)('%s', async (_, options, code) => {
    const before = [readdirSync(folder), await authority.entries()];
    await expect(authority.issue(options)).rejects.toMatchObject({ code });
    expect([readdirSync(folder), await authority.entries()]).toEqual(before);
  });

  test('one serial number twice, but for another issuer', async () => {
    const serialNumber = 0x1234n;
    await authority.issue({ ...server({}, { serialNumber }), name: 'first' });
    await expect(
      authority.issue({ ...server({}, { serialNumber }), name: 'second' }),
    ).rejects.toMatchObject({ code: 'ERR_AUTHORITY_SERIAL' });
    await authority.issue({ ...euicc({}, { serialNumber }), name: 'other' });
  });

  test('a chain of five links', async () => {
    await authority.issue(toIssue(['sub5', 'eum-subca', 'subca', { iins: ['8904'] }]));
    await authority.issue(toIssue(['eum5', 'eum', 'sub5', { iins: ['89041'] }]));
    await authority.issue(toIssue(['low5', 'eum-subca', 'eum5', { iins: ['89041'] }]));
    await expect(
      authority.issue(toIssue(['new', 'euicc', 'low5', { eid: eid('89041') }])),
    ).rejects.toMatchObject({ code: 'ERR_CHAIN_LENGTH' });
  });

  test('anything under a revoked CA, nor renews what is revoked', async () => {
    await authority.issue(toIssue(['gone', 'eum-v2', 'ci', { iins: ['89049039'] }]));
    await authority.issue(toIssue(['device', 'euicc-v2', 'gone']));
    await authority.revoke({ name: 'gone', at: AT });
    const refused = { code: 'ERR_AUTHORITY_REVOKED' };
    await expect(authority.issue(toIssue(['new', 'euicc-v2', 'gone']))).rejects.toMatchObject(
      refused,
    );
    await expect(authority.renew({ name: 'gone', at: AT })).rejects.toMatchObject(refused);
    await expect(authority.renew({ name: 'device', at: AT })).rejects.toMatchObject(refused);
    await expect(authority.revoke({ name: 'gone', at: AT })).rejects.toMatchObject(refused);
  });
});

describe('EIDs', () => {
  test('have two digits that check the others', () => {
    expect(completeEid('890490321234512345123456789012')).toBe('89049032123451234512345678901235');
    for (let place = 0n; place < 200n; place++) {
      expect(hasCheckDigits(eidAt('8904', place))).toBe(true);
    }
  });

  test('of a range end', () => {
    const iin = '1'.repeat(29);
    expect(eidAt(iin, 9n)).toMatch(/^1{29}9\d\d$/);
    expect(eidAt('1'.repeat(30), 0n)).toMatch(/^1{30}\d\d$/);
    for (const call of [() => eidAt(iin, 10n), () => eidAt('1'.repeat(30), 1n)]) {
      expect(call).toThrow(expect.objectContaining({ code: 'ERR_AUTHORITY_EID' }));
    }
    for (const wrong of ['', '1'.repeat(31), '12a']) {
      expect(() => eidAt(wrong, 0n)).toThrow(expect.objectContaining({ code: 'ERR_ARGUMENT' }));
    }
    expect(() => completeEid('12')).toThrow(expect.objectContaining({ code: 'ERR_AUTHORITY_EID' }));
  });

  test('that were given by hand are passed over', async () => {
    await authority.issue({ ...euicc({ eid: eidAt('89049032', 1n) }), name: 'byhand' });
    const { request } = await authority.issue({ ...euicc({ eid: undefined }), name: 'next' });
    expect(request.eid).toBe(eidAt('89049032', 2n));
  });

  test('are free again once their certificate is revoked', async () => {
    const again = euicc({ eid: eidAt('89049032', 1n) });
    await expect(authority.issue(again)).rejects.toMatchObject({ code: 'ERR_AUTHORITY_EID' });
    await authority.revoke({ name: 'byhand', at: AT });
    await authority.issue({ ...again, name: 'successor' });
  });
});
