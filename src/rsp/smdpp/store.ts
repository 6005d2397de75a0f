/**
 * What must survive the process, in one LevelDB folder: profiles, orders with their indices, bound
 * packages, sessions. Changes that belong together are one atomic batch. Holds EIDs and hashes of
 * confirmation codes, so the folder is for its owner only.
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

type Database = Level<'utf8'>;

/** Prefixes of the keys. Parts of a key hold digits, hex or characters of a MatchingID, never '!'. */
const KEY = {
  order: (iccid: string) => `order!${iccid}`,
  /** MatchingID to ICCID. */
  matching: (matchingId: string) => `matching!${matchingId}`,
  /** ICCID of an order for a device that sends no MatchingID: of one device, or of any. */
  pending: (device: string, order: Order) => `pending!${device}!${position(order)}`,
  open: (order: Order) => `open!${position(order)}`,
  /** TransactionID of a delivery to ICCID: results come long after their session. */
  delivery: (transactionId: string) => `delivery!${transactionId}`,
  profile: (iccid: string) => `profile!${iccid}`,
  package: (iccid: string) => `package!${iccid}`,
  bound: (iccid: string) => `bound!${iccid}`,
  session: (transactionId: string) => `session!${transactionId}`,
  /** What the operator set, for tools that work on the store while no server runs. */
  settings: 'settings',
};

/** A device's names in keys. */
const namesIn = ({ eid, pseudonym }: DeviceName): string[] => [
  ...(eid === undefined ? [] : [eid]),
  ...(pseudonym === undefined ? [] : [`p${pseudonym}`]),
];

const position = ({ sequence, iccid }: Order) => `${String(sequence).padStart(15, '0')}!${iccid}`;

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
    const store = new SmdpStore(database, 0);
    for await (const { sequence } of store.orders()) {
      store.#sequence = Math.max(store.#sequence, sequence);
    }
    return store;
  }

  async close(): Promise<void> {
    await this.#database.close();
  }

  /** A number above that of all orders so far. */
  nextSequence(): number {
    return ++this.#sequence;
  }

  order(iccid: string): Promise<Order | undefined> {
    return this.#record(KEY.order(iccid), orderSchema);
  }

  profile(iccid: string): Promise<Profile | undefined> {
    return this.#record(KEY.profile(iccid), profileSchema);
  }

  /** The unprotected profile package. */
  package(iccid: string): Promise<Uint8Array | undefined> {
    return this.#bytes(KEY.package(iccid));
  }

  /** The bound package that was last delivered. */
  boundPackage(iccid: string): Promise<Uint8Array | undefined> {
    return this.#bytes(KEY.bound(iccid));
  }

  iccidByMatchingId(matchingId: string): Promise<string | undefined> {
    return this.#database.get(KEY.matching(matchingId));
  }

  iccidByTransaction(transactionId: string): Promise<string | undefined> {
    return this.#database.get(KEY.delivery(transactionId));
  }

  /** ICCIDs of orders that wait for this device by one of its names, oldest first. */
  async *pending(device: DeviceName): AsyncIterable<string> {
    for (const name of namesIn(device)) yield* this.#range(`pending!${name}!`);
  }

  /** ICCIDs of default orders that any device may take, oldest first. */
  open(): AsyncIterable<string> {
    return this.#range('open!');
  }

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

  async *#range(prefix: string): AsyncIterable<string> {
    for await (const iccid of this.#database.values(rangeOf(prefix))) yield iccid;
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

  /** `before`: the order as it is stored now. */
  putOrder(order: Order, before: Order | undefined): this {
    if (before !== undefined) for (const [key] of indicesOf(before)) this.#delete(key);
    for (const [key, iccid] of indicesOf(order)) this.#put(key, iccid);
    return this.#put(KEY.order(order.iccid), JSON.stringify(order));
  }

  putProfile(profile: Profile, upp: Uint8Array): this {
    this.#put(KEY.profile(profile.iccid), JSON.stringify(profile));
    return this.#putBytes(KEY.package(profile.iccid), upp);
  }

  putBoundPackage(iccid: string, boundPackage: Uint8Array): this {
    return this.#putBytes(KEY.bound(iccid), boundPackage);
  }

  putSession(session: Session): this {
    return this.#put(KEY.session(session.transactionId), JSON.stringify(session));
  }

  deleteSession(transactionId: string): this {
    return this.#delete(KEY.session(transactionId));
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

/** Index entries of an order, each with the ICCID as its value. */
function indicesOf(order: Order): [key: string, iccid: string][] {
  const { iccid, matchingId, delivery } = order;
  const keys: string[] = (delivery?.sessions ?? []).flatMap((session) =>
    transactionIdsOf(session).map(KEY.delivery),
  );
  if (matchingId !== undefined && isLive(order)) {
    if (matchingId !== '') keys.push(KEY.matching(matchingId));
    else if (order.state === 'confirmed' || isDeliverable(order)) {
      const names = namesIn(delivery ?? order);
      keys.push(
        ...(names.length === 0
          ? [KEY.open(order)]
          : names.map((device) => KEY.pending(device, order))),
      );
    }
  }
  return keys.map((key) => [key, iccid]);
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
