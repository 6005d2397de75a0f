/** The pinned setup is what kimchi computes from nothing. */
import { expect, test } from '@jest/globals';
import { computeSetup, SETUP_PARTS } from '../../src/circuits/proofSystem.ts';
import { selectBackend } from '../../src/prover/backend.ts';
import { pinnedSetup } from '../../src/prover/keys.ts';

test('every part of the pinned setup is the computed one', async () => {
  selectBackend();
  const [computed, pinned] = [await computeSetup(), pinnedSetup()];
  for (const part of SETUP_PARTS) {
    expect(pinned[part].length).toBeGreaterThan(1_000_000);
    expect(Buffer.compare(computed[part], pinned[part])).toBe(0);
  }
}, 120_000);
