/** Which CIs, revocation lists and published credentials the server relies on, from files that change. */
import { stat } from 'node:fs/promises';
import { checked, checkedClock } from '../../../arguments.ts';
import { certificateChainBytes, parseCertificate } from '../../../asn1/index.ts';
import { ZkcxError } from '../../../errors.ts';
import { anchorFromCertificate, type TrustAnchor } from '../../../pki/index.ts';
import { readFileLimited } from '../../../files.ts';
import { readMap, type SourcedMap } from '../../../session/map-file.ts';
import { readRegistry } from '../../../session/registry-file.ts';
import type { Clock } from '../../../time.ts';
import { TrustSet } from '../../../witness/trust.ts';
import * as argument from '../arguments.ts';

const MAX_CERTIFICATE_BYTES = 65_536;

export interface ServerRoots {
  readonly anchors: readonly TrustAnchor[];
  readonly trust: TrustSet;
  readonly map: SourcedMap;
  /** Of published credentials: the present one, then those of the recent past that are accepted too. */
  readonly registryRoots?: readonly bigint[];
}

export interface RootFiles {
  /** CI certificates, DER or PEM: the trust set. */
  readonly anchors: readonly string[];
  /** Map file of `revocation build`. When it was written proves nothing, see `MapHistory`. */
  readonly map: string;
  /** Registry file; with it devices are asked for published credentials. */
  readonly registry?: string;
}

/**
 * The roots of these files. They are read again whenever one of them was written again, and checked as if
 * for the first time; a file that is wrong then stops zkCX until it is right.
 *
 * @param now Unix seconds
 * @returns a function that throws ERR_FILE_*, ERR_REVOCATION_*, ERR_REGISTRY_*, ERR_TRUST_SIZE and the codes
 *   of the parsers
 */
export function rootsOfFiles(files: RootFiles, now: Clock): () => Promise<ServerRoots> {
  checked(files, argument.rootFiles, 'rootsOfFiles');
  const clock = checkedClock(now, 'the clock of rootsOfFiles');
  const paths = [...files.anchors, files.map, ...(files.registry ? [files.registry] : [])];
  let known: { readonly stamp: string; readonly roots: Promise<ServerRoots> } | undefined;
  return async () => {
    const stamp = JSON.stringify(await Promise.all(paths.map(stampOf)));
    if (known?.stamp !== stamp) {
      const reading = { stamp, roots: read(files, clock()) };
      known = reading;
      // a file that could not be read may be readable next time; what is wrong in it stays wrong
      reading.roots.catch((error: unknown) => {
        if (isUnreadable(error) && known === reading) known = undefined;
      });
    }
    return known.roots;
  };
}

async function read(
  { anchors: files, map, registry }: RootFiles,
  at: bigint,
): Promise<ServerRoots> {
  const anchors = (await Promise.all(files.map(readAnchors))).flat();
  const tree = registry === undefined ? undefined : await readRegistry(registry);
  return Object.freeze({
    anchors,
    trust: new TrustSet(anchors),
    map: await readMap(map, { anchors, at }),
    registryRoots: tree && [tree, ...tree.recent].map(({ root }) => root.toBigInt()),
  });
}

/** Several CIs may stand in one file. */
async function readAnchors(file: string): Promise<TrustAnchor[]> {
  const bytes = await readFileLimited(file, MAX_CERTIFICATE_BYTES);
  return certificateChainBytes(bytes).map((der) => anchorFromCertificate(parseCertificate(der)));
}

async function stampOf(file: string): Promise<string> {
  const { mtimeMs, size, ino } = await fileStatus(file);
  return `${mtimeMs}/${size}/${ino}`;
}

const isUnreadable = (error: unknown) =>
  error instanceof ZkcxError && error.code === 'ERR_FILE_READ';

async function fileStatus(file: string) {
  try {
    return await stat(file);
  } catch (cause) {
    throw new ZkcxError('ERR_FILE_READ', `cannot read ${file}`, { cause });
  }
}
