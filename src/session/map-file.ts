/**
 * The map file: sources and signed lists, nothing computed but the root, so that whoever loads it
 * checks every signature again and finds out by itself whether the root is right.
 */
import * as pki from '../pki/arguments.ts';
import { z } from 'zod';
import { parseCertificate, parseRevocationList } from '../asn1/index.ts';
import { ENTRY_STATE, RevocationEntry } from '../circuits/revocation.ts';
import { ZkcxError } from '../errors.ts';
import { readFileLimited } from '../files.ts';
import { CRL_MAX_POINT, MAP_HEIGHT } from '../params.ts';
import { checkSources, fillSources, isList } from '../pki/index.ts';
import type { RevocationSource, SourcedEntry, TrustAnchor } from '../pki/index.ts';
import { checked, describeIssue, fieldString, instanceOf, time } from '../arguments.ts';
import { entryKey, hashedSource, mapOrder, revocationMap } from '../witness/revocation.ts';
import { EntryMap, RevocationMap } from '../witness/revocation-map.ts';

/** Bytes of JSON: more than a million entries. */
export const MAX_MAP_FILE_BYTES = 100_000_000;

/** A map with all that it is computed from. */
export interface SourcedMap {
  /** In the order of the map, and so are the entries. */
  readonly sources: readonly RevocationSource[];
  readonly entries: readonly SourcedEntry[];
  readonly map: RevocationMap;
}

/** Bytes in canonical base64. */
export const base64 = z.string().transform((text, context) => {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) context.addIssue('not canonical base64');
  return new Uint8Array(bytes);
});

const kind = z.literal(['ca', 'user']);
const point = z.string().min(1).max(CRL_MAX_POINT);
/** Unix seconds, see `RevocationSource`. */
const floor = z
  .int()
  .min(0)
  .max(2 ** 38)
  .transform(BigInt)
  .optional();
const sourceList = <T extends z.ZodType>(source: T) =>
  z
    .array(source)
    .min(1)
    .max(2 ** MAP_HEIGHT - 1);

const mapSchema = z.strictObject({
  format: z.literal('zkcx-revocation-map'),
  version: z.literal(2),
  /** In the order of the map. */
  sources: sourceList(z.strictObject({ issuer: base64, kind, point, floor })),
  /** DER, base64; the parts of a list each for itself. */
  lists: z.array(base64).max(2 ** (MAP_HEIGHT + 4)),
  root: fieldString,
});

const configurationSchema = z.strictObject({
  format: z.literal('zkcx-revocation-sources'),
  version: z.literal(1),
  /** `issuer` names a certificate file. */
  sources: sourceList(z.strictObject({ issuer: z.string().min(1).max(4096), kind, point, floor })),
});

/** The configuration that people write: sources in any order, issuers as file names. */
export type SourcesConfiguration = z.infer<typeof configurationSchema>['sources'];

/** Throws ERR_REVOCATION_FORMAT, ERR_REVOCATION_VERSION. */
export function parseSourcesConfiguration(text: string): SourcesConfiguration {
  checked(text, z.string(), 'parseSourcesConfiguration');
  return parseRevocationFile(text, configurationSchema, {
    format: 'zkcx-revocation-sources',
    version: 1,
  }).sources;
}

const mapInput = z.strictObject({
  sources: z.array(pki.source),
  anchors: pki.anchors,
  lists: z.array(pki.list),
  at: time,
  allowExpired: z.boolean().optional(),
  before: z.looseObject({ entries: z.array(z.looseObject({})) }).optional(),
  registry: instanceOf(EntryMap).optional(),
});

const loadOptions = z.strictObject({ anchors: pki.anchors, at: time });

/**
 * The map of these sources and lists at `at`, Unix seconds. Its order is that of `mapOrder`: the sources may come in any.
 *
 * @param before the map that this one is to follow, see `assertFollows`
 * @param registry the map of a registry, which this one is to be: its order and floors come from there
 * @throws the codes of `checkSources`, `fillSources` and `revocationMap`; ERR_REVOCATION_ROOT (it is not that of the
 *   registry)
 */
export function buildMap(input: {
  readonly sources: readonly RevocationSource[];
  readonly anchors: readonly TrustAnchor[];
  readonly lists: readonly ReturnType<typeof parseRevocationList>[];
  readonly at: bigint;
  readonly allowExpired?: boolean;
  readonly before?: SourcedMap;
  readonly registry?: EntryMap;
}): SourcedMap {
  checked(input, mapInput, 'buildMap');
  const { before, registry, ...given } = input;
  const sources = registry === undefined ? input.sources : withFloors(input.sources, registry);
  const entries = filledEntries({ ...given, sources, before: before?.entries });
  const order = mapOrder(
    entries,
    registry === undefined ? before?.entries.map(entryKey) : [...registry.entries.keys()],
  );
  const ordered = order.map((position) => entries[position]!);
  const map = revocationMap(ordered);
  if (registry !== undefined) assertSame(map, registry);
  return { sources: order.map((position) => sources[position]!), entries: ordered, map };
}

/** What the registry's entries without a list carry. */
function withFloors(sources: readonly RevocationSource[], registry: EntryMap) {
  return sources.map((source) => {
    const entry = registry.get(hashedSource(source).key);
    const hasFloor = entry !== undefined && entry.state.toBigInt() !== ENTRY_STATE.list;
    return hasFloor ? { ...source, floor: entry.thisUpdate.toBigInt() } : source;
  });
}

function assertSame({ hashed }: RevocationMap, registry: EntryMap): void {
  if (hashed.root.toBigInt() === registry.root.toBigInt()) return;
  const hashOf = (map: EntryMap, key: bigint) => {
    const entry = map.get(key);
    return entry && RevocationEntry.hash(entry).toBigInt();
  };
  const keys = new Set([...hashed.entries.keys(), ...registry.entries.keys()]);
  const wrong = [...keys].filter((key) => hashOf(hashed, key) !== hashOf(registry, key));
  throw new ZkcxError(
    'ERR_REVOCATION_ROOT',
    `${wrong.length} of ${registry.size} entries of the registry's map are not those of these sources and ` +
      'lists: name all of its sources, and for each of them the list that it holds now',
  );
}

type FillOptions = Omit<Parameters<typeof fillSources>[0], 'sources'> &
  Parameters<typeof checkSources>[0];

function filledEntries({ sources, anchors, at, ...options }: FillOptions) {
  return fillSources({ sources: checkSources({ sources, anchors, at }), at, ...options });
}

export const sourcedMap = z.looseObject({
  sources: z.array(pki.source),
  entries: z.array(z.looseObject({})),
  map: instanceOf(RevocationMap),
});

/** The map file as text, ending in a newline. */
export function formatMap(sourced: SourcedMap): string {
  checked(sourced, sourcedMap, 'formatMap');
  const { sources, entries, map } = sourced;
  const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const lists = new Set(entries.flatMap(({ content }) => (isList(content) ? content.parts : [])));
  const document: z.input<typeof mapSchema> = {
    format: 'zkcx-revocation-map',
    version: 2,
    sources: sources.map(({ issuer, kind, point, floor }, i) => ({
      issuer: encode(issuer.der),
      kind,
      point,
      floor: floorOf(entries[i]!.content, floor),
    })),
    lists: [...lists].map((list) => encode(list.der)),
    root: map.root.toString(),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** What an entry without a list carries must be in the file; a list that is there stands for itself. */
function floorOf(content: SourcedEntry['content'], configured = 0n): number | undefined {
  const floor = isList(content) ? configured : content.floor;
  return floor === 0n ? undefined : Number(floor);
}

/**
 * Text of a map file -> the map, computed again: issuers against the anchors, each list's signature,
 * completeness, point and kind. Lists that are over by `at` stay: their entries are not fresh, and
 * whoever needs one is told so.
 *
 * @param options.at Unix seconds: when the issuers must be valid; no list may be later
 * @throws ERR_REVOCATION_FORMAT, ERR_REVOCATION_VERSION, ERR_REVOCATION_ROOT (what is in the file does
 *   not give its root), and the codes of the parsers and of `buildMap`
 */
export function loadMap(
  text: string,
  options: { readonly anchors: readonly TrustAnchor[]; readonly at: bigint },
): SourcedMap {
  checked(text, z.string(), 'loadMap');
  const { anchors, at } = checked(options, loadOptions, 'the options of loadMap');
  const file = parseRevocationFile(text, mapSchema, { format: 'zkcx-revocation-map', version: 2 });
  const sources = file.sources.map(({ issuer, ...source }) => ({
    issuer: parseCertificate(issuer),
    ...source,
  }));
  const lists = file.lists.map((list) => parseRevocationList(list));
  const entries = filledEntries({ sources, anchors, lists, at, allowExpired: true });
  const built = { sources, entries, map: revocationMap(entries) };
  if (built.map.root.toString() !== file.root) {
    throw new ZkcxError(
      'ERR_REVOCATION_ROOT',
      'the sources and lists in the map file do not give the root that it claims',
    );
  }
  return built;
}

/** Read a map file and compute its map again. Throws ERR_FILE_*, and the codes of `loadMap`. */
export async function readMap(
  file: string,
  options: Parameters<typeof loadMap>[1],
): Promise<SourcedMap> {
  const bytes = await readFileLimited(file, MAX_MAP_FILE_BYTES);
  return loadMap(new TextDecoder().decode(bytes), options);
}

/** Text of a file about revocation -> its content. Throws ERR_REVOCATION_FORMAT, ERR_REVOCATION_VERSION. */
export function parseRevocationFile<T extends z.ZodType>(
  text: string,
  schema: T,
  {
    format,
    version,
    limit = MAX_MAP_FILE_BYTES,
  }: {
    readonly format: string;
    readonly version: number;
    /** Characters. */
    readonly limit?: number;
  },
): z.infer<T> {
  if (text.length > limit) {
    throw new ZkcxError('ERR_REVOCATION_FORMAT', `a ${format} file is smaller than this`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // no cause: parsers quote the text that they stumble over
    throw new ZkcxError('ERR_REVOCATION_FORMAT', `this is not a ${format} file: no JSON`);
  }
  const found = z.looseObject({ format: z.literal(format), version: z.int() }).safeParse(json);
  if (found.success && found.data.version !== version) {
    throw new ZkcxError(
      'ERR_REVOCATION_VERSION',
      `${format} version ${found.data.version}: this package reads version ${version}`,
    );
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new ZkcxError(
    'ERR_REVOCATION_FORMAT',
    `this is not a ${format} file: ${describeIssue(parsed.error)}`,
  );
}
