/** Settings of `smdpp serve`: as options, in a file, and both together. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { optionsOf } from '../../src/cli/shared/settings/table.ts';
import { serverSettings, SETTINGS } from '../../src/cli/smdpp/serve-settings.ts';
import { settingsSchema } from '../../src/rsp/smdpp/settings.ts';
import { told } from '../support/cli.ts';
import { privateCopy } from '../support/private-copy.ts';
import { CI, sgp26 } from '../support/sgp26-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'zkcx-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

const pair = (name: string) => ({
  cert: sgp26(`${name}/CERT_S_SM_${name}_ECDSA_NIST.der`),
  key: privateCopy(sgp26(`${name}/SK_S_SM_${name}_ECDSA_NIST.pem`)),
});

const WHOLE = {
  data: join(folder, 'data'),
  address: 'smdpp.example.com',
  ci: [CI],
  auth: [pair('DPauth')],
  pb: [pair('DPpb')],
};

let count = 0;

function tokenFile(token = 't'.repeat(43), mode = 0o600): string {
  const file = join(folder, `token-${count++}`);
  writeFileSync(file, token, { mode });
  return file;
}

function configFile(content: unknown): string {
  const file = join(folder, `config-${count++}.json`);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const check = (content: unknown, ...more: string[]) =>
  told('smdpp', 'serve', '--check', '--config', configFile(content), ...more);

describe('a configuration file', () => {
  test('is all that a server needs', async () => {
    const { status, settings } = await check(WHOLE);
    expect(status).toBe(0);
    expect(settings).toMatchObject({ ...WHOLE, listen: '127.0.0.1:8443' });
  });

  test('comes out of --check as it went in', async () => {
    const all = {
      ...WHOLE,
      listen: '[::1]:0',
      es2: '127.0.0.1:0',
      'es2-token': tokenFile(),
      'confirmation-code-form': 'hex',
      'lowest-svn': '2.1.0',
      'highest-svn': '2.6.255',
      operator: ['2.999.1=https://one.example.com/es2', 'https://operator.example.com'],
      'operator-ca': tokenFile(),
      'order-days': 30,
      'replace-session-keys': false,
      zkcx: false,
      grace: 0,
    };
    const { settings } = await check(all);
    expect(settings).toMatchObject(all);
    expect((await check(settings)).settings).toEqual(settings);
  });

  test('names files by its own folder', async () => {
    const inner = join(folder, 'etc');
    mkdirSync(inner);
    const file = join(inner, 'smdpp.json');
    writeFileSync(join(inner, 'ci.der'), readFileSync(CI));
    writeFileSync(file, JSON.stringify({ ...WHOLE, data: '../data', ci: ['ci.der'] }));
    const { settings } = await told('smdpp', 'serve', '--check', '--config', file);
    expect(settings).toMatchObject({ data: WHOLE.data, ci: [join(inner, 'ci.der')] });
  });

  test.each([
    ['an option', ['--address', 'other.example.com'], { address: 'other.example.com' }],
    ['a number', ['--order-days', '7'], { 'order-days': 7 }],
    ['an endpoint', ['--listen', '127.0.0.1:1'], { listen: '127.0.0.1:1' }],
    ['a whole list', ['--ci', CI, '--ci', CI], { ci: [CI, CI] }],
  ])('gives way to %s', async (_, more, expected) => {
    const file = { ...WHOLE, listen: '127.0.0.1:2', 'order-days': 30 };
    const { settings } = await check(file, ...more);
    expect(settings).toMatchObject(expected);
  });

  test('asks for zkCX, which an option takes back', async () => {
    const file = { ...WHOLE, zkcx: true, map: 'map.json' };
    expect(await check(file, '--no-zkcx')).toMatchObject({ status: 0, settings: { zkcx: false } });
  });

  test.each([
    ['an unknown name', { ...WHOLE, adress: 'x' }, 'unknown fields in the settings: adress'],
    [
      'a name of an option alone',
      { ...WHOLE, check: true },
      'unknown fields in the settings: check',
    ],
    ['one in camel case', { ...WHOLE, orderDays: 3 }, 'unknown fields in the settings: orderDays'],
    ['an unknown name inside', { ...WHOLE, pb: [{ ...WHOLE.pb[0], oid: 1 }] }, 'in pb.0: oid'],
    ['a name that is missing inside', { ...WHOLE, pb: [{ cert: CI }] }, 'pb.0.key'],
    ['a text for a list', { ...WHOLE, ci: CI }, 'ci has the wrong form'],
    ['an empty list', { ...WHOLE, ci: [] }, 'ci has the wrong form'],
    ['an empty text', { ...WHOLE, data: '' }, 'data has the wrong form: must not be empty'],
    ['a text for a number', { ...WHOLE, 'order-days': '7' }, 'order-days'],
    ['a number out of range', { ...WHOLE, 'order-days': 0 }, 'a whole number from 1 to 36500'],
    ['no whole number', { ...WHOLE, 'order-days': 1.5 }, 'a whole number from 1 to 36500'],
    ['another choice', { ...WHOLE, 'confirmation-code-form': 'dec' }, 'confirmation-code-form'],
    ['no version', { ...WHOLE, 'highest-svn': '2' }, 'must be a version such as 2.4.0'],
    ['an operator without address', { ...WHOLE, operator: ['one='] }, 'must be a URL, or NAME=URL'],
    ['an operator that is no list', { ...WHOLE, operator: 'https://a' }, 'operator'],
    ['no endpoint', { ...WHOLE, listen: '8443' }, 'listen has the wrong form: must be HOST:PORT'],
    ['null', { ...WHOLE, listen: null }, 'listen has the wrong form'],
    ['a list as a whole', [WHOLE], 'the settings has the wrong form'],
    ['what is no JSON', '{\n  "data": "x",\n}', 'is not JSON, see line 3'],
    ['nothing', '', 'is not JSON'],
  ])('with %s is refused', async (_, content, message) => {
    const { status, error } = await check(content);
    expect([status, error?.code]).toEqual([2, 'ERR_CLI_CONFIG']);
    expect(error?.message).toContain(message);
  });

  test('that is not there is said', async () => {
    const { status, error } = await told('smdpp', 'serve', '--config', join(folder, 'none'));
    expect([status, error?.code]).toEqual([2, 'ERR_FILE_READ']);
  });

  test.each(Object.keys(WHOLE))('or options have to say %s', async (name) => {
    const { status, error } = await check({ ...WHOLE, [name]: undefined });
    expect([status, error?.code]).toEqual([2, 'ERR_CLI_USAGE']);
    expect(error?.message).toContain(`--${name} is missing`);
  });

  test.each([
    [
      'a token that others can read',
      { 'es2-token': () => tokenFile(undefined, 0o644) },
      'ERR_CREDENTIAL_PERMISSIONS',
    ],
    ['a token that can be guessed', { 'es2-token': () => tokenFile('secret') }, 'ERR_RSP_LISTEN'],
    ['a socket beside the port of ES2+', { 'es2-socket': () => '/tmp/none' }, 'ERR_CLI_USAGE'],
    ['the CA of clients without TLS', { 'es2-client-ca': () => CI }, 'ERR_CLI_USAGE'],
  ])('with %s is refused', async (_, more, code) => {
    const given = Object.entries(more).map(([name, make]) => [name, make()]);
    const { status, error } = await check({
      ...WHOLE,
      es2: '127.0.0.1:0',
      ...Object.fromEntries(given),
    });
    expect([status, error?.code]).toEqual([2, code]);
  });

  test('is checked with the files that it names', async () => {
    const wrong = { ...WHOLE, auth: WHOLE.pb };
    expect(await check(wrong)).toMatchObject({ status: 2, error: { code: 'ERR_RSP_IDENTITY' } });
  });
});

describe('the table', () => {
  test('has one option for each setting, and each setting a name that options can have', () => {
    const names = optionsOf(SETTINGS).map((option) => option.long);
    expect(new Set(names).size).toBe(names.length);
    for (const name of Object.keys(SETTINGS)) {
      expect(name).toMatch(/^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$/);
      expect(names).toContain(`--${name}`);
    }
  });

  test('sets what the server has', () => {
    const set = serverSettings({ address: 'a.example.com' } as never);
    expect(Object.keys(settingsSchema.shape)).toEqual(expect.arrayContaining(Object.keys(set)));
  });
});
