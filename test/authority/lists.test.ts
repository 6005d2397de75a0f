/** Revocation, and the lists that an authority issues about it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Authority } from '../../src/authority/index.ts';
import { parseRevocationList } from '../../src/asn1/index.ts';
import {
  anchorFromCertificate,
  checkChain,
  checkCrlProfile,
  checkLists,
  checkSources,
  fillSources,
  isList,
  type RevocationSource,
} from '../../src/pki/index.ts';
import {
  AT,
  authorityOf,
  below,
  certificateOf,
  LATER,
  points,
  toIssue,
} from '../support/authority.ts';
import { run } from '../support/command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const file = (name: string) => join(folder, name);
const list = (name: string) => parseRevocationList(readFileSync(file(name)));
const HOUR = 3_600n;
let authority: Authority;
let clock = AT;
const later = () => (clock += HOUR);

beforeAll(async () => {
  authority = await authorityOf(folder, 'euicc2', 'euicc3', 'dptls2', 'dpauth2');
});
afterAll(() => authority.close());

const issue = (options: object = {}) => {
  const at = later();
  return authority.issueLists({ at, nextUpdate: at + 24n * HOUR, ...options });
};
const chainAt = (name: string, at: bigint) =>
  checkChain({ anchor: anchors()[0]!, certificates: below(folder, name), at });
const anchors = () => [anchorFromCertificate(certificateOf(folder, 'ci'))];

describe('lists', () => {
  test('of all CAs fill a revocation map, with what was revoked', async () => {
    await authority.revoke({ name: 'dptls2', at: AT, reason: 'keyCompromise' });
    await authority.revoke({ name: 'subca', at: AT, reason: 'cessationOfOperation' });
    await authority.revoke({ name: 'euicc2', at: AT });
    const issued = await issue({ issuer: undefined });
    expect(issued.map(({ issuer, kind, revoked }) => [issuer, kind, revoked])).toEqual([
      ['ci', 'ca', 1],
      ['ci', 'user', 1],
      ['eum2', 'ca', 0],
      ['eum2', 'user', 1],
      ['eum3', 'ca', 0],
      ['eum3', 'user', 0],
      ['eumsub', 'ca', 0],
      ['eumsub', 'user', 0],
      ['subca', 'ca', 0],
      ['subca', 'user', 0],
    ]);
    const lists = issued.flatMap(({ files }) => files.map(list));
    lists.forEach(checkCrlProfile);
    const names = ['ci', 'subca', 'eum2', 'eum3', 'eumsub'];
    const sources = names.flatMap((name): RevocationSource[] =>
      (['ca', 'user'] as const).map((kind) => ({
        issuer: certificateOf(folder, name),
        kind,
        point: points(name)[kind],
      })),
    );
    const entries = fillSources({
      sources: checkSources({ sources, anchors: anchors(), at: clock }),
      lists,
      at: clock,
    });
    const revoked = entries.flatMap(({ content }) =>
      isList(content) ? content.serialNumbers : [],
    );
    expect(revoked).toEqual(
      ['subca', 'dptls2', 'euicc2'].map((name) => certificateOf(folder, name).serialNumber),
    );
    expect(entries.every(({ content }) => isList(content))).toBe(true);
  });

  test('say why, since when, and when the certificate ends', () => {
    const [entry] = list('ci.crl-a.crl').entries;
    expect(entry).toMatchObject({ reason: 1, revocationDate: AT, expirationDate: LATER });
  });

  test.each(['ci.crl-a.crl', 'ci.crl-b.crl'])('%s is read and verified by OpenSSL', (name) => {
    const args = ['crl', '-inform', 'DER', '-in', file(name), '-noout', '-text'];
    const { status, stdout, stderr } = run('openssl', [...args, '-CAfile', file('ci.pem')]);
    expect({ status, stderr: stderr.trim() }).toEqual({ status: 0, stderr: 'verify OK' });
    expect(stdout).toMatch(/Issuing Distribution Point: critical/);
  });

  test('revoke for OpenSSL too', () => {
    const lists = ['ci.crl-a', 'ci.crl-b'].flatMap((name) => {
      const args = ['-inform', 'DER', '-in', file(`${name}.crl`), '-out', file(`${name}.pem`)];
      expect(run('openssl', ['crl', ...args])).toMatchObject({ status: 0 });
      return ['-CRLfile', file(`${name}.pem`)];
    });
    const check = ['verify', '-crl_check', '-extended_crl', '-attime', String(clock)];
    const verify = (name: string) =>
      run('openssl', [...check, '-CAfile', file('ci.pem'), ...lists, file(name)]);
    expect(verify('dptls2.der').stderr).toMatch(/certificate revoked/);
    expect(verify('dpauth2.der')).toMatchObject({ status: 0 });
  });

  test('go on in number and time, for each list alone', async () => {
    const [next] = await issue({ issuer: 'eum2' });
    expect(next!.number).toBe(2n);
    expect(list('eum2.crl-a.crl').crlNumber).toBe(2n);
    expect(list('ci.crl-a.crl').crlNumber).toBe(1n);
    await issue({ issuer: 'eum2', number: 100n });
    const before = readFileSync(file('eum2.crl-a.crl'));
    const refused = { code: 'ERR_AUTHORITY_LIST' };
    for (const number of [100n, 99n, 0n]) {
      await expect(issue({ issuer: 'eum2', number })).rejects.toMatchObject(refused);
    }
    const past = { at: AT, nextUpdate: LATER, issuer: 'eum2' };
    await expect(authority.issueLists(past)).rejects.toMatchObject(refused);
    expect(readFileSync(file('eum2.crl-a.crl'))).toEqual(before);
    expect((await issue({ issuer: 'eum2' }))[0]!.number).toBe(101n);
  });

  test('come in parts that count together', async () => {
    for (const i of [1, 2, 3, 4]) {
      await authority.issue(toIssue([`more${i}`, 'euicc-v2', 'eum2']));
      await authority.revoke({ name: `more${i}`, at: clock });
    }
    const [, users] = await issue({ issuer: 'eum2', parts: 3 });
    expect(users!.files).toEqual([1, 2, 3].map((part) => `eum2.crl-a.${part}-of-3.crl`));
    // the list before is gone: nobody takes it for the newest one
    expect(existsSync(file('eum2.crl-a.crl'))).toBe(false);
    const parts = users!.files.map(list);
    expect(parts.map(({ part, entries }) => [part, entries.length])).toEqual([
      [{ number: 1, total: 3 }, 2],
      [{ number: 2, total: 3 }, 2],
      [{ number: 3, total: 3 }, 1],
    ]);
    const { leaf: issuer } = chainAt('eum2', AT);
    const whole = checkLists({ lists: parts, issuer, at: clock });
    expect(whole.serialNumbers).toHaveLength(5);
    expect(() => checkLists({ lists: parts.slice(1), issuer, at: clock })).toThrow(
      expect.objectContaining({ code: 'ERR_CRL_PARTS_MISSING' }),
    );
    await issue({ issuer: 'eum2' });
    const left = readdirSync(folder).filter((name) => name.startsWith('eum2.crl-a'));
    expect(left).toEqual(['eum2.crl-a.crl']);
  });

  test.each([
    ['of a CA that is not there', { issuer: 'nobody' }, 'ERR_AUTHORITY_NAME'],
    ['of a server', { issuer: 'dpauth2' }, 'ERR_AUTHORITY_REQUEST'],
    ['that are over when they begin', { nextUpdate: AT }, 'ERR_CRL_TIMES'],
    [
      'of an expired CA',
      { at: LATER + 1n, nextUpdate: LATER + 2n, issuer: 'eum2' },
      'ERR_CHAIN_EXPIRED',
    ],
    ['in no part', { parts: 0 }, 'ERR_ARGUMENT'],
    ['with a number that no circuit takes', { number: 2n ** 63n }, 'ERR_ARGUMENT'],
  ])('are not issued %s', async (_, options, code) => {
    await expect(issue(options)).rejects.toMatchObject({ code });
  });
});

describe('renewal', () => {
  test('keeps key and subject; what is below a CA stays a chain', async () => {
    const before = certificateOf(folder, 'eum2');
    await authority.renew({ name: 'eum2', at: clock });
    const after = certificateOf(folder, 'eum2');
    expect(after.subject.der).toEqual(before.subject.der);
    expect(after.publicKey).toEqual(before.publicKey);
    expect(after.serialNumber).not.toBe(before.serialNumber);
    expect(after.notBefore).toBe(clock);
    expect(chainAt('euicc2', clock).leaf.role).toBe('euicc-v2');
    // the earlier one can be revoked for itself
    const { serialNumber } = before;
    await authority.revoke({ name: 'eum2', at: clock, serialNumber, reason: 'superseded' });
    await issue({ issuer: 'ci' });
    const revoked = list('ci.crl-b.crl').entries.map((entry) => entry.serialNumber);
    expect(revoked).toContain(serialNumber);
    expect(revoked).not.toContain(after.serialNumber);
  });

  test('of a device keeps its EID, and a CA goes on in its range', async () => {
    const eidOf = async (name: string) =>
      (await authority.entries()).find((entry) => entry.name === name)!.request.eid;
    const before = await eidOf('euicc3');
    const restored = await authority.renew({ name: 'dpauth2', at: clock });
    expect(restored.notAfter).toBe(String(LATER));
    const { request } = await authority.issue(
      toIssue(['after', 'euicc-v2', 'eum2'], { at: clock }),
    );
    expect(request.eid).toMatch(/^890490320{20}05/);
    expect(before).toBeDefined();
  });

  test.each([
    ['what is not there', { name: 'nobody' }, 'ERR_AUTHORITY_NAME'],
    ['for longer than the issuer', { name: 'dpauth2', notAfter: LATER + 1n }, 'ERR_CHAIN_WINDOW'],
  ])('does not go for %s', async (_, options, code) => {
    await expect(authority.renew({ at: clock, ...options })).rejects.toMatchObject({ code });
  });

  test.each([
    ['a CI', { name: 'ci' }, 'ERR_AUTHORITY_REQUEST'],
    ['what is not there', { name: 'nobody' }, 'ERR_AUTHORITY_NAME'],
    ['a serial number of another', { name: 'dpauth2', serialNumber: 5n }, 'ERR_AUTHORITY_SERIAL'],
  ])('nor revocation of %s', async (_, options, code) => {
    await expect(authority.revoke({ at: clock, ...options })).rejects.toMatchObject({ code });
  });
});
