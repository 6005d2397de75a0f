/** What counts at a server's moment, and what it takes for a server to take part in zkCX at all. */
import { expect, test } from '@jest/globals';
import { trustFacts } from '../../../src/session/accepted-roots.ts';
import { mapFacts } from '../../../src/session/map-facts.ts';
import { acceptedBy } from '../../../src/rsp/zkcx/server/accepted.ts';
import { zkcxServer } from '../../../src/rsp/zkcx/server/index.ts';
import type { ServerRoots } from '../../../src/rsp/zkcx/server/roots.ts';
import { ANCHORS, MAP, mapWith, NOW, serverRootsOf } from '../../session/world.ts';
import { TestSmdp } from '../../support/rsp/smdpp.ts';

test('what counts are the present set of CIs and the present map', async () => {
  let roots: ServerRoots = serverRootsOf(MAP);
  const accepted = acceptedBy({ roots: async () => roots, grace: 3_600n, now: () => NOW });
  expect(await accepted()).toEqual({
    trustSets: [trustFacts(ANCHORS)],
    maps: [mapFacts(MAP)],
    registryRoots: undefined,
  });
  // a set that was replaced is gone at once
  const fewer = ANCHORS.slice(0, 1);
  roots = { ...roots, anchors: fewer, registryRoots: [7n, 6n] };
  expect(await accepted()).toMatchObject({
    trustSets: [trustFacts(fewer)],
    registryRoots: [7n, 6n],
  });
});

test.each([0n, 3_600n])(
  'an earlier map counts for %d s once a later one contradicts it',
  async (grace) => {
    const [later, earlier] = [mapFacts(mapWith({ user: [99n] })), mapFacts(MAP)];
    const superseded = [{ facts: earlier, supersededAt: NOW, spoiledAt: NOW }];
    const roots = { ...serverRootsOf(MAP), history: { current: later, superseded } };
    let now = NOW;
    const accepted = acceptedBy({ roots: async () => roots, grace, now: () => now });
    const maps = async () => (await accepted()).maps;
    expect(await maps()).toEqual(grace === 0n ? [later] : [later, earlier]);
    now += grace;
    expect(await maps()).toEqual([later]);
  },
);

test('a server with an address of more than 195 characters does not take part', async () => {
  const label = 'a'.repeat(60);
  const address = [label, label, label, 'a'.repeat(13)].join('.');
  expect(address).toHaveLength(196);
  const smdp = await TestSmdp.open({ address });
  try {
    const roots = () => Promise.reject(Error('not asked'));
    const open = zkcxServer({ roots })(smdp.server.context);
    await expect(open).rejects.toMatchObject({ code: 'ERR_SESSION_VALUE' });
  } finally {
    await smdp.close();
  }
});
