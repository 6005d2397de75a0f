import { expect, test } from '@jest/globals';
import { stateHashField } from '../../../../src/zkapp/client/node/base58.ts';

const NONE = '3NK2tkzqqK5spR2sZ7tujjqPksL45M3UUrcA4WhCkeiPtnugyE2x';

test('a state hash of a node is read as the field that it stands for', () => {
  expect(stateHashField(NONE)).toBe(0n);
  // of a block of Mina's main network; Python's integers gave the number
  expect(stateHashField('3NLrHxJXQbR3AHRjUMfLz1iy96xt1CDouJLFarkQfUKvodybLhJ5')).toBe(
    19106924691352850732244020357735189583736552701708911772477627391921634235119n,
  );
});

test('and nothing else is', () => {
  const [typo, key] = [
    `${NONE.slice(0, -1)}y`,
    'B62qiTKpEPjGTSHZrtM8uXiKgn8So916pLmNJKDhKeyBQL9TDb3nvBG',
  ];
  for (const text of ['', '1', '0', typo, NONE.slice(1), `1${NONE}`, key]) {
    expect(stateHashField(text)).toBeUndefined();
  }
});
