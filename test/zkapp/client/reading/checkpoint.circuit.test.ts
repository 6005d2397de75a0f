/** What is canonical is read once. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { BlockRange, Chain, ChainEvent } from '../../../../src/zkapp/client/chain.ts';
import { publishRefresh } from '../../../../src/zkapp/client/publish.ts';
import { syncRegistry } from '../../../../src/zkapp/client/sync.ts';
import { refusalOf } from '../refusal.ts';
import { refreshEnvelope, createWorld, TRUST, type World } from '../world.ts';

let world: World;
let checkpoint: string;
const asked: BlockRange[] = [];
/** The world's chain with Mina's depths, which notes what it is asked for and may change it. */
let change = (events: ChainEvent[]) => events;
let chain: Chain;
beforeAll(async () => {
  world = await createWorld();
  checkpoint = join(world.folder, 'checkpoint');
  chain = Object.create(world.chain, {
    canonical: { value: 290 },
    eventHeights: {
      value: async () => {
        const { height } = await world.chain.tip();
        return { pending: height, canonical: height - 10 };
      },
    },
    events: {
      value: async (address: string, range: BlockRange) => {
        asked.push(range);
        return change(await world.chain.events(address, range));
      },
    },
  }) as Chain;
});
afterAll(() => world.close());

const sync = () => {
  asked.splice(0);
  const options = { attempts: 1, interval: 1, checkpoint };
  return syncRegistry(chain, world.deployment, options);
};
const publish = async (number: number, slots: number) => {
  world.chain.setSlot((await world.chain.slot()) + slots);
  await publishRefresh(world.sender, await world.sync(), refreshEnvelope(number));
};
const height = () => (JSON.parse(readFileSync(checkpoint, 'utf8')) as { height: number }).height;

test('reading begins behind the blocks that can change no more', async () => {
  await publish(1, 1);
  await sync();
  expect(asked.at(-1)).toEqual({ from: world.deployment.height, to: 1_003 });
  expect(height()).toBe(1_002 - 290);
  await publish(2, 300);
  const second = await sync();
  expect(asked.at(-1)!.from).toBe(1_001);
  expect(height()).toBe(1_302 - 290);
  expect(second.publications).toHaveLength(2);
  // the birth and the first publication come from the file now
  await publish(3, 10);
  const third = await sync();
  expect(asked.at(-1)).toEqual({ from: 1_302 - 290 + 1, to: 1_313 });
  expect(third.tree.root).toEqual((await world.sync()).tree.root);
  expect(third.publications).toEqual((await world.sync()).publications);
  expect([...third.history.trust!]).toEqual(TRUST);
});

test('a block that is replaced below that height is not in the file', async () => {
  // what the archive told of pending blocks is not kept: the next reading is of the chain as it is then
  const before = await sync();
  change = (events) => events.filter(({ block }) => block.height < 1_312);
  expect(await refusalOf(sync)).toBe('ERR_REGISTRY_STATE');
  change = (events) => events;
  expect((await sync()).publications).toEqual(before.publications);
});

test('a checkpoint that leads elsewhere is read anew, one of another registry or damaged is refused', async () => {
  const text = readFileSync(checkpoint, 'utf8');
  const file = JSON.parse(text) as { events: { fields: string[] }[] };
  file.events[1]!.fields.splice(-1, 1, '5');
  writeFileSync(checkpoint, JSON.stringify(file));
  expect((await sync()).publications).toHaveLength(3);
  expect(asked.at(-3)!.from).toBe(1_312 - 290 + 1);
  expect(asked.at(-1)!.from).toBe(1_001);
  for (const wrong of [
    '{',
    '{}',
    text.replace(world.address, `B62${'q'.repeat(52)}`),
    text.replace('"canonical"', '"pending"'),
  ]) {
    writeFileSync(checkpoint, wrong);
    expect(await refusalOf(sync)).toBe('ERR_REGISTRY_CHECKPOINT');
  }
  rmSync(checkpoint);
  await sync();
  expect(asked.at(-1)!.from).toBe(1_001);
});

test('blocks at times or in slots where none can be are refused', async () => {
  const withBlock = (at: number, block: object) => async () => {
    rmSync(checkpoint, { force: true });
    change = (events) =>
      events.map((event, i) =>
        i === at ? { ...event, block: { ...event.block, ...block } } : event,
      );
    const code = await refusalOf(sync);
    change = (events) => events;
    return code;
  };
  const { time } = (await world.sync()).publications[0]!;
  expect(await withBlock(1, { time: time + 1n })()).toBe('ERR_NODE_CLOCK');
  expect(await withBlock(1, { height: 900 })()).toBe('ERR_NODE_CLOCK');
  expect(await withBlock(2, { height: 9_000 })()).toBe('ERR_NODE_CLOCK');
  expect(await withBlock(1, {})()).toBe('none');
});
