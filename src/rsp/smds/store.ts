/**
 * What an SM-DS keeps, in one LevelDB folder: events, and calls to the root SM-DS that wait. No record and no key says an
 * EID: devices have keyed names. Only a call that waits holds one, until the root has taken it.
 */
import { ZkcxError } from '../../errors.ts';
import type { Level } from '../../level.ts';
import type { Erasure, Operation } from '../server/erasure.ts';
import type { KeyedNames } from '../server/keyed-names.ts';
import { type EventCall, eventCallSchema } from '../server/outbox/events.ts';
import { hexOf, openStore, padded, parseRecord, rangeOf, type StoreForm } from '../server/store.ts';
import { eventSchema, type SmdsEvent } from './event.ts';

type Database = Level<'utf8'>;

const FORM: StoreForm = {
  layout: 'smds-1',
  personal: { small: ['event', 'id', 'due', 'call'], large: [] },
  refusal: 'is not the folder of such an SM-DS',
};

/** Parts of a key hold digits, dots or hex, never '!'. */
const KEY = {
  event: (device: string, sequence: number) => `event!${device}!${padded(sequence)}`,
  /** An event by what its server calls it; the value is the key of the event. */
  id: (owner: string, eventId: string) => `id!${owner}!${hexOf(eventId)}`,
  /** The same by the end of its time. */
  due: ({ expiresAt, sequence }: SmdsEvent) => `due!${padded(expiresAt)}!${padded(sequence)}`,
  call: (key: number) => `call!${padded(key)}`,
  sequence: 'sequence',
};

/** What names a device: an EID, or an identifier that it has at this server alone. */
export type DeviceName = { readonly eid: string } | { readonly identifier: string };

export interface StoredEvent {
  /** For `delete`. */
  readonly key: string;
  readonly event: SmdsEvent;
}

export class SmdsStore {
  readonly #database: Database;
  readonly #names: KeyedNames;
  readonly #erasure: Erasure;
  /** Events of each server, those that have expired too until they are swept. */
  readonly #counts = new Map<string, number>();
  #sequence = 0;

  private constructor(database: Database, names: KeyedNames, erasure: Erasure) {
    this.#database = database;
    this.#names = names;
    this.#erasure = erasure;
  }

  /** Throws ERR_RSP_STORE, also when another process has it open. */
  static async open(folder: string): Promise<SmdsStore> {
    return openStore(folder, FORM, async ({ database, names, erasure }) => {
      const store = new SmdsStore(database, names, erasure);
      store.#sequence = Number((await database.get(KEY.sequence)) ?? 0);
      for await (const key of database.keys(rangeOf('id!'))) store.#count(key.split('!')[1]!, 1);
      return store;
    });
  }

  async close(): Promise<void> {
    await this.#database.close();
  }

  /** Above all so far, for an event or a call. */
  nextSequence(): number {
    return ++this.#sequence;
  }

  /** Events of a server, in all. */
  countOf(owner: string): number {
    return this.#counts.get(owner) ?? 0;
  }

  /** What keys call a device. */
  nameOf(device: DeviceName): string {
    return 'eid' in device
      ? this.#names.of('eid', device.eid)
      : this.#names.of('identifier', device.identifier);
  }

  /** Events of a device, oldest first. */
  async *events(device: DeviceName): AsyncIterable<StoredEvent> {
    const entries = this.#database.iterator(rangeOf(`event!${this.nameOf(device)}!`));
    for await (const [key, text] of this.#erasure.read(entries)) {
      yield { key, event: parseRecord(key, text, eventSchema) };
    }
  }

  /** The event that a server calls so. */
  async byId(owner: string, eventId: string): Promise<StoredEvent | undefined> {
    const key = await this.#database.get(KEY.id(owner, eventId));
    const text = key === undefined ? undefined : await this.#database.get(key);
    if (key === undefined || text === undefined) return undefined;
    return { key, event: parseRecord(key, text, eventSchema) };
  }

  isOf({ key }: StoredEvent, device: DeviceName): boolean {
    return key.split('!')[1] === this.nameOf(device);
  }

  /** Events whose time ended at `latest` or before. */
  async due(latest: number, limit: number): Promise<StoredEvent[]> {
    const range = { gte: 'due!', lt: `due!${padded(latest + 1)}`, limit };
    const keys = await this.#database.values(range).all();
    const found: StoredEvent[] = [];
    for (const key of keys) {
      const text = await this.#database.get(key);
      if (text !== undefined) found.push({ key, event: parseRecord(key, text, eventSchema) });
    }
    return found;
  }

  /** Calls to the root SM-DS that wait, oldest first. */
  async *calls(): AsyncIterable<readonly [key: number, call: EventCall]> {
    const entries = this.#database.iterator(rangeOf('call!'));
    for await (const [key, text] of this.#erasure.read(entries)) {
      yield [Number(key.slice('call!'.length)), parseRecord(key, text, eventCallSchema)];
    }
  }

  /** An event, and the call that is to follow it, are on the disk when this returns. */
  async register(device: DeviceName, event: SmdsEvent, call?: EventCall): Promise<void> {
    const key = KEY.event(this.nameOf(device), event.sequence);
    await this.#write([
      { type: 'put', key, value: JSON.stringify(event) },
      { type: 'put', key: KEY.id(event.owner, event.eventId), value: key },
      { type: 'put', key: KEY.due(event), value: key },
      ...this.#callOf(call),
      { type: 'put', key: KEY.sequence, value: String(this.#sequence) },
    ]);
    this.#count(event.owner, 1);
  }

  async delete({ key, event }: StoredEvent, call?: EventCall): Promise<void> {
    await this.#write([
      { type: 'del', key },
      { type: 'del', key: KEY.id(event.owner, event.eventId) },
      { type: 'del', key: KEY.due(event) },
      ...this.#callOf(call),
      { type: 'put', key: KEY.sequence, value: String(this.#sequence) },
    ]);
    this.#count(event.owner, -1);
  }

  deleteCall(key: number): Promise<void> {
    return this.#write([{ type: 'del', key: KEY.call(key) }]);
  }

  /** Take what was deleted off the disk; see `Erasure`. Throws ERR_RSP_STORE. */
  rewrite(): Promise<number> {
    return this.#erasure.rewrite();
  }

  #callOf(call: EventCall | undefined): Operation[] {
    if (call === undefined) return [];
    return [{ type: 'put', key: KEY.call(this.nextSequence()), value: JSON.stringify(call) }];
  }

  async #write(operations: readonly Operation[]): Promise<void> {
    try {
      await this.#erasure.write(operations, { sync: true });
    } catch (cause) {
      throw new ZkcxError('ERR_RSP_STORE', 'cannot write to the store', { cause });
    }
  }

  #count(owner: string, change: number): void {
    this.#counts.set(owner, this.countOf(owner) + change);
  }
}
