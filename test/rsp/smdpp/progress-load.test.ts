/** What waits for an operator that does not answer costs a server little, however much there is to be told. */
import { setTimeout } from 'node:timers/promises';
import { afterEach, expect, jest, test } from '@jest/globals';
import { openProgress } from '../../../src/rsp/smdpp/progress/index.ts';
import { TestSmdp } from '../../support/rsp/smdpp.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

test('with news all the time, most of the time is left for others', async () => {
  const smdp = await TestSmdp.open();
  open.push(smdp);
  const { store } = smdp.server.context;
  const change = store.change();
  for (let key = 1; key <= 2_000; key++) {
    const record = { order: key, iccid: '8900000000000000000', at: Number(smdp.time), point: 1 };
    change.putProgress(key, { ...record, call: '00' }, () => undefined);
  }
  await change.commit({ durable: false });
  let looking = 0;
  const progress = store.progress.bind(store);
  jest.spyOn(store, 'progress').mockImplementation(async function* () {
    const begun = performance.now();
    try {
      yield* progress();
    } finally {
      looking += performance.now() - begun;
    }
  });
  // nothing listens there
  const options = { operators: [{ url: 'http://127.0.0.1:1' }], retryAfter: 60_000 };
  const told = await openProgress(options, { store, trust: smdp.trust, now: () => smdp.time });
  open.push(told);
  told.start();
  await setTimeout(500);
  looking = 0;
  const begun = performance.now();
  while (performance.now() - begun < 3_000) {
    told.outbox.onNoted();
    await setTimeout(1);
  }
  const time = performance.now() - begun;
  expect(looking).toBeGreaterThan(0);
  expect(looking / time).toBeLessThan(0.2);
}, 60_000);
