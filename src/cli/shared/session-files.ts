/** Options and files of sessions: the peer, the revocation map, the registry, the holder's key. */
import { createPrivateKey, type KeyObject, sign as signBytes } from 'node:crypto';
import { Option } from 'commander';
import { bytesToBigint } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import { readFileLimited } from '../../files.ts';
import type { TrustAnchor } from '../../pki/index.ts';
import type { AcceptedRoots } from '../../session/accepted-roots.ts';
import type { RegistryTree } from '../../witness/registry-tree.ts';
import type { RevocationMap } from '../../witness/revocation-map.ts';
import { required, wholeNumber } from './options.ts';

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

/** What a verifier accepts by the files that it was given. */
export async function acceptedRoots({
  anchors,
  map,
  registry,
}: {
  readonly anchors: readonly TrustAnchor[];
  readonly map: RevocationMap;
  readonly registry?: RegistryTree;
}): Promise<AcceptedRoots> {
  const { trustFacts } = await import('../../session/accepted-roots.ts');
  const { mapFacts } = await import('../../session/events.ts');
  return {
    trustSets: [trustFacts(anchors)],
    maps: [mapFacts(map)],
    registryRoots: registry && [registry, ...registry.recent].map(({ root }) => root.toBigInt()),
  };
}

/** JSON that someone sent. */
export async function readBundle(file: string): Promise<unknown> {
  const { MAX_BUNDLE_BYTES, parseBundle } = await import('../../session/envelopes.ts');
  const bytes = await readFileLimited(file, MAX_BUNDLE_BYTES);
  return parseBundle(new TextDecoder().decode(bytes));
}
