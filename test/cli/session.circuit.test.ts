/** The commands of sessions up to the proving; the proofs are in test/session. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { parseRevocationList } from '../../src/asn1/index.ts';
import { encodeTlv } from '../../src/asn1/tlv.ts';
import { concatBytes } from '../../src/bytes.ts';
import { CredentialStore } from '../../src/session/credential-store.ts';
import { buildMap, formatMap } from '../../src/session/map-file.ts';
import { formatRegistry } from '../../src/session/registry-file.ts';
import { writeSession, writeVerifiedSession } from '../../src/session/session-file.ts';
import { planPossession } from '../../src/session/statements.ts';
import { encodeOid } from '../../src/asn1/oid.ts';
import { RegistryTree } from '../../src/witness/registry-tree.ts';
import { bundleOf, planFor, possessionOf } from '../session/bundles.ts';
import {
  ANCHORS,
  credentialOf,
  EID,
  EUM,
  NOW,
  SERVER_OID,
  SOURCES,
  sign,
} from '../session/world.ts';
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
  await store.add('phone', credentialOf());
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
      credentials: [{ name: 'phone', role: 'euicc-v2', state: 'current' }],
    });
    expect(JSON.stringify(list)).not.toContain(EID);
    const show = ['credential', 'show', 'phone', '--credentials', at('store'), ...WHEN];
    expect((await zkcx(...show)).stdout).not.toContain(EID);
    expect((await zkcx(...show, '--reveal')).stdout).toContain(`EID ${EID}`);
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
      disclosures: ['key'],
    });
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
    const bundle = bundleOf(await planFor(request));
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
    expect(request).toMatchObject({ mode: 'registryPresentation', registryRoot: root });
  });

  test.each([
    ['without a registry', 'from-many.json', [], 'ERR_HOLDER_REGISTRY'],
    ['from another registry', 'from-many.json', registry('few.json'), 'ERR_HOLDER_REGISTRY'],
    ['from a registry of 3', 'from-few.json', registry('few.json'), 'ERR_HOLDER_REGISTRY'],
    ['what is not published', 'from-many.json', registry('many.json'), 'ERR_REGISTRY_UNKNOWN'],
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
    const bundle = bundleOf(await planFor(readFileSync(at('two.json'))));
    writeFileSync(at('unpublished.json'), JSON.stringify(bundle));
    expect(
      await verify('from-many.json', 'unpublished.json', ...registry('many.json')),
    ).toMatchObject({
      status: 1,
      error: { code: 'ERR_PROOF_PROGRAM' },
    });
  });
});

describe('zkcx possess verify', () => {
  const verify = (proof: string, ...args: string[]) => {
    const given = ['--message', at('cancel.der'), '--session', at('verified.json'), ...args];
    const fixed = ['--message-kind', 'cancelSession', '--oid', SERVER_OID];
    return told('possess', 'verify', at(proof), ...fixed, ...given);
  };

  beforeAll(async () => {
    await ask(at('later.json'), '--map', at('map.json'), ...ROOTS);
    const plan = await planFor(readFileSync(at('later.json')));
    const { session } = plan;
    const sessionKey = plan.presentation.plan.claim.sessionKey.toBigInt();
    await writeVerifiedSession(at('verified.json'), { ...session, sessionKey });
    await writeSession(at('holder.json'), session);
    const message = encodeTlv(
      0x30,
      concatBytes(
        encodeTlv(0x80, session.transcript.transactionId),
        encodeTlv(0x81, encodeOid(SERVER_OID)),
        Uint8Array.of(0x82, 1, 0),
      ),
    );
    writeFileSync(at('cancel.der'), message);
    writeFileSync(at('cancel-other.der'), message.with(message.length - 1, 1));
    const context = { serverOid: SERVER_OID };
    const planned = await planPossession({
      session,
      kind: 'cancelSession',
      message,
      context,
      sign,
    });
    writeFileSync(at('possession.json'), JSON.stringify(possessionOf(planned.request)));
    writeFileSync(at('shared.json'), readFileSync(at('verified.json')), { mode: 0o644 });
  });

  test.each([
    ['bytes that are no proof', [], 1, 'ERR_PROOF_INVALID'],
    ['the same, with a store', ['--accepted', at('accepted')], 1, 'ERR_PROOF_INVALID'],
    ['another message', ['--message', at('cancel-other.der')], 1, 'ERR_PROOF_STATEMENT'],
    ['another kind', ['--message-kind', 'notification'], 1, 'ERR_SESSION_MESSAGE'],
    ["the holder's file", ['--session', at('holder.json')], 2, 'ERR_CREDENTIAL_FORMAT'],
    ['a file that others read', ['--session', at('shared.json')], 2, 'ERR_CREDENTIAL_PERMISSIONS'],
  ])('refuses %s', async (_, args, status, code) => {
    expect(await verify('possession.json', ...args)).toMatchObject({
      status,
      ok: false,
      error: { code },
    });
  });

  test('takes what is no envelope for bad input', async () => {
    expect(await verify('one.json')).toMatchObject({
      status: 2,
      error: { code: 'ERR_PROOF_FORMAT' },
    });
  });
});
