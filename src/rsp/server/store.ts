/** LevelDB folders of servers: their layout, their keys, their records. */
import type { z } from 'zod';
import { ZkcxError } from '../../errors.ts';
import { type Level, openLevel } from '../../level.ts';
import { Erasure, type PersonalKinds } from './erasure.ts';
import { KeyedNames } from './keyed-names.ts';

/** So that numbers sort as text. */
export const padded = (value: number) => String(value).padStart(15, '0');

export const hexOf = (text: string) => Buffer.from(text).toString('hex');

/** All keys with a prefix that ends in '!': '"' is the next character. */
export function rangeOf(prefix: string) {
  return { gte: prefix, lt: `${prefix.slice(0, -1)}"` };
}

export interface StoreParts {
  readonly database: Level<'utf8'>;
  readonly names: KeyedNames;
  readonly erasure: Erasure;
}

export interface StoreForm {
  /** Of the keys and records. A folder of another layout is refused. */
  readonly layout: string;
  readonly personal: PersonalKinds;
  /** What to say of a folder of another layout. */
  readonly refusal: string;
}

const LAYOUT = 'layout';

/**
 * Open or make a folder, and make of it what `build` says. Throws ERR_RSP_STORE, also when another process has it open.
 */
export async function openStore<T>(
  folder: string,
  { layout, personal, refusal }: StoreForm,
  build: (parts: StoreParts) => Promise<T>,
): Promise<T> {
  const database = await openLevel(folder, {
    values: 'utf8',
    what: 'the store',
    code: 'ERR_RSP_STORE',
  });
  try {
    await assertLayout(database, layout, `${folder} ${refusal}`);
    const names = await KeyedNames.open(database);
    return await build({ database, names, erasure: await Erasure.open(database, personal) });
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function assertLayout(
  database: Level<'utf8'>,
  layout: string,
  refusal: string,
): Promise<void> {
  if ((await database.get(LAYOUT)) === layout) return;
  const [first] = await database.keys({ limit: 1 }).all();
  if (first !== undefined) throw new ZkcxError('ERR_RSP_STORE', refusal);
  await database.put(LAYOUT, layout, { sync: true });
}

/** Throws ERR_RSP_STORE. */
export function parseRecord<T>(key: string, text: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    const [kind] = key.split('!');
    throw new ZkcxError('ERR_RSP_STORE', `the store holds a damaged record of kind ${kind}`, {
      cause,
    });
  }
}
