/**
 * What was deleted in the store, until it has left the disk. LevelDB keeps deleted values until it happens to rewrite
 * their tables, so each batch that deletes also notes, durably, which parts of the store are to be rewritten.
 */
import { ZkcxError } from '../../errors.ts';
import { type Level, type LevelRange, rewriteRange } from '../../level.ts';

export type Operation =
  | { readonly type: 'put'; readonly key: string; readonly value: string }
  | { readonly type: 'put'; key: string; value: Uint8Array; readonly valueEncoding: 'view' }
  | { readonly type: 'del'; readonly key: string };

/** Key of a note: the round of rewriting that is to see to it, and the part. */
const noteKey = (round: number, part: string) => `stale!${String(round).padStart(15, '0')}!${part}`;
const NOTES = { gte: 'stale!', lt: 'stale"' };

/** What is said of devices and customers in a store, by the kinds of its keys: the part of a key before the first '!'. */
export interface PersonalKinds {
  /** Rewritten by kind. */
  readonly small: readonly string[];
  /** Those of which each key is a part of its own. */
  readonly large: readonly string[];
}

/** Bytes that are rewritten for one part, about: tables of two levels. */
const BESIDE = 20_000_000;

/** A blank goes before everything that keys are made of, and before '!'; '"' goes behind '!'. */
function rangeOf(part: string): LevelRange {
  const isKind = !part.includes('!');
  return { before: isKind ? `${part} ` : keyBefore(part), behind: `${part}${isKind ? '"' : ' '}` };
}

/** Between a key that ends in a digit and the one before it. */
function keyBefore(key: string): string {
  const last = key.charCodeAt(key.length - 1);
  return `${key.slice(0, -1)}${String.fromCharCode(last - 1)}~`;
}

export class Erasure {
  readonly #database: Level<'utf8'>;
  readonly #kinds: PersonalKinds;
  /** What was begun and has not ended: batches, and readers. */
  readonly #busy = new Set<Promise<unknown>>();
  #round: number;
  #rewriting: Promise<number> | undefined;

  private constructor(database: Level<'utf8'>, kinds: PersonalKinds, round: number) {
    this.#database = database;
    this.#kinds = kinds;
    this.#round = round;
  }

  static async open(database: Level<'utf8'>, kinds: PersonalKinds): Promise<Erasure> {
    const [last] = await database.keys({ ...NOTES, reverse: true, limit: 1 }).all();
    return new Erasure(database, kinds, last === undefined ? 0 : Number(last.split('!')[1]) + 1);
  }

  /**
   * Write a batch. `replaced`: keys whose values until now must not stay on the disk, beside those that the batch
   * deletes. What the database throws is thrown.
   */
  async write(
    operations: readonly Operation[],
    { sync, replaced = [] }: { readonly sync: boolean; readonly replaced?: readonly string[] },
  ): Promise<void> {
    const gone = operations.flatMap(({ type, key }) => (type === 'del' ? [key] : []));
    const parts = new Set([...gone, ...replaced].map((key) => this.#partOf(key)));
    const notes = [...parts].flatMap((part) =>
      part === undefined
        ? []
        : [{ type: 'put' as const, key: noteKey(this.#round, part), value: '' }],
    );
    const all = [...operations, ...notes];
    await this.#whileBusy(this.#database.batch<string, string | Uint8Array>(all, { sync }));
  }

  /** Read an iterator. Until it ends it keeps on the disk what was there when it began. */
  async *read<T>(items: AsyncIterable<T>): AsyncIterable<T> {
    let end!: () => void;
    void this.#whileBusy(new Promise<void>((resolve) => (end = resolve)));
    try {
      yield* items;
    } finally {
      end();
    }
  }

  /**
   * Rewrite what is noted; nothing that was deleted before this call is on the disk afterwards. Returns the number
   * of parts. Throws ERR_RSP_STORE; the next call does it then. The caller must not be reading.
   */
  rewrite(): Promise<number> {
    this.#rewriting ??= this.#rewrite().finally(() => (this.#rewriting = undefined));
    return this.#rewriting;
  }

  async #rewrite(): Promise<number> {
    // batches from now on are of the next round: their values may be written behind those that are rewritten
    const next = noteKey(++this.#round, '');
    await Promise.allSettled(this.#busy);
    try {
      const notes = await this.#database.keys({ ...NOTES, lt: next }).all();
      const parts = new Set(notes.map((note) => note.split('!').slice(2).join('!')));
      for (const range of await this.#rangesOf(parts)) await rewriteRange(this.#database, range);
      await this.#database.batch(notes.map((key) => ({ type: 'del', key })));
      return parts.size;
    } catch (cause) {
      throw new ZkcxError('ERR_RSP_STORE', 'what was erased may still be in files of the store', {
        cause,
      });
    }
  }

  /** Where there are many large ones, all of their kind are rewritten once instead of some many times. */
  async #rangesOf(parts: ReadonlySet<string>): Promise<LevelRange[]> {
    const kinds = new Set([...parts].map((part) => part.split('!', 1)[0]!));
    const ranges: LevelRange[] = [];
    for (const kind of kinds) {
      const whole = rangeOf(kind);
      const alone = [...parts].filter((part) => part.startsWith(`${kind}!`));
      const size = await this.#database.approximateSize(whole.before, whole.behind);
      const isLarge = alone.length > 0 && size > alone.length * BESIDE;
      ranges.push(...(isLarge ? alone.map(rangeOf) : [whole]));
    }
    return ranges;
  }

  /** The part of the store that a key is in; undefined: what it held may stay until LevelDB rewrites it. */
  #partOf(key: string): string | undefined {
    const [kind = ''] = key.split('!', 1);
    if (this.#kinds.large.includes(kind)) return key;
    return this.#kinds.small.includes(kind) ? kind : undefined;
  }

  async #whileBusy(work: Promise<void>): Promise<void> {
    this.#busy.add(work);
    try {
      await work;
    } finally {
      this.#busy.delete(work);
    }
  }
}
