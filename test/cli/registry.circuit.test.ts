/**
 * Commands of the registry: their output, their exit codes. The embedded chain is made beforehand
 * as one that checks no proofs, so that nothing is compiled.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { publishedOpening, writeCredential } from '../../src/prover/credential.ts';
import { formatEnvelope, type ProofEnvelope } from '../../src/prover/envelope.ts';
import { formatRegistry } from '../../src/session/registry-file.ts';
import { leafOf } from '../../src/witness/presentation.ts';
import { RegistryTree } from '../../src/witness/registry-tree.ts';
import { EmbeddedChain } from '../../src/zkapp/client/embedded/embedded-chain.ts';
import { told as toldBy } from '../support/cli.ts';
import { provenCredential, provenRefresh, provenUrl } from '../support/credentials.ts';
import { POINTS } from '../support/crl/index.ts';
import { privateCopy } from '../support/private-copy.ts';
import { CI, EUM } from '../support/sgp26-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const CHAIN = ['--embedded-chain', at('chain')];
const REGISTRY = at('registry.json');
// what is kept of births goes here, not to whoever runs the tests
process.env['XDG_CACHE_HOME'] = at('cache');

beforeAll(async () => {
  const now = () => BigInt(Math.floor(Date.now() / 1000));
  for (const name of ['chain', 'other-chain']) {
    const options = { folder: at(name), random: randomBytes, now, proofs: false };
    await (await EmbeddedChain.open(options)).close();
  }
});

const told = (...args: string[]) => toldBy('registry', ...args);

/** What a fixture gave away, with a window around now: this chain does not see the difference. */
function proofFile(name: 'euicc-1' | 'euicc-2'): string {
  const proof = provenRefresh(name);
  const [trustRoot, , , commitment] = proof.proof.publicOutput;
  const today = Math.floor(Date.now() / 86_400_000) * 86_400;
  const output = [trustRoot!, String(today - 86_400), String(today + 8_640_000), commitment!];
  const changed: ProofEnvelope = { ...proof, proof: { ...proof.proof, publicOutput: output } };
  const file = at(`${name}.json`);
  writeFileSync(file, formatEnvelope(changed));
  return file;
}

describe('zkcx registry', () => {
  test('deploys, publishes, rebuilds, and finds what was published', async () => {
    const deployed = await told('deploy', ...CHAIN, '--ci', CI);
    expect(deployed).toMatchObject({ status: 0, ok: true, block: expect.any(Number) });

    const proof = proofFile('euicc-1');
    const published = await told('publish', ...CHAIN, proof);
    expect(published).toMatchObject({ status: 0, place: 0, block: expect.any(Number) });
    expect(published.stderr).toContain('Handing it in');

    const synced = await told('sync', ...CHAIN, '--out', REGISTRY);
    expect(synced).toMatchObject({ status: 0, places: 1, cis: 1, sources: 0 });
    expect(synced['registryRoot']).toBe(published['registryRoot']);
    expect(synced['trustRoot']).toBe(deployed['trustRoot']);
    const path = await told('path', '--registry', REGISTRY, proof);
    expect(path).toMatchObject({ place: 0, registryRoot: synced['registryRoot'] });
  }, 200_000);

  test('publishes neither a credential nor its chain proof, and says what to make', async () => {
    const credential = privateCopy(fileURLToPath(provenUrl('euicc-1')));
    const chain = at('chain-proof.json');
    writeFileSync(chain, formatEnvelope((await provenCredential('euicc-1')).proof));
    for (const file of [credential, chain]) {
      expect(await told('publish', ...CHAIN, file)).toMatchObject({
        status: 1,
        error: {
          code: 'ERR_PROOF_PROGRAM',
          message: expect.stringContaining('zkcx credential share'),
        },
      });
    }
    expect(await told('path', '--registry', REGISTRY, chain)).toMatchObject({
      error: { code: 'ERR_PROOF_PROGRAM' },
    });
  }, 200_000);

  test('finds a credential by what was published of it', async () => {
    const file = at('published.json');
    const credential = await provenCredential('euicc-1');
    const tree = new RegistryTree([Field(1), leafOf(publishedOpening(credential)!)]);
    writeFileSync(file, formatRegistry(tree));
    const fixture = privateCopy(fileURLToPath(provenUrl('euicc-1')));
    expect(await told('path', '--registry', file, fixture)).toMatchObject({ status: 0, place: 1 });
    const unpublished = at('unpublished.json');
    await writeCredential(unpublished, { ...credential, published: undefined });
    expect(await told('path', '--registry', file, unpublished)).toMatchObject({
      status: 1,
      error: { code: 'ERR_REGISTRY_UNKNOWN', message: expect.stringContaining('credential share') },
    });
  });

  test('begins with sources, and refuses a registry that began otherwise', async () => {
    const chain = ['--embedded-chain', at('other-chain')];
    const written = (name: string, ...sources: object[]) => {
      const document = { format: 'zkcx-revocation-sources', version: 1, sources };
      writeFileSync(at(name), JSON.stringify(document));
      return ['--sources', at(name)];
    };
    const ofCi = { issuer: CI, kind: 'ca', point: POINTS.B };
    const ofEum = { issuer: EUM, kind: 'user', point: 'none' };
    const sources = written('sources.json', ofCi, ofEum);
    const alone = written('alone.json', ofEum);
    expect(await told('deploy', ...chain, '--ci', CI, ...alone)).toMatchObject({
      status: 0,
      sources: 1,
    });
    const again = ['--deployment', at('deployment.json')];
    const deployed = await told('deploy', ...chain, ...again, '--ci', CI, ...sources);
    expect(deployed).toMatchObject({ status: 0, sources: 2 });
    const sync = (...expected: string[]) =>
      told('sync', ...chain, ...again, '--out', at('other.json'), ...expected);
    const admin = ['--admin', String(deployed['admin'])];
    const synced = await sync('--ci', CI, ...sources, ...admin);
    expect(synced).toMatchObject({ status: 0, places: 0, cis: 1, sources: 2 });
    const { address } = deployed;
    for (const other of [alone, ['--admin', String(address)]]) {
      expect(await sync(...other)).toMatchObject({
        status: 2,
        error: { code: 'ERR_BIRTH_CONFIGURATION' },
      });
    }
    expect(await told('show', ...chain, ...again)).toMatchObject({ status: 0, address });
  }, 200_000);

  test('sets sources after their delay, all of one proposal', async () => {
    const source = (issuer: string, kind: string, point: string) => ({ issuer, kind, point });
    const setting = (...of: Parameters<typeof source>) => ({ action: 'source', ...source(...of) });
    const actions = [
      setting(CI, 'ca', POINTS.B),
      { action: 'add', ci: CI },
      setting(EUM, 'user', 'none'),
      setting(CI, 'ca', 'none'),
    ];
    const file = at('actions.json');
    writeFileSync(file, JSON.stringify({ format: 'zkcx-actions', version: 1, actions }));
    const proposed = await told('trust', 'propose', file, ...CHAIN);
    expect(proposed).toMatchObject({ status: 0, actions: 4, warnings: [] });
    const { applicableFromSlot, ...term } = await told('show', ...CHAIN);
    expect(term['pendingActions']).not.toBe('0');
    const waiting = await told('trust', 'show', ...CHAIN);
    expect(waiting).toMatchObject({ pending: 4, stage: 'waiting', applicableFromSlot });
    expect(await told('trust', 'apply', ...CHAIN)).toMatchObject({
      status: 2,
      error: { code: 'ERR_REGISTRY_DELAY' },
    });

    const slot = ['--slot', String(applicableFromSlot)];
    // the second would accept a CI that is accepted already: the first is applied, those behind it wait
    expect(await told('trust', 'apply', '--all', ...slot, ...CHAIN)).toMatchObject({
      status: 2,
      error: { code: 'ERR_TRUST_DUPLICATE' },
    });
    expect(await told('trust', 'show', ...CHAIN)).toMatchObject({
      pending: 3,
      stage: 'armed',
      refusal: 'ERR_TRUST_DUPLICATE',
      actions: [{ action: 'add' }, { action: 'source', point: 'none' }, { action: 'source' }],
    });
    expect(await told('trust', 'drop', ...CHAIN)).toMatchObject({ status: 0 });
    expect(await told('trust', 'apply', '--all', ...CHAIN)).toMatchObject({
      applied: 2,
      pending: 0,
    });
    expect(await told('trust', 'show', ...CHAIN)).toMatchObject({ pending: 0, actions: [] });

    const sources = at('sources.json');
    const configuration = [source(EUM, 'user', 'none'), source(CI, 'ca', 'none')];
    const format = { format: 'zkcx-revocation-sources', version: 1 };
    writeFileSync(sources, JSON.stringify({ ...format, sources: configuration }));
    const { revocationRoot } = await told('show', ...CHAIN);
    const map = ['map', '--ci', CI, '--sources', sources, '--out', at('map.json'), ...CHAIN];
    expect(await told(...map)).toMatchObject({
      status: 0,
      root: revocationRoot,
      entries: [{ kind: 'ca' }, { kind: 'user' }],
    });
    writeFileSync(sources, JSON.stringify({ ...format, sources: configuration.slice(1) }));
    expect(await told(...map)).toMatchObject({ error: { code: 'ERR_REVOCATION_ROOT' } });
  }, 200_000);

  test.each([
    ['no JSON', 'actions'],
    ['no action', JSON.stringify({ format: 'zkcx-actions', version: 1, actions: [] })],
    [
      'an action of another kind',
      JSON.stringify({ format: 'zkcx-actions', version: 1, actions: [{ action: 'remove' }] }),
    ],
    [
      '33 actions',
      JSON.stringify({
        format: 'zkcx-actions',
        version: 1,
        actions: Array.from({ length: 33 }, () => ({ action: 'add', ci: CI })),
      }),
    ],
  ])('proposes nothing of a file with %s', async (_, text) => {
    const file = at('bad-actions.json');
    writeFileSync(file, text);
    expect(await told('trust', 'propose', file, ...CHAIN)).toMatchObject({
      status: 2,
      error: { code: 'ERR_REGISTRY_FORMAT' },
    });
  });

  test('lets a relay wait for enough proofs', async () => {
    mkdirSync(at('spool/inbox'), { recursive: true });
    writeFileSync(at('spool/inbox/one.json'), readFileSync(proofFile('euicc-1')));
    writeFileSync(at('spool/inbox/bad.json'), '{}');
    const relay = ['relay', '--once', ...CHAIN, '--spool', at('spool'), '--minimum', '2'];
    expect(await told(...relay)).toMatchObject({ published: 0, waiting: 1, refused: 1 });
    expect(readdirSync(at('spool/refused'))).toContain('bad.json.reason');
  }, 200_000);
});
