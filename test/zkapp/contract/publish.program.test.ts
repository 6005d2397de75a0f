import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { emptyRoot } from '../../../src/circuits/gadgets/merkle.ts';
import type { RefreshProof } from '../../../src/circuits/refresh.program.ts';
import { credentialLeaf } from '../../../src/circuits/session.ts';
import { MIN_REMAINING_SECONDS, MODE, REGISTRY_HEIGHT } from '../../../src/params.ts';
import { RegistryTree } from '../../../src/witness/registry-tree.ts';
import { LeafPath, SubtreePath } from '../../../src/zkapp/contract/arguments.ts';
import { publishAggregateArguments, publishArguments } from '../../../src/zkapp/contract/index.ts';
import { withLeaf, withSubtree } from '../../../src/zkapp/contract/places.ts';
import { codeOf } from '../../pki/code-of.ts';
import { LEAVES, RANGE, rootOf, SLOTS, timeOf } from './values.ts';
import { aggregateProof, refreshProof, createWorld, type World } from './world.ts';

let world: World;
let tree: RegistryTree;

/** Tests of a group go on with the registry that the ones before them left. */
async function begin(): Promise<void> {
  world = await createWorld();
  tree = new RegistryTree();
}

afterEach(() => {
  world.at(SLOTS.first);
  expectInStep();
});

const MINIMUM = BigInt(MIN_REMAINING_SECONDS);
const END = timeOf(SLOTS.last + 1);
const others = rootOf(LEAVES.slice(1)).toBigInt();

const freePath = () => new LeafPath({ siblings: tree.freePath().siblings });

const leafOf = ({ publicOutput: { commitment, validFrom, validUntil } }: RefreshProof) =>
  credentialLeaf(commitment, validFrom, validUntil);

/** Publish and keep the tree in step. */
async function publish(proof = refreshProof(), path = freePath()): Promise<void> {
  await world.send(() => world.registry.publish(proof, path, RANGE));
  tree.append(leafOf(proof));
}

/** First place of the next aggregate of height 2. */
const nextStart = () => 4 * Math.ceil(tree.size / 4);

/** The place of the next aggregate of height 2, or any other start. */
function place(start?: number, height = 2): SubtreePath {
  const { siblings, right } = tree.freeSubtreePath(height);
  const index = right.reduceRight((sum, bit) => 2 * sum + Number(bit), 0);
  const inside = Array.from({ length: height }, (_, level) => emptyRoot(level));
  const first = start ?? index * 2 ** height;
  return new SubtreePath({ start: Field(first), siblings: [...inside, ...siblings] });
}

async function publishAggregate(proof = aggregateProof(), path = place()): Promise<void> {
  await world.send(() => world.registry.publishAggregate(proof, path, RANGE));
  tree.appendSubtree(proof.publicOutput.root, Number(proof.publicOutput.height));
}

const expectInStep = () =>
  expect([world.state().registryRoot, world.state().nextIndex]).toEqual([
    tree.root.toBigInt(),
    BigInt(tree.size),
  ]);

describe('a refresh', () => {
  beforeAll(begin);

  test('is published at the next place, the same one again too', async () => {
    expectInStep();
    await publish();
    await publish(refreshProof({ commitment: 2n }));
    await publish();
    expectInStep();
    expect(tree.size).toBe(3);
    const events = (await world.registry.fetchEvents()).filter(({ type }) => type !== 'deployed');
    expect(events.map(({ type }) => type)).toEqual(['published', 'published', 'published']);
    const indices = events.map(({ event }) => String((event.data as never)['index']));
    expect(new Set(indices)).toEqual(new Set(['0', '1', '2']));
  });

  test.each([
    ['of another program', {}, MODE.crl, /refresh of a credential/],
    ['of a chain that was not refreshed', {}, MODE.chain, /refresh of a credential/],
    ['under another trust root', { trustRoot: others }, MODE.refresh, /registry accepts now/],
    [
      'whose window begins after the first slot',
      { validFrom: timeOf(SLOTS.first) + 1n },
      MODE.refresh,
      /has begun/,
    ],
    ['that is expired', { validUntil: timeOf(SLOTS.first) - 1n }, MODE.refresh, /minimum/],
    [
      'whose window ends a second too soon',
      { validUntil: END + MINIMUM - 1n },
      MODE.refresh,
      /minimum/,
    ],
  ] as const)('%s is refused', async (_, claim, mode, message) => {
    await expect(publish(refreshProof(claim, mode))).rejects.toThrow(message);
  });

  test('is taken at both ends of its window', async () => {
    await publish(refreshProof({ validFrom: timeOf(SLOTS.first), validUntil: END + MINIMUM }));
  });

  test('does not take the place of another one', async () => {
    const first = freePath();
    await publish();
    await expect(publish(refreshProof({ commitment: 2n }), first)).rejects.toThrow(/next place/);
  });

  test.each([SLOTS.first - 1, SLOTS.last + 1])('counts not in slot %d', async (slot) => {
    world.at(slot);
    await expect(publish()).rejects.toThrow(/Valid_while|valid_while/i);
  });

  test('counts in the last of its slots', async () => {
    world.at(SLOTS.last);
    await publish();
  });

  test('counts once: neither the same transaction nor another one for the same state', async () => {
    const call = () => world.registry.publish(refreshProof(), freePath(), RANGE);
    const first = await world.build(call);
    const late = await world.build(call, { payer: world.stranger });
    await first.send();
    await expect(first.send()).rejects.toThrow(/nonce/i);
    await expect(late.send()).rejects.toThrow(/app_state_precondition_unsatisfied/i);
    tree.append(leafOf(refreshProof()));
  });

  test('needs its proof in the transaction', async () => {
    const call = () => world.registry.publish(refreshProof(), freePath(), RANGE);
    await expect(world.send(call, { proven: false })).rejects.toThrow(/prove/);
  });
});

describe('an aggregate', () => {
  beforeAll(begin);

  test('is published at the next multiple of its size, and takes all of it', async () => {
    await publishAggregate();
    expect(tree.size).toBe(4);
    await publish();
    await publishAggregate(aggregateProof({ height: 1n, count: 2n }), place(undefined, 1));
    expect(tree.size).toBe(8);
    await publishAggregate(aggregateProof({ height: 10n, count: 1_024n }), place(undefined, 10));
    expect(tree.size).toBe(2_048);
  });

  test.each([
    ['of another program', {}, MODE.chain, /proof of an aggregate/],
    ['under another trust root', { trustRoot: others }, MODE.aggregate, /registry accepts now/],
    [
      'of which a member ends too soon',
      { validUntil: END + MINIMUM - 1n },
      MODE.aggregate,
      /minimum/,
    ],
    ['that fills half of its places', { count: 2n }, MODE.aggregate, /more than half/],
    ['that is empty', { count: 0n }, MODE.aggregate, /more than half/],
    ['of height 0', { height: 0n }, MODE.aggregate, /height/],
    ['of height 11', { height: 11n, count: 2_000n }, MODE.aggregate, /height/],
  ] as const)('%s is refused', async (_, claim, mode, message) => {
    await expect(publishAggregate(aggregateProof(claim, mode))).rejects.toThrow(message);
  });

  test.each([
    ['not at a multiple of its size', 1, /multiple of its size/],
    ['over what is published', -4, /behind all that is published/],
    ['one multiple further on', 4, /next multiple/],
  ])('%s is refused', async (_, offset, message) => {
    await publish();
    const path = place(nextStart() + offset);
    await expect(publishAggregate(aggregateProof(), path)).rejects.toThrow(message);
  });

  test('leaves no way to a place that it skipped or that it has empty', async () => {
    await publish();
    const skipped = freePath();
    await publishAggregate();
    await expect(publish(refreshProof({ commitment: 2n }), skipped)).rejects.toThrow(/next place/);
  });

  test('with the path of another place is refused', async () => {
    await publish();
    await publishAggregate();
    const wrong = new SubtreePath({
      start: Field(nextStart()),
      siblings: place().siblings.map(() => Field(0)),
    });
    await expect(publishAggregate(aggregateProof(), wrong)).rejects.toThrow(/places .* are empty/);
  });
});

describe('arguments', () => {
  beforeAll(begin);

  test('are those that the contract takes', async () => {
    const proof = refreshProof();
    const one = publishArguments({
      state: world.state(),
      tree,
      claim: proof.publicOutput,
      slots: SLOTS,
    });
    await world.send(() => world.registry.publish(proof, one.path, one.slots));
    tree.append(leafOf(proof));
    const many = aggregateProof();
    const two = publishAggregateArguments({
      state: world.state(),
      tree,
      claim: many.publicOutput,
      slots: SLOTS,
    });
    await world.send(() => world.registry.publishAggregate(many, two.path, two.slots));
    tree.appendSubtree(many.publicOutput.root, 2);
  });

  test.each([
    [{ trustRoot: others }, 'ERR_REGISTRY_TRUST_ROOT'],
    [{ validFrom: timeOf(SLOTS.first) + 1n }, 'ERR_REGISTRY_WINDOW'],
    [{ validUntil: END + MINIMUM - 1n }, 'ERR_REGISTRY_WINDOW'],
    [{ validUntil: END + MINIMUM }, 'none'],
  ] as const)('of a chain with %j: %s', (claim, expected) => {
    const { publicOutput } = refreshProof(claim);
    const input = { state: world.state(), tree, claim: publicOutput, slots: SLOTS };
    expect(codeOf(() => publishArguments(input))).toBe(expected);
  });

  test.each([
    [{ trustRoot: others }, 'ERR_REGISTRY_TRUST_ROOT'],
    [{ validUntil: END + MINIMUM - 1n }, 'ERR_REGISTRY_WINDOW'],
    [{ count: 2n }, 'ERR_REGISTRY_AGGREGATE'],
    [{ validUntil: END + MINIMUM }, 'none'],
  ] as const)('of an aggregate with %j: %s', (claim, expected) => {
    const { publicOutput } = aggregateProof(claim);
    const input = { state: world.state(), tree, claim: publicOutput, slots: SLOTS };
    expect(codeOf(() => publishAggregateArguments(input))).toBe(expected);
  });

  test('of another tree are refused', () => {
    const { publicOutput: claim } = refreshProof();
    const other = new RegistryTree([Field(1)]);
    const input = { state: world.state(), tree: other, claim, slots: SLOTS };
    expect(codeOf(() => publishArguments(input))).toBe('ERR_REGISTRY_ROOT');
  });
});

test('the last place of the tree is the end', () => {
  const top = { root: emptyRoot(REGISTRY_HEIGHT), nextIndex: Field(2n ** 32n - 1n) };
  const empty = new LeafPath({
    siblings: Array.from({ length: REGISTRY_HEIGHT }, (_, level) => emptyRoot(level)),
  });
  const full = withLeaf(top, Field(1), empty);
  expect(full.nextIndex.toBigInt()).toBe(2n ** 32n);
  expect(() => withLeaf(full, Field(2), empty)).toThrow(/32 bits/);
  const claim = { root: Field(1), height: Field(1), count: Field(2) };
  const beyond = new SubtreePath({ start: full.nextIndex, siblings: empty.siblings });
  expect(() => withSubtree(full, claim, beyond)).toThrow(/32 bits/);
});
