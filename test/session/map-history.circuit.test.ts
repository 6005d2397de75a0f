/** Which maps of the past count, and for how long. */
import { rmSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { mapFacts } from '../../src/session/map-facts.ts';
import type { SourcedMap } from '../../src/session/map-file.ts';
import { DEFAULT_GRACE, MapHistory } from '../../src/session/map-history.ts';
import { NOW } from '../support/certificates/index.ts';
import { ANCHOR, EUM_POINT, POINTS, SOURCES } from '../support/crl/index.ts';
import {
  EARLIER,
  EUM_SOURCE,
  historyOf,
  LATER,
  MORE,
  moved,
  newFile,
  reissued,
  rootsAt,
  SAME,
  serve,
  SUBCA_POINT,
  SUBCA_SOURCE,
  THIRD,
  TWO_CIS,
  USER_SOURCE,
} from './histories.ts';
import { DAY, HOUR, mapOf, rootOf } from './maps.ts';

describe('a history without records', () => {
  test('accepts nothing before a map serves, then that map alone', async () => {
    const history = await MapHistory.open(newFile());
    expect(history.accepted(NOW)).toEqual([]);
    expect(history.isUnspoiled(rootOf(EARLIER))).toBe(false);
    await serve(history, EARLIER, NOW);
    expect(history.accepted(NOW)).toEqual([mapFacts(EARLIER.map)]);
    expect(history.find(rootOf(EARLIER), NOW)).toEqual(mapFacts(EARLIER.map));
    expect(history.find(rootOf(SAME), NOW)).toBeUndefined();
    expect(history.isUnspoiled(rootOf(EARLIER))).toBe(true);
    expect(history.isUnspoiled(rootOf(SAME))).toBe(false);
  });

  test('accepts the current map alone when its file was lost', async () => {
    const file = newFile();
    await historyOf([EARLIER, SAME], file);
    rmSync(file);
    const history = await MapHistory.open(file);
    await serve(history, THIRD, NOW + 2n * DAY);
    expect(rootsAt(history, NOW + 2n * DAY)).toEqual([rootOf(THIRD)]);
  });
});

describe('a superseded map', () => {
  test.each([
    ['says the same', SAME],
    ['says less', reissued({ user: [7n] })],
    ['says nothing', reissued({})],
    ['says the same in another order', reissued({ ca: [3n], user: [7n, 5n], eum: [9n] })],
  ])('counts on when the next one %s', async (_, next) => {
    const history = await historyOf([EARLIER, next]);
    const [root, before] = [rootOf(next), rootOf(EARLIER)];
    expect(root).not.toBe(before);
    for (const now of [LATER, LATER + 5n * HOUR, NOW + 2n * DAY]) {
      expect(rootsAt(history, now, 0n)).toEqual([root, before]);
      expect(history.find(before, now, 0n)).toEqual(mapFacts(EARLIER.map));
    }
    expect(history.isUnspoiled(before)).toBe(true);
  });

  test.each([
    ['adds a serial number', MORE],
    ['adds the first of a list', reissued({ ca: [3n, 4n], user: [5n, 7n], eum: [9n] })],
    ['adds a smaller one', reissued({ user: [1n] })],
    ['adds a larger one', reissued({ eum: [1n << 150n] })],
    ['exchanges one for another, of fewer', reissued({ user: [6n] })],
    ['moves one to another list', reissued({ user: [9n], eum: [] })],
    [
      'has another source',
      reissued({}, { sources: moved(USER_SOURCE, 'http://ci.example/2.crl') }),
    ],
    ['has a source no more', reissued({}, { sources: moved(USER_SOURCE, 'none') })],
    ['has a source where none was', reissued({}, { sources: moved(SUBCA_SOURCE, SUBCA_POINT) })],
    ['awaits a list from the same source', reissued({}, { awaited: [POINTS.A] })],
  ])('counts for the grace only when the next one %s', async (_, next) => {
    const history = await historyOf([EARLIER, next]);
    const [root, before] = [rootOf(next), rootOf(EARLIER)];
    expect(DEFAULT_GRACE).toBe(HOUR);
    expect(rootsAt(history, LATER)).toEqual([root, before]);
    expect(rootsAt(history, LATER + HOUR - 1n)).toEqual([root, before]);
    expect(rootsAt(history, LATER + HOUR)).toEqual([root]);
    expect(rootsAt(history, LATER + HOUR, 2n * HOUR)).toEqual([root, before]);
    expect(rootsAt(history, LATER, 0n)).toEqual([root]);
    expect(history.find(before, LATER + HOUR)).toBeUndefined();
    expect(history.isUnspoiled(before)).toBe(false);
  });

  test('is spoiled by a list where none was published before, with serials or without', async () => {
    const none = moved(EUM_SOURCE, 'none');
    for (const eum of [[], [9n]]) {
      const before = mapOf({}, { sources: none });
      const history = await historyOf([before, reissued({ eum })]);
      expect(history.isUnspoiled(rootOf(before))).toBe(false);
      expect(rootsAt(history, LATER, 0n)).toHaveLength(1);
    }
  });

  test('is spoiled by the first list of a source if that has serials', async () => {
    const before = mapOf({}, { awaited: [EUM_POINT] });
    const empty = await historyOf([before, reissued({})]);
    expect(empty.isUnspoiled(rootOf(before))).toBe(true);
    const full = await historyOf([before, reissued({ eum: [9n] })]);
    expect(full.isUnspoiled(rootOf(before))).toBe(false);
  });

  test('is not spoiled by an issuer or a CI that is added', async () => {
    const before = mapOf({}, { sources: SOURCES.slice(0, 3) });
    const history = await historyOf([before]);
    await serve(history, reissued({ eum: [9n] }), LATER, TWO_CIS);
    expect(rootsAt(history, LATER, 0n)).toHaveLength(2);
    expect(history.isUnspoiled(rootOf(before))).toBe(true);
  });

  test('does not count at all once an issuer is removed', async () => {
    const history = await historyOf([EARLIER, SAME]);
    const next = mapOf({ ca: [3n], user: [5n, 7n] }, { day: 2n, sources: SOURCES.slice(0, 3) });
    await serve(history, next, NOW + 2n * DAY);
    expect(rootsAt(history, NOW + 2n * DAY, DAY)).toEqual([rootOf(next)]);
    expect(history.isUnspoiled(rootOf(SAME))).toBe(false);
    // nor does it come back when the issuer does
    await serve(history, THIRD, NOW + 2n * DAY + 1n);
    expect(rootsAt(history, NOW + 2n * DAY + 1n, DAY)).toEqual([rootOf(THIRD), rootOf(next)]);
  });

  test.each([
    ['with another map', THIRD],
    ['with the same map', SAME],
  ])('does not count at all once a CI is removed: %s', async (_, next) => {
    const file = newFile();
    const history = await MapHistory.open(file);
    await serve(history, EARLIER, NOW, TWO_CIS);
    await serve(history, SAME, LATER, TWO_CIS);
    expect(rootsAt(history, LATER)).toEqual([rootOf(SAME), rootOf(EARLIER)]);
    await serve(history, next, LATER + 1n, [ANCHOR]);
    expect(rootsAt(history, LATER + 1n, DAY)).toEqual([rootOf(next)]);
    // on disk as well
    const again = await MapHistory.open(file);
    await serve(again, next, LATER + 1n, [ANCHOR]);
    expect(rootsAt(again, LATER + 1n, DAY)).toEqual([rootOf(next)]);
  });

  test('is spoiled by a later map than its successor too', async () => {
    const history = await historyOf([EARLIER, SAME]);
    const next = mapOf({ ca: [3n], user: [5n, 7n], eum: [9n, 11n] }, { day: 2n });
    const at = NOW + 2n * DAY - HOUR;
    await serve(history, next, at);
    expect(rootsAt(history, at)).toEqual([next, SAME, EARLIER].map(rootOf));
    expect(rootsAt(history, at, 0n)).toEqual([rootOf(next)]);
    expect([SAME, EARLIER].map((one) => history.isUnspoiled(rootOf(one)))).toEqual([false, false]);
  });

  test('stays spoiled, since the first time, whatever comes later', async () => {
    const history = await historyOf([EARLIER, MORE]);
    // the number that spoiled it is on the list no more; then another is added
    await serve(history, THIRD, LATER + 60n);
    expect(history.isUnspoiled(rootOf(EARLIER))).toBe(false);
    expect(history.isUnspoiled(rootOf(MORE))).toBe(true);
    await serve(history, mapOf({ user: [8n] }, { day: 3n }), LATER + 120n);
    const grace = 600n;
    const accepted = (now: bigint) => rootsAt(history, now, grace).slice(1);
    expect(accepted(LATER + grace - 1n)).toEqual([THIRD, MORE, EARLIER].map(rootOf));
    expect(accepted(LATER + grace)).toEqual([THIRD, MORE].map(rootOf));
    expect(accepted(LATER + 120n + grace)).toEqual([]);
  });
});

describe('lists of a superseded map', () => {
  const END = NOW + 2n * DAY;
  const counts = (history: MapHistory, map: SourcedMap, now: bigint) =>
    history.find(rootOf(map), now) !== undefined;

  test('must all be fresh, but for what clocks differ', async () => {
    const before = mapOf({}, { eumEnd: END - HOUR });
    const next = reissued({});
    const history = await historyOf([before, next]);
    expect(counts(history, before, END - HOUR + 300n)).toBe(true);
    expect(counts(history, before, END - HOUR + 301n)).toBe(false);
    // those of the current one need not
    expect(counts(history, next, END + 9n * DAY)).toBe(true);
    // and that a list is over contradicts nothing that it said
    expect(history.isUnspoiled(rootOf(before))).toBe(true);
  });

  test('do not speak against it when they were over before it was superseded', async () => {
    const before = mapOf({}, { eumEnd: NOW + HOUR });
    const history = await historyOf([before, reissued({})]);
    expect(counts(history, before, LATER)).toBe(true);
    expect(counts(history, before, END + 300n)).toBe(true);
    expect(counts(history, before, END + 301n)).toBe(false);
  });

  test('must not all have been over by then', async () => {
    const history = await historyOf([EARLIER]);
    await serve(history, SAME, END);
    expect(rootsAt(history, END)).toEqual([rootOf(SAME)]);
  });

  test('need not exist', async () => {
    const none = SOURCES.map((source) => ({ ...source, point: 'none' }));
    const before = mapOf({}, { sources: none });
    const history = await historyOf([before]);
    await serve(history, mapOf({}, { sources: [...none, { ...SUBCA_SOURCE, kind: 'user' }] }));
    expect(counts(history, before, LATER + 900n * DAY)).toBe(true);
  });

  test('that end cut the grace short', async () => {
    const before = mapOf({}, { eumEnd: LATER + 60n });
    const history = await historyOf([before, MORE]);
    expect(counts(history, before, LATER + 360n)).toBe(true);
    expect(counts(history, before, LATER + 361n)).toBe(false);
  });
});

describe('a clock that goes back', () => {
  test('does not lengthen the grace', async () => {
    const history = await historyOf([EARLIER, MORE]);
    for (const grace of [0n, HOUR, DAY]) {
      expect(rootsAt(history, LATER - 1n, grace)).toEqual([rootOf(MORE)]);
    }
  });

  test('does not take away what nothing contradicts', async () => {
    const history = await historyOf([EARLIER, SAME]);
    expect(rootsAt(history, LATER - 60n, 0n)).toEqual([rootOf(SAME), rootOf(EARLIER)]);
  });

  test('between two maps leaves their order as it was', async () => {
    const history = await historyOf([EARLIER, SAME]);
    await serve(history, THIRD, LATER - 60n);
    expect(rootsAt(history, LATER - 60n)).toEqual([THIRD, SAME, EARLIER].map(rootOf));
  });
});
