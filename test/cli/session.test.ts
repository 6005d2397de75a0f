/** The commands of sessions up to the proving; the proofs are in test/session. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseRevocationList } from '../../src/asn1/index.ts';
import { CredentialStore } from '../../src/session/credentialStore.ts';
import { buildMap, formatMap } from '../../src/session/mapFile.ts';
import { ANCHORS, credentialOf, EID, EUM, NOW, SERVER_OID, SOURCES } from '../session/world.ts';
import { ROOT, run } from '../support/command.ts';
import { ciList } from '../support/crl/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'zkcx-cli-session-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const CI = join(ROOT, 'fixtures/sgp26/CertificateIssuer/CERT_CI_ECDSA_NIST.der');
const CI_2017 = join(ROOT, 'fixtures/sgp26-2017/CERT_CI_ECDSA_NIST_2017.der');
const KEY = join(ROOT, 'fixtures/sgp26/eUICC/SK_EUICC_ECDSA_NIST.pem');
const WHEN = ['--at', String(NOW)];
const ROOTS = ['--root', CI, '--root', CI_2017];
const PEER = ['--address', 'dp.example.com', '--oid', SERVER_OID];

const zkcx = (...args: string[]) => run('node', ['--import', 'tsx', 'src/cli/main.ts', ...args]);
const ask = (out: string, ...args: string[]) =>
  zkcx('present', 'request', '--role', 'euicc-v2', '--out', out, ...WHEN, ...args);
const present = (request: string, ...args: string[]) =>
  zkcx(
    'present',
    '--json',
    '--credential',
    at('store/phone.json'),
    '--request',
    request,
    '--key',
    KEY,
    '--out',
    at('presentation.json'),
    ...WHEN,
    ...args,
  );

beforeAll(async () => {
  const store = await CredentialStore.open(at('store'));
  await store.add('phone', credentialOf());
  const map = (name: string, serials: bigint[]) => {
    const lists = [ciList('B', { serials }), ciList('A')].map((der) => parseRevocationList(der));
    const built = buildMap({ sources: SOURCES, anchors: ANCHORS, lists, at: NOW });
    writeFileSync(at(name), formatMap(built));
  };
  map('map.json', []);
  map('revoking.json', [EUM.serialNumber]);
});

test.each([
  'present request',
  'present prove',
  'present verify',
  'possess',
  'certify prove',
  'certify verify',
  'credential list',
  'credential show',
  'credential renew',
])('zkcx %s --help', (command) => {
  const { status, stdout } = zkcx(...command.split(' '), '--help');
  expect(status).toBe(0);
  expect(stdout).toContain(`Usage: zkcx ${command}`);
  expect(stdout).toContain('--json');
});

describe('zkcx credential', () => {
  test('lists and shows without secrets, and the EID on demand', () => {
    const list = zkcx('credential', 'list', '--store', at('store'), '--json', ...WHEN);
    expect(JSON.parse(list.stdout)).toMatchObject({
      ok: true,
      credentials: [{ name: 'phone', role: 'euicc-v2', state: 'current' }],
    });
    expect(list.stdout).not.toContain(EID);
    const show = ['credential', 'show', 'phone', '--store', at('store'), ...WHEN];
    expect(zkcx(...show).stdout).not.toContain(EID);
    expect(zkcx(...show, '--reveal').stdout).toContain(`EID ${EID}`);
  });

  test('does not renew what would not be valid for longer', () => {
    const renew = ['credential', 'renew', 'phone', '--store', at('store'), ...ROOTS];
    const { status, stdout } = zkcx(...renew, '--json', ...WHEN);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'ERR_CREDENTIAL_RENEWAL' } });
  });
});

describe('zkcx present', () => {
  const [map, revoking] = [
    ['--map', at('map.json')],
    ['--map', at('revoking.json')],
  ];

  test('request writes what a holder can read', () => {
    expect(ask(at('one.json'), ...map, '--root', CI).status).toBe(0);
    expect(ask(at('two.json'), ...map, ...ROOTS, '--disclose', 'key').status).toBe(0);
    expect(ask(at('revoked.json'), ...revoking, ...ROOTS).status).toBe(0);
    expect(JSON.parse(readFileSync(at('two.json'), 'utf8'))).toMatchObject({
      format: 'zkcx-request',
      disclosures: ['key'],
    });
  });

  test.each([
    ['a set of one CI', 'one.json', [...map, '--root', CI], 'ERR_HOLDER_TRUST_SET'],
    ['openings without consent', 'two.json', [...map, ...ROOTS], 'ERR_HOLDER_CONSENT'],
    ['an unknown map', 'revoked.json', [...map, ...ROOTS], 'ERR_HOLDER_MAP'],
    ['a revoked EUM', 'revoked.json', [...revoking, ...ROOTS], 'ERR_REVOCATION_REVOKED'],
  ])('says no, without proving, for %s', (_, request, args, code) => {
    const { status, stdout } = present(at(request), ...args, ...PEER);
    expect({ status, ...(JSON.parse(stdout) as object) }).toMatchObject({
      status: 1,
      error: { code },
    });
  });

  test('does not take a key that is none, nor quote it', () => {
    writeFileSync(at('key.pem'), 'secret 4711');
    const args = ['--map', at('map.json'), ...ROOTS, ...PEER, '--key', at('key.pem')];
    const { status, stdout } = present(at('two.json'), ...args);
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'ERR_HOLDER_KEY' } });
    expect(stdout).not.toContain('4711');
  });

  test('verify takes what is no presentation for bad input', () => {
    writeFileSync(at('bad.json'), readFileSync(at('one.json')));
    const args = ['--request', at('one.json'), '--map', at('map.json'), ...ROOTS, ...PEER];
    const { status, stderr } = zkcx('present', 'verify', at('bad.json'), ...args, ...WHEN);
    expect(status).toBe(2);
    expect(stderr).toContain('ERR_PROOF_FORMAT');
  });
});
