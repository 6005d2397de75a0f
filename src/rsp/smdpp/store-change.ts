/** What is written to the store of an SM-DP+: changes that belong together are one atomic batch. */
import { ZkcxError } from '../../errors.ts';
import type { Erasure, Operation } from '../server/erasure.ts';
import type { KeyedNames } from '../server/keyed-names.ts';
import type { EventCall } from '../server/outbox/events.ts';
import { tell } from '../server/trace.ts';
import { hasEvent, type Order } from './order.ts';
import type { Profile } from './profile.ts';
import type { ProgressRecord } from './progress/record.ts';
import type { Session } from './session.ts';
import type { SmdpSettings } from './settings.ts';
import { indicesOf, KEY } from './store-keys.ts';

/** Numbers calls to SM-DS, and says when one is written. */
export interface EventCallCounter {
  last: number;
  onWritten: () => void;
}

/** Changes that are written together or not at all. */
export class StoreChange {
  readonly #erasure: Erasure;
  readonly #names: KeyedNames;
  readonly #operations: Operation[] = [];
  /** Keys whose values until now must not stay on the disk. */
  readonly #replaced: string[] = [];
  readonly #afterwards: (() => void)[] = [];
  readonly #discovery: EventCallCounter;

  constructor(erasure: Erasure, names: KeyedNames, discovery: EventCallCounter) {
    this.#erasure = erasure;
    this.#names = names;
    this.#discovery = discovery;
  }

  /** A new order takes its profile out of stock, from `place`. */
  addOrder(order: Order, place: string): this {
    this.#put(KEY.latest(order.iccid), String(order.sequence));
    this.#put(KEY.sequence, String(order.sequence));
    this.#delete(place);
    this.#delete(KEY.available(order.iccid));
    return this.putOrder(order, undefined);
  }

  /** `before`: the order as it is stored now. */
  putOrder(order: Order, before: Order | undefined): this {
    tell({ order: order.sequence });
    this.#callForEvent(order, before);
    const keys = indicesOf(order, this.#names);
    const gone = before === undefined ? [] : indicesOf(before, this.#names);
    for (const key of gone) if (!keys.includes(key)) this.#delete(key);
    for (const key of keys) this.#put(key, String(order.sequence));
    return this.#put(KEY.order(order.sequence), JSON.stringify(order));
  }

  /**
   * Put what is left of an order in its place; undefined: nothing. All that it said before leaves the disk. That a
   * device took it for its one is kept without it.
   */
  eraseOrder(before: Order, remains: Order | undefined): this {
    const { sequence, takenBy, endedAt } = before;
    const key = KEY.order(sequence);
    this.#callForEvent(remains, before);
    this.#replaced.push(key);
    for (const index of indicesOf(before, this.#names)) this.#delete(index);
    if (takenBy !== undefined) {
      const claim = KEY.claim(this.#names.of('pseudonym', takenBy), sequence);
      this.#put(claim, String(sequence));
      this.#put(KEY.due('claims', endedAt ?? 0, sequence), claim);
    }
    return remains === undefined ? this.#delete(key) : this.putOrder(remains, undefined);
  }

  /** What a change of an order is to change at an SM-DS: neither is there without the other. */
  #callForEvent(after: Order | undefined, before: Order | undefined): void {
    const changed = hasEvent(after) ? after : before;
    if (hasEvent(after) === hasEvent(before) || !hasEvent(changed)) return;
    const { smds, eid, matchingId: eventId } = changed;
    const call = hasEvent(after) ? 'registerEvent' : 'deleteEvent';
    const at = (after ?? changed).history.at(-1)?.at ?? 0;
    const record: EventCall = { smds, call, eventId, eid, at };
    this.#put(KEY.eventCall(++this.#discovery.last), JSON.stringify(record));
    this.#afterwards.push(this.#discovery.onWritten);
  }

  deleteEventCall(key: number): this {
    return this.#delete(KEY.eventCall(key));
  }

  putProfile(profile: Profile, upp: Uint8Array): this {
    this.#put(KEY.profile(profile.iccid), JSON.stringify(profile));
    this.#put(KEY.type(profile.profileType), '');
    return this.#putBytes(KEY.package(profile.iccid), upp);
  }

  /** Put a profile at the end of the stock. `sequence`: a new one. */
  putInStock({ iccid, profileType }: Profile, sequence: number): this {
    const place = KEY.stock(profileType, sequence);
    this.#put(place, iccid);
    this.#put(KEY.available(iccid), place);
    return this.#put(KEY.sequence, String(sequence));
  }

  putBoundPackage(sequence: number, boundPackage: Uint8Array): this {
    return this.#putBytes(KEY.bound(sequence), boundPackage);
  }

  deleteBoundPackage(sequence: number): this {
    return this.#delete(KEY.bound(sequence));
  }

  /** What `dueClaims` found. */
  deleteClaim(due: string, claim: string): this {
    return this.#delete(due).#delete(claim);
  }

  /** That a device took an order for its one, once the order is erased. */
  deleteClaimOf(pseudonym: string, sequence: number): this {
    return this.#delete(KEY.claim(this.#names.of('pseudonym', pseudonym), sequence));
  }

  deletePackage(iccid: string): this {
    return this.#delete(KEY.package(iccid));
  }

  putSession(session: Session): this {
    return this.#put(KEY.session(session.transactionId), JSON.stringify(session));
  }

  deleteSession(transactionId: string): this {
    return this.#delete(KEY.session(transactionId));
  }

  putOid(oid: string): this {
    return this.#put(KEY.oid, oid);
  }

  /** `onWritten` is called once it is in the store, with all of this change. */
  putProgress(key: number, record: ProgressRecord, onWritten: () => void): this {
    this.#afterwards.push(onWritten);
    return this.#put(KEY.progress(key), JSON.stringify(record));
  }

  deleteProgress(key: number): this {
    return this.#delete(KEY.progress(key));
  }

  putSettings(settings: SmdpSettings): this {
    return this.#put(KEY.settings, JSON.stringify(settings));
  }

  /**
   * Write. Durable changes are on the disk when this returns; others survive the end of the process
   * but perhaps not that of the machine, which is enough for sessions. Throws ERR_RSP_STORE.
   */
  async commit({ durable }: { readonly durable: boolean }): Promise<void> {
    try {
      const replaced = this.#replaced;
      await this.#erasure.write(this.#operations, { sync: durable, replaced });
    } catch (cause) {
      throw new ZkcxError('ERR_RSP_STORE', 'cannot write to the store', { cause });
    }
    for (const call of this.#afterwards) call();
  }

  #put(key: string, value: string): this {
    this.#operations.push({ type: 'put', key, value });
    return this;
  }

  #putBytes(key: string, value: Uint8Array): this {
    this.#operations.push({ type: 'put', key, value, valueEncoding: 'view' });
    return this;
  }

  #delete(key: string): this {
    this.#operations.push({ type: 'del', key });
    return this;
  }
}
