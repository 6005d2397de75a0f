/** Files -> what a server relies on, in a process of its own: a large map takes minutes to check. */
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { certificateChainBytes, parseCertificate } from '../../../asn1/index.ts';
import { ZkcxError } from '../../../errors.ts';
import { makeFolder, readFileLimited } from '../../../files.ts';
import { anchorFromCertificate, type TrustAnchor } from '../../../pki/index.ts';
import { type CertifiedChain, chainOf } from '../../../session/credential-chain.ts';
import { mapFacts } from '../../../session/map-facts.ts';
import { readMap, type SourcedMap } from '../../../session/map-file.ts';
import { MapHistory, type MapStates, type ServeOptions } from '../../../session/map-history.ts';
import { readRegistry } from '../../../session/registry-file.ts';
import { handlesOf } from '../../../witness/chain.ts';
import { type Handle, MapExcerpt, type MapExcerptJson } from '../../../witness/map-excerpt.ts';
import { Field } from 'o1js';

const MAX_CERTIFICATE_BYTES = 65_536;

export interface RootFiles {
  /** CI certificates, DER or PEM: the trust set. */
  readonly anchors: readonly string[];
  /** Map file of `revocation build`. When it was written proves nothing, see `MapHistory`. */
  readonly map: string;
  /** Registry file; with it devices are asked for published credentials. */
  readonly registry?: string;
  /**
   * File of the maps that served before, see `MapHistory`; its folder is made if it is not there. A new map is in it
   * before it serves. Left out: only the present map counts.
   */
  readonly history?: string;
}

/** A chain that statements are made about. */
export interface ChainQuestion {
  /** DER. */
  readonly certificates: readonly Uint8Array[];
  readonly ciLeaf: bigint;
  readonly validFrom: bigint;
  readonly validUntil: bigint;
}

/** To the process. */
export interface RootsQuestion {
  readonly files: RootFiles;
  /** Unix seconds. */
  readonly at: bigint;
  readonly certified: readonly ChainQuestion[];
}

/** From the process. */
export type RootsReport =
  | { readonly type: 'read'; readonly roots: RootsRead }
  | { readonly type: 'failed'; readonly code: ZkcxError['code']; readonly message: string };

export interface RootsRead {
  /** DER. */
  readonly anchors: readonly Uint8Array[];
  readonly map: MapExcerptJson;
  readonly history: MapStates;
  readonly registryRoots?: readonly bigint[];
}

/** Throws ERR_FILE_*, ERR_REVOCATION_*, ERR_REGISTRY_*, ERR_TRUST_SIZE and the codes of the parsers. */
export async function readRoots({ files, at, certified }: RootsQuestion): Promise<RootsRead> {
  const ders = (await Promise.all(files.anchors.map(readCertificates))).flat();
  const anchors = ders.map((der) => anchorFromCertificate(parseCertificate(der)));
  const sourced = await readMap(files.map, { anchors, at });
  const registry = files.registry === undefined ? undefined : await readRegistry(files.registry);
  const handles = certified.flatMap((chain) => handlesUnder(chain, anchors));
  return {
    anchors: ders,
    map: MapExcerpt.of(sourced.map, handles).toJSON(),
    history: await statesWith(sourced, { history: files.history, anchors, now: at }),
    registryRoots: registry && [registry, ...registry.recent].map(({ root }) => root.toBigInt()),
  };
}

/** The map and those before it, once the file has it. */
async function statesWith(
  sourced: SourcedMap,
  { history: file, ...options }: ServeOptions & Pick<RootFiles, 'history'>,
): Promise<MapStates> {
  const alone = { current: mapFacts(sourced.map), superseded: [] };
  if (file === undefined) return alone;
  await makeFolder(dirname(file));
  const history = await MapHistory.open(file);
  await history.serve(sourced, options);
  return history.states ?? alone;
}

/** Several CIs may stand in one file. */
async function readCertificates(file: string): Promise<Uint8Array[]> {
  return certificateChainBytes(await readFileLimited(file, MAX_CERTIFICATE_BYTES));
}

/** Why there can be no statement about a chain is said when one is to be made. */
function handlesUnder(chain: ChainQuestion, anchors: readonly TrustAnchor[]): Handle[] {
  const { certificates, ciLeaf, validFrom, validUntil } = chain;
  const given: CertifiedChain = {
    certificates: certificates.map((der) => parseCertificate(der)),
    opening: {
      ciLeaf: Field(ciLeaf),
      validFrom: Field(validFrom),
      validUntil: Field(validUntil),
    },
  };
  try {
    return handlesOf(chainOf(given, anchors).chain);
  } catch (error) {
    if (error instanceof ZkcxError) return [];
    throw error;
  }
}

/** Throws ERR_FILE_READ. */
export async function fileStatus(file: string) {
  try {
    return await stat(file);
  } catch (cause) {
    throw new ZkcxError('ERR_FILE_READ', `cannot read ${file}`, { cause });
  }
}
