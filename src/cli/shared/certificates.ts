/** Certificates, revocation lists and their keys in files; errors say which file. */
import {
  type Certificate,
  certificateChainBytes,
  listBytes,
  parseCertificate,
  parseRevocationList,
  type RevocationList,
} from '../../asn1/index.ts';
import { bytesEqual } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import { readFileLimited } from '../../files.ts';
import { anchorFromCertificate, type TrustAnchor } from '../../pki/index.ts';
import { CERTIFICATE, LIST, wrongContent } from './content.ts';

const MAX_CERTIFICATE_BYTES = 65_536;
const MAX_KEY_BYTES = 16_384;
/** Some 100,000 entries. */
const MAX_LIST_BYTES = 8_000_000;

/** Read and parse the one certificate in a file, DER or PEM. Throws ERR_PEM where there are several. */
export async function readCertificate(file: string): Promise<Certificate> {
  const [certificate, ...more] = await readCertificateFile(file);
  if (more.length === 0) return certificate!;
  throw new ZkcxError(
    'ERR_PEM',
    `${file} has ${1 + more.length} certificates, give exactly one: put each into a file of its own`,
  );
}

/** Read and parse all certificates in a file, in its order. */
export async function readCertificateFile(file: string): Promise<Certificate[]> {
  const bytes = await readFileLimited(file, MAX_CERTIFICATE_BYTES);
  return inFile(
    file,
    () => certificateChainBytes(bytes).map(parseCertificate),
    () => wrongContent(file, bytes, CERTIFICATE),
  );
}

/** A certificate, and the file that it is from. */
export interface FiledCertificate {
  readonly file: string;
  readonly certificate: Certificate;
}

/** Read certificates, issuer first. Several in one file are a chain, in either direction. */
export async function readCertificates(files: readonly string[]): Promise<Certificate[]> {
  return (await readFiledCertificates(files)).map(({ certificate }) => certificate);
}

/** The same, with their files. */
export async function readFiledCertificates(files: readonly string[]): Promise<FiledCertificate[]> {
  const chains = await Promise.all(
    files.map(async (file) => {
      const chain = await readCertificateFile(file);
      const sorted = isLeafFirst(chain) ? chain.toReversed() : chain;
      return sorted.map((certificate) => ({ file, certificate }));
    }),
  );
  return chains.flat();
}

/** As TLS servers have their chains. */
function isLeafFirst(chain: readonly Certificate[]): boolean {
  const links = chain.slice(1);
  return (
    links.length > 0 &&
    links.every(({ subject }, i) => bytesEqual(subject.der, chain[i]!.issuer.der))
  );
}

/** Read CI certificates as trust anchors. Throws ERR_CHAIN_ANCHOR for a certificate that is none. */
export async function readAnchors(files: readonly string[]): Promise<TrustAnchor[]> {
  const read = await Promise.all(
    files.map(async (file) => {
      const certificates = await readCertificateFile(file);
      return certificates.map((certificate) => anchorOfFile(file, certificate));
    }),
  );
  return read.flat();
}

function anchorOfFile(file: string, certificate: Certificate): TrustAnchor {
  try {
    return anchorFromCertificate(certificate);
  } catch (cause) {
    if (!(cause instanceof ZkcxError)) throw cause;
    // that --ci is no CI is bad input, while the same codes about a chain are an answer
    const { message, code: reason } = cause;
    const advice = 'give the self-signed certificate of a CI as --ci';
    throw new ZkcxError('ERR_CHAIN_ANCHOR', `${file}: ${message}; ${advice}`, { reason, cause });
  }
}

/** Read and parse a revocation list, DER or PEM. */
export async function readList(file: string): Promise<RevocationList> {
  const bytes = await readFileLimited(file, MAX_LIST_BYTES);
  return inFile(
    file,
    () => parseRevocationList(listBytes(bytes)),
    () => wrongContent(file, bytes, LIST),
  );
}

/** The 32 bytes of a secret key in a file that nobody else can read. Throws ERR_RSP_IDENTITY. */
export async function readSecretKey(file: string): Promise<Uint8Array> {
  const { parseSecretKey } = await import('../../rsp/server/secret-key.ts');
  const bytes = await readFileLimited(file, MAX_KEY_BYTES, { ownerOnly: true });
  return inFile(file, () => parseSecretKey(bytes));
}

/** @param wrong what to say where the file holds something else */
export function inFile<T>(file: string, work: () => T, wrong?: () => string | undefined): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ZkcxError)) throw error;
    const { code, message, reason } = error;
    throw new ZkcxError(code, wrong?.() ?? `${file}: ${message}`, { reason, cause: error });
  }
}
