/** The client of the registry refuses what is not of the form that it takes: see arguments.circuit.test.ts. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, test } from '@jest/globals';
import { ZkcxError } from '../src/errors.ts';
import * as zkapp from '../src/zkapp/index.ts';
import { assertTyped, codeOf, errorOf, type OptionRow, testOptions } from './support/arguments.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { refreshEnvelope, createWorld } from './zkapp/client/world.ts';

const folder = temporaryFolder();
const file = join(folder, 'deployment.json');
const world = await createWorld();
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

const { chain, deployment } = world;
const unreachable = () => Promise.reject(new ZkcxError('ERR_NODE_UNREACHABLE', 'no chain'));
/** What passes the check of the arguments ends at the first question to the chain. */
const nowhere = Object.assign(Object.create(chain) as typeof chain, {
  account: unreachable,
  clock: unreachable,
});
const sender = { ...world.sender, chain: nowhere };
const admin = chain.accounts[1]!.toPublicKey();
const beginning = {
  trust: deployment.trust,
  sources: [],
  admin,
  random: (length: number) => new Uint8Array(randomBytes(length)),
};
const { admin: account, trust, sources } = deployment;
const synced = await world.sync();
const relay = {
  sender,
  deployment,
  spool: await zkapp.Spool.open(join(folder, 'spool')),
  minimum: 2,
  aggregateBatch: unreachable,
};
const loop = {
  every: 1,
  now: () => 0n,
  onTurn: () => undefined,
  onError: () => undefined,
  signal: AbortSignal.abort(),
};

const OPTIONS: readonly OptionRow[] = [
  [
    'deployRegistry',
    beginning,
    Object.keys(beginning),
    (o) => zkapp.deployRegistry(sender, o as never),
  ],
  [
    'checkBirth',
    { expected: { admin: account, trust, sources }, births: file },
    [],
    (o) => zkapp.checkBirth(nowhere, deployment, o as never),
  ],
  [
    'checkBirth, deployment',
    deployment,
    Object.keys(deployment),
    (o) => zkapp.checkBirth(nowhere, o as never),
  ],
  [
    'checkBirth, expected',
    { admin: account, trust, sources },
    [],
    (expected) => zkapp.checkBirth(nowhere, deployment, { expected: expected as never }),
  ],
  [
    'NodeChain',
    { nodes: ['https://node.example'], archives: [], network: 'devnet', attempts: 1, retries: 0 },
    ['nodes'],
    (o) => void new zkapp.NodeChain(o as never),
  ],
  [
    'EmbeddedChain.open',
    { folder: join(folder, 'file', 'chain'), random: randomBytes, now: () => 0n, genesis: 5n },
    ['folder', 'random', 'now'],
    (o) => zkapp.EmbeddedChain.open(o as never),
  ],
  [
    'syncRegistry',
    { attempts: 1, interval: 1, minimumMembers: 3, members: [] },
    [],
    (o) => zkapp.syncRegistry(nowhere, deployment, o as never),
  ],
  [
    'publishRefresh, sender',
    sender,
    ['chain', 'feePayer', 'journal'],
    (o) => zkapp.publishRefresh(o as never, synced, refreshEnvelope(1)),
  ],
  [
    'publishAggregate, sender',
    sender,
    ['chain', 'feePayer', 'journal'],
    (o) => zkapp.publishAggregate(o as never, synced, refreshEnvelope(1)),
  ],
  [
    'relayTurn',
    relay,
    ['sender', 'spool', 'minimum', 'aggregateBatch'],
    (o) => zkapp.relayTurn(o as never),
  ],
  ['runRelay, loop', loop, Object.keys(loop), (o) => zkapp.runRelay(relay, o as never)],
];

testOptions(OPTIONS, (row, member, value) => {
  // what is any object, or any whole number
  if (member === 'members') return Array.isArray(value);
  // a birth file of any name, and any beginning that is partly said
  if (member === 'expected') return typeof value === 'object' && value !== null;
  return row === 'checkBirth' && member === 'births' && typeof value === 'string';
});

describe('any value', () => {
  const { deployRegistry, deployedSources, checkBirth } = zkapp;
  test.each(Object.entries({ deployRegistry, deployedSources, checkBirth }))(
    'passed to %s gives nothing but a ZkcxError',
    (_, exported) => assertTyped(exported as never),
  );

  const proof = refreshEnvelope(1);
  const CALLS: Record<string, (...values: never[]) => unknown> = {
    NodeChain: (value) => void new zkapp.NodeChain(value),
    // a text would be made a folder
    'EmbeddedChain.open': (value) =>
      typeof value === 'string' ? undefined : zkapp.EmbeddedChain.open(value),
    'EmbeddedChain.setSlot': (value) => chain.setSlot(value),
    syncRegistry: (...values) =>
      zkapp.syncRegistry(...(values as unknown as [never, never, never])),
    'syncRegistry, options': (value) => zkapp.syncRegistry(nowhere, deployment, value),
    'publishRefresh, synced': (value) => zkapp.publishRefresh(sender, value, proof),
    'publishRefresh, envelope': (value) => zkapp.publishRefresh(sender, synced, value),
    'publishAggregate, envelope': (value) => zkapp.publishAggregate(sender, synced, value),
    'updateRevocation, lists': (value) => zkapp.updateRevocation(sender, synced, proof, value),
    'updateRevocation, synced': (value) =>
      zkapp.updateRevocation(sender, value, proof, {} as never),
    'Spool.open': (value) => (typeof value === 'string' ? undefined : zkapp.Spool.open(value)),
    readAccountKey: (value) => zkapp.readAccountKey(value),
    relayTurn: (value) => zkapp.relayTurn(value),
    runRelay: (...values) => zkapp.runRelay(...(values as unknown as [never, never])),
  };
  test.each(Object.entries(CALLS))('passed to %s gives nothing but a ZkcxError', (_, call) =>
    assertTyped(call as never),
  );

  test('in a proof that cannot be decoded is refused as that', async () => {
    const broken = { ...proof, proof: { ...proof.proof, proof: 'no base64' } };
    const error = await errorOf(() => zkapp.publishRefresh(sender, synced, broken));
    expect(codeOf(error)).toBe('ERR_PROOF_FORMAT');
  });

  test('as the sender of deployRegistry, or the file of a deployment, too', async () => {
    await assertTyped((value) => zkapp.deployRegistry(value as never, beginning));
    for (const value of [undefined, null, 5, '', 'a\0b', {}, join(folder, 'missing'), folder]) {
      const read = await errorOf(() => zkapp.readDeployment(value as never));
      expect([value, codeOf(read)]).toEqual([value, expect.stringMatching(/^ERR_(ARGUMENT|FILE)/)]);
    }
  });

  test('is not written as a deployment', async () => {
    await assertTyped(async (value) => {
      await zkapp.writeDeployment(file, value as never);
      throw Error('it was written');
    });
  });
});
