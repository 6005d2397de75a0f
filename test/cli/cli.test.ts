/** The command line as a user meets it: its output, its exit code. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { zkcx } from '../support/cli.ts';
import { ROOT } from '../support/command.ts';

const SGP26 = join(ROOT, 'fixtures/sgp26');
const CI = join(SGP26, 'CertificateIssuer/CERT_CI_ECDSA_NIST.der');
const EUM = join(SGP26, 'EUM/CERT_EUM_ECDSA_NIST.der');
const EUICC = join(SGP26, 'eUICC/CERT_EUICC_ECDSA_NIST.der');
const EID = '89049032123451234512345678901235';
const WHEN = ['--at', '2025-06-01'];

const folder = mkdtempSync(join(tmpdir(), 'zkcx-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const pem = () => {
  const base64 = readFileSync(EUICC).toString('base64');
  const lines = base64.match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
};

describe('zkcx', () => {
  test('prints its version and its help', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(await zkcx('--version')).toMatchObject({ status: 0, stdout: `${version}\n` });
    const help = await zkcx('--help');
    expect(help.status).toBe(0);
    expect(help.stdout).toMatch(/Exit codes: 0 done; 1 the answer is no/);
  });

  test.each([
    'cert inspect',
    'chain check',
    'chain prove',
    'chain verify',
    'keys build',
    'keys check',
  ])('%s --help', async (command) => {
    const { status, stdout } = await zkcx(...command.split(' '), '--help');
    expect(status).toBe(0);
    expect(stdout).toContain(`Usage: zkcx ${command}`);
    expect(stdout).toContain('--json');
  });

  test.each([
    ['no command', []],
    ['an unknown command', ['frobnicate']],
    ['a group alone', ['chain']],
    ['an unknown option', ['cert', 'inspect', '--frobnicate', EUICC]],
    ['a missing argument', ['cert', 'inspect']],
    ['a missing root', ['chain', 'check', EUM]],
    ['a time that is none', ['chain', 'check', '--ci', CI, '--at', 'tomorrow', EUM]],
    ['a day that is none', ['chain', 'check', '--ci', CI, '--at', '2025-02-30', EUM]],
    ['an unknown backend', ['keys', 'check', '--backend', 'gpu']],
    ['an unknown program', ['keys', 'build', '--only', 'everything']],
    ['a relay without a pause', ['registry', 'relay', '--spool', folder, '--every', '0']],
  ])('%s is a usage error', async (_, args) => {
    const { status, stdout, stderr } = await zkcx(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).not.toBe('');
  });
});

describe('zkcx cert inspect', () => {
  test('shows a certificate, DER and PEM alike', async () => {
    const der = await zkcx('cert', 'inspect', EUICC);
    expect(der.status).toBe(0);
    expect(der.stdout).toContain(EID);
    expect(der.stdout).toContain('euicc-v2');
    const { stdout } = await zkcx('cert', 'inspect', file('euicc.pem', pem()));
    expect(stdout).toBe(der.stdout);
  });

  test('speaks JSON', async () => {
    const { status, stdout } = await zkcx('cert', 'inspect', '--json', EUM);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      roles: ['eum-v2'],
      basicConstraints: { cA: true, pathLen: 0 },
      nameConstraints: [{ organisation: 'RSP Test EUM', iin: '89049032' }],
      provable: 'yes',
    });
  });

  test('does not let a certificate write to the terminal', async () => {
    const der = readFileSync(EUICC);
    const name = der.indexOf('Test eUICC');
    der.write('\x1b[2J\x07Test', name, 'latin1');
    const { status, stdout } = await zkcx('cert', 'inspect', file('escape.der', der));
    expect(status).toBe(0);
    expect(stdout).toContain('\\u{1b}[2J\\u{7}');
    expect(stdout).not.toContain('\x1b');
    expect(stdout).not.toContain('\x07');
  });

  test.each([
    ['a missing file', () => join(folder, 'missing.der'), 'ERR_FILE_READ'],
    ['text', () => file('text.der', 'hello'), 'ERR_PEM'],
    ['half a certificate', () => file('half.der', readFileSync(EUM).subarray(0, 300)), 'ERR_DER_'],
    ['a huge file', () => file('huge.der', new Uint8Array(65_537)), 'ERR_FILE_SIZE'],
  ])('takes %s for bad input', async (_, make, code) => {
    const { status, stdout, stderr } = await zkcx('cert', 'inspect', make());
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(code);
  });
});

describe('zkcx chain check', () => {
  const root = ['--ci', CI];

  test('says yes to the test chain', async () => {
    const { status, stdout } = await zkcx('chain', 'check', '--json', ...root, ...WHEN, EUM, EUICC);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      ok: true,
      at: '2025-06-01T00:00:00Z',
      roles: ['eum-v2', 'euicc-v2'],
      validFrom: '2020-04-01T09:48:58Z',
      validUntil: '2054-03-24T09:28:37Z',
    });
  });

  test.each([
    ['before it began', ['--at', '2020-04-01T09:48:57Z', EUM, EUICC], 'ERR_CHAIN_NOT_YET_VALID'],
    ['after it ended', ['--at', '2657957318', EUM, EUICC], 'ERR_CHAIN_EXPIRED'],
    ['in the wrong order', [...WHEN, EUICC, EUM], 'ERR_CHAIN_AKI'],
    ['with a link missing', [...WHEN, EUICC], 'ERR_CHAIN_AKI'],
  ])('says no to the chain %s', async (_, args, code) => {
    const { status, stdout } = await zkcx('chain', 'check', '--json', ...root, ...args);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code } });
  });

  test('finds the CI among several', async () => {
    const other = join(SGP26, 'DPauth/CERT_S_SM_DPauth_ECDSA_NIST.der');
    expect((await zkcx('chain', 'check', '--ci', CI, '--ci', CI, ...WHEN, other)).status).toBe(0);
    // a server certificate is no CI
    expect((await zkcx('chain', 'check', '--ci', other, ...WHEN, other)).status).toBe(1);
  });

  test('tells neither an EID nor a key', async () => {
    const { stdout, stderr } = await zkcx('chain', 'check', ...root, ...WHEN, EUM, EUICC);
    expect(stdout).toContain('CI -> eum-v2 -> euicc-v2');
    expect(stdout + stderr).not.toContain(EID);
    expect(stdout + stderr).not.toMatch(/[0-9a-f]{40}/);
  });
});

describe('zkcx chain prove', () => {
  test('refuses a bad chain before any proving', async () => {
    const out = join(folder, 'credential.json');
    const { status, stderr } = await zkcx(
      'chain',
      'prove',
      '--ci',
      CI,
      '--out',
      out,
      ...WHEN,
      EUICC,
    );
    expect(status).toBe(1);
    expect(stderr).toContain('ERR_CHAIN_AKI');
    expect(stderr).not.toContain('Compiling');
  });

  test('overwrites nothing', async () => {
    const out = file('old.json', 'precious');
    const { status, stderr } = await zkcx('chain', 'prove', '--ci', CI, '--out', out, ...WHEN, EUM);
    expect(status).toBe(2);
    expect(stderr).toContain('ERR_FILE_WRITE');
    expect(readFileSync(out, 'utf8')).toBe('precious');
  });
});

describe('zkcx chain verify', () => {
  test('wants to know whom to trust', async () => {
    const { status, stderr } = await zkcx('chain', 'verify', file('proof.json', '{}'));
    expect(status).toBe(2);
    expect(stderr).toContain('ERR_CLI_USAGE');
  });

  test.each([
    ['what is no proof', '{}', 2, 'ERR_PROOF_FORMAT'],
    ['a later version', '{"format":"zkcx-proof","version":9}', 2, 'ERR_PROOF_VERSION'],
  ])('refuses %s', async (_, text, code, error) => {
    const { status, stderr } = await zkcx(
      'chain',
      'verify',
      '--trust-root',
      '7',
      file('bad.json', text),
    );
    expect(status).toBe(code);
    expect(stderr).toContain(error);
  });

  test.each(['07', 'seven'])('refuses %s as a trust root', async (root) => {
    expect((await zkcx('chain', 'verify', `--trust-root=${root}`, 'proof.json')).status).toBe(2);
  });
});
