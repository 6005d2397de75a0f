import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Field, PrivateKey } from 'o1js';
import { credentialLeaf } from '../../../src/circuits/session.ts';
import type { Chain, ChainEvent } from '../../../src/zkapp/client/chain.ts';
import { publishAggregate, publishRefresh } from '../../../src/zkapp/client/publish.ts';
import { syncRegistry } from '../../../src/zkapp/client/sync.ts';
import { refusalOf } from './refusal.ts';
import {
  aggregateEnvelope,
  chainEnvelope,
  refreshEnvelope,
  claimOf,
  createWorld,
  TRUST_ROOT,
  type World,
} from './world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const leafOf = (number: number) => {
  const { commitment, validFrom, validUntil } = claimOf(number);
  return credentialLeaf(Field(commitment), Field(validFrom), Field(validUntil));
};

async function publish(number: number) {
  return publishRefresh(world.sender, await world.sync(), refreshEnvelope(number));
}
async function publishMany(numbers: readonly number[]) {
  return publishAggregate(world.sender, await world.sync(), aggregateEnvelope(numbers).envelope);
}

describe('publications', () => {
  test('rebuild the tree that the state has, whatever their order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
        async (sizes) => {
          for (const size of sizes) {
            const first = (await world.sync()).tree.size * 10 + 1;
            const numbers = Array.from({ length: size }, (_, i) => first + i);
            const before = (await world.sync()).tree.size;
            const { place } = size === 1 ? await publish(first) : await publishMany(numbers);
            const height = Math.ceil(Math.log2(size));
            expect(place).toBe(Math.ceil(before / 2 ** height) * 2 ** height);
          }
          const { tree, state } = await world.sync();
          expect([tree.root.toBigInt(), BigInt(tree.size)]).toEqual([
            state.registryRoot,
            state.nextIndex,
          ]);
        },
      ),
      { numRuns: 2 },
    );
  });

  test('give a member of an aggregate its place, and its path under the root on chain', async () => {
    await publish(1);
    const numbers = [11, 12, 13];
    const { aggregated } = aggregateEnvelope(numbers);
    const { place } = await publishMany(numbers);
    expect(place).toBe(4);
    const members = [{ leaf: aggregated.leaves[2]!, path: aggregated.paths[2]! }];
    const { tree, state } = await world.sync({ members });
    expect(tree.placeOf(leafOf(13))).toBe(6);
    expect(tree.placeOf(leafOf(1))).toBe(0);
    expect(tree.root.toBigInt()).toBe(state.registryRoot);
    expect(await refusalOf(async () => tree.placeOf(leafOf(12)))).toBe('ERR_REGISTRY_UNKNOWN');
    const strangers = [{ leaf: Field(1), path: aggregated.paths[2]! }];
    expect(await refusalOf(() => world.sync({ members: strangers }))).toBe('ERR_REGISTRY_UNKNOWN');
  });

  test('are refused under other CIs, and when somebody was faster', async () => {
    const synced = await world.sync();
    const other = refreshEnvelope(1, TRUST_ROOT + 1n);
    expect(await refusalOf(() => publishRefresh(world.sender, synced, other))).toBe(
      'ERR_REGISTRY_TRUST_ROOT',
    );
    expect(
      await refusalOf(() => publishRefresh(world.sender, synced, aggregateEnvelope([1]).envelope)),
    ).toBe('ERR_PROOF_PROGRAM');
    await expect(publishRefresh(world.sender, synced, chainEnvelope(1))).rejects.toMatchObject({
      code: 'ERR_PROOF_PROGRAM',
      message: expect.stringContaining('zkcx credential share'),
    });
    const late = await world.sync();
    await publish(1);
    expect(await refusalOf(() => publishRefresh(world.sender, late, refreshEnvelope(2)))).toBe(
      'ERR_REGISTRY_REFUSED',
    );
  });
});

describe('a chain that lies', () => {
  /** The same chain with other events. */
  const telling = (change: (events: ChainEvent[]) => ChainEvent[]): Chain => ({
    network: world.chain.network,
    proofs: world.chain.proofs,
    slot: () => world.chain.slot(),
    finality: world.chain.finality,
    canonical: world.chain.canonical,
    identity: () => world.chain.identity(),
    clock: () => world.chain.clock(),
    tip: () => world.chain.tip(),
    eventHeights: () => world.chain.eventHeights(),
    account: (address) => world.chain.account(address),
    events: async (address, range) => change(await world.chain.events(address, range)),
    activate: () => world.chain.activate(),
    submit: (transaction) => world.chain.submit(transaction),
    command: (query) => world.chain.command(query),
    close: () => Promise.resolve(),
  });
  const withFields = (event: ChainEvent, fields: bigint[]): ChainEvent => ({ ...event, fields });

  test('is found out', async () => {
    await publish(1);
    await publishMany([11, 12]);
    await publish(2);
    const cases: [string, (events: ChainEvent[]) => ChainEvent[]][] = [
      ['ERR_BIRTH_TRANSACTION', ([, ...rest]) => rest],
      ['ERR_REGISTRY_GAP', ([first, , ...rest]) => [first!, ...rest]],
      ['ERR_REGISTRY_STATE', (events) => events.slice(0, -1)],
      ['ERR_BIRTH_EVENT', () => []],
      ['ERR_BIRTH_TRANSACTION', (events) => events.reverse()],
      ['ERR_REGISTRY_GAP', ([first, ...rest]) => [first!, first!, ...rest]],
      ['ERR_BIRTH_TRANSACTION', ([born, first, ...rest]) => [first!, born!, ...rest]],
      ['ERR_REGISTRY_GAP', ([born, first, second, ...rest]) => [born!, second!, first!, ...rest]],
      ['ERR_REGISTRY_EVENT', ([first]) => [withFields(first!, [99n, 0n, 1n])]],
      ['ERR_REGISTRY_EVENT', ([first]) => [withFields(first!, first!.fields.slice(0, -1))]],
      ['ERR_REGISTRY_EVENT', ([first]) => [withFields(first!, [])]],
      [
        'ERR_REGISTRY_STATE',
        ([first, ...rest]) => [withFields(first!, [...first!.fields.slice(0, -1), 9n]), ...rest],
      ],
    ];
    for (const [code, change] of cases) {
      const synced = () => syncRegistry(telling(change), world.deployment, { attempts: 1 });
      expect(await refusalOf(synced)).toBe(code);
    }
    const honest = await syncRegistry(
      telling((events) => events),
      world.deployment,
      { attempts: 1 },
    );
    expect(honest.tree.size).toBe(5);
  });

  test('or counts time otherwise than the registry is refused', async () => {
    const faster = {
      ...telling((events) => events),
      clock: async () => ({ ...(await world.chain.clock()), slotSeconds: 90 }),
    };
    expect(await refusalOf(() => syncRegistry(faster, world.deployment))).toBe(
      'ERR_REGISTRY_CLOCK',
    );
  });

  test('that lags is asked again', async () => {
    await publish(1);
    let asked = 0;
    const late = telling((events) => (asked++ === 0 ? [] : events));
    const synced = await syncRegistry(late, world.deployment, { attempts: 2, interval: 1 });
    expect([synced.tree.size, asked]).toEqual([1, 3]);
  });
});

test('who pays must have an account with enough in it', async () => {
  const feePayer = PrivateKey.random();
  const poor = { ...world.sender, feePayer };
  const synced = await world.sync();
  expect(await refusalOf(() => publishRefresh(poor, synced, refreshEnvelope(1)))).toBe(
    'ERR_ACCOUNT_FUNDS',
  );
  const dear = { ...world.sender, fee: 10n ** 18n };
  expect(await refusalOf(() => publishRefresh(dear, synced, refreshEnvelope(1)))).toBe(
    'ERR_ACCOUNT_FUNDS',
  );
});
