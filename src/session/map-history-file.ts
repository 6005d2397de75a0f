/**
 * The file of a `MapHistory`. Whoever can change it decides which superseded maps count: it is its owner's only. Only
 * the current map is kept with its contents, for what comes next is compared with that one.
 */
import { z } from 'zod';
import { fieldString } from '../arguments.ts';
import { isAbsent, readFileLimited, writeFileAtomic } from '../files.ts';
import { CRL_MAX_POINT, MAP_HEIGHT, TRUST_HEIGHT } from '../params.ts';
import { MAX_ROOTS } from './accepted-roots.ts';
import type { MapFacts } from './events.ts';
import { isPacked, type MapContents, STATES } from './map-contents.ts';
import { base64, MAX_MAP_FILE_BYTES, parseRevocationFile } from './map-file.ts';

/** The serial numbers of a map file at most twice, for a list may stand in both entries of its issuer. */
const MAX_HISTORY_BYTES = 2 * MAX_MAP_FILE_BYTES + 10_000_000;

/** Of which the current map is one. */
export const MAX_MAPS = MAX_ROOTS.revocation;

interface MapRecord {
  readonly facts: MapFacts;
  /** Unix seconds at which a later map was first seen to contradict this one. */
  readonly spoiledAt?: bigint;
}

export interface CurrentMap extends MapRecord {
  readonly contents: MapContents;
}

export interface SupersededMap extends MapRecord {
  /** Unix seconds. */
  readonly supersededAt: bigint;
}

export interface MapRecords {
  readonly current: CurrentMap;
  /** Newest first. */
  readonly superseded: readonly SupersededMap[];
}

const MAX_ENTRIES = 2 ** MAP_HEIGHT - 1;

const time = z
  .int()
  .min(0)
  .max(2 ** 38);
const times = z
  .array(time)
  .max(MAX_ENTRIES)
  .refine((values) => values.every((value, i) => i === 0 || value > values[i - 1]!), 'ascending');

const record = { root: fieldString, beginnings: times, ends: times, spoiledAt: time.optional() };

const entry = z.strictObject({
  key: fieldString,
  state: z.enum(STATES),
  point: z.string().min(1).max(CRL_MAX_POINT),
  serials: base64
    .transform((bytes) => Buffer.from(bytes))
    .refine(isPacked, 'serial numbers in ascending order'),
});

const areDistinct = (values: readonly string[]) => new Set(values).size === values.length;

const form = z.strictObject({
  format: z.literal('zkcx-map-history'),
  version: z.literal(1),
  current: z.strictObject({
    ...record,
    cis: z
      .array(fieldString)
      .min(1)
      .max(2 ** TRUST_HEIGHT),
    entries: z
      .array(entry)
      .max(MAX_ENTRIES)
      .refine((entries) => areDistinct(entries.map(({ key }) => key)), 'each key once'),
  }),
  superseded: z.array(z.strictObject({ ...record, supersededAt: time })).max(MAX_MAPS - 1),
});

const schema = form.refine(
  ({ current, superseded }) => areDistinct([current, ...superseded].map(({ root }) => root)),
  'each root once',
);

type Document = z.input<typeof form>;

/**
 * Undefined where there is no such file. Throws ERR_FILE_READ, ERR_FILE_SIZE, ERR_CREDENTIAL_PERMISSIONS,
 * ERR_REVOCATION_FORMAT, ERR_REVOCATION_VERSION.
 */
export async function readRecords(file: string): Promise<MapRecords | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await readFileLimited(file, MAX_HISTORY_BYTES, { ownerOnly: true });
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
  const { current, superseded } = parseRevocationFile(new TextDecoder().decode(bytes), schema, {
    format: 'zkcx-map-history',
    version: 1,
    limit: MAX_HISTORY_BYTES,
  });
  const entries = current.entries.map(({ key, ...contents }) => [BigInt(key), contents] as const);
  return {
    current: {
      ...readRecord(current),
      contents: { cis: current.cis.map(BigInt), entries: new Map(entries) },
    },
    superseded: superseded.map(({ supersededAt, ...one }) => ({
      ...readRecord(one),
      supersededAt: BigInt(supersededAt),
    })),
  };
}

/** Throws ERR_FILE_WRITE. */
export async function writeRecords(
  file: string,
  { current, superseded }: MapRecords,
): Promise<void> {
  const { cis, entries } = current.contents;
  const document: Document = {
    format: 'zkcx-map-history',
    version: 1,
    current: {
      ...writeRecord(current),
      cis: cis.map(String),
      entries: [...entries].map(([key, { serials, ...contents }]) => ({
        key: String(key),
        ...contents,
        serials: serials.toString('base64'),
      })),
    },
    superseded: superseded.map(({ supersededAt, ...one }) => ({
      ...writeRecord(one),
      supersededAt: Number(supersededAt),
    })),
  };
  await writeFileAtomic(file, `${JSON.stringify(document, null, 2)}\n`, 0o600);
}

type RecordTexts = Pick<Document['superseded'][number], keyof typeof record>;

function readRecord({ root, beginnings, ends, spoiledAt }: RecordTexts): MapRecord {
  return {
    facts: Object.freeze({
      root: BigInt(root),
      beginnings: beginnings.map(BigInt),
      ends: ends.map(BigInt),
    }),
    spoiledAt: spoiledAt === undefined ? undefined : BigInt(spoiledAt),
  };
}

function writeRecord({ facts: { root, beginnings, ends }, spoiledAt }: MapRecord): RecordTexts {
  return {
    root: String(root),
    beginnings: beginnings.map(Number),
    ends: ends.map(Number),
    spoiledAt: spoiledAt === undefined ? undefined : Number(spoiledAt),
  };
}
