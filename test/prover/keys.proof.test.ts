/** Every program, compiled from nothing, has the pinned verification key, indexes, rows and gates. */
import { expect, test } from '@jest/globals';
import { SETUP_PARTS } from '../../src/circuits/verification.ts';
import { BUILT_NAMES, checkKeys } from '../../src/prover/key-build.ts';
import { PINNED_PROGRAMS } from '../pins/pinned.ts';
import { inProvingProcess, SHARED } from '../support/proving/index.ts';

const counted = inProvingProcess(new URL('../support/proving/rows.ts', import.meta.url));

test('programs and setup are the pinned ones', async () => {
  const checked = [...BUILT_NAMES, 'pinned-proof', 'pinned-plain-proof', ...SETUP_PARTS];
  expect(await checkKeys(SHARED)).toEqual(
    checked.map((program) => expect.objectContaining({ program, matches: true })),
  );
  expect(await counted('programRows')).toEqual(PINNED_PROGRAMS);
});
