import { expect, it } from '@jest/globals';

const { GATE } = await import('../../../src/circuits/kimchi/gates.ts');
const { selfTest } = await import('../../../src/circuits/kimchi/self-test.ts');

it('accepts the pinned o1js', async () => {
  await expect(selfTest()).resolves.toBeUndefined();
});

it.each(Object.keys(GATE) as (keyof typeof GATE)[])(
  'notices another number of %s',
  async (kind) => {
    const numbers: Record<string, number> = GATE;
    const right = numbers[kind] as number;
    numbers[kind] = 9; // a gate kind that no circuit here uses
    try {
      await expect(selfTest()).rejects.toThrow(/o1js is not as the circuits need it: gate 9/);
    } finally {
      numbers[kind] = right;
    }
  },
);
