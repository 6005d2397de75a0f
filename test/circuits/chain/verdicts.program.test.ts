/**
 * The circuit and the plain checks on the same chains: every variation that real certificates show
 * is taken, with the commitment that plain code computes; every row of the fault table is refused.
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ChainClaim } from '../../../src/circuits/claims.ts';
import {
  caseOf,
  faults,
  sgp26Device,
  sgp26Server,
  variations,
} from '../../support/certificates/index.ts';
import { inputAt, type LinkInput, stepsOf } from './chain-circuit.ts';
import { linkJudge, type LinkJudge } from './link-judge.ts';

let accepts: LinkJudge;

const device = caseOf('SGP.26 eUICC', sgp26Device());

beforeAll(async () => {
  accepts = await linkJudge();
});

describe('chains that hold', () => {
  const cases = [
    device,
    ...(['dpAuth', 'dpPb', 'dpTls'] as const).map((leaf) =>
      caseOf(`SGP.26 ${leaf}`, sgp26Server(leaf)),
    ),
    ...variations(),
  ];
  // an unchanged certificate under the same CI is judged once
  const judged = new Set<string>();
  it.each(cases.map((row) => [row.name, row] as const))('%s', async (_, row) => {
    for (const step of stepsOf(row)) {
      const input = ChainClaim.toFields(step.claim).join();
      if (!judged.has(input)) expect(await accepts(step)).toBe(true);
      judged.add(input);
    }
    expect(judged.size).toBeGreaterThan(0);
  });
});

describe('fault table', () => {
  const seen = ['tbs', 'chain'];
  const rows = faults().filter(({ scope, chain }) => chain.length > 0 && seen.includes(scope));
  it('covers at least forty faults', () => expect(rows.length).toBeGreaterThanOrEqual(40));

  it.each(rows.map((row) => [row.name, row] as const))('%s', async (_, row) => {
    let input: LinkInput;
    try {
      input = inputAt(row, row.link);
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError); // longer than the buffer
      return;
    }
    expect(await accepts(input)).toBe(false);
  });
});
