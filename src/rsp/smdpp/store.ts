/**
 * What must survive the process, in one LevelDB folder: profiles, orders with their indices, bound
 * packages, sessions. Changes that belong together are one atomic batch. Holds EIDs and hashes of
 * confirmation codes, so the folder is for its owner only.
 *
 * An order is known by its sequence number and by nothing else: a profile that was withdrawn is ordered
 * again under the same ICCID, and its earlier orders stay what they were.
 */
import type { z } from 'zod';
import type { Level } from '../../level.ts';
import { type EventCall, eventCallSchema } from '../server/outbox/events.ts';
import { type DeviceName, type Order, orderSchema } from './order.ts';
import { type Profile, profileSchema } from './profile.ts';
import { type ProgressRecord, progressSchema } from './progress/record.ts';
import type { Erasure } from '../server/erasure.ts';
import type { KeyedNames } from '../server/keyed-names.ts';
import type { Due } from './retention/schedule.ts';
import { type Session, sessionSchema } from './session.ts';
import { type SmdpSettings, settingsSchema } from './settings.ts';
import { hexOf, openStore, parseRecord, rangeOf, type StoreForm } from '../server/store.ts';
import { type EventCallCounter, StoreChange } from './store-change.ts';
import { dueUpTo, KEY, namesIn } from './store-keys.ts';
import { tell } from '../server/trace.ts';

type Database = Level<'utf8'>;

const FORM: StoreForm = {
  // earlier ones named orders by their ICCIDs
  layout: '2',
  personal: {
    small: [
      'order',
      'matching',
      'pending',
      'delivery',
      'claim',
      'session',
      'progress',
      'discovery',
    ],
    large: ['package', 'bound'],
  },
  refusal:
    'is of another version of this server: let that one finish its orders, or begin an empty folder',
};

export class SmdpStore {
  readonly #database: Database;
  readonly #names: KeyedNames;
  readonly #erasure: Erasure;
  readonly discovery: EventCallCounter = { last: 0, onWritten: () => undefined };
  #sequence: number;

  private constructor(database: Database, names: KeyedNames, erasure: Erasure, sequence: number) {
    this.#database = database;
    this.#names = names;
    this.#erasure = erasure;
    this.#sequence = sequence;
  }

  /** Throws ERR_RSP_STORE, also when another process has it open. */
  static async open(folder: string): Promise<SmdpStore> {
    return openStore(folder, FORM, async ({ database, names, erasure }) => {
      const sequence = Number((await database.get(KEY.sequence)) ?? 0);
      const store = new SmdpStore(database, names, erasure, sequence);
      for await (const [key] of store.eventCalls()) store.discovery.last = key;
      return store;
    });
  }

  async close(): Promise<void> {
    await this.#database.close();
  }

  /**
   * A number above all so far, for an order or a place in stock. The caller holds `LOCK.orders` until what
   * has it is written.
   */
  nextSequence(): number {
    return ++this.#sequence;
  }

  order(sequence: number): Promise<Order | undefined> {
    tell({ order: sequence });
    return this.#record(KEY.order(sequence), orderSchema);
  }

  /** The order that a profile is in now, or was in last. */
  async latestOrder(iccid: string): Promise<Order | undefined> {
    const sequence = await this.#sequenceAt(KEY.latest(iccid));
    return sequence === undefined ? undefined : this.order(sequence);
  }

  profile(iccid: string): Promise<Profile | undefined> {
    return this.#record(KEY.profile(iccid), profileSchema);
  }

  /** The unprotected profile package. */
  package(iccid: string): Promise<Uint8Array | undefined> {
    return this.#bytes(KEY.package(iccid));
  }

  /** The bound package that was last delivered. */
  boundPackage(sequence: number): Promise<Uint8Array | undefined> {
    return this.#bytes(KEY.bound(sequence));
  }

  /** Sequence number of the order that has a MatchingID. */
  byMatchingId(matchingId: string): Promise<number | undefined> {
    return this.#sequenceAt(KEY.matching(matchingId));
  }

  /** Sequence number of the order that was delivered in a session. */
  byTransaction(transactionId: string): Promise<number | undefined> {
    return this.#sequenceAt(KEY.delivery(transactionId));
  }

  /** Sequence numbers of orders that wait for this device by one of its names, oldest first. */
  async *pending(device: DeviceName): AsyncIterable<number> {
    const names = namesIn(this.#names, device);
    for (const name of names) yield* this.#range(`pending!${name}!`);
  }

  /** Those of default orders that any device may take, oldest first. */
  open(): AsyncIterable<number> {
    return this.#range('open!');
  }

  /** Those of the orders that a device took for its one. */
  claims(pseudonym: string): AsyncIterable<number> {
    return this.#range(`claim!${this.#names.of('pseudonym', pseudonym)}!`);
  }

  /** Keys of claims of erased orders that are due to go since a time up to `latest`, each with the key that says so. */
  dueClaims(latest: number, limit: number): Promise<[due: string, claim: string][]> {
    return this.#database.iterator({ ...dueUpTo('claims', latest), limit }).all();
  }

  /** Where a profile is in stock; undefined: it cannot be ordered. */
  placeInStock(iccid: string): Promise<string | undefined> {
    return this.#database.get(KEY.available(iccid));
  }

  /** ICCID of the profile of a type that has been in stock for longest. */
  async firstInStock(type: string): Promise<string | undefined> {
    const range = { ...rangeOf(`stock!${hexOf(type)}!`), limit: 1 };
    for await (const iccid of this.#database.values(range)) return iccid;
    return undefined;
  }

  /** Whether a profile of this type was ever in stock. */
  async isProfileType(type: string): Promise<boolean> {
    return (await this.#database.get(KEY.type(type))) !== undefined;
  }

  /** Oldest first, those that have ended too. */
  orders(): AsyncIterable<Order> {
    return this.#records('order!', orderSchema);
  }

  profiles(): AsyncIterable<Profile> {
    return this.#records('profile!', profileSchema);
  }

  sessions(): AsyncIterable<Session> {
    return this.#records('session!', sessionSchema);
  }

  /** What waits to be told to operators, oldest first, with its key. */
  async *progress(): AsyncIterable<readonly [key: number, record: ProgressRecord]> {
    const records = this.#database.iterator(rangeOf('progress!'));
    for await (const [key, text] of this.#erasure.read(records)) {
      yield [Number(key.slice('progress!'.length)), parseRecord(key, text, progressSchema)];
    }
  }

  /** Calls to SM-DS that wait, oldest first, each with its key. */
  async *eventCalls(): AsyncIterable<readonly [key: number, call: EventCall]> {
    const records = this.#database.iterator(rangeOf('discovery!'));
    for await (const [key, text] of this.#erasure.read(records)) {
      yield [Number(key.slice('discovery!'.length)), parseRecord(key, text, eventCallSchema)];
    }
  }

  settings(): Promise<SmdpSettings | undefined> {
    return this.#record(KEY.settings, settingsSchema);
  }

  /** OID that the server showed last. */
  oid(): Promise<string | undefined> {
    return this.#database.get(KEY.oid);
  }

  /** Whether any device has taken an order as its one. */
  async hasClaims(): Promise<boolean> {
    const keys = await this.#database.keys({ ...rangeOf('claim!'), limit: 1 }).all();
    return keys.length > 0;
  }

  /** Sequence numbers of orders of which something is due to go since a time up to `latest`, first the longest due. */
  due(due: Due, latest: number, limit: number): Promise<number[]> {
    const values = this.#database.values({ ...dueUpTo(due, latest), limit });
    return values.all().then((all) => all.map(Number));
  }

  change(): StoreChange {
    return new StoreChange(this.#erasure, this.#names, this.discovery);
  }

  /** Take what was deleted off the disk; see `Erasure`. Throws ERR_RSP_STORE. */
  rewrite(): Promise<number> {
    return this.#erasure.rewrite();
  }

  async #record<T>(key: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const text = await this.#database.get(key);
    return text === undefined ? undefined : parseRecord(key, text, schema);
  }

  async #bytes(key: string): Promise<Uint8Array | undefined> {
    return this.#database.get<string, Uint8Array>(key, { valueEncoding: 'view' });
  }

  async *#records<T>(prefix: string, schema: z.ZodType<T>): AsyncIterable<T> {
    for await (const [key, text] of this.#erasure.read(this.#database.iterator(rangeOf(prefix)))) {
      yield parseRecord(key, text, schema);
    }
  }

  async #sequenceAt(key: string): Promise<number | undefined> {
    const text = await this.#database.get(key);
    return text === undefined ? undefined : Number(text);
  }

  async *#range(prefix: string): AsyncIterable<number> {
    const values = this.#database.values(rangeOf(prefix));
    for await (const text of this.#erasure.read(values)) yield Number(text);
  }
}
