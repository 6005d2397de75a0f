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
import {
  type DeviceName,
  isDeliverable,
  isLive,
  type Order,
  orderSchema,
  transactionIdsOf,
} from './order.ts';
import { type Profile, profileSchema } from './profile.ts';
import { type Session, sessionSchema } from './session.ts';
import { type SmdpSettings, settingsSchema } from './settings.ts';
import { tell } from './trace.ts';

type Database = Level<'utf8'>;

/** Prefixes of the keys. Parts of a key hold digits, hex or characters of a MatchingID, never '!'. */
const KEY = {
  order: (sequence: number) => `order!${padded(sequence)}`,
  // the values of these are the sequence numbers of orders
  latest: (iccid: string) => `latest!${iccid}`,
  matching: (matchingId: string) => `matching!${matchingId}`,
  /** An order for a device that sends no MatchingID: for one device, or for any. */
  pending: (device: string, sequence: number) => `pending!${device}!${padded(sequence)}`,
  open: (sequence: number) => `open!${padded(sequence)}`,
  /** By the TransactionID of a delivery: results come long after their session. */
  delivery: (transactionId: string) => `delivery!${transactionId}`,
  /** What a device took for its one, by its pseudonym. */
  claim: (pseudonym: string, sequence: number) => `claim!${pseudonym}!${padded(sequence)}`,
  profile: (iccid: string) => `profile!${iccid}`,
  package: (iccid: string) => `package!${iccid}`,
  /** Whether there is or was a profile of a type. */
  type: (type: string) => `type!${hexOf(type)}`,
  /** ICCIDs that can be ordered: by type those that came first, first; and the key of that entry. */
  stock: (type: string, place: number) => `stock!${hexOf(type)}!${padded(place)}`,
  available: (iccid: string) => `available!${iccid}`,
  bound: (sequence: number) => `bound!${padded(sequence)}`,
  session: (transactionId: string) => `session!${transactionId}`,
  /** What the operator set, for tools that work on the store while no server runs. */
  settings: 'settings',
  /** OID that the server showed last: see `claim`. */
  oid: 'oid',
  /** The highest number that was given to an order or a place in stock: none is given twice. */
  sequence: 'sequence',
  layout: 'layout',
};

/** Of the keys and records. Earlier ones named orders by their ICCIDs. */
const LAYOUT = '2';

/** So that numbers sort as text. */
const padded = (sequence: number) => String(sequence).padStart(15, '0');

const hexOf = (text: string) => Buffer.from(text).toString('hex');

/** A device's names in keys. */
const namesIn = ({ eid, pseudonym }: DeviceName): string[] => [
  ...(eid === undefined ? [] : [eid]),
  ...(pseudonym === undefined ? [] : [`p${pseudonym}`]),
];

export class SmdpStore {
  readonly #database: Database;
  #sequence: number;

  private constructor(database: Database, sequence: number) {
    this.#database = database;
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
      return new SmdpStore(database, Number((await database.get(KEY.sequence)) ?? 0));
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
    for (const name of namesIn(device)) yield* this.#range(`pending!${name}!`);
  }

  /** Those of default orders that any device may take, oldest first. */
  open(): AsyncIterable<number> {
    return this.#range('open!');
  }

  /** Those of the orders that a device took for its one. */
  claims(pseudonym: string): AsyncIterable<number> {
    return this.#range(`claim!${pseudonym}!`);
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

  change(): StoreChange {
    return new StoreChange(this.#database);
  }

  async #record<T>(key: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const text = await this.#database.get(key);
    return text === undefined ? undefined : parse(key, text, schema);
  }

  async #bytes(key: string): Promise<Uint8Array | undefined> {
    return this.#database.get<string, Uint8Array>(key, { valueEncoding: 'view' });
  }

  async *#records<T>(prefix: string, schema: z.ZodType<T>): AsyncIterable<T> {
    for await (const [key, text] of this.#database.iterator(rangeOf(prefix))) {
      yield parse(key, text, schema);
    }
  }

  async #sequenceAt(key: string): Promise<number | undefined> {
    const text = await this.#database.get(key);
    return text === undefined ? undefined : Number(text);
  }

  async *#range(prefix: string): AsyncIterable<number> {
    for await (const text of this.#database.values(rangeOf(prefix))) yield Number(text);
  }
}

type Operation =
  | { readonly type: 'put'; readonly key: string; readonly value: string }
  | { readonly type: 'put'; key: string; value: Uint8Array; readonly valueEncoding: 'view' }
  | { readonly type: 'del'; readonly key: string };

/** Changes that are written together or not at all. */
export class StoreChange {
  readonly #database: Database;
  readonly #operations: Operation[] = [];

  constructor(database: Database) {
    this.#database = database;
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
    if (before !== undefined) for (const key of indicesOf(before)) this.#delete(key);
    for (const key of indicesOf(order)) this.#put(key, String(order.sequence));
    return this.#put(KEY.order(order.sequence), JSON.stringify(order));
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

  putSession(session: Session): this {
    return this.#put(KEY.session(session.transactionId), JSON.stringify(session));
  }

  deleteSession(transactionId: string): this {
    return this.#delete(KEY.session(transactionId));
  }

  putOid(oid: string): this {
    return this.#put(KEY.oid, oid);
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
      await this.#database.batch<string, string | Uint8Array>(this.#operations, { sync: durable });
    } catch (cause) {
      throw new ZkcxError('ERR_RSP_STORE', 'cannot write to the store', { cause });
    }
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

/** Keys that lead to an order. */
function indicesOf(order: Order): string[] {
  const { sequence, matchingId, delivery, takenBy } = order;
  if (!isLive(order)) return [];
  const keys = (delivery?.sessions ?? []).flatMap((session) =>
    transactionIdsOf(session).map(KEY.delivery),
  );
  if (takenBy !== undefined) keys.push(KEY.claim(takenBy, sequence));
  if (matchingId === undefined) return keys;
  if (matchingId !== '') keys.push(KEY.matching(matchingId));
  else if (order.state === 'confirmed' || isDeliverable(order)) {
    const names = namesIn(delivery ?? order);
    keys.push(
      ...(names.length === 0
        ? [KEY.open(sequence)]
        : names.map((device) => KEY.pending(device, sequence))),
    );
  }
  return keys;
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

/** All keys with a prefix that ends in '!': '"' is the next character. */
function rangeOf(prefix: string) {
  return { gte: prefix, lt: `${prefix.slice(0, -1)}"` };
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
