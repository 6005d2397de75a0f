/** Options and files of sessions: the peer, the revocation map, the registry, the holder's key. */
import { createPrivateKey, type KeyObject, sign as signBytes } from 'node:crypto';
import { Option } from 'commander';
import { bytesToBigint } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import { readFileLimited } from '../../files.ts';
import type { TrustAnchor } from '../../pki/index.ts';
import type { AcceptedRoots } from '../../session/accepted-roots.ts';
import type { SourcedMap } from '../../session/map-file.ts';
import type { MapHistory } from '../../session/map-history.ts';
import type { RegistryTree } from '../../witness/registry-tree.ts';
import { required, wholeNumber } from './options.ts';
import { assertOutputs } from './output-files.ts';

const MAX_KEY_BYTES = 10_000;
const MAX_REQUEST_BYTES = 8_192;

export const PEER = [
  required('--address <host>', "the server's host name, lower case, with a port if any"),
  required('--oid <oid>', 'OID of its certificate, dotted; as authenticated, not as claimed'),
];

/** The server as the holder authenticated it, or as it knows itself. */
export interface PeerFlags {
  readonly address: string;
  readonly oid: string;
}

export const KEY = required('--key <file>', 'private key of the leaf certificate, PEM');

/** What a holder wants of a verifier's sets before it hides among them. */
export const HOLDER_MINIMUMS = [
  new Option('--minimum-cis <number>', 'CIs that the set must have; default 2').argParser(
    wholeNumber({ least: 1 }),
  ),
  new Option('--minimum-entries <number>', 'entries that the map must have; default 2').argParser(
    wholeNumber({ least: 1 }),
  ),
];

export interface HolderMinimums {
  readonly minimumCis?: number;
  readonly minimumEntries?: number;
}

/** Signs with a key from a file: r and s of ECDSA P-256 over SHA-256. Throws ERR_HOLDER_KEY. */
export async function readSigner(file: string) {
  const bytes = await readFileLimited(file, MAX_KEY_BYTES, { ownerOnly: true });
  let key: KeyObject;
  try {
    key = createPrivateKey(Buffer.from(bytes));
    if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw Error('another curve');
  } catch {
    // no cause: it could quote the key
    throw new ZkcxError('ERR_HOLDER_KEY', `${file} is not a private key of P-256 in PEM`);
  }
  return (message: Uint8Array) => {
    const signature = signBytes('sha256', message, { key, dsaEncoding: 'ieee-p1363' });
    return {
      r: bytesToBigint(signature.subarray(0, 32)),
      s: bytesToBigint(signature.subarray(32)),
    };
  };
}

/** A request in the bytes that were sent. */
export const readRequest = (file: string) => readFileLimited(file, MAX_REQUEST_BYTES);

/** The tree of published credentials from a file, if one is named. */
export async function readRegistry(file: string | undefined) {
  if (file === undefined) return undefined;
  const session = await import('../../session/registry-file.ts');
  return session.readRegistry(file);
}

export const MAP_HISTORY = new Option(
  '--map-history <file>',
  'maps that were current before: what still counts of them is accepted too; written',
);

/** Of those who accept presentations. */
export const SUPERSEDED_MAPS = [
  MAP_HISTORY,
  new Option(
    '--grace <seconds>',
    'how long an earlier map counts once a serial number was added; default 3600',
  ).argParser(wholeNumber({ most: 604_800 })),
];

export interface MapHistoryFlags {
  readonly mapHistory?: string;
}

interface KnownMap {
  readonly anchors: readonly TrustAnchor[];
  readonly map: SourcedMap;
  /** Unix seconds. */
  readonly at: bigint;
}

export interface SupersededFlags extends MapHistoryFlags {
  readonly grace?: number;
}

/** Throws ERR_CLI_USAGE and ERR_FILE_WRITE where the history cannot be written, or would be over something else. */
export const assertHistory = (
  { mapHistory }: MapHistoryFlags,
  inputs: readonly (string | undefined)[],
) => assertOutputs({ '--map-history': mapHistory }, { inputs, replace: true });

/** The history in the file of the flags, with this map as the current one; undefined without a file. */
export async function openMapHistory(
  { mapHistory }: MapHistoryFlags,
  { anchors, map, at }: KnownMap,
): Promise<MapHistory | undefined> {
  if (mapHistory === undefined) return undefined;
  const session = await import('../../session/map-history.ts');
  const history = await session.MapHistory.open(mapHistory);
  await history.serve(map, { anchors, now: at });
  return history;
}

/** What a verifier accepts by the files that it was given. */
export async function acceptedRoots(
  flags: SupersededFlags,
  known: KnownMap & { readonly registry?: RegistryTree },
): Promise<AcceptedRoots> {
  const { anchors, map, registry, at } = known;
  const { trustFacts } = await import('../../session/accepted-roots.ts');
  const { mapFacts } = await import('../../session/map-facts.ts');
  const history = await openMapHistory(flags, known);
  const grace = flags.grace === undefined ? undefined : BigInt(flags.grace);
  return {
    trustSets: [trustFacts(anchors)],
    maps: history?.accepted(at, grace) ?? [mapFacts(map.map)],
    registryRoots: registry && [registry, ...registry.recent].map(({ root }) => root.toBigInt()),
  };
}

/** JSON that someone sent. */
export async function readBundle(file: string): Promise<unknown> {
  const { MAX_BUNDLE_BYTES, parseBundle } = await import('../../session/envelopes.ts');
  const bytes = await readFileLimited(file, MAX_BUNDLE_BYTES);
  return parseBundle(new TextDecoder().decode(bytes));
}
