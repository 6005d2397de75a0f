/**
 * The gates of both methods: what they claim is what plain TypeScript says, and false claims on the way
 * in, and lies about every hint, are refused.
 */
import { describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { AggregateClaim } from '../../../src/circuits/aggregate.ts';
import type { ChainClaim } from '../../../src/circuits/claims.ts';
import { domainHash } from '../../../src/circuits/hash.ts';
import { credentialLeaf } from '../../../src/circuits/session.ts';
import { AGGREGATE_HEIGHT, MODE } from '../../../src/params.ts';
import { pairClaim } from '../../../src/witness/aggregate.ts';
import { judge, scanUnbound } from '../../support/kimchi/index.ts';
import { acceptedLies, hintsOf, witnessWithLies } from '../../support/lying-prover.ts';
import { evaluate } from '../../support/kimchi/index.ts';
import {
  aggregateOf,
  judgedMerge,
  judgedPair,
  judgedSeal,
  type JudgedMethod,
  mergeInput,
  type MergeInput,
  pairInput,
  type PairInput,
} from './aggregate-circuit.ts';
import { madeUpClaims } from './claims.ts';

const numbers = (claim: AggregateClaim) =>
  AggregateClaim.toFields(claim).map((field) => field.toBigInt());

/** That a tree that goes into `merge` may have above its first. */
const LEVELS = AGGREGATE_HEIGHT - 2;

const OWN = /circuits\/(aggregate|credential|link)\.ts/;

/** Lies about single hints of a method that its gates take. */
async function liesAbout<Input>(method: JudgedMethod<Input>, input: Input, more: bigint[]) {
  const captured = await method.capture();
  await method.witness(input);
  const hints = await hintsOf(captured, method.circuit, OWN);
  const accepted = await acceptedLies(captured, method.circuit, hints, () => more);
  return { hints, accepted };
}

/** The input with another value of one side. */
function withSide<Side extends 'left' | 'right', Input extends PairInput | MergeInput>(
  input: Input,
  side: Side,
  change: { mode?: bigint } & Partial<Record<keyof (ChainClaim & AggregateClaim), bigint>>,
): Input {
  const { mode, ...claim } = change;
  const values = Object.entries(claim).map(([name, value]) => [name, Field(value)]);
  const proven = input[side];
  return {
    ...input,
    [side]: {
      mode: mode === undefined ? proven.mode : Field(mode),
      claim: { ...proven.claim, ...Object.fromEntries(values) },
    },
  };
}

const claims = madeUpClaims(24);
const [first, second] = claims as [(typeof claims)[0], (typeof claims)[0]];
const shorter = { ...second, validUntil: first.validUntil - 5n };

describe('pair', () => {
  const honest = pairInput(first, second);
  const method = judgedPair(honest);

  test.each([
    ['two', first, second],
    ['two, the second with the shorter window', first, shorter],
    ['two with one window', first, { ...second, validUntil: first.validUntil }],
  ])('claims the pair of %s', async (_, left, right) => {
    expect(await method.verdict(pairInput(left, right))).toEqual(numbers(pairClaim(left, right)));
  });

  test('claims the one that is present, whatever the other says', async () => {
    for (const right of [first, second, shorter]) {
      expect(await method.verdict(pairInput(first, right, 0n))).toEqual(numbers(pairClaim(first)));
    }
  });

  test('keeps the order', async () => {
    const swapped = await method.verdict(pairInput(second, first));
    expect(swapped).toEqual(numbers(pairClaim(second, first)));
    expect(swapped[1]).not.toBe(numbers(pairClaim(first, second))[1]);
  });

  const alike = pairInput(first, { ...second, validUntil: first.validUntil });
  test.each<[string, PairInput]>([
    ['that is neither there nor not', { ...alike, present: 2n }],
    ['of another trust root', withSide(honest, 'right', { trustRoot: 78n })],
    [
      'of another trust root that is not present',
      withSide({ ...honest, present: 0n }, 'right', { trustRoot: 78n }),
    ],
    ['that is an aggregate', withSide(honest, 'right', { mode: BigInt(MODE.aggregatePair) })],
    ['that is a chain, not refreshed', withSide(honest, 'right', { mode: BigInt(MODE.chain) })],
    ['behind an aggregate', withSide(honest, 'left', { mode: BigInt(MODE.aggregatePair) })],
    [
      'behind a chain that is not refreshed',
      withSide(honest, 'left', { mode: BigInt(MODE.chain) }),
    ],
  ])('refuses a second one %s', async (_, input) => {
    expect(await method.verdict(input)).toBe('refused');
  });

  test.each<[string, PairInput]>([
    [
      'the first one ends earlier',
      pairInput(first, { ...second, validUntil: first.validUntil + 9n }),
    ],
    ['the second one ends earlier', pairInput(first, shorter)],
    ['there is no second one', pairInput(first, shorter, 0n)],
  ])('takes no lie about count or window where %s', async (_, input) => {
    const ends = [input.left, input.right].map(({ claim }) => claim.validUntil.toBigInt());
    const { hints, accepted } = await liesAbout(method, input, [2n, 3n, 4n, ...ends]);
    expect(accepted).toEqual([]);
    // the count, the earliest end, and four chunks of each of its two differences
    expect(hints).toHaveLength(10);
  });

  test('leaves nothing unbound', async () => {
    await method.witness(honest);
    expect(scanUnbound(await judgedPair(honest).capture())).toEqual([]);
    const alone = { ...honest, present: 0n };
    expect(scanUnbound(await judgedPair(alone).capture())).toEqual([]);
  }, 60_000);

  test('is judged so by kimchi too', async () => {
    const captured = await method.capture();
    const verdict = async (input: PairInput) => judge(captured, await method.witness(input));
    expect(await verdict(honest)).toBe('accepted');
    expect(await verdict(pairInput(first, shorter, 0n))).toBe('accepted');
    expect(await verdict({ ...alike, present: 2n })).not.toBe('accepted');
    expect(await verdict(withSide(honest, 'right', { trustRoot: 78n }))).not.toBe('accepted');
    const forged = await lyingWitness(method, honest, { index: 0, truth: 2n, lie: 3n });
    expect(judge(captured, forged)).not.toBe('accepted');
  }, 120_000);
});

/** The witness of a prover that says something else than `truth` where it is asked for hint `index`. */
async function lyingWitness<Input>(
  method: JudgedMethod<Input>,
  input: Input,
  { index, truth, lie }: { index: number; truth: bigint; lie: bigint },
) {
  const captured = await method.capture();
  await method.witness(input);
  const { number, value } = (await hintsOf(captured, method.circuit, OWN))[index]!;
  expect(value).toBe(truth);
  return witnessWithLies(captured, method.circuit, new Map([[number, lie]]));
}

describe('merge', () => {
  /** The aggregate of the claims from one on. */
  const part = (from: number, count: number) => aggregateOf(claims.slice(from, from + count));
  const split = (left: number, right: number) => mergeInput(part(0, left), part(left, right));
  const honest = split(8, 1);
  const method = judgedMerge(honest);

  test.each([
    [2, 1],
    [2, 2],
    [4, 1],
    [4, 3],
    [8, 1],
    [8, 2],
    [8, 5],
    [8, 8],
    [16, 1],
    [16, 8],
  ])('of %d and %d claims the aggregate of all', async (left, right) => {
    const all = numbers(part(0, left + right));
    expect(await method.verdict(split(left, right))).toEqual(all);
  });

  test('grows to the largest height and no further', async () => {
    // nothing but what the claims say is known of such trees
    const claim = (height: number, count: number) =>
      new AggregateClaim({ ...part(0, 2), height: Field(height), count: Field(count) });
    const last = AGGREGATE_HEIGHT - 1;
    const verdict = await method.verdict(mergeInput(claim(last, 2 ** last), claim(1, 1)));
    expect(verdict.slice(2, 4)).toEqual([BigInt(AGGREGATE_HEIGHT), 2n ** BigInt(last) + 1n]);
    const full = claim(AGGREGATE_HEIGHT, 2 ** AGGREGATE_HEIGHT);
    expect(await method.verdict(mergeInput(full, claim(1, 1)))).toBe('refused');
    expect(await method.verdict(mergeInput(full, full))).toBe('refused');
  });

  test('keeps the earliest end on either side', async () => {
    const late = { ...first, validUntil: first.validUntil + 100n };
    const early = { ...first, validUntil: first.validUntil - 100n };
    const pairOf = (one: typeof first, commitment: bigint) =>
      aggregateOf([one, { ...late, commitment }]);
    for (const [left, right] of [
      [late, early],
      [early, late],
    ] as const) {
      const verdict = await method.verdict(mergeInput(pairOf(left, 5n), pairOf(right, 6n)));
      expect(verdict.at(-1)).toBe(early.validUntil);
    }
  });

  const { height, count } = honest.left.claim;
  const [full, levels] = [count.toBigInt(), height.toBigInt()];
  test.each<[string, MergeInput]>([
    ['a left one that is not full', split(7, 1)],
    [
      'a left one that is full by its count alone',
      withSide(honest, 'left', { height: levels + 1n }),
    ],
    [
      'a left one whose count is forged to be full',
      withSide(split(7, 1), 'left', { count: full - 1n }),
    ],
    ['a left one with more than fits', withSide(honest, 'left', { count: full + 1n })],
    ['a left one without a level', withSide(honest, 'left', { height: 0n, count: 1n })],
    ['a right one that is higher', split(2, 4)],
    ['a right one that is higher by one level', split(4, 5)],
    ['a right one without a level', withSide(honest, 'right', { height: 0n })],
    ['a right one that is too high for any', withSide(honest, 'right', { height: 10n })],
    ['a right one below the lowest level', withSide(honest, 'right', { height: -1n })],
    ['another trust root', withSide(honest, 'right', { trustRoot: 78n })],
    ['another kind on the left', withSide(honest, 'left', { mode: BigInt(MODE.chain) })],
    ['another kind on the right', withSide(honest, 'right', { mode: BigInt(MODE.aggregatePair) })],
  ])('refuses %s', async (_, input) => {
    expect(await method.verdict(input)).toBe('refused');
  });

  test.each<[string, MergeInput]>([
    ['nothing is lifted', split(8, 8)],
    [
      'the right one is lifted twice, and ends first',
      withSide(honest, 'right', { validUntil: 5n }),
    ],
    ['the left one ends first', withSide(honest, 'left', { validUntil: 5n })],
  ])('takes no lie about levels or window where %s', async (_, input) => {
    const ends = [input.left, input.right].map(({ claim }) => claim.validUntil.toBigInt());
    const { hints, accepted } = await liesAbout(method, input, [-1n, 2n, ...ends]);
    expect(accepted).toEqual([]);
    // a bit for each level above the first on both sides; end and chunks as above
    expect(hints).toHaveLength(2 * LEVELS + 9);
  });

  test.each([
    // bits of the levels above the first; the right one has height 2, the left one 3
    ['lifts from above its own height', 'right', [1n, 1n, 0n]],
    ['lifts from below its own height', 'right', [0n, 0n, 0n]],
    ['lifts from another level than its own', 'right', [0n, 1n, 0n]],
    ['lifts to another level', 'left', [1n, 0n, 1n]],
    ['lifts too far', 'left', [1n, 1n, 1n]],
    ['counts a level twice', 'left', [2n, 0n, 0n]],
  ] as const)('a prover that %s is refused', async (_, side, lies) => {
    const captured = await method.capture();
    await method.witness(split(8, 3));
    const hints = await hintsOf(captured, method.circuit, OWN);
    // the right one's levels are asked for first, before anything else
    const own = hints.slice(side === 'right' ? 0 : LEVELS).slice(0, lies.length);
    expect(own.map(({ value }) => value)).toEqual(side === 'right' ? [1n, 0n, 0n] : [1n, 1n, 0n]);
    const lying = new Map(own.map(({ number }, i) => [number, lies[i]!]));
    const witness = await witnessWithLies(captured, method.circuit, lying);
    expect(evaluate(captured, witness)).not.toEqual([]);
  });

  test('leaves nothing unbound', async () => {
    expect(scanUnbound(await judgedMerge(honest).capture())).toEqual([]);
    expect(scanUnbound(await judgedMerge(split(8, 8)).capture())).toEqual([]);
  }, 60_000);

  test('is judged so by kimchi too', async () => {
    const captured = await method.capture();
    const verdict = async (input: MergeInput) => judge(captured, await method.witness(input));
    expect(await verdict(honest)).toBe('accepted');
    expect(await verdict(split(8, 8))).toBe('accepted');
    expect(await verdict(split(7, 1))).not.toBe('accepted');
    expect(await verdict(split(2, 4))).not.toBe('accepted');
    const truth = honest.left.claim.validUntil.toBigInt();
    const lie = { index: 2 * LEVELS, truth, lie: truth - 1n };
    const forged = await lyingWitness(method, honest, lie);
    expect(judge(captured, forged)).not.toBe('accepted');
  }, 120_000);
});

test('seal shows what its kind claims, and no other kind', async () => {
  const honest = { mode: Field(MODE.aggregatePair), claim: aggregateOf(claims.slice(0, 2)) };
  const method = judgedSeal(honest);
  expect(await method.verdict(honest)).toEqual(numbers(honest.claim));
  for (const mode of [MODE.aggregateMerge, MODE.aggregate, MODE.chain].map((one) => Field(one))) {
    expect(await method.verdict({ ...honest, mode })).toBe('refused');
  }
});

test('no node is the leaf of any claim: their domains differ', () => {
  const [a, b] = [Field(5), Field(7)];
  const node = domainHash('node', [a, b]).toBigInt();
  for (const [commitment, from, until] of [
    [a, b, Field(0)],
    [Field(0), a, b],
    [a, Field(0), b],
  ] as const) {
    expect(credentialLeaf(commitment, from, until).toBigInt()).not.toBe(node);
  }
});
