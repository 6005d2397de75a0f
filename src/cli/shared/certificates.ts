/** Certificates and revocation lists in files; errors say which file. */
import {
  type Certificate,
  certificateBytes,
  listBytes,
  parseCertificate,
  parseRevocationList,
  type RevocationList,
} from '../../asn1/index.ts';
import { ZkcxError } from '../../errors.ts';
import { readFileLimited } from '../../files.ts';
import { anchorFromCertificate, type TrustAnchor } from '../../pki/index.ts';

const MAX_CERTIFICATE_BYTES = 65_536;
/** Some 100,000 entries. */
const MAX_LIST_BYTES = 8_000_000;

/** Read and parse a certificate, DER or PEM. */
export async function readCertificate(file: string): Promise<Certificate> {
  const bytes = await readFileLimited(file, MAX_CERTIFICATE_BYTES);
  return inFile(file, () => parseCertificate(certificateBytes(bytes)));
}

export async function readCertificates(files: readonly string[]): Promise<Certificate[]> {
  return Promise.all(files.map(readCertificate));
}

/** Read CI certificates as trust anchors. Throws ERR_CHAIN_ANCHOR for a certificate that is none. */
export async function readAnchors(files: readonly string[]): Promise<TrustAnchor[]> {
  const certificates = await readCertificates(files);
  return certificates.map((certificate, i) => {
    try {
      return anchorFromCertificate(certificate);
    } catch (cause) {
      if (!(cause instanceof ZkcxError)) throw cause;
      // that --ci is no CI is bad input, while the same codes about a chain are an answer
      const { message, code: reason } = cause;
      throw new ZkcxError('ERR_CHAIN_ANCHOR', `${files[i]}: ${message}`, { reason, cause });
    }
  });
}

/** Read and parse a revocation list, DER or PEM. */
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
