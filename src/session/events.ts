/**
 * Times of presentations. The time in a presentation is the latest event at or before the moment at which it is made,
 * and events are the same for everybody who has the same revocation map and the same set of CIs: a time of the holder's
 * own would link its sessions. Holder and verifier compute the events, each from its own copies.
 */
import { z } from 'zod';
import { checked, field, seconds, time as timeForm } from '../arguments.ts';
import { ZkcxError } from '../errors.ts';
import { MAP_HEIGHT, TRUST_HEIGHT } from '../params.ts';
import * as pki from '../pki/arguments.ts';
import type { TrustAnchor } from '../pki/index.ts';

/** Seconds that two clocks may differ. */
export const DEFAULT_TOLERANCE = 300n;

/** Seconds that the time of a presentation may lie back. */
export const DEFAULT_MAX_AGE = 86_400n;
/** Events are up to six hours apart, and whoever prepared for one needs some hours to use what was prepared. */
export const MIN_MAX_AGE = 28_800n;

/** Events at 00, 06, 12 and 18 h UTC, whatever the lists say. */
const QUARTER_DAY = 21_600n;

/** What a revocation map says of times, without its entries. Unix seconds, ascending, each once. */
export interface MapFacts {
  readonly root: bigint;
  /** thisUpdate of its lists. */
  readonly beginnings: readonly bigint[];
  /** nextUpdate of its lists. */
  readonly ends: readonly bigint[];
}

/** What the events of a presentation follow from: the map and the trust set that its roots name. */
export interface EventFacts {
  readonly map: MapFacts;
  /** See `ciEnds`. */
  readonly ciEnds: readonly bigint[];
}

export interface EventPolicy {
  readonly facts: EventFacts;
  /** Unix seconds. */
  readonly now: bigint;
  /** Seconds that an event may lie back, at least `MIN_MAX_AGE`; default `DEFAULT_MAX_AGE`. */
  readonly maxAge?: bigint;
  /** Seconds that two clocks may differ; default `DEFAULT_TOLERANCE`. */
  readonly tolerance?: bigint;
}

const times = z.array(timeForm).max(2 ** MAP_HEIGHT - 1);

export const mapFactsForm = z.strictObject({ root: field, beginnings: times, ends: times });

export const ciEndsForm = z.array(timeForm).max(2 ** TRUST_HEIGHT);

const eventFacts = z.strictObject({ map: mapFactsForm, ciEnds: ciEndsForm });

const eventPolicy = z.strictObject({
  facts: eventFacts,
  now: timeForm,
  maxAge: seconds.min(MIN_MAX_AGE).optional(),
  tolerance: seconds.optional(),
});

/** First second after each CI of a trust set: notAfter itself still counts. */
export function ciEnds(anchors: readonly TrustAnchor[]): readonly bigint[] {
  checked(anchors, pki.anchors, 'ciEnds');
  return ascending(anchors.map(({ notAfter }) => notAfter + 1n));
}

/** What a holder presents at `now`: the latest event at or before. Unix seconds. */
export function latestEvent(facts: EventFacts, now: bigint): bigint {
  checked(facts, eventFacts, 'the facts of latestEvent');
  checked(now, timeForm, 'the time of latestEvent');
  let latest = now - (now % QUARTER_DAY);
  for (const event of eventsOf(facts)) if (event > latest && event <= now) latest = event;
  return latest;
}

/**
 * Assert that a presentation of this time counts now. The circuit compares its time with the lists of its own chain and
 * with the window of its credential; this adds that no list and no CI counts longer than it says. A credential may: one
 * that ended less than `maxAge` ago still passes.
 *
 * @param time of the presentation, Unix seconds
 * @throws ERR_PROOF_TIME
 */
export function assertEventTime(time: bigint, policy: EventPolicy): void {
  checked(policy, eventPolicy, 'the policy of assertEventTime');
  const { facts, now, maxAge = DEFAULT_MAX_AGE, tolerance = DEFAULT_TOLERANCE } = policy;
  // every comparison is written so that what is no time fails
  if (!isEvent(time, facts)) {
    throw refuse('the time is no event of the lists and CIs under which it was made');
  }
  if (!(time <= now + tolerance)) throw refuse('the time has not come');
  if (!(time >= now - maxAge)) throw refuse(`the time is more than ${maxAge} seconds ago`);
  const ends = [...facts.map.ends, ...facts.ciEnds];
  if (!ends.every((end) => end >= now - tolerance || time >= end)) {
    throw refuse('a list or a CI has ended since');
  }
}

function isEvent(time: bigint, facts: EventFacts): boolean {
  return typeof time === 'bigint' && (time % QUARTER_DAY === 0n || eventsOf(facts).includes(time));
}

const eventsOf = ({ map, ciEnds: ends }: EventFacts) => [...map.beginnings, ...map.ends, ...ends];

/** Each once. */
export function ascending(values: readonly bigint[]): readonly bigint[] {
  return Object.freeze([...new Set(values)].toSorted((a, b) => (a < b ? -1 : 1)));
}

const refuse = (problem: string) => new ZkcxError('ERR_PROOF_TIME', `${problem}: present anew`);
