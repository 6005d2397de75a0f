/** Times of presentations: which there are, which one is presented, which are accepted. */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Field } from 'o1js';
import { ENTRY_STATE, NEVER } from '../../src/circuits/revocation.ts';
import {
  assertEventTime,
  ciEnds,
  DEFAULT_MAX_AGE,
  DEFAULT_TOLERANCE,
  type EventFacts,
  type EventPolicy,
  latestEvent,
  MIN_MAX_AGE,
} from '../../src/session/events.ts';
import { mapFacts } from '../../src/session/map-facts.ts';
import { buildMap } from '../../src/session/map-file.ts';
import { awaitedEntry, noneEntry, RevocationMap } from '../../src/witness/revocation-map.ts';
import { placeOf } from '../../src/witness/revocation.ts';
import { codeOf } from '../pki/code-of.ts';
import { NOW } from '../support/certificates/index.ts';
import { ANCHOR, listOf, POINTS, sgp26List, SOURCES } from '../support/crl/index.ts';
import { DAY, HOUR, mapOf, rootOf } from './maps.ts';

/** Two o'clock in the afternoon: noon is the last fixed event. */
const AFTERNOON = NOW + 2n * HOUR;

interface Times {
  readonly beginnings?: readonly bigint[];
  readonly ends?: readonly bigint[];
  readonly cis?: readonly bigint[];
}
const factsOf = ({ beginnings = [], ends = [], cis = [] }: Times): EventFacts => ({
  map: { root: 1n, beginnings, ends },
  ciEnds: cis,
});
const NO_LISTS = factsOf({});

const accepted = (time: bigint, policy: Partial<EventPolicy>) =>
  codeOf(() => assertEventTime(time, { facts: NO_LISTS, now: AFTERNOON, ...policy }));

describe('facts', () => {
  test('of a map are the times of its lists, ascending, each once', () => {
    const map = mapOf({ eum: [5n] }, { eumEnd: NOW + DAY });
    expect(mapFacts(map.map)).toEqual({
      root: rootOf(map),
      beginnings: [NOW],
      ends: [NOW + DAY, NOW + 2n * DAY],
    });
    expect(Object.isFrozen(mapFacts(map.map).ends)).toBe(true);
  });

  test('of a map without lists are none, whatever floors its entries carry', () => {
    const sources = SOURCES.map((source) => ({ ...source, floor: NOW - DAY }));
    const { map } = buildMap({ sources, anchors: [ANCHOR], lists: [], at: NOW });
    const states = [...map.hashed.entries.values()].map(({ state }) => state.toBigInt());
    expect(new Set(states)).toEqual(new Set([ENTRY_STATE.none, ENTRY_STATE.awaited]));
    expect(mapFacts(map)).toMatchObject({ beginnings: [], ends: [] });
  });

  test('of CIs are the seconds after they end', () => {
    const later = { ...ANCHOR, notAfter: ANCHOR.notAfter + 7n };
    expect(ciEnds([later, ANCHOR, later])).toEqual([ANCHOR.notAfter + 1n, ANCHOR.notAfter + 8n]);
    expect(ciEnds([])).toEqual([]);
  });

  test('are taken of maps and CIs only', () => {
    expect(codeOf(() => mapFacts({ root: Field(1) } as never))).toBe('ERR_ARGUMENT');
    expect(codeOf(() => ciEnds([{ notAfter: 1n }] as never))).toBe('ERR_ARGUMENT');
  });
});

describe('entries without a list', () => {
  // all that keeps a proof from relying on the one, and lets it always rely on the other
  test('are over before every time where a list is awaited, and after every time where none is', () => {
    expect(awaitedEntry(Field(9), NOW).entry.nextUpdate.toBigInt()).toBe(0n);
    expect(noneEntry(NOW).entry.nextUpdate.toBigInt()).toBe(1n << 38n);
    expect(NEVER).toBe(274_877_906_944n);
  });

  test.each([
    ['awaited', awaitedEntry(Field(9)), 0n, 'ERR_REVOCATION_STALE'],
    ['awaited', awaitedEntry(Field(9)), NOW, 'ERR_REVOCATION_STALE'],
    ['none', noneEntry(), 0n, 'none'],
    ['none', noneEntry(), (1n << 38n) - 1n, 'none'],
  ])('%s: %#', (_, entry, time, code) => {
    const map = new RevocationMap();
    const place = placeOf({ issuer: ANCHOR.publicKey, kind: 'ca' });
    map.set(place, entry);
    expect(codeOf(() => map.witness(place, 5n, time))).toBe(code);
  });
});

describe('the latest event', () => {
  test.each([
    ['at noon itself', NOW, NO_LISTS, NOW],
    ['a second before noon', NOW - 1n, NO_LISTS, NOW - 6n * HOUR],
    ['in the afternoon', AFTERNOON, NO_LISTS, NOW],
    ['after a list began', AFTERNOON, factsOf({ beginnings: [NOW + HOUR] }), NOW + HOUR],
    ['in the second in which a list ends', AFTERNOON, factsOf({ ends: [AFTERNOON] }), AFTERNOON],
    ['a second before that', AFTERNOON - 1n, factsOf({ ends: [AFTERNOON] }), NOW],
    ['after a CI ended', AFTERNOON, factsOf({ cis: [NOW + 17n] }), NOW + 17n],
    [
      'after several things',
      AFTERNOON,
      factsOf({ beginnings: [5n, NOW + 9n], ends: [NOW + 8n], cis: [NOW + 7n, NOW + DAY] }),
      NOW + 9n,
    ],
    ['when all else is long ago', AFTERNOON, factsOf({ beginnings: [5n], ends: [6n] }), NOW],
  ])('%s', (_, now, facts, event) => {
    expect(latestEvent(facts, now)).toBe(event);
  });

  const moment = fc.bigInt({ min: NOW - DAY, max: NOW + DAY });
  const someTimes = fc.array(moment, { maxLength: 5 });
  test('is accepted at once, also by a clock that differs by up to 300 s', () => {
    fc.assert(
      fc.property(
        fc.record({ beginnings: someTimes, ends: someTimes, cis: someTimes }),
        moment,
        fc.bigInt({ min: -300n, max: 300n }),
        (times, now, ahead) => {
          const facts = factsOf(times);
          const event = latestEvent(facts, now);
          expect(accepted(event, { facts, now: now + ahead })).toBe('none');
        },
      ),
    );
  });

  test('takes facts and a time of the right form', () => {
    expect(codeOf(() => latestEvent({ map: {} } as never, NOW))).toBe('ERR_ARGUMENT');
    expect(codeOf(() => latestEvent(NO_LISTS, 5 as never))).toBe('ERR_ARGUMENT');
  });
});

describe('the time of a presentation', () => {
  test.each([
    ['a fixed event', NOW, {}],
    ['midnight', NOW - 12n * HOUR, {}],
    ['when a list began', NOW + 5n, { beginnings: [NOW + 5n] }],
    ['when a list ended', NOW + 5n, { ends: [NOW + 5n] }],
    ['when a CI ended', NOW + 5n, { cis: [NOW + 5n] }],
  ])('may be %s', (_, time, times) => {
    expect(accepted(time, { facts: factsOf(times) })).toBe('none');
  });

  test.each([
    ['a second after an event', NOW + 1n, {}],
    ['the present', AFTERNOON, {}],
    ['three o’clock in the morning', NOW - 9n * HOUR, {}],
    ['an event of another map', NOW + 5n, { beginnings: [NOW + 6n], ends: [NOW + DAY] }],
    ['no time at all', undefined as never, {}],
    ['not a number', NaN as never, {}],
    ['a number of another kind', Number(NOW) as never, {}],
  ])('may not be %s', (_, time, times) => {
    expect(accepted(time, { facts: factsOf(times) })).toBe('ERR_PROOF_TIME');
  });

  test.each([
    [0n, 'none'],
    [300n, 'none'],
    [301n, 'ERR_PROOF_TIME'],
  ])('may lie %s seconds ahead: %s', (ahead, code) => {
    expect(DEFAULT_TOLERANCE).toBe(300n);
    expect(accepted(NOW, { now: NOW - ahead })).toBe(code);
  });

  test('may lie ahead by another tolerance that the verifier sets', () => {
    expect(accepted(NOW, { now: NOW - 1n, tolerance: 0n })).toBe('ERR_PROOF_TIME');
    expect(accepted(NOW, { now: NOW - 600n, tolerance: 600n })).toBe('none');
  });

  test.each([
    [undefined, 24n * HOUR, 'none'],
    [undefined, 24n * HOUR + 1n, 'ERR_PROOF_TIME'],
    [8n * HOUR, 8n * HOUR, 'none'],
    [8n * HOUR, 8n * HOUR + 1n, 'ERR_PROOF_TIME'],
    [72n * HOUR, 72n * HOUR, 'none'],
  ])('under a maxAge of %s may lie %s seconds back: %s', (maxAge, ago, code) => {
    expect([DEFAULT_MAX_AGE, MIN_MAX_AGE]).toEqual([86_400n, 28_800n]);
    expect(accepted(NOW, { now: NOW + ago, maxAge })).toBe(code);
  });

  test.each([
    ['list', { ends: [NOW + HOUR] }],
    ['CI', { cis: [NOW + HOUR] }],
  ])(
    'may not lie before the end of a %s that is over for longer than clocks differ',
    (_, times) => {
      const facts = factsOf(times);
      const at = (now: bigint) => accepted(NOW, { facts, now });
      expect(at(NOW + HOUR - 1n)).toBe('none');
      expect(at(NOW + HOUR)).toBe('none');
      expect(at(NOW + HOUR + 300n)).toBe('none');
      expect(at(NOW + HOUR + 301n)).toBe('ERR_PROOF_TIME');
      // within maxAge by far; only what was made after that end counts
      expect(accepted(NOW + HOUR, { facts, now: NOW + HOUR + 301n })).toBe('none');
    },
  );

  test('is compared with every end, not only with the first or the last', () => {
    const at = (ends: bigint[]) =>
      accepted(NOW, { facts: factsOf({ ends }), now: NOW + 3n * HOUR });
    expect(at([NOW - HOUR, NOW, NOW + DAY])).toBe('none');
    expect(at([NOW - HOUR, NOW + HOUR, NOW + DAY])).toBe('ERR_PROOF_TIME');
    expect(at([NOW + DAY, NOW + HOUR])).toBe('ERR_PROOF_TIME');
  });

  test('may lie before the beginning of a list: a map that was reissued wastes nothing', () => {
    const facts = factsOf({ beginnings: [NOW + HOUR], ends: [NOW + DAY] });
    expect(accepted(NOW, { facts, now: NOW + 2n * HOUR })).toBe('none');
  });

  test.each([
    ['a maxAge below eight hours', { maxAge: 8n * HOUR - 1n }],
    ['a maxAge that is no time', { maxAge: 86_400 as never }],
    ['a tolerance that is no time', { tolerance: NaN as never }],
    ['a clock that is no time', { now: undefined as never }],
    ['facts without ends', { facts: { map: { root: 1n, beginnings: [] }, ciEnds: [] } as never }],
    ['ends that are no times', { facts: factsOf({ ends: [NaN as never] }) }],
    ['more ends than a map has', { facts: factsOf({ ends: Array<bigint>(4096).fill(NOW) }) }],
  ])('is not checked under %s', (_, policy) => {
    expect(accepted(NOW, policy)).toBe('ERR_ARGUMENT');
  });
});

describe('the events of a real map', () => {
  test('are those of the map that the root names, not of another', () => {
    const end = NOW + 30n * HOUR + 60n;
    const now = NOW + 31n * HOUR;
    const [own, other] = [mapOf({}, { eumEnd: end }), mapOf()].map(({ map }) => ({
      map: mapFacts(map),
      ciEnds: ciEnds([ANCHOR]),
    })) as [EventFacts, EventFacts];
    expect(latestEvent(own, now)).toBe(end);
    expect(accepted(end, { facts: own, now })).toBe('none');
    expect(accepted(end, { facts: other, now })).toBe('ERR_PROOF_TIME');
  });

  test('of which a list is over: only what was made after its end counts', () => {
    const list = sgp26List('B', { thisUpdate: NOW - 2n * DAY, nextUpdate: NOW - DAY });
    const { map } = buildMap({
      sources: [{ ...SOURCES[0]!, point: POINTS.B }],
      anchors: [ANCHOR],
      lists: [listOf(list)],
      at: NOW,
      allowExpired: true,
    });
    const facts = { map: mapFacts(map), ciEnds: ciEnds([ANCHOR]) };
    expect(latestEvent(facts, NOW - DAY + 1n)).toBe(NOW - DAY);
    expect(accepted(NOW - DAY, { facts, now: NOW })).toBe('none');
    expect(accepted(NOW - 30n * HOUR, { facts, now: NOW, maxAge: 48n * HOUR })).toBe(
      'ERR_PROOF_TIME',
    );
  });
});
