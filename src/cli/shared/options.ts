/** Options and arguments that several commands share. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  certificateBytes,
  listBytes,
  parseCertificate,
  parseRevocationList,
} from '../../asn1/index.ts';
import type { Certificate, RevocationList } from '../../asn1/index.ts';
import { ZkcxError } from '../../errors.ts';
import { anchorFromCertificate, type TrustAnchor } from '../../pki/index.ts';
import { readFileLimited } from '../../files.ts';
import { type Backend, BACKENDS } from '../../prover/protocol.ts';
import type { JobOptions, ProverOptions } from '../../prover/prover.ts';
import { printEvent } from './output.ts';

const MAX_CERTIFICATE_BYTES = 65_536;
/** Some 100,000 entries. */
const MAX_LIST_BYTES = 8_000_000;

export interface ProverFlags {
  readonly backend?: Backend;
  readonly cache?: string;
}

export function addJson(command: Command): Command {
  return command.option('--json', 'print the answer as one JSON document');
}

export function addRoots(command: Command, { optional = false } = {}): Command {
  return command.addOption(
    new Option('--root <file>', 'accepted CI certificate; may be given several times')
      .argParser((file: string, files: string[] | undefined) => [...(files ?? []), file])
      .makeOptionMandatory(!optional),
  );
}

export function addAt(command: Command): Command {
  return command.option(
    '--at <time>',
    'ISO 8601 or Unix seconds instead of now',
    (text: string) => {
      const time = parseTime(text);
      if (time === undefined) throw new InvalidArgumentError('Give ISO 8601 or Unix seconds.');
      return time;
    },
  );
}

export function addProver(command: Command): Command {
  return command
    .addOption(
      new Option('--backend <name>', 'how to compute; default: native where there is one').choices([
        ...BACKENDS,
      ]),
    )
    .option('--cache <folder>', 'compiled keys; default: ZKCX_CACHE or ~/.cache/zkcx');
}

/** Options for the prover: flags, progress on stderr, Ctrl-C ends the proving process. */
export function proverOptions({ backend, cache }: ProverFlags): ProverOptions & JobOptions {
  const abort = new AbortController();
  process.once('SIGINT', () => abort.abort());
  process.once('SIGTERM', () => abort.abort());
  return { backend, cache, signal: abort.signal, onEvent: printEvent };
}

/** `2026-01-31`, `2026-01-31T12:00:00Z`, `2026-01-31T12:00+01:00` or Unix seconds. */
export function parseTime(text: string): bigint | undefined {
  if (/^[0-9]{1,12}$/.test(text)) return BigInt(text);
  const match = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2}))?$/.exec(text);
  const [, day] = match ?? [];
  const midnight = Date.parse(`${day}T00:00:00Z`);
  // Date.parse takes February 30 for March 2
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== day) {
    return undefined;
  }
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : BigInt(time / 1000);
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** `host:port`, a host of IPv6 in brackets. */
export function endpoint(text: string): Endpoint {
  const [, host, digits] = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (host === undefined || port > 65_535) throw new InvalidArgumentError('Give HOST:PORT.');
  return { host, port };
}

/** Read and parse a certificate, DER or PEM; errors say which file. */
export async function readCertificate(file: string): Promise<Certificate> {
  const bytes = await readFileLimited(file, MAX_CERTIFICATE_BYTES);
  return inFile(file, () => parseCertificate(certificateBytes(bytes)));
}

export async function readCertificates(files: readonly string[]): Promise<Certificate[]> {
  return Promise.all(files.map(readCertificate));
}

/** Read CI certificates as trust anchors. */
export async function readAnchors(files: readonly string[]): Promise<TrustAnchor[]> {
  const certificates = await readCertificates(files);
  return certificates.map((certificate, i) =>
    inFile(files[i]!, () => anchorFromCertificate(certificate)),
  );
}

/** Read and parse a revocation list, DER or PEM; errors say which file. */
export async function readList(file: string): Promise<RevocationList> {
  const bytes = await readFileLimited(file, MAX_LIST_BYTES);
  return inFile(file, () => parseRevocationList(listBytes(bytes)));
}

function inFile<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ZkcxError)) throw error;
    const { code, message, reason } = error;
    throw new ZkcxError(code, `${file}: ${message}`, { reason, cause: error });
  }
}
