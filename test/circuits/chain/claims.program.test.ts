/** What ties a link to the trust root and to the claim before it, each part changed alone. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { AnchorWitness, ExtendWitness } from '../../../src/circuits/chain.program.ts';
import { ChainClaim, CiLeaf, Opening } from '../../../src/circuits/claims.ts';
import { caseOf, sgp26Device } from '../../support/certificates/index.ts';
import { type LinkInput, stepsOf } from './chain-circuit.ts';
import { linkJudge, type LinkJudge } from './link-judge.ts';

const [first, second] = stepsOf(caseOf('SGP.26 eUICC', sgp26Device()));
if (first?.method !== 'anchor' || second?.method !== 'extend') throw Error('two steps expected');

let accepts: LinkJudge;

beforeAll(async () => {
  accepts = await linkJudge();
});

describe('anchor', () => {
  const { witness, claim } = first;
  const changed = (change: Partial<AnchorWitness>): LinkInput => ({
    method: 'anchor',
    witness: new AnchorWitness({ ...witness, ...change }),
    // the commitment follows the change, the trust root must not
    claim: undefined,
  });
  const underRoot = (input: LinkInput): LinkInput => ({ ...input, claim });

  test('takes the honest witness', async () => expect(await accepts(first)).toBe(true));

  test.each([
    ['another sibling', { siblings: witness.siblings.map((x, i) => (i === 3 ? x.add(1) : x)) }],
    ['another side', { right: witness.right.map((x, i) => (i === 5 ? Field(1) : x)) }],
    [
      'a leaf with other roles',
      { ci: new CiLeaf({ ...witness.ci, roles: witness.ci.roles.add(1n << 10n) }) },
    ],
  ])('under the root refuses %s', async (_, change) => {
    expect(await accepts(underRoot(changed(change)))).toBe(false);
  });

  test('refuses a side that is no bit, under any root', async () => {
    const right = witness.right.map((x, i) => (i === 0 ? Field(2) : x));
    expect(await accepts(changed({ right }))).toBe(false);
  });
});

describe('extend', () => {
  const { witness } = second;
  const earlierClaim = new ChainClaim(first.claim);
  const opened = (change: Partial<Opening>): LinkInput => ({
    method: 'extend',
    witness: new ExtendWitness({
      ...witness,
      earlier: new Opening({ ...witness.earlier, ...change }),
    }),
    earlierClaim,
  });

  test('takes the honest opening', async () => expect(await accepts(opened({}))).toBe(true));

  const one = Field(1);
  const { earlier } = witness;
  test.each<[string, Partial<Opening>]>([
    ['blind', { blind: earlier.blind.add(1) }],
    ['CI leaf', { ciLeaf: earlier.ciLeaf.add(1) }],
    ['number of links', { links: Field(2) }],
    ['handles', { handles: [...earlier.handles.slice(0, 3), one] }],
    ['path length', { pathLen: earlier.pathLen.add(1) }],
    ['cRLSign', { cRLSign: one.sub(earlier.cRLSign) }],
    ['constraints', { constraints: { ...earlier.constraints, count: Field(0) } }],
    ['organisation', { organisation: { ...earlier.organisation, length: one } }],
    ['identity', { identity: one }],
  ])('refuses an opening with another %s', async (_, change) => {
    expect(await accepts(opened(change))).toBe(false);
  });

  test.each<[string, Partial<Opening>]>([
    ['begins later', { validFrom: earlier.validFrom.add(1) }],
    ['ends sooner', { validUntil: earlier.validUntil.sub(1) }],
    ['comes from a certificate that is no CA', { cA: Field(0) }],
    ['comes from a certificate without keyCertSign', { keyCertSign: Field(0) }],
    ['is of a full chain', { links: Field(4) }],
    ['is of no link', { links: Field(0) }],
  ])('refuses an earlier claim that %s', async (_, change) => {
    // a claim that such an opening truly stands behind
    const input = opened(change);
    expect(await accepts({ ...input, earlierClaim: undefined } as LinkInput)).toBe(false);
  });
});
