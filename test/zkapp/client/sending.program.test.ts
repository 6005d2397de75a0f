/** A command is paid for once, whatever happens to whoever sends it, and every end carries its hash. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ZkcxError } from '../../../src/errors.ts';
import type { Chain } from '../../../src/zkapp/client/chain.ts';
import { NodeChain } from '../../../src/zkapp/client/node/node-chain.ts';
import { publishRefresh } from '../../../src/zkapp/client/publish.ts';
import { DEFAULT_FEE, type Sender } from '../../../src/zkapp/client/send.ts';
import type { Sent } from '../../../src/zkapp/client/sending/journal.ts';
import { startNode } from './node-server.ts';
import { refusalOf } from './refusal.ts';
import { refreshEnvelope, createWorld, NOW, type World } from './world.ts';

let world: World;
let published = 0;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  published = (await world.sync()).publications.length;
});

const payer = () => world.sender.feePayer.toPublicKey().toBase58();
const nonce = async () => (await world.chain.account(payer()))!.nonce;
const journal = () =>
  readdirSync(join(world.sender.journal, payer())).filter((name) => name === 'sent.json');
const sent = () =>
  JSON.parse(readFileSync(join(world.sender.journal, payer(), 'sent.json'), 'utf8')) as Sent;

/** The chain of the world, but for some of it. */
const changed = (changes: Partial<Chain>): Sender => ({
  ...world.sender,
  chain: Object.assign(Object.create(world.chain) as Chain, changes),
});

const killed = () => {
  throw Error('killed');
};

/** Publishes again with the honest chain: what it cost, and where it stands. */
async function again(number: number, sender: Partial<Sender> = {}) {
  const before = await nonce();
  const { place } = await publishRefresh(
    { ...world.sender, ...sender },
    await world.sync(),
    refreshEnvelope(number),
  );
  const { publications } = await world.sync();
  return { place, cost: (await nonce()) - before, more: publications.length - published };
}

describe('a publication', () => {
  test('that a node takes before it hangs is found', async () => {
    const server = await startNode(world.chain);
    const node = new NodeChain({ nodes: [server.url], timeout: 4_000, retries: 3, now: () => NOW });
    // the world's proofs are none, and it has no other blocks
    const chain = Object.create(node, {
      proofs: { value: false },
      finality: { value: 0 },
    }) as Chain;
    let hung = 0;
    server.twist = (answer, query) => {
      if (!query.includes('sendZkapp')) return answer;
      hung++;
      return undefined;
    };
    const before = await nonce();
    await publishRefresh({ ...world.sender, chain }, await world.sync(), refreshEnvelope(1));
    await server.close();
    expect([hung, (await nonce()) - before, journal()]).toEqual([1, 1, []]);
    expect((await world.sync()).publications).toHaveLength(published + 1);
    expect(await again(1)).toMatchObject({ cost: 0 });
  });

  test('whose sender is killed between journal and sending is sent by the next run', async () => {
    const sender = changed({ submit: killed });
    await expect(publishRefresh(sender, await world.sync(), refreshEnvelope(2))).rejects.toThrow(
      'killed',
    );
    expect(journal()).toEqual(['sent.json']);
    const { hash } = sent().attempts[0]!;
    expect(await again(2)).toMatchObject({ cost: 1, more: 1 });
    expect((await world.sync()).publications.at(-1)!.transaction).toBe(hash);
    expect(journal()).toEqual([]);
  });

  test('whose sender is killed between sending and noting is not sent again', async () => {
    const sender = changed({
      submit: async (transaction) => {
        await world.chain.submit(transaction);
        return killed();
      },
    });
    await expect(publishRefresh(sender, await world.sync(), refreshEnvelope(3))).rejects.toThrow(
      'killed',
    );
    const before = await world.sync();
    expect(before.publications).toHaveLength(published + 1);
    expect(await again(3)).toEqual({ place: before.publications.at(-1)!.place, cost: 0, more: 1 });
    expect(journal()).toEqual([]);
    // and whoever was killed after that asks again, without a journal
    expect(await again(3)).toMatchObject({ cost: 0, more: 1 });
  });

  test('that somebody else published in a command of his own is not paid for', async () => {
    const other = { ...world.sender, feePayer: world.chain.accounts[3]! };
    await publishRefresh(other, await world.sync(), refreshEnvelope(4));
    expect(await again(4)).toMatchObject({ cost: 0, more: 1 });
  });

  test('that every node refuses is forgotten, and named by its hash', async () => {
    const refuse = async () => {
      throw new ZkcxError('ERR_NODE_REFUSED', 'insufficient fee');
    };
    const error = await publishRefresh(
      changed({ submit: refuse }),
      await world.sync(),
      refreshEnvelope(5),
    )
      .then(() => undefined)
      .catch((e: unknown) => e as ZkcxError);
    expect(error).toMatchObject({ code: 'ERR_NODE_REFUSED' });
    expect(error!.reason).toMatch(/^5J/);
    expect(error!.message).toContain(error!.reason);
    expect(journal()).toEqual([]);
    expect(await again(5)).toMatchObject({ cost: 1, more: 1 });
  });

  test('can be in no block that its proof does not allow', async () => {
    await publishRefresh(changed({ submit: killed }), await world.sync(), refreshEnvelope(6)).catch(
      () => 0,
    );
    const { validUntil, command } = sent().attempts[0]!;
    expect(validUntil).toBe((await world.chain.slot()) + 19);
    const { feePayer, accountUpdates } = command as unknown as {
      feePayer: { body: { validUntil: string } };
      accountUpdates: { body: { preconditions: { validWhile: { upper: string } } } }[];
    };
    expect(feePayer.body.validUntil).toBe(String(validUntil));
    expect(accountUpdates[0]!.body.preconditions.validWhile.upper).toBe(String(validUntil));
    expect(await again(6)).toMatchObject({ cost: 1 });
  });

  test('that is stuck is replaced by one that pays more, and both are looked for', async () => {
    const lost = changed({
      submit: async () => {
        throw new ZkcxError('ERR_NODE_TIMEOUT', 'no answer');
      },
    });
    const stop = new AbortController();
    const waiting = { ...lost, signal: stop.signal, onState: () => stop.abort() };
    const code = () =>
      refusalOf(async () => publishRefresh(waiting, await world.sync(), refreshEnvelope(7)));
    expect(await code()).toBe('ERR_COMMAND_PENDING');
    const [first] = sent().attempts;
    // not for the same fee: that is waiting, not replacing
    expect(await code()).toBe('ERR_COMMAND_PENDING');
    expect(sent().attempts).toEqual([first]);
    const dearer = { ...waiting, fee: DEFAULT_FEE + 1n };
    expect(
      await refusalOf(async () => publishRefresh(dearer, await world.sync(), refreshEnvelope(7))),
    ).toBe('ERR_COMMAND_PENDING');
    const { attempts, nonce: own } = sent();
    expect(attempts.map(({ fee }) => BigInt(fee))).toEqual([DEFAULT_FEE, DEFAULT_FEE + 1n]);
    expect(own).toBe(await nonce());
    expect(await again(7, { fee: DEFAULT_FEE + 1n })).toMatchObject({ cost: 1, more: 1 });
    expect((await world.sync()).publications.at(-1)!.transaction).toBe(attempts[1]!.hash);
  });

  test('of another credential waits for the one that was sent before, and is not sent then', async () => {
    await publishRefresh(changed({ submit: killed }), await world.sync(), refreshEnvelope(8)).catch(
      () => 0,
    );
    const { hash } = sent().attempts[0]!;
    const synced = await world.sync();
    const error = await publishRefresh(world.sender, synced, refreshEnvelope(9)).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ code: 'ERR_COMMAND_EARLIER', reason: hash });
    expect((await world.sync()).publications).toHaveLength(published + 1);
    expect(await again(9)).toMatchObject({ cost: 1, more: 2 });
  });

  test('has its account for itself', async () => {
    const both = await Promise.allSettled([again(10), again(11)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const { reason } = both.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
    expect(reason).toMatchObject({ code: 'ERR_REGISTRY_LOCKED' });
  });

  test('goes to one chain: a journal of another one is not touched', async () => {
    await publishRefresh(
      changed({ submit: killed }),
      await world.sync(),
      refreshEnvelope(12),
    ).catch(() => 0);
    const other = changed({ identity: async () => 'another' });
    const synced = await world.sync();
    expect(await refusalOf(() => publishRefresh(other, synced, refreshEnvelope(12)))).toBe(
      'ERR_COMMAND_JOURNAL',
    );
    expect(await again(12)).toMatchObject({ cost: 1 });
  });
});
