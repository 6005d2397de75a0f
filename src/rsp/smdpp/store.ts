/**
 * What must survive the process, in one LevelDB folder: profiles, orders with their indices, bound
 * packages, sessions. Changes that belong together are one atomic batch. Holds EIDs and hashes of
 * confirmation codes, so the folder is for its owner only.
 *
 * An order is known by its sequence number and by nothing else: a profile that was withdrawn is ordered
 * again under the same ICCID, and its earlier orders stay what they were.
 */
import type { z } from 'zod';
import { ZkcxError } from '../../errors.ts';
import { type Level, openLevel } from '../../level.ts';
import { type DeviceName, type Order, orderSchema } from './order.ts';
import { type Profile, profileSchema } from './profile.ts';
import { type ProgressRecord, progressSchema } from './progress/record.ts';
import { Erasure, type Operation, type PersonalKinds } from '../server/erasure.ts';
import { KeyedNames } from '../server/keyed-names.ts';
import type { Due } from './retention/schedule.ts';
import { type Session, sessionSchema } from './session.ts';
import { type SmdpSettings, settingsSchema } from './settings.ts';
import { dueUpTo, hexOf, indicesOf, KEY, namesIn, rangeOf } from './store-keys.ts';
import { tell } from '../server/trace.ts';

type Database = Level<'utf8'>;

const PERSONAL: PersonalKinds = {
  small: ['order', 'matching', 'pending', 'delivery', 'claim', 'session', 'progress'],
  large: ['package', 'bound'],
};

/** Of the keys and records. Earlier ones named orders by their ICCIDs. */
const LAYOUT = '2';

export class SmdpStore {
  readonly #database: Database;
  readonly #names: KeyedNames;
  readonly #erasure: Erasure;
  #sequence: number;

  private constructor(database: Database, names: KeyedNames, erasure: Erasure, sequence: number) {
    this.#database = database;
    this.#names = names;
    this.#erasure = erasure;
    this.#sequence = sequence;
  }

  /** Throws ERR_RSP_STORE, also when another process has it open. */
  static async open(folder: string): Promise<SmdpStore> {
    const database = await openLevel(folder, {
      values: 'utf8',
      what: 'the store',
      code: 'ERR_RSP_STORE',
    });
    try {
      await assertLayout(database, folder);
      const sequence = Number((await database.get(KEY.sequence)) ?? 0);
      const names = await KeyedNames.open(database);
      return new SmdpStore(database, names, await Erasure.open(database, PERSONAL), sequence);
    } catch (error) {
      await database.close();
      throw error;
    }
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
      yield [Number(key.slice('progress!'.length)), parse(key, text, progressSchema)];
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
    return new StoreChange(this.#erasure, this.#names);
  }

  /** Take what was deleted off the disk; see `Erasure`. Throws ERR_RSP_STORE. */
  rewrite(): Promise<number> {
    return this.#erasure.rewrite();
  }

  async #record<T>(key: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const text = await this.#database.get(key);
    return text === undefined ? undefined : parse(key, text, schema);
  }

  async #bytes(key: string): Promise<Uint8Array | undefined> {
    return this.#database.get<string, Uint8Array>(key, { valueEncoding: 'view' });
  }

  async *#records<T>(prefix: string, schema: z.ZodType<T>): AsyncIterable<T> {
    for await (const [key, text] of this.#erasure.read(this.#database.iterator(rangeOf(prefix)))) {
      yield parse(key, text, schema);
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

/** Changes that are written together or not at all. */
export class StoreChange {
  readonly #erasure: Erasure;
  readonly #names: KeyedNames;
  readonly #operations: Operation[] = [];
  /** Keys whose values until now must not stay on the disk. */
  readonly #replaced: string[] = [];
  readonly #afterwards: (() => void)[] = [];

  constructor(erasure: Erasure, names: KeyedNames) {
    this.#erasure = erasure;
    this.#names = names;
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
    this.#replaced.push(key);
    for (const index of indicesOf(before, this.#names)) this.#delete(index);
    if (takenBy !== undefined) {
      const claim = KEY.claim(this.#names.of('pseudonym', takenBy), sequence);
      this.#put(claim, String(sequence));
      this.#put(KEY.due('claims', endedAt ?? 0, sequence), claim);
    }
    return remains === undefined ? this.#delete(key) : this.putOrder(remains, undefined);
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

/** Throws ERR_RSP_STORE for the folder of an earlier version. */
async function assertLayout(database: Database, folder: string): Promise<void> {
  const layout = await database.get(KEY.layout);
  if (layout === LAYOUT) return;
  const [first] = await database.keys({ limit: 1 }).all();
  if (first !== undefined) {
    throw new ZkcxError(
      'ERR_RSP_STORE',
      `${folder} is of another version of this server: let that one finish its orders, or begin an empty folder`,
    );
  }
  await database.put(KEY.layout, LAYOUT, { sync: true });
}

function parse<T>(key: string, text: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    const [kind] = key.split('!');
    throw new ZkcxError('ERR_RSP_STORE', `the store holds a damaged record of kind ${kind}`, {
      cause,
    });
  }
}
