/** The pinned setup is what kimchi computes from nothing. */
import { expect, test } from '@jest/globals';
import { computeSetup, SETUP_PARTS } from '../../src/circuits/proof-system.ts';
import { selectBackend } from '../../src/prover/backend.ts';
import { pinnedSetup } from '../../src/prover/keys.ts';

/** A point is 64 bytes; an SRS has one more, the base of blinding. */
const LENGTHS: Record<(typeof SETUP_PARTS)[number], number> = {
  'srs-fp': 64 * (2 ** 16 + 1),
  'srs-fq': 64 * (2 ** 15 + 1),
  'lagrange-basis-13': 64 * 2 ** 13,
  'lagrange-basis-14': 64 * 2 ** 14,
};

test('every part of the pinned setup is the computed one', async () => {
  selectBackend();
  const [computed, pinned] = [await computeSetup(), pinnedSetup()];
  for (const part of SETUP_PARTS) {
    expect(pinned[part].length).toBe(LENGTHS[part]);
    expect(Buffer.compare(computed[part], pinned[part])).toBe(0);
  }
}, 120_000);
