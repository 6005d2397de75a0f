/** Publications in every block, and a holder and a verifier who read the registry at different blocks. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { publishRefresh } from '../../../../src/zkapp/client/publish.ts';
import type { PublicationRecord } from '../../../../src/zkapp/client/reading/publications.ts';
import { recentRoots } from '../../../../src/zkapp/client/reading/recent-roots.ts';
import { formatRegistry, loadRegistry } from '../../../../src/session/registry-file.ts';
import { refreshEnvelope, createWorld, GENESIS, type World } from '../world.ts';

const HOUR = 3_600n;
/** A multiple of three hours. */
const START = 1_700_006_400n;

/** One publication each hour, from START on; its root is its number. */
const hourly = (count: number): PublicationRecord[] =>
  Array.from({ length: count }, (_, i) => ({
    transaction: '5J',
    height: i,
    value: 0n,
    place: i,
    time: START + BigInt(i) * HOUR,
    root: BigInt(i + 1),
    size: i + 1,
  }));
const rootsAt = (hours: bigint, count: number, minimum = 1) =>
  recentRoots(hourly(count), { time: START + hours * HOUR, minimum }).map(({ root }) =>
    Number(root.toBigInt()),
  );

describe('roots of the recent past', () => {
  test('are those that stood at multiples of three hours, for 24 hours', () => {
    // the block at the moment itself counts
    expect(rootsAt(30n, 31)).toEqual([28, 25, 22, 19, 16, 13, 10, 7]);
    expect(rootsAt(31n, 32)).toEqual([31, 28, 25, 22, 19, 16, 13, 10]);
    expect(rootsAt(32n, 33)).toEqual([31, 28, 25, 22, 19, 16, 13, 10]);
    // exactly 24 hours ago is within, and the newest root is not repeated
    expect(rootsAt(33n, 34)).toEqual([31, 28, 25, 22, 19, 16, 13, 10]);
    expect(rootsAt(33n, 30)).toEqual([28, 25, 22, 19, 16, 13, 10]);
  });

  test('hide enough, or are not accepted', () => {
    expect(rootsAt(32n, 33, 20)).toEqual([31, 28, 25, 22]);
    expect(recentRoots(hourly(33), { time: START + 32n * HOUR })).toEqual([]);
    expect(recentRoots([], { time: START })).toEqual([]);
  });
});

describe('a holder and a verifier', () => {
  let world: World;
  /** Slots of three hours. */
  const STEP = 60;
  beforeAll(async () => {
    world = await createWorld();
    // a publication in the block before a multiple of three hours, and in that after it, twice
    const now = GENESIS + 180n * BigInt(await world.chain.slot());
    const multiple = now - (now % 10_800n) + 10_800n;
    const first = Math.floor(Number(multiple - GENESIS) / 180);
    for (const [i, slot] of [first - 1, first + 1, first + STEP - 1, first + STEP + 1].entries()) {
      world.chain.setSlot(slot);
      await publishRefresh(world.sender, await world.sync(), refreshEnvelope(i + 1));
    }
  });
  afterAll(() => world.close());

  test('meet under a root that both accept, while every block has a publication', async () => {
    const holder = loadRegistry(formatRegistry((await world.sync({ minimumMembers: 1 })).tree));
    for (const number of [5, 6]) {
      world.chain.setSlot((await world.chain.slot()) + 1);
      await publishRefresh(world.sender, await world.sync(), refreshEnvelope(number));
    }
    const { tree: verifier } = await world.sync({ minimumMembers: 1 });
    // neither knows, or accepts, the newest root of the other
    expect(holder.at(verifier.root.toBigInt())).toBeUndefined();
    expect(verifier.at(holder.root.toBigInt())).toBeUndefined();
    // two publications older than the newest, and accepted
    const asked = verifier.commonRoot.toBigInt();
    expect(verifier.recent.map(({ publications }) => publications)).toEqual([3, 1]);
    expect(holder.at(asked)!.root.toBigInt()).toBe(asked);
    const old = verifier.recent.map(({ root }) => root.toBigInt());

    // a day later these are over
    world.chain.setSlot((await world.chain.slot()) + 480 + STEP);
    await publishRefresh(world.sender, await world.sync(), refreshEnvelope(7));
    const { tree: later } = await world.sync({ minimumMembers: 1 });
    expect(old.map((root) => later.at(root))).toEqual([undefined, undefined]);
    expect(later.at(verifier.root.toBigInt())!.root).toEqual(verifier.root);
  });
});
