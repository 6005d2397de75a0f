/** A registry with blocks before, between and after its events, read through an archive with its limits. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ZkcxError } from '../../../../src/errors.ts';
import type { BlockRange, Chain } from '../../../../src/zkapp/client/chain.ts';
import { NodeChain } from '../../../../src/zkapp/client/node/node-chain.ts';
import { publishRefresh } from '../../../../src/zkapp/client/publish.ts';
import { readEvents } from '../../../../src/zkapp/client/reading/events.ts';
import { syncRegistry } from '../../../../src/zkapp/client/sync.ts';
import { type NodeServer, startNode } from '../node-server.ts';
import { refusalOf } from '../refusal.ts';
import { refreshEnvelope, createWorld, NOW, type World } from '../world.ts';

const BLOCKS = 30_000;
let world: World;
let archive: NodeServer;
let node: NodeChain;
beforeAll(async () => {
  world = await createWorld();
  await publishRefresh(world.sender, await world.sync(), refreshEnvelope(1));
  world.chain.setSlot((await world.chain.slot()) + BLOCKS - 1);
  // two commands in one block, of which the second depends on the first
  await publishRefresh(world.sender, await world.sync(), refreshEnvelope(2));
  await publishRefresh(world.sender, await world.sync(), refreshEnvelope(3));
  archive = await startNode(world.chain);
  const now = () => NOW + BigInt(180 * BLOCKS);
  node = new NodeChain({ nodes: [archive.url], retries: 0, now });
});
afterAll(async () => {
  await archive.close();
  await world.close();
});

const windows = () =>
  archive.queries.flatMap((query) => {
    const range = /from: ([0-9]+), to: ([0-9]+)/.exec(query);
    return range === null ? [] : [range.slice(1).map(Number) as [number, number]];
  });

test('publications 30,000 blocks apart are read through an archive that tells of 10,000', async () => {
  const synced = await syncRegistry(node, world.deployment, { attempts: 1 });
  expect(synced.publications.map(({ height }) => height)).toEqual([
    1_001,
    1_000 + BLOCKS,
    1_000 + BLOCKS,
  ]);
  expect(synced.tree.root).toEqual((await world.sync()).tree.root);
  expect(windows()).toEqual([
    // where the birth can be after a reorganisation, then from it on
    [711, 1_292],
    [1_001, 11_001],
    [11_001, 21_001],
    [21_001, 31_001],
  ]);
});

test('without a range the archive tells of the last 10,000 only, and of more than that never', async () => {
  const ask = async (range: string) => {
    const body = JSON.stringify({
      query: `query { events(input: { address: "${world.address}"${range} }) { blockInfo { height } } }`,
    });
    const answer = await fetch(archive.url, { method: 'POST', body });
    return (await answer.json()) as {
      data: { events: unknown[] } | null;
      errors?: { extensions: { code: string } }[];
    };
  };
  expect((await ask('')).data!.events).toHaveLength(1);
  expect((await ask(', from: 1, to: 10001')).data!.events).toHaveLength(1);
  // 0 is no lower end
  expect((await ask(', from: 0, to: 31001')).data!.events).toHaveLength(1);
  expect((await ask(', from: 1, to: 10002')).errors![0]!.extensions.code).toBe('BLOCK_RANGE_ERROR');
});

test('an archive that takes fewer blocks gets smaller windows', async () => {
  const asked: BlockRange[] = [];
  const chain = Object.create(world.chain) as Chain;
  chain.events = async (address, range) => {
    if (range.to - range.from > 3_000) throw new ZkcxError('ERR_NODE_RANGE', 'too many');
    asked.push(range);
    return world.chain.events(address, range);
  };
  const range = { from: 0, to: BLOCKS + 1_001 };
  const events = await readEvents(chain, world.address, range);
  expect(events).toEqual(await readEvents(world.chain, world.address, range));
  expect(events).toHaveLength(4);
  // every block once
  expect(asked[0]!.from).toBe(1);
  expect(asked.at(-1)!.to).toBe(range.to);
  expect(asked.every(({ from }, i) => i === 0 || from === asked[i - 1]!.to)).toBe(true);
  const none: Chain['events'] = async () => {
    throw new ZkcxError('ERR_NODE_RANGE', 'none at all');
  };
  chain.events = none;
  expect(await refusalOf(() => readEvents(chain, world.address, range))).toBe('ERR_NODE_RANGE');
});

test('archives must agree', async () => {
  const other = await startNode(world.chain);
  const both = new NodeChain({
    nodes: [archive.url],
    archives: [archive.url, other.url],
    retries: 0,
    now: () => NOW + BigInt(180 * BLOCKS),
  });
  const range = { from: 1, to: 10_001 };
  expect(await both.events(world.address, range)).toHaveLength(2);
  type Answer = { data: { events?: { blockInfo: { timestamp: string }; eventData: unknown[] }[] } };
  const twisted = async (change: (events: NonNullable<Answer['data']['events']>) => unknown) => {
    other.twist = (answer) => {
      const { events } = (answer as Answer).data;
      if (events !== undefined) change(events);
      return answer;
    };
    return refusalOf(() => both.events(world.address, range));
  };
  // one that calls a block pending a little longer says the same
  expect(await twisted(() => 0)).toBe('none');
  expect(await twisted((events) => events.pop())).toBe('ERR_NODE_DIFFERENT');
  expect(await twisted(([block]) => block!.eventData.pop())).toBe('ERR_NODE_DIFFERENT');
  expect(await twisted(([block]) => (block!.blockInfo.timestamp = '1'))).toBe('ERR_NODE_DIFFERENT');
  await other.close();
});
