import { expect, test } from '@jest/globals';
import { waitWithin } from '../../src/cli/shared/pools.ts';

test('a schedule is followed after a random time, at most the one that was given', async () => {
  const waited: number[] = [];
  for (let i = 0; i < 20; i++) {
    const start = performance.now();
    await waitWithin({ within: 1 }, {});
    waited.push(performance.now() - start);
    if (Math.max(...waited) - Math.min(...waited) > 100) break;
  }
  // of 20 times within a second two are further apart than that
  expect(Math.max(...waited) - Math.min(...waited)).toBeGreaterThan(100);
  expect(Math.max(...waited)).toBeLessThan(5_000);
});

test('nothing is waited for where no time was given', async () => {
  const signal = AbortSignal.abort();
  await expect(waitWithin({}, { signal })).resolves.toBeUndefined();
});

test('waiting can be interrupted', async () => {
  const abort = new AbortController();
  const waiting = waitWithin({ within: 86_400 }, { signal: abort.signal });
  abort.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'ERR_CLI_INTERRUPTED' });
});
