/** The folder of an authority: passphrases, permissions, one process at a time, and what a kill leaves behind. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { openAuthority } from '../../src/authority/index.ts';
import { AT, authorityOf, LATER, toIssue } from '../support/authority.ts';
import { ROOT, run } from '../support/command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const PASSPHRASE = 'correct horse battery staple';
const CI = toIssue(['ci', 'ci', undefined, { points: { user: 'http://pki.example/a.crl' } }]);
const SERVER = toIssue(['server', 'dp-auth-v2', 'ci', { oid: '2.999.10' }]);

describe('a passphrase', () => {
  const folder = temporaryFolder();
  const file = (name: string) => join(folder, name);

  test('protects the keys of CAs, with a cipher that OpenSSL knows', async () => {
    const authority = await openAuthority({ folder, passphrase: PASSPHRASE });
    await authority.issue(CI);
    await authority.issue(SERVER);
    await authority.close();
    expect(readFileSync(file('ci.key'), 'utf8')).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
    // servers start with nobody there to type
    expect(readFileSync(file('server.key'), 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    const open = (passphrase: string) =>
      run('openssl', ['pkey', '-in', file('ci.key'), '-passin', `pass:${passphrase}`, '-noout']);
    expect(open(PASSPHRASE)).toMatchObject({ status: 0 });
    expect(open('wrong').status).not.toBe(0);
  });

  test.each([
    ['missing', undefined],
    ['wrong', 'Correct horse battery staple'],
  ])('that is %s issues nothing', async (_, passphrase) => {
    const authority = await openAuthority({ folder, passphrase });
    try {
      const before = readdirSync(folder);
      const refused = { code: 'ERR_AUTHORITY_PASSPHRASE' };
      const another = { ...SERVER, name: 'another' };
      await expect(authority.issue(another)).rejects.toMatchObject(refused);
      const lists = { at: AT, nextUpdate: LATER };
      await expect(authority.issueLists(lists)).rejects.toMatchObject(refused);
      await expect(authority.renew({ name: 'ci', at: AT, notAfter: LATER })).rejects.toMatchObject(
        refused,
      );
      expect(readdirSync(folder)).toEqual(before);
      expect(await authority.entries()).toHaveLength(2);
    } finally {
      await authority.close();
    }
  });

  test.each([
    ['garbage', 'hello', 'ERR_AUTHORITY_KEY'],
    [
      'of another curve',
      run('openssl', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384']).stdout,
      'ERR_AUTHORITY_KEY',
    ],
  ])('a key file that is %s is refused', async (_, content, code) => {
    const kept = readFileSync(file('ci.key'));
    writeFileSync(file('ci.key'), content);
    const authority = await openAuthority({ folder, passphrase: PASSPHRASE });
    await expect(authority.issue({ ...SERVER, name: 'next' })).rejects.toMatchObject({ code });
    await authority.close();
    writeFileSync(file('ci.key'), kept);
  });

  test('a key that others can read is refused', async () => {
    chmodSync(file('ci.key'), 0o640);
    const authority = await openAuthority({ folder, passphrase: PASSPHRASE });
    await expect(authority.issue({ ...SERVER, name: 'next' })).rejects.toMatchObject({
      code: 'ERR_CREDENTIAL_PERMISSIONS',
    });
    await authority.close();
  });
});

describe('the folder', () => {
  test('is for its owner, and for one process at a time', async () => {
    const folder = join(temporaryFolder(), 'pki');
    const authority = await openAuthority({ folder });
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    await expect(openAuthority({ folder })).rejects.toMatchObject({
      code: 'ERR_AUTHORITY_STORE',
      reason: 'locked',
    });
    await authority.close();
    chmodSync(folder, 0o755);
    await expect(openAuthority({ folder })).rejects.toMatchObject({
      code: 'ERR_CREDENTIAL_PERMISSIONS',
    });
  });

  test.each([
    ['nothing', {}],
    ['an empty passphrase', { folder: 'x', passphrase: '' }],
  ])('is not opened with %s', async (_, options) => {
    await expect(openAuthority(options as { folder: string })).rejects.toMatchObject({
      code: 'ERR_ARGUMENT',
    });
  });
});

/** A process that is killed between two steps leaves what is written until then. */
describe('after a kill', () => {
  test('between register and files: the files are written when it is opened', async () => {
    const folder = temporaryFolder();
    const authority = await authorityOf(folder, 'euicc3');
    await authority.issueLists({ at: AT, nextUpdate: LATER });
    await authority.issueLists({ at: AT + 1n, nextUpdate: LATER, issuer: 'eum3', parts: 2 });
    await authority.close();
    const files = readdirSync(folder).filter((name) => /\.(der|pem|crl)$/.test(name));
    const contents = () => files.map((name) => readFileSync(join(folder, name)).toString('hex'));
    const before = contents();
    for (const name of files) rmSync(join(folder, name));
    await (await openAuthority({ folder })).close();
    expect(contents()).toEqual(before);
  });

  test('between key and register: the name is free, and gets another key', async () => {
    const folder = temporaryFolder();
    const authority = await openAuthority({ folder });
    await authority.issue(CI);
    writeFileSync(join(folder, 'server.key'), 'half', { mode: 0o600 });
    await authority.issue(SERVER);
    expect(readFileSync(join(folder, 'server.key'), 'utf8')).toMatch(/PRIVATE KEY/);
    await authority.close();
  });

  test('at any moment: each certificate that is known has its key and its files', async () => {
    const folder = temporaryFolder();
    await (await openAuthority({ folder })).close();
    const work = `
      import { openAuthority } from './src/authority/index.ts';
      const authority = await openAuthority({ folder: ${JSON.stringify(folder)} });
      const at = ${AT}n, notAfter = ${LATER}n, organisation = 'Own Domain';
      for (let i = 0; ; i++) {
        const request = { role: 'ci', organisation, commonName: 'CI', points: { ca: 'http://x/y' } };
        await authority.issue({ name: 'ci' + i, at, notAfter, request });
        await authority.issueLists({ at: at + BigInt(i), nextUpdate: notAfter });
        process.stdout.write('issued');
      }`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', work], {
      cwd: ROOT,
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await setTimeout(500 * Math.random());
    child.kill('SIGKILL');
    await once(child, 'exit');
    const authority = await openAuthority({ folder });
    const entries = await authority.entries();
    expect(entries.length).toBeGreaterThan(0);
    for (const { name, certificate } of entries) {
      expect(readFileSync(join(folder, `${name}.der`)).toString('base64')).toBe(certificate);
      // the key is that of the certificate: it can be certified again
      await authority.renew({ name, at: AT, notAfter: LATER });
    }
    await authority.close();
  }, 60_000);
});
