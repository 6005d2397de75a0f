/** What counts as a leak of the proving process. */
import { describe, expect, test } from '@jest/globals';
import { Growth } from '../../src/prover/growth.ts';

const GB = 2 ** 30;

/** Growth after proofs of these methods, with the memory after each. */
function after(...proofs: [method: string, gigabytes: number][]): number {
  const growth = new Growth();
  for (const [method, gigabytes] of proofs) growth.note(method, gigabytes * GB);
  return growth.bytes / GB;
}

describe('a proving process leaked', () => {
  test.each([
    ['nothing at its start', [], 0],
    [
      'nothing by the first proof of each method',
      [
        ['anchor', 3],
        ['extend', 5],
      ],
      0,
    ],
    [
      'what repeated proofs added',
      [
        ['anchor', 3],
        ['anchor', 3.25],
        ['anchor', 3.5],
      ],
      0.5,
    ],
    [
      'nothing where it became smaller',
      [
        ['anchor', 3],
        ['anchor', 2],
      ],
      0,
    ],
    [
      'what repeated proofs added around the first proof of another method',
      [
        ['anchor', 3],
        ['anchor', 3.25],
        ['extend', 6],
        ['anchor', 6.25],
      ],
      0.5,
    ],
  ] as [string, [string, number][], number][])('%s', (_, proofs, expected) => {
    expect(after(...proofs)).toBe(expected);
  });
});
