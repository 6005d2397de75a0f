/** Which maps of the past count after a restart, and what is on disk when. */
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { mapFacts } from '../../src/session/map-facts.ts';
import type { SourcedMap } from '../../src/session/map-file.ts';
import { MapHistory } from '../../src/session/map-history.ts';
import { codeOf } from '../pki/code-of.ts';
import { NOW } from '../support/certificates/index.ts';
import { ANCHOR, POINTS, SOURCES } from '../support/crl/index.ts';
import {
  CA_SOURCE,
  EARLIER,
  FOLDER,
  historyOf,
  LATER,
  MORE,
  moved,
  newFile,
  reissued,
  rootsAt,
  SAME,
  serve,
  TWO_CIS,
} from './histories.ts';
import { DAY, HOUR, mapOf, rootOf } from './maps.ts';

describe('a map that serves again', () => {
  test('and is the current one changes nothing, neither in memory nor in the file', async () => {
    const file = newFile();
    const history = await historyOf([EARLIER, SAME], file);
    const { ino, mtimeMs } = statSync(file);
    await serve(history, SAME, LATER + HOUR);
    expect(statSync(file)).toMatchObject({ ino, mtimeMs });
    expect(rootsAt(history, LATER + HOUR)).toEqual([rootOf(SAME), rootOf(EARLIER)]);
    expect(history.isUnspoiled(rootOf(EARLIER))).toBe(true);
  });

  test('and is the current one, with a CI more, keeps what counted', async () => {
    const file = newFile();
    const history = await historyOf([EARLIER, SAME], file);
    await serve(history, SAME, LATER, TWO_CIS);
    expect(rootsAt(history)).toEqual([rootOf(SAME), rootOf(EARLIER)]);
    // the CI is remembered: that it goes is noticed after a restart
    const again = await MapHistory.open(file);
    await serve(again, SAME, LATER, [ANCHOR]);
    expect(rootsAt(again)).toEqual([rootOf(SAME)]);
  });

  test('and is an older one is current again, and the newer one superseded', async () => {
    const history = await historyOf([EARLIER, MORE]);
    const at = LATER + 10n;
    await serve(history, EARLIER, at);
    expect(rootsAt(history, at, 0n)).toEqual([rootOf(EARLIER), rootOf(MORE)]);
    expect(history.isUnspoiled(rootOf(EARLIER))).toBe(true);
    expect(history.isUnspoiled(rootOf(MORE))).toBe(true);
    // nothing is forgotten: since LATER it is known what the older one does not say
    await serve(history, MORE, at + HOUR);
    expect(rootsAt(history, at + HOUR)).toEqual([rootOf(MORE)]);
    expect(history.isUnspoiled(rootOf(EARLIER))).toBe(false);
    expect(history.isUnspoiled(rootOf(MORE))).toBe(true);
  });

  test('and is an older one remembers across a restart that it was contradicted', async () => {
    const file = newFile();
    await serve(await historyOf([EARLIER, MORE], file), EARLIER, LATER + 10n);
    const history = await MapHistory.open(file);
    await serve(history, MORE, LATER + HOUR);
    expect(rootsAt(history, LATER + HOUR)).toEqual([rootOf(MORE)]);
  });
});

test('sixteen maps are remembered, newest first', async () => {
  const one = SOURCES.slice(0, 1);
  const maps = Array.from({ length: 18 }, (_, day) =>
    mapOf({}, { day: 0n, sources: [{ ...one[0]!, point: `http://ci.example/${day}` }] }),
  );
  const file = newFile();
  const history = await MapHistory.open(file);
  for (const map of maps) await serve(history, map, NOW);
  const newest = maps.toReversed().slice(0, 16).map(rootOf);
  expect(new Set(newest).size).toBe(16);
  expect(rootsAt(history, NOW)).toEqual(newest);
  const again = await MapHistory.open(file);
  await serve(again, maps.at(-1)!, NOW);
  expect(rootsAt(again, NOW)).toEqual(newest);
});

describe('after a restart', () => {
  async function restarted(maps: readonly SourcedMap[], next: SourcedMap, now = LATER) {
    const file = newFile();
    await historyOf(maps, file);
    const history = await MapHistory.open(file);
    expect(history.accepted(now)).toEqual([]);
    expect(history.isUnspoiled(rootOf(maps[0]!))).toBe(false);
    await serve(history, next, now);
    return history;
  }

  test('the same map spoils nothing and loses nothing', async () => {
    const history = await restarted([EARLIER, SAME], SAME);
    expect(history.accepted(LATER, 0n)).toEqual([SAME, EARLIER].map(({ map }) => mapFacts(map)));
    expect(history.isUnspoiled(rootOf(EARLIER))).toBe(true);
  });

  test.each([
    ['the same', SAME, true],
    ['less', reissued({ user: [7n] }), true],
    ['more', MORE, false],
    [
      'another source',
      reissued({}, { sources: moved(CA_SOURCE, 'http://ci.example/2.crl') }),
      false,
    ],
    ['no list where one was', reissued({}, { awaited: [POINTS.A] }), false],
  ])('a map that says %s is compared as ever', async (_, next, unspoiled) => {
    const history = await restarted([EARLIER], next);
    expect(rootsAt(history, LATER)).toEqual([rootOf(next), rootOf(EARLIER)]);
    expect(rootsAt(history, LATER, 0n)).toHaveLength(unspoiled ? 2 : 1);
    expect(history.isUnspoiled(rootOf(EARLIER))).toBe(unspoiled);
  });

  test('a map without an issuer that was there ends all others', async () => {
    const history = await restarted([EARLIER], reissued({}, { sources: SOURCES.slice(0, 3) }));
    expect(rootsAt(history)).toHaveLength(1);
  });

  test('the grace goes on from when it began', async () => {
    const history = await restarted([EARLIER, MORE], MORE, LATER + HOUR - 1n);
    expect(rootsAt(history, LATER + HOUR - 1n)).toHaveLength(2);
    expect(rootsAt(history, LATER + HOUR)).toHaveLength(1);
  });
});

describe('a new map counts once it is on disk', () => {
  test('and not before', async () => {
    const file = newFile();
    const history = await historyOf([EARLIER], file);
    const serving = serve(history, MORE);
    expect(rootsAt(history)).toEqual([rootOf(EARLIER)]);
    await serving;
    expect(rootsAt(history, LATER, 0n)).toEqual([rootOf(MORE)]);
    expect(readFileSync(file, 'utf8')).toContain(`"root": "${rootOf(MORE)}"`);
  });

  test('and not at all when it cannot be written; then a later call can', async () => {
    const folder = join(FOLDER, 'going');
    mkdirSync(folder);
    const history = await historyOf([EARLIER], join(folder, 'maps.json'));
    rmSync(folder, { recursive: true });
    await expect(serve(history, MORE)).rejects.toMatchObject({ code: 'ERR_FILE_WRITE' });
    expect(rootsAt(history)).toEqual([rootOf(EARLIER)]);
    mkdirSync(folder);
    await serve(history, MORE);
    expect(rootsAt(history, LATER, 0n)).toEqual([rootOf(MORE)]);
  });

  test('in the order of the calls', async () => {
    const history = await historyOf([EARLIER]);
    await Promise.all([serve(history, SAME), serve(history, MORE, LATER + 1n)]);
    expect(rootsAt(history, LATER + 1n)).toEqual([MORE, SAME, EARLIER].map(rootOf));
    expect(rootsAt(history, LATER + 1n, 0n)).toEqual([rootOf(MORE)]);
  });
});

interface Entry {
  key: string;
  state: string;
  point: string;
  serials: string;
}
interface Document {
  format: string;
  version: number;
  current: { root: string; ends: unknown[]; cis: string[]; entries: Entry[]; spoiledAt?: unknown };
  superseded: { root: string; supersededAt?: unknown; ends: number[] }[];
}

describe('the file', () => {
  const text = async () => {
    const file = newFile();
    await historyOf([EARLIER, SAME], file);
    return readFileSync(file, 'utf8');
  };
  const opened = async (change: (document: Document) => unknown) => {
    const document = JSON.parse(await text()) as Document;
    change(document);
    const file = newFile();
    writeFileSync(file, JSON.stringify(document), { mode: 0o600 });
    return MapHistory.open(file);
  };
  /** 20 bytes each. */
  const serials = (...numbers: number[]) =>
    Buffer.from(numbers.map((one) => one.toString(16).padStart(40, '0')).join(''), 'hex').toString(
      'base64',
    );
  const setSerials = (value: string) => (document: Document) =>
    (document.current.entries[0]!.serials = value);

  test('is for its owner only', async () => {
    const file = newFile();
    await historyOf([EARLIER], file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    chmodSync(file, 0o620);
    await expect(MapHistory.open(file)).rejects.toMatchObject({
      code: 'ERR_CREDENTIAL_PERMISSIONS',
    });
  });

  test('as it is, and with serial numbers in order, is taken', async () => {
    await expect(opened(() => {})).resolves.toBeInstanceOf(MapHistory);
    await expect(opened(setSerials(serials(1, 2, 300)))).resolves.toBeInstanceOf(MapHistory);
  });

  test.each<[string, (document: Document) => unknown]>([
    ['another format', (d) => (d.format = 'zkcx-revocation-map')],
    ['a field more', (d) => Object.assign(d, { more: 1 })],
    ['a field more in a record', (d) => Object.assign(d.superseded[0]!, { more: 1 })],
    ['no current map', (d) => Object.assign(d, { current: undefined })],
    ['no time of its end', (d) => (d.superseded[0]!.supersededAt = undefined)],
    ['a time that is text', (d) => (d.superseded[0]!.supersededAt = String(NOW))],
    ['a time that is no whole number', (d) => (d.current.spoiledAt = 1.5)],
    ['a time below 0', (d) => (d.current.spoiledAt = -1)],
    ['a root twice', (d) => (d.superseded[0]!.root = d.current.root)],
    ['a root of another form', (d) => (d.current.root = `0${d.current.root}`)],
    ['ends in another order', (d) => d.superseded[0]!.ends.unshift(Number(NOW + 99n * DAY))],
    ['an end twice', (d) => d.superseded[0]!.ends.push(d.superseded[0]!.ends.at(-1)!)],
    ['no CI', (d) => (d.current.cis = [])],
    ['an entry twice', (d) => d.current.entries.push(d.current.entries[0]!)],
    ['a state that is none', (d) => (d.current.entries[0]!.state = 'fresh')],
    ['a point without text', (d) => (d.current.entries[0]!.point = '')],
    ['serial numbers in another order', setSerials(serials(2, 1))],
    ['a serial number twice', setSerials(serials(2, 2))],
    ['part of a serial number', setSerials(serials(1).slice(4))],
    ['serial numbers that are no base64', setSerials('?')],
    [
      'too many maps',
      (d) =>
        (d.superseded = Array.from({ length: 16 }, (_, i) => ({
          ...d.superseded[0]!,
          root: `${i}`,
        }))),
    ],
  ])('with %s is refused', async (_, change) => {
    await expect(opened(change)).rejects.toMatchObject({ code: 'ERR_REVOCATION_FORMAT' });
  });

  test('of another version, or no JSON, is refused', async () => {
    await expect(opened((d) => (d.version = 2))).rejects.toMatchObject({
      code: 'ERR_REVOCATION_VERSION',
    });
    const file = newFile();
    writeFileSync(file, (await text()).slice(0, -9), { mode: 0o600 });
    await expect(MapHistory.open(file)).rejects.toMatchObject({ code: 'ERR_REVOCATION_FORMAT' });
  });

  test('that is a folder is refused', async () => {
    await expect(MapHistory.open(FOLDER)).rejects.toMatchObject({ code: 'ERR_FILE_READ' });
  });
});

describe('arguments of another form are refused', () => {
  test('by open', async () => {
    await expect(MapHistory.open(5 as never)).rejects.toMatchObject({ code: 'ERR_ARGUMENT' });
  });

  test('by serve', async () => {
    const history = await MapHistory.open(newFile());
    const options = { anchors: [ANCHOR], now: NOW };
    for (const [map, changed] of [
      [EARLIER.map, options],
      [EARLIER, { ...options, now: 5 }],
      [EARLIER, { ...options, now: undefined }],
      [EARLIER, { ...options, anchors: [5] }],
      [EARLIER, { ...options, grace: HOUR }],
    ]) {
      expect(codeOf(() => history.serve(map as never, changed as never))).toBe('ERR_ARGUMENT');
    }
    await expect(history.serve(EARLIER, { ...options, anchors: [] })).rejects.toMatchObject({
      code: 'ERR_TRUST_SIZE',
    });
  });

  test('by what asks', async () => {
    const history = await historyOf([EARLIER, MORE]);
    const calls = [
      () => history.accepted(NaN as never),
      () => history.accepted(LATER, -1n),
      () => history.accepted(LATER, 3600 as never),
      () => history.find('1' as never, LATER),
      () => history.find(1n, undefined as never),
      () => history.isUnspoiled(1 as never),
    ];
    for (const call of calls) expect(codeOf(call)).toBe('ERR_ARGUMENT');
  });
});
