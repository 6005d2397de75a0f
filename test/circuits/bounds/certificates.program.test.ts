/** On one side of each bound plain checks and the circuit take a chain, on the other neither does. */
import { beforeAll, expect, test } from '@jest/globals';
import { verdict } from '../../support/certificates/judge.ts';
import { certificateBounds } from '../../support/bounds/certificates.ts';
import type { BoundChain } from '../../support/bounds/certificate-row.ts';
import { inputAt, stepsOf } from '../chain/chain-circuit.ts';
import { linkJudge, type LinkJudge } from '../chain/link-judge.ts';

let accepts: LinkJudge;
beforeAll(async () => {
  accepts = await linkJudge();
}, 120_000);

/** Whether the link at the bound has a proof. */
async function provable(row: BoundChain): Promise<boolean> {
  let input;
  try {
    input = inputAt(row, row.link);
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError); // longer than the buffer
    return false;
  }
  return accepts(input);
}

test.each(certificateBounds().map((bound) => [bound.name, bound] as const))(
  '%s',
  async (_, bound) => {
    const [near, far] = [bound.build(bound.near as never), bound.build(bound.far as never)];
    expect([verdict(near), await provable(near)]).toEqual(['valid', true]);
    // and what comes out is what plain code computes
    expect(await accepts(stepsOf(near)[near.link]!)).toBe(true);
    expect([verdict(far), await provable(far)]).toEqual([bound.code, false]);
  },
);
