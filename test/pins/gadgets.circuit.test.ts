/** The programs are compared where their keys are: test/prover/chain.proof.test.ts. */
import { expect, test } from '@jest/globals';
import { gadgetRows } from '../../bench/row-counts.ts';
import { PINNED_GADGETS } from './pinned.ts';

test('rows, domain and gates of the gadgets are as pinned', async () => {
  expect(await gadgetRows()).toEqual(PINNED_GADGETS);
}, 120_000);
