/** The plan of an aggregation: what is proven, in what order, from what, and what is refused before. */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { Field } from 'o1js';
import { domainHash } from '../../src/circuits/hash.ts';
import { BlindBook } from '../../src/aggregate/blinds.ts';
import { type AggregateJob, needsOf } from '../../src/aggregate/job.ts';
import {
  type ChainToAggregate,
  type AggregateChainsInput,
  type AggregatePlan,
  pinnedFor,
  planAggregate,
} from '../../src/aggregate/plan.ts';
import type { ProgramName } from '../../src/prover/program-shapes.ts';
import { PROGRAMS } from '../../src/prover/programs.ts';
import { publishedOpening } from '../../src/prover/credential.ts';
import { readMember, writeMember } from '../../src/prover/member.ts';
import { PROVEN_ANCHOR, PROVEN_AT, PROVEN_TRUST } from '../support/credentials.ts';
import { unprovenChain } from '../support/envelope.ts';
import {
  blinds,
  claimed,
  commitmentOf,
  device,
  deviceOfItsOwn,
  devices,
} from '../support/aggregate/chains.ts';

const folder = mkdtempSync(join(tmpdir(), 'zkcx-plan-'));
afterAll(() => rmSync(folder, { recursive: true }));

const plan = (
  chains: readonly ChainToAggregate[],
  change: Partial<AggregateChainsInput> = {},
  blindOf = blinds(),
) => planAggregate({ trust: [PROVEN_ANCHOR], chains, at: PROVEN_AT, ...change }, blindOf);

const codeOf = (work: () => unknown) => {
  try {
    work();
    return 'none';
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

/** How many jobs of each method. */
function counts({ jobs }: AggregatePlan): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { method } of jobs) found[method] = (found[method] ?? 0) + 1;
  return found;
}

const jobWith = ({ jobs }: AggregatePlan, id: string): AggregateJob =>
  jobs.find((job) => job.id === id)!;

describe('a plan', () => {
  const eight = plan(devices(8));

  test('proves the link of the EUM once for 8 chains that share it', () => {
    expect(counts(eight)).toEqual({
      anchor: 1,
      extend: 8,
      ofChain: 8,
      prove: 4,
      pairs: 2,
      merge: 1,
      ofMerge: 1,
    });
    const [anchor] = eight.jobs;
    for (const { credential } of eight.members) {
      expect(needsOf(jobWith(eight, credential!.chain))).toEqual([anchor!.id]);
    }
  });

  test('proves what is not shared for each', () => {
    const chains = [2, 3, 4].map(deviceOfItsOwn);
    expect(counts(plan(chains))).toEqual({
      anchor: 3,
      extend: 3,
      ofChain: 3,
      prove: 2,
      pairs: 1,
      ofMerge: 1,
    });
    expect(counts(plan([...chains, device(5), device(6)]))).toMatchObject({ anchor: 4, extend: 5 });
  });

  test('knows the keys of its own programs only', () => {
    expect(pinnedFor('aggregate')).not.toEqual(pinnedFor('chain'));
    expect(() => pinnedFor('possession')).toThrow('not used in an aggregation');
  });

  test('has a blind of its own for every link', () => {
    const asked: string[] = [];
    const noted = (link: string) => {
      asked.push(link);
      return blinds()(link);
    };
    plan(devices(8), {}, noted);
    // the link of the EUM, and a link and a refresh of each device
    expect(new Set(asked).size).toBe(17);
    expect(asked).toHaveLength(17);
    const blinded = eight.members.flatMap(({ credential }) => [
      credential!.opening.blind,
      credential!.published,
    ]);
    expect(new Set(blinded.map(String)).size).toBe(16);
  });

  test('pairs a refresh of each chain, which is used for nothing else', () => {
    const refreshes = eight.members.map(({ proof }) => proof);
    for (const { proof, credential } of eight.members) {
      const refresh = jobWith(eight, proof);
      expect(refresh).toMatchObject({ program: 'refresh', method: 'ofChain' });
      expect(needsOf(refresh)).toEqual([credential!.chain]);
      const users = eight.jobs.filter((job) => needsOf(job).includes(proof));
      expect(users.map(({ program }) => program)).toEqual(['aggregatePair']);
    }
    const pairs = eight.jobs.filter(({ program }) => program === 'aggregatePair');
    expect(pairs.flatMap(needsOf)).toEqual(refreshes);
  });

  test('puts every job behind what it needs, under an id of its own', () => {
    const seen = new Set<string>();
    for (const job of eight.jobs) {
      for (const need of needsOf(job)) expect(seen.has(need)).toBe(true);
      expect(seen.has(job.id)).toBe(false);
      seen.add(job.id);
    }
    expect(eight.root).toBe(eight.jobs.at(-1)!.id);
    const chains = eight.members.map(({ credential }) => credential!.chain);
    expect(eight.wanted).toEqual([eight.root, ...chains]);
  });

  test('is the same for the same blinds, and another for others', () => {
    expect(plan(devices(8))).toEqual(eight);
    const other = plan(devices(8), {}, blinds(2n));
    const ids = new Set(eight.jobs.map(({ id }) => id));
    expect(other.jobs.filter(({ id }) => ids.has(id))).toEqual([]);
    expect(other.claim.root.toBigInt()).not.toBe(eight.claim.root.toBigInt());
  });

  test('keeps the ids of the chains when others are added or the order changes', () => {
    const members = (made: AggregatePlan) => made.members.map(({ proof }) => proof);
    expect(members(plan(devices(5)))).toEqual(members(eight).slice(0, 5));
    const turned = plan(devices(8).toReversed());
    expect(members(turned)).toEqual(members(eight).toReversed());
    expect(turned.claim.root.toBigInt()).not.toBe(eight.claim.root.toBigInt());
  });

  test('gives every job its inputs as its program reads them', async () => {
    // five chains append a pair, eight merge
    const crossed = JSON.parse(JSON.stringify([...plan(devices(5)).jobs, ...eight.jobs]));
    for (const { program, method, inputs } of crossed as AggregateJob[]) {
      const { privateInputTypes } = await PROGRAMS[program as ProgramName]();
      const types = (privateInputTypes as Record<string, readonly JsonType[]>)[method]!;
      expect(inputs).toHaveLength(types.length);
      for (const [i, input] of inputs.entries()) {
        // of all types, only a class of proofs says what its public values are
        expect('publicInputType' in types[i]!).toBe('proof' in input);
        if (!('value' in input)) continue;
        const value = types[i]!.fromJSON(input.value);
        expect(JSON.parse(JSON.stringify(types[i]!.toJSON(value)))).toEqual(input.value);
      }
    }
  });

  test('opens what each member claims, in a window that its links have in common', () => {
    for (const { proof, credential } of eight.members) {
      const { chain, opening } = credential!;
      for (const [id, opens] of [
        [chain, opening],
        [proof, publishedOpening(credential!)!],
      ] as const) {
        const { publicOutput } = jobWith(eight, id);
        expect(publicOutput[3]).toBe(commitmentOf(opens));
        expect(publicOutput.slice(1, 3)).toEqual([opens.validFrom, opens.validUntil].map(String));
      }
    }
  });

  test.each(Array.from({ length: 17 }, (_, i) => i + 1))(
    'aggregates %d given proofs, to the root of their list',
    (count) => {
      const chains = Array.from({ length: count }, (_, i) => claimed(i));
      const made = plan(chains, { trust: PROVEN_TRUST.root.toBigInt() });
      const pairs = Math.ceil(count / 2);
      const { prove, pairs: ofPairs = 0, append = 0, merge = 0, ...seals } = counts(made);
      expect([prove, ofPairs + append + merge]).toEqual([pairs, pairs - 1]);
      expect(seals).toEqual(pairs > 1 ? { ofMerge: 1 } : { ofPair: 1 });
      expect(made.given.size).toBe(count);
      expect(made.claim.count.toBigInt()).toBe(BigInt(count));
      for (const [place, { leaf, path, credential }] of made.members.entries()) {
        expect(credential).toBeUndefined();
        let node: Field = leaf;
        path.siblings.forEach((sibling, level) => {
          const right = (place >> level) & 1;
          expect(path.right[level]!.toBigInt()).toBe(BigInt(right));
          node = domainHash('node', right === 1 ? [sibling, node] : [node, sibling]);
        });
        expect(node.toBigInt()).toBe(made.claim.root.toBigInt());
      }
    },
  );

  test('takes certificates and proofs together', () => {
    const made = plan([device(2), claimed(1), device(3)]);
    expect(counts(made)).toEqual({
      anchor: 1,
      extend: 2,
      ofChain: 2,
      prove: 2,
      pairs: 1,
      ofMerge: 1,
    });
    expect(made.wanted).toHaveLength(3);
  });

  test.each<[string, string, () => unknown]>([
    ['nothing', 'ERR_AGGREGATE_SIZE', () => plan([])],
    ['a chain twice', 'ERR_AGGREGATE_DUPLICATE', () => plan([device(2), device(3), device(2)])],
    ['a proof twice', 'ERR_AGGREGATE_DUPLICATE', () => plan([claimed(1), claimed(1)])],
    [
      'proofs under different roots',
      'ERR_AGGREGATE_TRUST_ROOT',
      () => plan([claimed(1), claimed(2, { trustRoot: 5n })]),
    ],
    [
      'proofs under another root than the one given',
      'ERR_AGGREGATE_TRUST_ROOT',
      () => plan([claimed(1)], { trust: 5n }),
    ],
    [
      'an expired member',
      'ERR_AGGREGATE_EXPIRED',
      () => plan([claimed(1), claimed(2, { validUntil: PROVEN_AT - 1n })]),
    ],
    ['certificates without CIs', 'ERR_AGGREGATE_INPUT', () => plan([device(2)], { trust: 5n })],
    ['a chain of no certificates', 'ERR_CHAIN_LENGTH', () => plan([{ certificates: [] }])],
    [
      'certificates in the wrong order',
      'ERR_CHAIN_AKI',
      () => plan([{ certificates: certificatesOf(device(2)).toReversed() }]),
    ],
    ['an expired chain', 'ERR_CHAIN_EXPIRED', () => plan([device(2)], { at: 260_000_000_000n })],
    [
      'the proof of another program',
      'ERR_PROOF_PROGRAM',
      () => plan([{ proof: { ...claimed(1).proof, program: 'crl' } }]),
    ],
    [
      'a chain proof, which stays with its holder',
      'ERR_PROOF_PROGRAM',
      () => plan([{ proof: unprovenChain([5n, 0n, PROVEN_AT, 1n]) }]),
    ],
    [
      'a proof for other circuits',
      'ERR_PROOF_KEY',
      () => plan([{ proof: { ...claimed(1).proof, verificationKeyHash: '1' } }]),
    ],
  ])('refuses %s', (_, code, work) => {
    expect(codeOf(work)).toBe(code);
  });
});

interface JsonType {
  fromJSON(json: unknown): unknown;
  toJSON(value: unknown): unknown;
}

const certificatesOf = (chain: ChainToAggregate) =>
  'certificates' in chain ? chain.certificates : [];

describe('the book of blinds', () => {
  const link = 'a'.repeat(40);

  test('has the same ones again, for its owner only', async () => {
    const book = await BlindBook.open(folder, randomBytes);
    const blind = book.of(link).toBigInt();
    expect(book.of(link).toBigInt()).toBe(blind);
    expect(book.of('b'.repeat(40)).toBigInt()).not.toBe(blind);
    await book.save();
    expect(statSync(join(folder, 'blinds.json')).mode & 0o077).toBe(0);
    expect((await BlindBook.open(folder, randomBytes)).of(link).toBigInt()).toBe(blind);
  });

  test('is put aside when it is damaged', async () => {
    writeFileSync(join(folder, 'blinds.json'), '{"format":', { mode: 0o600 });
    const book = await BlindBook.open(folder, (length) => new Uint8Array(length).fill(7));
    expect(book.of(link).toBigInt() & 0xffffn).toBe(0x0707n);
    expect(readdirSync(folder)).toContain('blinds.json.damaged');
  });

  test('is not used when others may read it', async () => {
    const open = join(folder, 'open');
    mkdirSync(open);
    writeFileSync(join(open, 'blinds.json'), '{}');
    chmodSync(join(open, 'blinds.json'), 0o644);
    await expect(BlindBook.open(open, randomBytes)).rejects.toMatchObject({
      code: 'ERR_CREDENTIAL_PERMISSIONS',
    });
  });
});

describe('the file of a member', () => {
  const made = plan([claimed(1), claimed(2), claimed(3)]);
  const file = join(folder, 'member.json');
  const member = { ...made.members[2]!, place: 2, root: made.claim.root };

  test('is read as it was written', async () => {
    await writeMember(file, member);
    const read = await readMember(file);
    expect(read.place).toBe(2);
    expect([read.leaf, read.root].map(String)).toEqual([member.leaf, member.root].map(String));
    expect(read.path.siblings.map(String)).toEqual(member.path.siblings.map(String));
    expect(read.path.right.map(String)).toEqual(member.path.right.map(String));
  });

  test.each([
    ['another leaf', { ...member, leaf: member.root }],
    ['another place', { ...member, place: 1 }],
    ['a place outside of the tree', { ...member, place: 6 }],
    [
      'a shorter path',
      { ...member, path: { ...member.path, siblings: member.path.siblings.slice(1) } },
    ],
  ])('is refused with %s', async (_, wrong) => {
    await writeMember(file, wrong);
    await expect(readMember(file)).rejects.toMatchObject({ code: 'ERR_MEMBER_FORMAT' });
  });

  test('is refused when it is something else', async () => {
    for (const text of ['', '{}', '{"format":"zkcx-member","version":2}']) {
      writeFileSync(file, text);
      await expect(readMember(file)).rejects.toMatchObject({ code: 'ERR_MEMBER_FORMAT' });
    }
  });
});
