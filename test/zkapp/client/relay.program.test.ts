import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ZkcxError } from '../../../src/errors.ts';
import { formatEnvelope, type ProofEnvelope } from '../../../src/prover/envelope.ts';
import { readMember } from '../../../src/prover/member.ts';
import {
  type AggregatedBatch,
  type RelayOptions,
  relayTurn,
  runRelay,
} from '../../../src/zkapp/client/relay.ts';
import { publishRefresh } from '../../../src/zkapp/client/publish.ts';
import { DEFAULT_FEE } from '../../../src/zkapp/client/send.ts';
import { Spool } from '../../../src/zkapp/client/spool.ts';
import { refusalOf } from './refusal.ts';
import {
  aggregateEnvelope,
  chainEnvelope,
  refreshEnvelope,
  createWorld,
  type World,
} from './world.ts';

let world: World;
let folder: string;
let options: RelayOptions;
let aggregations: number;

beforeEach(async () => {
  world = await createWorld();
  folder = mkdtempSync(join(tmpdir(), 'zkcx-spool-'));
  aggregations = 0;
  options = {
    sender: { ...world.sender, feePayer: world.chain.accounts[2]! },
    deployment: world.deployment,
    spool: await Spool.open(folder),
    sync: { attempts: 1 },
    minimum: 3,
    aggregateBatch: aggregate,
  };
});
afterEach(async () => {
  await world.close();
  rmSync(folder, { recursive: true });
});

/** What an aggregation results in, without its proofs: the chain of these tests checks none. */
async function aggregate(proofs: readonly ProofEnvelope[]): Promise<AggregatedBatch> {
  aggregations += 1;
  const numbers = proofs.map(({ proof }) => Number(proof.publicOutput[3]));
  const { envelope, aggregated } = aggregateEnvelope(numbers);
  const members = aggregated.leaves.map((leaf, place) => ({
    leaf,
    place,
    path: aggregated.paths[place]!,
    root: aggregated.claim.root,
  }));
  return { aggregate: envelope, members };
}

const put = (name: string, proof: ProofEnvelope) =>
  writeFileSync(join(folder, 'inbox', name), formatEnvelope(proof));
const list = (name: string) => readdirSync(join(folder, name)).sort();

describe('a turn of the relay', () => {
  test('publishes what waits, and gives each holder its path', async () => {
    for (const number of [5, 3, 4]) put(`holder-${number}.json`, refreshEnvelope(number));
    const run = await relayTurn(options);
    expect(run.published).toMatchObject({ members: 3, place: 0 });
    expect(list('inbox')).toEqual([]);
    expect(list('outbox')).toEqual(['holder-3.json', 'holder-4.json', 'holder-5.json']);
    const { tree } = await world.sync();
    for (const name of list('outbox')) {
      const member = await readMember(join(folder, 'outbox', name));
      expect(tree.addMember(member)).toBe(member.place);
    }
    expect(tree.members).toHaveLength(3);
    // nothing is left of the aggregation, and nothing to do
    expect([list('batch'), list('work')]).toEqual([[], []]);
    expect(list('.')).toEqual(['batch', 'inbox', 'outbox', 'refused', 'work']);
    expect(await relayTurn(options)).toEqual({ waiting: 0, refused: 0 });
  });

  test('pays from its own account', async () => {
    const relay = options.sender.feePayer.toPublicKey().toBase58();
    const before = (await world.chain.account(relay))!.nonce;
    for (const number of [1, 2, 3]) put(`${number}.json`, refreshEnvelope(number));
    await relayTurn(options);
    expect((await world.chain.account(relay))!.nonce).toBe(before + 1);
  });

  test('that somebody else is faster than pays more', async () => {
    for (const number of [1, 2, 3]) put(`${number}.json`, refreshEnvelope(number));
    const { chain } = world;
    const relay = options.sender.feePayer.toPublicKey().toBase58();
    const before = (await chain.account(relay))!.balance;
    let rivals = 0;
    const faster = Object.assign(Object.create(chain) as typeof chain, {
      submit: async (transaction: Parameters<typeof chain.submit>[0]) => {
        // a publication of another account comes into the block before
        if (rivals++ < 2)
          await publishRefresh(world.sender, await world.sync(), refreshEnvelope(90 + rivals));
        await chain.activate();
        return chain.submit(transaction);
      },
    });
    const run = await relayTurn({ ...options, sender: { ...options.sender, chain: faster } });
    expect([run.published?.members, rivals]).toEqual([3, 3]);
    // a command that has no effect costs its fee all the same: once, twice and four times
    expect(before - (await chain.account(relay))!.balance).toBe(7n * DEFAULT_FEE);
  });

  test('orders leaves by what they are, not by name or arrival', async () => {
    const order = async (names: Record<string, number>) => {
      const spool = await Spool.open(mkdtempSync(join(folder, 'spool-')));
      const inbox = join((spool as unknown as { folder: string }).folder, 'inbox');
      for (const [name, number] of Object.entries(names)) {
        writeFileSync(join(inbox, name), formatEnvelope(refreshEnvelope(number)));
      }
      const seen: string[] = [];
      const stop = (proofs: readonly ProofEnvelope[]) => {
        seen.push(...proofs.map(({ proof }) => proof.publicOutput[3]!));
        throw new ZkcxError('ERR_PROVER_CRASHED', 'stopped by the test');
      };
      await relayTurn({ ...options, spool, aggregateBatch: stop }).catch(() => undefined);
      return seen;
    };
    const first = await order({ 'a.json': 1, 'b.json': 2, 'c.json': 3, 'd.json': 4 });
    expect(first).toHaveLength(4);
    expect(await order({ 'a.json': 4, 'b.json': 3, 'c.json': 2, 'd.json': 1 })).toEqual(first);
  });

  test('waits until there are enough', async () => {
    put('1.json', refreshEnvelope(1));
    put('2.json', refreshEnvelope(2));
    expect(await relayTurn(options)).toEqual({ waiting: 2, refused: 0 });
    expect(aggregations).toBe(0);
    expect(await refusalOf(() => relayTurn({ ...options, minimum: 1 }))).toBe('ERR_ARGUMENT');
  });

  test('puts aside what it cannot publish, and says why', async () => {
    put('good.json', refreshEnvelope(1));
    put('same.json', refreshEnvelope(1));
    put('aggregate.json', aggregateEnvelope([1, 2]).envelope);
    put('chain.json', chainEnvelope(2));
    writeFileSync(join(folder, 'inbox', 'credential.json'), '{"format":"zkcx-credential"}');
    writeFileSync(join(folder, 'inbox', 'notes.txt'), 'not looked at');
    expect(await relayTurn(options)).toEqual({ waiting: 1, refused: 4 });
    const told = (name: string) =>
      JSON.parse(readFileSync(join(folder, 'refused', `${name}.reason`), 'utf8')) as {
        code: string;
        message: string;
      };
    const reason = (name: string) => told(name).code;
    expect(reason('same.json')).toBe('ERR_AGGREGATE_DUPLICATE');
    expect(reason('aggregate.json')).toBe('ERR_PROOF_PROGRAM');
    expect(told('chain.json')).toMatchObject({
      code: 'ERR_PROOF_PROGRAM',
      message: expect.stringContaining('zkcx credential share'),
    });
    expect(reason('credential.json')).toBe('ERR_PROOF_FORMAT');
    expect(list('inbox')).toEqual(['good.json', 'notes.txt']);
  });

  test.each([
    'ERR_PROVER_CANCELLED',
    'ERR_AGGREGATE_REDIS',
    'ERR_AGGREGATE_WORKER',
    'ERR_AGGREGATE_PACKAGES',
  ] as const)('that was stopped by %s goes on with the same batch', async (code) => {
    for (const number of [1, 2, 3]) put(`${number}.json`, refreshEnvelope(number));
    const stopped = async () => {
      throw new ZkcxError(code, 'stopped by the test');
    };
    expect(await refusalOf(() => relayTurn({ ...options, aggregateBatch: stopped }))).toBe(code);
    // what comes now belongs to the next batch, also under a name that is taken
    put('4.json', refreshEnvelope(4));
    put('1.json', refreshEnvelope(5));
    expect((await relayTurn(options)).published?.members).toBe(3);
    expect(list('inbox')).toEqual(['1.json', '4.json']);
  });

  test('that was stopped after publishing does not publish again', async () => {
    for (const number of [1, 2, 3]) put(`${number}.json`, refreshEnvelope(number));
    const { spool } = options;
    const finish = spool.finish.bind(spool);
    spool.finish = async () => {
      throw new ZkcxError('ERR_FILE_WRITE', 'stopped by the test');
    };
    expect(await refusalOf(() => relayTurn(options))).toBe('ERR_FILE_WRITE');
    spool.finish = finish;
    // an archive that forgets between two questions is no reason to begin anew
    const chain = Object.create(world.chain, { canonical: { value: 290 } }) as typeof world.chain;
    let asked = 0;
    chain.events = async (address, range) =>
      asked++ < 2 ? world.chain.events(address, range) : [];
    const forgetful = { ...options, sender: { ...options.sender, chain } };
    expect(await refusalOf(() => relayTurn(forgetful))).toBe('ERR_REGISTRY_GAP');
    // nor is a list of the batch that cannot be read for now
    const batch = join(folder, 'batch', '.batch.json');
    renameSync(batch, join(folder, 'kept'));
    mkdirSync(batch);
    expect(await refusalOf(() => relayTurn(options))).toBe('ERR_FILE_READ');
    rmSync(batch, { recursive: true });
    renameSync(join(folder, 'kept'), batch);
    const run = await relayTurn(options);
    expect(run.published).toMatchObject({ members: 3, place: 0 });
    expect((await world.sync()).tree.published).toHaveLength(1);
    expect(list('outbox')).toHaveLength(3);
  });

  test('that was stopped while it took its proofs lets them wait again', async () => {
    for (const number of [1, 2, 3]) put(`${number}.json`, refreshEnvelope(number));
    renameSync(join(folder, 'inbox', '2.json'), join(folder, 'batch', '2.json'));
    renameSync(join(folder, 'inbox', '3.json'), join(folder, 'batch', '3.json'));
    put('3.json', refreshEnvelope(4));
    expect((await relayTurn(options)).published?.members).toBe(3);
    expect(list('refused')).toEqual(['3.json', '3.json.reason']);
  });

  test('gives up a batch that can never be published', async () => {
    for (const number of [1, 2, 3]) put(`${number}.json`, refreshEnvelope(number));
    const expired = async () => {
      throw new ZkcxError('ERR_AGGREGATE_EXPIRED', 'one is over');
    };
    expect(await refusalOf(() => relayTurn({ ...options, aggregateBatch: expired }))).toBe(
      'ERR_AGGREGATE_EXPIRED',
    );
    expect(list('inbox')).toEqual(['1.json', '2.json', '3.json']);
    rmSync(join(folder, 'inbox', '1.json'));
    put('4.json', refreshEnvelope(4));
    expect((await relayTurn(options)).published?.members).toBe(3);
  });
});

test('turns are at fixed times, and a failure is tried again at the next', async () => {
  for (const number of [1, 2, 3]) put(`${number}.json`, refreshEnvelope(number));
  const stop = new AbortController();
  const errors: string[] = [];
  const times: bigint[] = [];
  let broken = true;
  const now = () => {
    const time = BigInt(Math.floor(Date.now() / 1000));
    times.push(time);
    return time;
  };
  const flaky = async (proofs: readonly ProofEnvelope[]) => {
    if (!broken) return aggregate(proofs);
    broken = false;
    throw new ZkcxError('ERR_PROVER_CRASHED', 'once');
  };
  let members: number | undefined;
  await runRelay(
    { ...options, aggregateBatch: flaky },
    {
      every: 1,
      now,
      signal: stop.signal,
      onError: ({ code }) => errors.push(code),
      onTurn: ({ published }) => {
        members = published?.members;
        stop.abort();
      },
    },
  );
  expect(errors).toEqual(['ERR_PROVER_CRASHED']);
  expect(members).toBe(3);
  expect(times).toHaveLength(2);
});

test('turns without a time, or for less than two, are refused before the first', async () => {
  const loop = {
    now: () => 0n,
    signal: AbortSignal.abort(),
    onError: () => undefined,
    onTurn: () => undefined,
  };
  const refused = (every: number, minimum: number) =>
    refusalOf(() => runRelay({ ...options, minimum }, { ...loop, every }));
  expect(await refused(86_400, 3)).toBe('none');
  for (const every of [0, 0.5, 2_147_484]) expect(await refused(every, 3)).toBe('ERR_ARGUMENT');
  for (const minimum of [0, 1, 1_025]) expect(await refused(60, minimum)).toBe('ERR_ARGUMENT');
});
