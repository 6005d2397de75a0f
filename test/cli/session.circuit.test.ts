/** The commands of sessions up to the proving; the proofs are in test/session. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { parseRevocationList } from '../../src/asn1/index.ts';
import { CredentialStore } from '../../src/session/credential-store.ts';
import { termsAhead } from '../../src/session/holder.ts';
import { openPools, poolsFolderOf } from '../../src/session/pools.ts';
import { prepareAhead } from '../../src/session/presenter.ts';
import { buildMap, formatMap } from '../../src/session/map-file.ts';
import { formatRegistry } from '../../src/session/registry-file.ts';
import { RegistryTree } from '../../src/witness/registry-tree.ts';
import { answerTo } from '../session/bundles.ts';
import {
  ANCHORS,
  credentialOf,
  EID,
  EUM,
  NOW,
  POLICY,
  SERVER_OID,
  SOURCES,
} from '../session/world.ts';
import { cheapProver } from '../support/cheap-prover.ts';
import { told, zkcx } from '../support/cli.ts';
import { ROOT } from '../support/command.ts';
import { ciList } from '../support/crl/index.ts';
import { privateCopy } from '../support/private-copy.ts';
import { CI, EUICC_KEY } from '../support/sgp26-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const CI_2017 = join(ROOT, 'fixtures/sgp26-2017/CERT_CI_ECDSA_NIST_2017.der');
const KEY = privateCopy(EUICC_KEY);
const WHEN = ['--at', String(NOW)];
const ROOTS = ['--ci', CI, '--ci', CI_2017];
const PEER = ['--address', 'dp.example.com', '--oid', SERVER_OID];

const ask = (out: string, ...args: string[]) =>
  zkcx('present', 'request', '--role', 'euicc-v2', '--out', out, ...WHEN, ...args);
const present = (request: string, ...args: string[]) =>
  told(
    'present',
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
  await store.add('phone', { ...credentialOf(), published: Field(5) });
  await store.add('unpublished', credentialOf());
  const map = (name: string, serials: bigint[]) => {
    const lists = [ciList('B', { serials }), ciList('A')].map((der) => parseRevocationList(der));
    const built = buildMap({ sources: SOURCES, anchors: ANCHORS, lists, at: NOW });
    writeFileSync(at(name), formatMap(built));
  };
  map('map.json', []);
  map('revoking.json', [EUM.serialNumber]);
});

describe('zkcx credential', () => {
  test('lists and shows without secrets, and the EID on demand', async () => {
    const list = await told('credential', 'list', '--credentials', at('store'), ...WHEN);
    expect(list).toMatchObject({
      ok: true,
      credentials: [
        {
          name: 'phone',
          role: 'euicc-v2',
          state: 'current',
          ready: { refreshes: 0, presentations: 0 },
        },
        { name: 'unpublished' },
      ],
    });
    expect(JSON.stringify(list)).not.toContain(EID);
    const show = ['credential', 'show', 'phone', '--credentials', at('store'), ...WHEN];
    expect((await zkcx(...show)).stdout).not.toContain(EID);
    expect((await zkcx(...show, '--reveal')).stdout).toContain(`EID ${EID}`);
  });

  test('list shows what is ready of each', async () => {
    const [store, credential] = [await CredentialStore.open(at('ready')), credentialOf()];
    await store.add('phone', credential);
    const { prover } = cheapProver();
    const pools = await openPools(poolsFolderOf(store.fileOf('phone')), credential);
    const shared = { credential, anchors: ANCHORS, pools };
    await prepareAhead({ ...shared, accepted: termsAhead(credential, POLICY) }, prover);
    await pools.refreshes.refill({ count: 3 }, prover);
    const list = ['credential', 'list', '--credentials', at('ready')];
    expect(await told(...list, ...WHEN)).toMatchObject({
      credentials: [{ name: 'phone', ready: { refreshes: 3, presentations: 1 } }],
    });
    expect((await zkcx(...list, ...WHEN)).stdout).toContain('3 refreshes, 1 presentation');
    // an event later
    expect(await told(...list, '--at', String(NOW + 21_600n))).toMatchObject({
      credentials: [{ ready: { refreshes: 3, presentations: 0 } }],
    });
  });

  test('refresh makes no more than there are to be', async () => {
    const refresh = ['credential', 'refresh', '--credential', at('store/phone.json')];
    expect(await told(...refresh, '--count', '0')).toMatchObject({ status: 0, made: 0, ready: 0 });
    expect((await zkcx(...refresh, '--count', '101')).status).toBe(2);
    expect((await zkcx(...refresh, '--within', '-1')).status).toBe(2);
    expect(await told('credential', 'refresh', '--credential', at('none.json'))).toMatchObject({
      status: 2,
      error: { code: 'ERR_FILE_READ' },
    });
  });

  test('does not renew what would not be valid for longer', async () => {
    const renew = ['credential', 'renew', 'phone', '--credentials', at('store'), ...ROOTS];
    expect(await told(...renew, ...WHEN)).toMatchObject({
      status: 1,
      error: { code: 'ERR_CREDENTIAL_RENEWAL' },
    });
  });
});

describe('zkcx present', () => {
  const [map, revoking] = [
    ['--map', at('map.json')],
    ['--map', at('revoking.json')],
  ];

  test('request writes what a holder can read', async () => {
    expect((await ask(at('one.json'), ...map, '--ci', CI)).status).toBe(0);
    expect((await ask(at('two.json'), ...map, ...ROOTS, '--disclose', 'key')).status).toBe(0);
    expect((await ask(at('revoked.json'), ...revoking, ...ROOTS)).status).toBe(0);
    expect(JSON.parse(readFileSync(at('two.json'), 'utf8'))).toMatchObject({
      format: 'zkcx-request',
      version: 2,
      maxAge: 86_400,
      disclosures: ['key'],
    });
    expect((await ask(at('x.json'), ...map, ...ROOTS, '--max-age', '28799')).status).toBe(2);
  });

  test.each([
    ['a set of one CI', 'one.json', [...map, '--ci', CI], 'ERR_HOLDER_TRUST_SET'],
    ['openings without consent', 'two.json', [...map, ...ROOTS], 'ERR_HOLDER_CONSENT'],
    ['an unknown map', 'revoked.json', [...map, ...ROOTS], 'ERR_HOLDER_MAP'],
    ['a revoked EUM', 'revoked.json', [...revoking, ...ROOTS], 'ERR_REVOCATION_REVOKED'],
  ])('says no, without proving, for %s', async (_, request, args, code) => {
    const answer = await present(at(request), ...args, ...PEER);
    expect(answer).toMatchObject({ status: 1, error: { code } });
  });

  test('prepare says no, without proving, to what would not be answered', async () => {
    const prepare = (...args: string[]) =>
      told('present', 'prepare', '--credential', at('store/phone.json'), ...args, ...WHEN);
    const refused = (code: string) => ({ status: 1, error: { code } });
    expect(await prepare(...map, '--ci', CI)).toMatchObject(refused('ERR_HOLDER_TRUST_SET'));
    expect(await prepare(...map, ...ROOTS, '--minimum-entries', '9')).toMatchObject(
      refused('ERR_HOLDER_MAP'),
    );
    expect(await prepare(...revoking, ...ROOTS)).toMatchObject(refused('ERR_REVOCATION_REVOKED'));
  });

  test('request and verify accept an earlier map while a later one does not contradict it', async () => {
    const history = ['--map-history', at('history.json')];
    const verify = (file: string, ...args: string[]) =>
      told('present', 'verify', at('bundle.json'), '--request', at(file), ...PEER, ...args);
    const offered = (file: string) =>
      (JSON.parse(readFileSync(at(file), 'utf8')) as { revocationRoots: string[] }).revocationRoots;

    expect((await ask(at('first.json'), ...map, ...ROOTS, ...history)).status).toBe(0);
    const { bundle } = await answerTo(readFileSync(at('first.json')));
    writeFileSync(at('bundle.json'), JSON.stringify(bundle));
    const now = ['--at', String(NOW)];
    expect((await ask(at('second.json'), ...revoking, ...ROOTS, ...history)).status).toBe(0);
    // a serial number was added: it counts for the grace, an hour
    expect(offered('second.json')).toHaveLength(2);
    expect(await verify('first.json', ...revoking, ...ROOTS, ...history, ...now)).toMatchObject({
      error: { code: 'ERR_PROOF_INVALID' },
    });
    for (const over of [
      ['--at', String(NOW + 3_600n)],
      [...now, '--grace', '0'],
    ]) {
      expect(await verify('first.json', ...revoking, ...ROOTS, ...history, ...over)).toMatchObject({
        error: { code: 'ERR_PROOF_REVOCATION_ROOT' },
      });
    }
    // without its history a map is the only one
    expect(await verify('first.json', ...revoking, ...ROOTS, ...now)).toMatchObject({
      error: { code: 'ERR_PROOF_REVOCATION_ROOT' },
    });
  });

  test('request does not write the history over what it reads', async () => {
    const given = [...map, ...ROOTS, ...WHEN, '--role', 'euicc-v2', '--out', at('y.json')];
    const answer = await told('present', 'request', ...given, '--map-history', at('map.json'));
    expect(answer).toMatchObject({ status: 2, error: { code: 'ERR_CLI_USAGE' } });
  });

  test('does not take a key that is none, nor quote it', async () => {
    writeFileSync(at('key.pem'), 'secret 4711', { mode: 0o600 });
    const args = ['--map', at('map.json'), ...ROOTS, ...PEER, '--key', at('key.pem')];
    const answer = await present(at('two.json'), ...args);
    expect(answer).toMatchObject({ status: 2, error: { code: 'ERR_HOLDER_KEY' } });
    expect(JSON.stringify(answer)).not.toContain('4711');
  });

  test('does not take a key that others can read', async () => {
    const args = ['--map', at('map.json'), ...ROOTS, ...PEER, '--key', EUICC_KEY];
    expect(await present(at('two.json'), ...args)).toMatchObject({
      status: 2,
      error: { code: 'ERR_CREDENTIAL_PERMISSIONS' },
    });
  });

  test('verify takes what is no presentation for bad input', async () => {
    writeFileSync(at('bad.json'), readFileSync(at('one.json')));
    const args = ['--request', at('one.json'), '--map', at('map.json'), ...ROOTS, ...PEER];
    const { status, stderr } = await zkcx('present', 'verify', at('bad.json'), ...args, ...WHEN);
    expect(status).toBe(2);
    expect(stderr).toContain('ERR_PROOF_FORMAT');
  });

  test('verify passes everything but the bytes of a proof', async () => {
    const request = readFileSync(at('two.json'));
    const { bundle } = await answerTo(request);
    writeFileSync(at('unproven.json'), JSON.stringify(bundle));
    const args = ['--request', at('two.json'), '--map', at('map.json'), ...ROOTS, ...PEER, ...WHEN];
    expect(await told('present', 'verify', at('unproven.json'), ...args)).toMatchObject({
      status: 1,
      error: { code: 'ERR_PROOF_INVALID' },
    });
  });
});

describe('zkcx present --registry', () => {
  const others = ['--map', at('map.json'), ...ROOTS];
  const registry = (name: string) => ['--registry', at(name)];

  beforeAll(async () => {
    for (const [name, count] of [
      ['few.json', 3],
      ['many.json', 64],
    ] as const) {
      const leaves = Array.from({ length: count }, (_, i) => Field(1000 + i));
      writeFileSync(at(name), formatRegistry(new RegistryTree(leaves)));
    }
    await ask(at('from-few.json'), ...others, ...registry('few.json'));
    await ask(at('from-many.json'), ...others, ...registry('many.json'));
  });

  test('request asks for a published credential', async () => {
    const request = JSON.parse(readFileSync(at('from-few.json'), 'utf8')) as object;
    const root = String(new RegistryTree([1000, 1001, 1002].map(Field)).root);
    expect(request).toMatchObject({ mode: 'registryPresentation', registryRoots: [root] });
  });

  test.each([
    ['without a registry', 'from-many.json', [], 'ERR_HOLDER_REGISTRY'],
    ['from another registry', 'from-many.json', registry('few.json'), 'ERR_HOLDER_REGISTRY'],
    ['from a registry of 3', 'from-few.json', registry('few.json'), 'ERR_HOLDER_REGISTRY'],
    ['what is not published', 'from-many.json', registry('many.json'), 'ERR_REGISTRY_UNKNOWN'],
    [
      'what was never given away to be published',
      'from-many.json',
      [...registry('many.json'), '--credential', at('store/unpublished.json')],
      'ERR_HOLDER_REGISTRY',
    ],
    [
      'what is not published, among 3',
      'from-few.json',
      [...registry('few.json'), '--minimum-published', '3'],
      'ERR_REGISTRY_UNKNOWN',
    ],
  ])('prove says no, without proving, %s', async (_, request, args, code) => {
    const answer = await present(at(request), ...others, ...PEER, ...args);
    expect(answer).toMatchObject({ status: 1, error: { code } });
  });

  const verify = (request: string, presentation: string, ...args: string[]) => {
    const given = ['--request', at(request), ...others, ...PEER, ...WHEN, ...args];
    return told('present', 'verify', at(presentation), ...given);
  };

  test('verify wants the registry where the request does, and only there', async () => {
    const usage = { status: 2, error: { code: 'ERR_CLI_USAGE' } };
    writeFileSync(at('any.json'), '{}');
    expect(await verify('from-many.json', 'any.json')).toMatchObject(usage);
    expect(await verify('two.json', 'any.json', ...registry('many.json'))).toMatchObject(usage);
    const { bundle } = await answerTo(readFileSync(at('two.json')));
    writeFileSync(at('unpublished.json'), JSON.stringify(bundle));
    expect(
      await verify('from-many.json', 'unpublished.json', ...registry('many.json')),
    ).toMatchObject({
      status: 1,
      error: { code: 'ERR_PROOF_PROGRAM' },
    });
  });
});
