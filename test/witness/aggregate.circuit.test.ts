import { describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { AggregateClaim } from '../../src/circuits/aggregate.ts';
import { domainHash } from '../../src/circuits/hash.ts';
import { credentialLeaf } from '../../src/circuits/session.ts';
import { AGGREGATE_HEIGHT } from '../../src/params.ts';
import {
  aggregateClaims,
  type ChainClaimValues,
  mergeClaim,
  pairClaim,
} from '../../src/witness/aggregate.ts';
import { madeUpClaims } from '../circuits/aggregate/claims.ts';
import { codeOf } from '../pki/code-of.ts';
import { NOW } from '../support/certificates/index.ts';

const all = madeUpClaims(40);
const aggregate = (claims: readonly ChainClaimValues[]) => aggregateClaims(claims, { at: NOW });
const numbers = (claim: AggregateClaim) =>
  AggregateClaim.toFields(claim).map((field) => field.toBigInt());

/** Root of a whole tree of a height over leaves and, behind them, zeros. */
function plainRoot(leaves: readonly Field[], height: number): Field {
  if (height === 0) return leaves[0] ?? Field(0);
  const half = 2 ** (height - 1);
  return domainHash('node', [
    plainRoot(leaves.slice(0, half), height - 1),
    plainRoot(leaves.slice(half), height - 1),
  ]);
}

function heightOf(count: number): number {
  return Math.max(1, Math.ceil(Math.log2(count)));
}

const leafOf = ({ commitment, validFrom, validUntil }: ChainClaimValues) =>
  credentialLeaf(Field(commitment), Field(validFrom), Field(validUntil));

/** As proofs make it: pairs, then merges of halves, the left one full. */
function folded(claims: readonly ChainClaimValues[]): AggregateClaim {
  const [left, right] = claims;
  if (claims.length <= 2) return pairClaim(left!, right);
  const full = 2 ** (heightOf(claims.length) - 1);
  return mergeClaim(folded(claims.slice(0, full)), folded(claims.slice(full)));
}

describe.each(Array.from({ length: 40 }, (_, i) => i + 1))('%d claims', (count) => {
  const claims = all.slice(0, count);
  const { claim, leaves, paths } = aggregate(claims);

  test('come to the plain Merkle root, packed to the left', () => {
    expect(leaves.map(String)).toEqual(claims.map((one) => leafOf(one).toString()));
    expect(numbers(claim)).toEqual([
      77n,
      plainRoot(leaves, heightOf(count)).toBigInt(),
      BigInt(heightOf(count)),
      BigInt(count),
      claims.map(({ validUntil }) => validUntil).sort()[0],
    ]);
  });

  test('are folded to the same claim', () => {
    expect(numbers(folded(claims))).toEqual(numbers(claim));
  });

  test('have a path each', () => {
    for (const [index, { siblings, right }] of paths.entries()) {
      expect(siblings).toHaveLength(heightOf(count));
      const root = siblings.reduce(
        (node, sibling, i) =>
          domainHash('node', right[i]!.toBigInt() === 1n ? [sibling, node] : [node, sibling]),
        leaves[index]!,
      );
      expect(root.toBigInt()).toBe(claim.root.toBigInt());
      expect(right.reduceRight((sum, bit) => 2 * sum + Number(bit.toBigInt()), 0)).toBe(index);
    }
  });
});

test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13])(
  '%d claims come to the same wherever they can be cut in two',
  (count) => {
    const claims = all.slice(0, count);
    const { claim } = aggregate(claims);
    const cuts = Array.from({ length: count - 1 }, (_, i) => i + 1).filter((cut) => {
      const [left, right] = [claims.slice(0, cut), claims.slice(cut)].map(
        (part) => aggregate(part).claim,
      ) as [AggregateClaim, AggregateClaim];
      if (codeOf(() => mergeClaim(left, right)) === 'ERR_AGGREGATE_MERGE') return false;
      expect(numbers(mergeClaim(left, right))).toEqual(numbers(claim));
      return true;
    });
    expect(cuts).toEqual(count > 2 ? [2 ** (heightOf(count) - 1)] : []);
  },
);

test('another order is another root', () => {
  const [a, b, c] = all as [ChainClaimValues, ChainClaimValues, ChainClaimValues];
  const roots = [
    [a, b, c],
    [b, a, c],
    [a, c, b],
  ].map((claims) => aggregate(claims).claim.root.toString());
  expect(new Set(roots).size).toBe(3);
});

test('1,024 claims are taken', () => {
  const { claim } = aggregate(madeUpClaims(2 ** AGGREGATE_HEIGHT));
  expect(numbers(claim).slice(2, 4)).toEqual([10n, 1024n]);
});

describe('refused', () => {
  const [first, ...others] = all.slice(0, 5) as [ChainClaimValues, ...ChainClaimValues[]];
  const end = all
    .slice(0, 5)
    .map(({ validUntil }) => validUntil)
    .sort()[0]!;
  test.each<[string, readonly ChainClaimValues[], bigint, string]>([
    ['no claim', [], NOW, 'ERR_AGGREGATE_SIZE'],
    ['1,025 claims', madeUpClaims(2 ** AGGREGATE_HEIGHT + 1), NOW, 'ERR_AGGREGATE_SIZE'],
    ['a claim twice', [first, ...others, first], NOW, 'ERR_AGGREGATE_DUPLICATE'],
    ['a commitment twice', [first, { ...first, validFrom: 1n }], NOW, 'ERR_AGGREGATE_DUPLICATE'],
    ['two trust roots', [...others, { ...first, trustRoot: 1n }], NOW, 'ERR_AGGREGATE_TRUST_ROOT'],
    ['a member that is over', [first, ...others], end + 1n, 'ERR_AGGREGATE_EXPIRED'],
  ])('%s', (_, claims, at, code) => {
    expect(codeOf(() => aggregateClaims(claims, { at }))).toBe(code);
  });

  test('not a member in its last second', () => {
    expect(codeOf(() => aggregateClaims([first, ...others], { at: end }))).toBe('none');
  });

  const part = (from: number, to: number) => aggregate(all.slice(from, to)).claim;
  const other = { ...all[9]!, trustRoot: 1n };
  const full = { ...part(0, 2), height: Field(AGGREGATE_HEIGHT) };
  test.each<[string, () => unknown, string]>([
    ['a pair under two roots', () => pairClaim(first, other), 'ERR_AGGREGATE_TRUST_ROOT'],
    [
      'a merge under two roots',
      () => mergeClaim(part(0, 2), pairClaim(other)),
      'ERR_AGGREGATE_TRUST_ROOT',
    ],
    [
      'a left one that is not full',
      () => mergeClaim(part(0, 3), part(3, 4)),
      'ERR_AGGREGATE_MERGE',
    ],
    ['a right one that is higher', () => mergeClaim(part(0, 2), part(2, 5)), 'ERR_AGGREGATE_MERGE'],
    [
      'what would be too high',
      () => mergeClaim(new AggregateClaim({ ...full, count: Field(1024) }), part(2, 4)),
      'ERR_AGGREGATE_SIZE',
    ],
  ])('%s', (_, merge, code) => {
    expect(codeOf(merge)).toBe(code);
  });
});
