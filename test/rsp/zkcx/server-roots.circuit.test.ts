/** Files that the server relies on: read in a process of its own when they change, while those of before serve. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { HandleWitness } from '../../../src/circuits/revocation.ts';
import type { ZkcxError } from '../../../src/errors.ts';
import { mapFacts } from '../../../src/session/map-facts.ts';
import { formatMap } from '../../../src/session/map-file.ts';
import { acceptedMaps } from '../../../src/session/map-history.ts';
import { formatRegistry } from '../../../src/session/registry-file.ts';
import { planCertify } from '../../../src/session/statements.ts';
import { rootsOfFiles, type ServerRoots } from '../../../src/rsp/zkcx/server/roots.ts';
import { handlesOf } from '../../../src/witness/chain.ts';
import { chainOf } from '../../../src/session/credential-chain.ts';
import { RegistryTree } from '../../../src/witness/registry-tree.ts';
import { mapOf, rootOf } from '../../session/maps.ts';
import { ANCHOR, CI, credentialOf, DP_AUTH, NOW } from '../../session/world.ts';
import { SOURCES } from '../../support/crl/index.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const ci = join(folder, 'ci.der');
writeFileSync(ci, CI.der);
const map = join(folder, 'map.json');
const server = credentialOf([DP_AUTH]);
const clean = mapOf();

function write(given = clean): void {
  writeFileSync(map, formatMap(given));
}

const files = { anchors: [ci], map };
const now = () => NOW;

/** Ask until the roots are others. */
async function changed(roots: () => Promise<ServerRoots>): Promise<ServerRoots> {
  const before = await roots();
  for (;;) {
    const current = await roots();
    if (current !== before) return current;
    await setTimeout(20);
  }
}

/** What is thrown away, and what is told of it. */
function listener() {
  const told: ZkcxError['code'][] = [];
  return { told, onError: ({ code }: ZkcxError) => void told.push(code) };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setTimeout(20);
}

test('roots are those of the files', async () => {
  write();
  const roots = rootsOfFiles(files, now);
  const first = await roots();
  expect(first.map.root.toBigInt()).toBe(rootOf(clean));
  // without a file of them, none of before counts
  expect(first.history).toEqual({ current: mapFacts(clean.map), superseded: [] });
  expect(first.registryRoots).toBeUndefined();
  expect(first.anchors).toEqual([ANCHOR]);
  // nothing is read again while nothing changes
  expect(await roots()).toBe(first);

  const later = mapOf({ user: [99n] });
  write(later);
  // those of before serve meanwhile
  expect(await roots()).toBe(first);
  expect((await changed(roots)).map.root.toBigInt()).toBe(rootOf(later));
}, 120_000);

test('a file that is wrong or gone leaves those of before, and is told once', async () => {
  write();
  const { told, onError } = listener();
  const roots = rootsOfFiles(files, now, { onError });
  const first = await roots();
  for (const [spoil, code] of [
    [() => writeFileSync(map, '{}'), 'ERR_REVOCATION_FORMAT'],
    [() => rmSync(map), 'ERR_FILE_READ'],
    [() => write(mapOf({}, { day: 1n })), 'ERR_CRL_NOT_YET_VALID'],
  ] as const) {
    spoil();
    expect(await roots()).toBe(first);
    await until(() => told.length > 0);
    for (let i = 0; i < 3; i++) expect(await roots()).toBe(first);
    expect(told.splice(0)).toEqual([code]);
  }
  write(mapOf({ user: [99n] }));
  await changed(roots);
  expect(told).toEqual([]);
}, 120_000);

test('those of a registry are its own and those of the recent past, newest first', async () => {
  write();
  const tree = new RegistryTree();
  tree.append(Field(5));
  const before = tree.root;
  tree.append(Field(6));
  tree.acceptRecent([{ publications: 1, root: before }]);
  const registry = join(folder, 'registry.json');
  writeFileSync(registry, formatRegistry(tree));
  const { registryRoots } = await rootsOfFiles({ ...files, registry }, now)();
  expect(registryRoots).toEqual([tree.root.toBigInt(), before.toBigInt()]);
}, 120_000);

test('there are none without one of the files, until it is there', async () => {
  write();
  const other = join(folder, 'other.der');
  const roots = rootsOfFiles({ anchors: [ci, other], map }, now);
  await expect(roots()).rejects.toMatchObject({ code: 'ERR_FILE_READ' });
  writeFileSync(other, CI.der);
  expect((await roots()).trust.size).toBe(1);
}, 120_000);

test('a process that ends is a trouble of the server, and leaves those of before', async () => {
  write();
  const worker = join(folder, 'worker.ts');
  const { told, onError } = listener();
  const options = { worker: pathToFileURL(worker), onError };
  writeFileSync(worker, 'process.exit(1)');
  const roots = rootsOfFiles(files, now, options);
  await expect(roots()).rejects.toMatchObject({ code: 'ERR_RSP_STORE' });

  const real = new URL('../../../src/rsp/zkcx/server/roots-worker.ts', import.meta.url);
  writeFileSync(worker, `import(${JSON.stringify(real.href)})`);
  const first = await roots();
  writeFileSync(worker, 'process.exit(1)');
  write(mapOf({ user: [99n] }));
  expect(await roots()).toBe(first);
  await until(() => told.length > 0);
  expect(told).toEqual(['ERR_RSP_STORE']);
  expect(await roots()).toBe(first);
}, 120_000);

test('what statements need of the map is kept, and nothing else', async () => {
  write();
  const roots = await rootsOfFiles(files, now, { certified: [server] })();
  const [handle] = handlesOf(chainOf(server, [ANCHOR]).chain);
  const [place, { serialNumber }] = [handle!, handle!];
  const jsonOf = (witness: HandleWitness) => HandleWitness.toJSON(witness);
  const whole = clean.map.witness(place, serialNumber, NOW);
  expect(jsonOf(roots.map.witness(place, serialNumber, NOW))).toEqual(jsonOf(whole));
  const { anchors, trust, map: excerpt } = roots;
  const plan = planCertify({ credential: server, anchors, trust, map: excerpt, time: NOW });
  expect(plan.request.revocationRoot.toBigInt()).toBe(rootOf(clean));

  expect(() => excerpt.witness(place, serialNumber + 1n, NOW)).toThrow(RangeError);
  const end = clean.map.get(place)!.entry.nextUpdate.toBigInt();
  excerpt.witness(place, serialNumber, end - 1n);
  for (const time of [end, NOW - 100n]) {
    expect(() => excerpt.witness(place, serialNumber, time)).toThrow(
      expect.objectContaining({ code: 'ERR_REVOCATION_STALE' }),
    );
  }
}, 120_000);

test.each([
  ['revoked', mapOf({ user: [DP_AUTH.serialNumber] }), 'ERR_REVOCATION_REVOKED'],
  [
    'not in the map',
    mapOf({}, { sources: SOURCES.filter(({ kind }) => kind === 'ca') }),
    'ERR_REVOCATION_ISSUER_MISSING',
  ],
])(
  'a certificate of the server that is %s: no statement',
  async (_, given, code) => {
    write(given);
    const roots = await rootsOfFiles(files, now, { certified: [server] })();
    expect(() => planCertify({ ...roots, credential: server, time: NOW })).toThrow(
      expect.objectContaining({ code }),
    );
  },
  120_000,
);

test('a new map is in the history before it serves', async () => {
  write();
  const history = join(folder, 'served', 'history.json');
  const roots = rootsOfFiles({ ...files, history }, now);
  const accepted = ({ history: states }: ServerRoots, at = NOW) =>
    acceptedMaps(states, at, 60n).map(({ root }) => root);
  expect(accepted(await roots())).toEqual([rootOf(clean)]);
  const later = mapOf({ user: [99n] });
  write(later);
  const second = await changed(roots);
  expect(accepted(second)).toEqual([rootOf(later), rootOf(clean)]);
  // the grace is counted here
  expect(accepted(second, NOW + 60n)).toEqual([rootOf(later)]);
  // after a restart it is known what was served before
  const again = await rootsOfFiles({ ...files, history }, now)();
  expect(accepted(again)).toEqual([rootOf(later), rootOf(clean)]);

  // without its record it does not serve
  rmSync(history);
  writeFileSync(history, '{}', { mode: 0o600 });
  write(mapOf({ user: [99n, 100n] }));
  const { told, onError } = listener();
  const careful = rootsOfFiles({ ...files, history }, now, { onError });
  await expect(careful()).rejects.toMatchObject({ code: 'ERR_REVOCATION_FORMAT' });
  expect(told).toEqual([]);
}, 180_000);

test('a large map keeps nothing else waiting', async () => {
  write();
  const roots = rootsOfFiles(files, now);
  await roots();
  const serials = Array.from({ length: 300 }, (_, i) => 2n ** 150n + BigInt(i));
  const built = performance.now();
  const large = mapOf({ user: serials });
  const needed = performance.now() - built;
  write(large);
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const { map: read } = await changed(roots);
  expect(read.root.toBigInt()).toBe(rootOf(large));
  delay.disable();
  // what takes this process so long in one go is done elsewhere
  expect(delay.max / 1e6).toBeLessThan(needed / 2);
}, 300_000);
