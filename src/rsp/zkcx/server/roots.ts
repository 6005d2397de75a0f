/**
 * Which CIs, revocation lists and published credentials the server relies on, from files that change. They are
 * read and checked in a process of their own, while those of before go on serving.
 */
import { once } from 'node:events';
import { z } from 'zod';
import { callback, checked, checkedClock } from '../../../arguments.ts';
import { parseCertificate } from '../../../asn1/index.ts';
import { ZkcxError } from '../../../errors.ts';
import { anchorFromCertificate, type TrustAnchor } from '../../../pki/index.ts';
import * as prover from '../../../prover/arguments.ts';
import type { Credential } from '../../../prover/credential.ts';
import { forkModule, siblingModule } from '../../../prover/fork.ts';
import type { MapStates } from '../../../session/map-history.ts';
import type { Clock } from '../../../time.ts';
import { MapExcerpt } from '../../../witness/map-excerpt.ts';
import type { RevocationWitnesses } from '../../../witness/revocation-map.ts';
import { TrustSet } from '../../../witness/trust.ts';
import * as argument from '../arguments.ts';
import {
  fileStatus,
  type RootFiles,
  type RootsQuestion,
  type RootsRead,
  type RootsReport,
} from './read-roots.ts';

export type { RootFiles } from './read-roots.ts';

/** Milliseconds after which files that were refused are tried again, though none of them changed. */
const RETRY = 60_000;
/** Milliseconds for reading and checking: a list can have a million entries. */
const LIMIT = 3_600_000;

export interface ServerRoots {
  readonly anchors: readonly TrustAnchor[];
  readonly trust: TrustSet;
  /** The map, or what statements about this server need of it. */
  readonly map: RevocationWitnesses;
  /** The map and those before it, as `acceptedMaps` takes them. */
  readonly history: MapStates;
  /** Of published credentials: the present one, then those of the recent past that are accepted too. */
  readonly registryRoots?: readonly bigint[];
}

export interface RootsOptions {
  /** Credentials that statements are made of: what these need of the map is kept. */
  readonly certified?: readonly Credential[];
  /** Sees why files were not taken while those of before serve. */
  readonly onError?: (error: ZkcxError) => void;
  /** Module of the process; for tests of what goes on around it. */
  readonly worker?: URL;
}

const rootsOptions = z.strictObject({
  certified: z.array(prover.credential).max(200).optional(),
  onError: callback.optional(),
  worker: z.instanceof(URL).optional(),
});

/**
 * The roots of these files. Whether one of them was written again is looked up whenever the function is called,
 * and then all are read and checked as if for the first time. Meanwhile, and where one of them is wrong, the
 * roots of before are given. Only the first call waits.
 *
 * @param now Unix seconds
 * @returns a function that throws, while there are no roots at all, ERR_FILE_*, ERR_REVOCATION_*, ERR_REGISTRY_*,
 *   ERR_TRUST_SIZE, the codes of the parsers and of `MapHistory`; ERR_RSP_STORE when the process ended
 */
export function rootsOfFiles(
  files: RootFiles,
  now: Clock,
  options: RootsOptions = {},
): () => Promise<ServerRoots> {
  checked(files, argument.rootFiles, 'rootsOfFiles');
  const clock = checkedClock(now, 'the clock of rootsOfFiles');
  checked(options, rootsOptions, 'the options of rootsOfFiles');
  const { certified = [], onError } = options;
  const { worker = siblingModule('roots-worker', import.meta.url) } = options;
  const chains = certified.map(chainQuestion);
  const paths = [...files.anchors, files.map, ...(files.registry ? [files.registry] : [])];
  let served: { readonly stamp: string; readonly roots: ServerRoots } | undefined;
  let refused: { readonly stamp: string; readonly at: number } | undefined;
  let reading: Promise<ServerRoots> | undefined;

  const read = async (stamp: string) => {
    try {
      const question = { files, at: clock(), certified: chains };
      const waits = served === undefined;
      const roots = rootsFrom(await readInProcess(question, { worker, waits }));
      served = { stamp, roots };
      return roots;
    } catch (error) {
      refused = { stamp, at: performance.now() };
      throw error;
    } finally {
      reading = undefined;
    }
  };
  return async () => {
    const stamp = JSON.stringify(await Promise.all(paths.map(stampOf)));
    const isRefused = refused?.stamp === stamp && performance.now() < refused.at + RETRY;
    if (served === undefined) return (reading ??= read(stamp));
    if (served.stamp !== stamp && !isRefused && reading === undefined) {
      reading = read(stamp);
      reading.catch((error: ZkcxError) => onError?.(error));
    }
    return served.roots;
  };
}

function chainQuestion({ certificates, opening }: Credential): RootsQuestion['certified'][number] {
  return {
    certificates: certificates.map(({ der }) => der),
    ciLeaf: opening.ciLeaf.toBigInt(),
    validFrom: opening.validFrom.toBigInt(),
    validUntil: opening.validUntil.toBigInt(),
  };
}

function rootsFrom({ anchors: ders, map: json, ...rest }: RootsRead): ServerRoots {
  const anchors = ders.map((der) => anchorFromCertificate(parseCertificate(new Uint8Array(der))));
  return Object.freeze({
    ...rest,
    anchors,
    trust: new TrustSet(anchors),
    map: MapExcerpt.fromJSON(json),
  });
}

/** @param waits whether somebody waits for the answer; otherwise the process keeps nobody from ending */
async function readInProcess(
  question: RootsQuestion,
  { worker, waits }: { readonly worker: URL; readonly waits: boolean },
): Promise<RootsRead> {
  const process = forkModule(worker, { serialization: 'advanced' });
  if (!waits) {
    process.unref();
    process.channel?.unref();
  }
  const limit = setTimeout(() => process.kill('SIGKILL'), LIMIT).unref();
  const nothing = () => undefined;
  const answered = once(process, 'message').catch(nothing) as Promise<[RootsReport] | undefined>;
  const ended = once(process, 'exit').then(nothing, nothing);
  process.send(question, nothing);
  const report = (await Promise.race([answered, ended]))?.[0];
  clearTimeout(limit);
  if (report?.type === 'read') return report.roots;
  if (report?.type === 'failed') throw new ZkcxError(report.code, report.message);
  throw new ZkcxError('ERR_RSP_STORE', 'the process that reads CIs and lists has ended');
}

/** A file that is not there is one more way in which it can be. */
async function stampOf(file: string): Promise<string> {
  try {
    const { mtimeMs, ctimeMs, size, ino } = await fileStatus(file);
    return `${mtimeMs}/${ctimeMs}/${size}/${ino}`;
  } catch {
    return 'unreadable';
  }
}
