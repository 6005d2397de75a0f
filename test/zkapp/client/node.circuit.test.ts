import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { AccountUpdate, Mina, PrivateKey, UInt64 } from 'o1js';
import { askNode } from '../../../src/zkapp/client/node/graphql.ts';
import { NodeChain, type NodeOptions } from '../../../src/zkapp/client/node/node-chain.ts';
import type { ChainBlock, ChainEvent } from '../../../src/zkapp/client/chain.ts';
import { publishAggregate, publishRefresh } from '../../../src/zkapp/client/publish.ts';
import { syncRegistry } from '../../../src/zkapp/client/sync.ts';
import { z } from 'zod';
import { type NodeServer, startNode } from './node-server.ts';
import { refusalOf } from './refusal.ts';
import { aggregateEnvelope, refreshEnvelope, createWorld, NOW, type World } from './world.ts';

let world: World;
let node: NodeServer;
beforeAll(async () => {
  world = await createWorld();
  world.chain.setSlot(1_001);
  await publishRefresh(world.sender, await world.sync(), refreshEnvelope(1));
  world.chain.setSlot(1_002);
  await publishAggregate(world.sender, await world.sync(), aggregateEnvelope([2, 3, 4]).envelope);
  node = await startNode(world.chain);
});
afterAll(async () => {
  await node.close();
  await world.close();
  rmSync(world.folder, { recursive: true, force: true });
});
afterEach(() => {
  node.twist = undefined;
});

const open = (options: Partial<NodeOptions> = {}) =>
  new NodeChain({
    nodes: [node.url],
    retries: 0,
    interval: 1,
    attempts: 2,
    now: () => NOW + 360n,
    ...options,
  });
const ALL = { from: 1, to: 10_001 };
/** A node spells hashes of blocks in base58. */
const withoutHash = (block: ChainBlock) => ({ ...block, stateHash: undefined });
const withoutBlockHash = ({ block, ...event }: ChainEvent) => ({ ...event, ...withoutHash(block) });
const payer = () => world.sender.feePayer.toPublicKey().toBase58();

describe('a node', () => {
  test('tells what the chain has', async () => {
    const chain = open();
    expect(await chain.slot()).toBe(await world.chain.slot());
    expect(await chain.clock()).toEqual(await world.chain.clock());
    expect(await chain.identity()).toBe(await world.chain.identity());
    expect(await chain.eventHeights()).toEqual(await world.chain.eventHeights());
    expect(withoutHash(await chain.tip())).toEqual(withoutHash(await world.chain.tip()));
    for (const address of [payer(), world.address]) {
      expect(await chain.account(address)).toEqual(await world.chain.account(address));
    }
    const nobody = PrivateKey.random().toPublicKey().toBase58();
    expect(await chain.account(nobody)).toBeUndefined();
    const [told, real] = [
      await chain.events(world.address, ALL),
      await world.chain.events(world.address, ALL),
    ];
    expect(told.map(withoutBlockHash)).toEqual(real.map(withoutBlockHash));
    expect(told).toHaveLength(3);
  });

  test('is enough to rebuild the registry', async () => {
    const synced = await syncRegistry(open(), world.deployment, { attempts: 1 });
    expect(synced.tree.root).toEqual((await world.sync()).tree.root);
    expect(synced.tree.size).toBe(8);
  });

  test('takes a transaction, once, and tells when it is in a block', async () => {
    const chain = open();
    const key = world.sender.feePayer;
    const receiver = world.chain.accounts[3]!.toPublicKey();
    await chain.activate([payer(), receiver.toBase58()]);
    const transaction = await Mina.transaction(
      { sender: key.toPublicKey(), fee: UInt64.from(100_000_000) },
      async () => {
        const update = AccountUpdate.createSigned(key.toPublicKey());
        update.send({ to: receiver, amount: 5 });
      },
    );
    await transaction.prove();
    const signed = transaction.sign([key]) as unknown as Mina.Transaction<true, true>;
    const before = (await chain.account(receiver.toBase58()))!.balance;
    const hash = await chain.submit(signed);
    expect((await chain.account(receiver.toBase58()))!.balance).toBe(before + 5n);
    expect(await refusalOf(() => chain.submit(signed))).toBe('ERR_NODE_REFUSED');
    const status = () => chain.command({ transaction: hash, feePayer: payer() });
    const included = { state: 'included', height: 1_003, depth: 0, failure: undefined };
    expect(await status()).toEqual(included);
    expect(await chain.command({ transaction: '5Janother', feePayer: payer() })).toEqual({
      state: 'unknown',
    });
    const failed = '"failureReason":[{"failures":["Cancelled"]},null,{"failures":["Fee <b>"]}]';
    node.twist = (answer) => JSON.stringify(answer).replace('"failureReason":null', failed);
    expect(await status()).toEqual({ ...included, failure: 'Cancelled, Fee b' });
    node.twist = () => ({ data: { bestChain: null, pooledZkappCommands: [] } });
    expect(await refusalOf(status)).toBe('ERR_NODE_SYNCING');
    // in the block of one node only it is not in a block yet; and one that answers is enough
    const second = await startNode(world.chain);
    node.twist = undefined;
    const both = open({ nodes: [node.url, second.url] });
    const ofBoth = () => both.command({ transaction: hash, feePayer: payer() });
    expect(await ofBoth()).toEqual({ state: 'pooled' });
    second.twist = () => '<html>';
    expect(await ofBoth()).toEqual(included);
    await second.close();
  });

  test('that leaves out, reorders or changes events is found out', async () => {
    type Blocks = { data: { events: { blockInfo: object; eventData: { data: string[] }[] }[] } };
    const withEvents = (change: (blocks: Blocks['data']['events']) => unknown) => {
      node.twist = (answer, query) => {
        if (query.includes('events(')) change((answer as Blocks).data.events);
        return answer;
      };
      return refusalOf(() => syncRegistry(open(), world.deployment, { attempts: 1 }));
    };
    expect(await withEvents((blocks) => blocks.splice(0))).toBe('ERR_BIRTH_EVENT');
    expect(await withEvents((blocks) => blocks.pop())).toBe('ERR_BIRTH_TRANSACTION');
    expect(await withEvents((blocks) => blocks.shift())).toBe('ERR_REGISTRY_STATE');
    expect(
      await withEvents((blocks) => {
        const [last, first] = blocks;
        [last!.eventData, first!.eventData] = [first!.eventData, last!.eventData];
      }),
    ).toBe('ERR_REGISTRY_GAP');
    expect(await withEvents((blocks) => blocks[0]!.eventData[0]!.data.splice(-1, 1, '5'))).toBe(
      'ERR_REGISTRY_STATE',
    );
    // blocks of other branches do not count, whether the network dropped them already or not
    for (const chainStatus of ['orphaned', 'pending']) {
      expect(
        await withEvents((blocks) =>
          blocks.push({
            ...blocks[0]!,
            blockInfo: { ...blocks[0]!.blockInfo, stateHash: '3NKbranch', chainStatus },
          }),
        ),
      ).toBe('none');
    }
  });

  test('that still syncs, or knows no chain, says nothing', async () => {
    const chain = open();
    const syncing = 'ERR_NODE_SYNCING';
    node.twist = (answer) => JSON.stringify(answer).replace('"SYNCED"', '"CATCHUP"');
    expect(await refusalOf(() => chain.tip())).toBe(syncing);
    // it would report that there is no such account
    expect(await refusalOf(() => chain.account(world.address))).toBe(syncing);
    node.twist = (answer) =>
      JSON.stringify(answer).replace(/"bestChain":\[.*?\}\}\}\]/, '"bestChain":null');
    expect(await refusalOf(() => chain.tip())).toBe(syncing);
  });

  test('that has 32 state fields, or another number, is read, or not', async () => {
    const chain = open();
    const withFields = (count: number) => {
      node.twist = (answer) => {
        const { account } = (answer as { data: { account?: { zkappState: string[] } } }).data;
        if (account !== undefined) account.zkappState = Array<string>(count).fill('1');
        return answer;
      };
    };
    withFields(32);
    expect((await chain.account(world.address))!.zkapp!.state).toHaveLength(32);
    withFields(31);
    expect(await refusalOf(() => chain.account(world.address))).toBe('ERR_NODE_ANSWER');
  });

  test('that disagrees with another one is not believed', async () => {
    const second = await startNode(world.chain);
    const chain = open({ nodes: [node.url, second.url] });
    expect((await chain.account(world.address))?.zkapp).toBeDefined();
    second.twist = (answer) => {
      const account = (answer as { data: { account?: { zkappState: string[] } } }).data.account;
      account?.zkappState.splice(0, 1, '7');
      return answer;
    };
    expect(await refusalOf(() => chain.account(world.address))).toBe('ERR_NODE_DIFFERENT');
    const twisted = async (from: RegExp, to: string) => {
      second.twist = (answer) => JSON.stringify(answer).replace(from, to);
      return refusalOf(() => chain.clock());
    };
    const different = 'ERR_NODE_DIFFERENT';
    const { time } = await world.chain.tip();
    expect(await twisted(/"date":"[0-9]+"/, `"date":"${1000n * (time + 1n)}"`)).toBe(different);
    expect(await twisted(/"slotDuration":180000/, '"slotDuration":90000')).toBe(different);
    expect(await twisted(/"chainId":"./, '"chainId":"z')).toBe(different);
    for (const week of [604_800n, -604_800n]) {
      const date = `"date":"${1000n * (time + week)}"`;
      expect(await twisted(/"date":"[0-9]+"/, date)).toBe('ERR_NODE_CLOCK');
    }
    await second.close();
  });
});

describe('an answer', () => {
  const ask = (options = {}) =>
    refusalOf(() =>
      askNode(node.url, 'query { bestChain }', z.strictObject({ bestChain: z.array(z.never()) }), {
        retries: 0,
        ...options,
      }),
    );
  const answering = (answer: unknown, options = {}) => {
    node.twist = () => answer;
    return ask(options);
  };

  test('that is garbage, or of another form, is refused', async () => {
    expect(await answering({ data: { bestChain: [] } })).toBe('none');
    for (const garbage of [
      '',
      '<html>',
      '[]',
      '"text"',
      'null',
      '{"data":{"bestChain":1}}',
      '{"data":null}',
      '{"data":{"bestChain":[1]}}',
      '{"errors":3}',
    ]) {
      expect(await answering(garbage)).toBe('ERR_NODE_ANSWER');
    }
    expect(await answering({ errors: [{ message: 'no\u0007way' }] })).toBe('ERR_NODE_REFUSED');
    expect(await answering('x'.repeat(2_000), { maxBytes: 1_000 })).toBe('ERR_NODE_ANSWER');
  });

  test('that does not come, or comes too slowly, ends the waiting', async () => {
    node.twist = () => undefined;
    expect(await ask({ timeout: 60 })).toBe('ERR_NODE_TIMEOUT');
    // a byte now and then keeps the connection, not the time
    node.twist = (_, __, response) => {
      const timer = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(timer));
      return undefined;
    };
    expect(await ask({ timeout: 100 })).toBe('ERR_NODE_TIMEOUT');
    node.twist = (_, __, response) => {
      response.destroy();
      return undefined;
    };
    expect(await ask()).toBe('ERR_NODE_UNREACHABLE');
    expect(await refusalOf(() => askNode('http://127.0.0.1:1/', '', z.any(), { retries: 0 }))).toBe(
      'ERR_NODE_UNREACHABLE',
    );
  });

  test('is asked for again after a failure that may pass, and no other', async () => {
    let asked = 0;
    node.twist = (_, __, response) => {
      response.statusCode = ++asked < 3 ? 503 : 200;
      return { data: { bestChain: [] } };
    };
    expect(await ask({ retries: 2, pause: 1 })).toBe('none');
    expect(asked).toBe(3);
    asked = 0;
    expect(await ask({ retries: 1, pause: 1 })).toBe('ERR_NODE_UNREACHABLE');
    asked = 3;
    node.twist = () => (asked++, 'garbage');
    expect(await ask({ retries: 2, pause: 1 })).toBe('ERR_NODE_ANSWER');
    expect(asked).toBe(4);
  });

  test('is taken from the place that was named, and messages tell nothing of its path', async () => {
    node.twist = (_, __, response) => {
      response.statusCode = 307;
      response.setHeader('location', '/elsewhere');
      return {};
    };
    expect(await ask()).toBe('ERR_NODE_UNREACHABLE');
    const secret = `${node.url}?token=SECRET`;
    node.twist = () => 'garbage';
    const error: unknown = await askNode(secret, '', z.any(), { retries: 0 }).catch(
      (e: unknown) => e,
    );
    expect(String(error)).toContain('127.0.0.1');
    expect(String(error)).not.toContain('SECRET');
    expect(await refusalOf(async () => open({ nodes: [''] }))).toBe('ERR_ARGUMENT');
    for (const url of [
      'node.example',
      'file:///etc/passwd',
      'ftp://node.example',
      'http://node.example',
      'http://127.0.0.1.example/',
      'http://128.0.0.1',
    ]) {
      expect(await refusalOf(async () => open({ nodes: [url] }))).toBe('ERR_NODE_URL');
    }
    for (const url of [
      'https://node.example',
      'http://localhost:1',
      'http://[::1]:1',
      'http://0x7f.1',
    ]) {
      expect(await refusalOf(async () => open({ nodes: [url] }))).toBe('none');
    }
    expect(
      await refusalOf(async () => open({ nodes: ['http://node.example'], plainHttp: true })),
    ).toBe('none');
    expect(await refusalOf(async () => open({ nodes: [] }))).toBe('ERR_ARGUMENT');
  });
});
