/** Chains in files: what is wrong with one is said by the names of its files. */
import type { Certificate } from '../../asn1/index.ts';
import { bytesEqual } from '../../bytes.ts';
import { type ErrorCode, ZkcxError } from '../../errors.ts';
import type { TrustAnchor } from '../../pki/index.ts';
import { type FiledCertificate, readFiledCertificates } from './certificates.ts';
import { subjectText } from './names.ts';
import { isoTime } from './output.ts';

/**
 * Read the certificates of a chain below one of the anchors, issuer first. What anybody gets wrong with files is
 * refused here, with the file and what to do; all other rules are for `checkChain`.
 *
 * @throws ERR_CHAIN_AKI, ERR_CHAIN_EXPIRED, ERR_CHAIN_NOT_YET_VALID, and what reading throws
 */
export async function readChain(
  files: readonly string[],
  { anchors, at }: { readonly anchors: readonly TrustAnchor[]; readonly at: bigint },
): Promise<Certificate[]> {
  const chain = await readFiledCertificates(files);
  assertNoCi(chain);
  const first = anchors.find(({ subjectKeyIdentifier }) =>
    isIssuer(subjectKeyIdentifier, chain[0]!.certificate),
  );
  assertOrder(chain, anchors, first);
  if (first !== undefined) assertTime('the CI certificate of --ci', first, at);
  for (const { file, certificate } of chain) {
    assertTime(`${file}: the certificate of ${subjectText(certificate.subject)}`, certificate, at);
  }
  return chain.map(({ certificate }) => certificate);
}

const isIssuer = (keyIdentifier: Uint8Array | undefined, below: Certificate) =>
  keyIdentifier !== undefined &&
  below.authorityKeyIdentifier !== undefined &&
  bytesEqual(keyIdentifier, below.authorityKeyIdentifier);

const isIssuedBy = (above: FiledCertificate, below: FiledCertificate) =>
  isIssuer(above.certificate.subjectKeyIdentifier, below.certificate);

function assertNoCi(chain: readonly FiledCertificate[]): void {
  const ci = chain.find(({ certificate: { subject, issuer } }) =>
    bytesEqual(subject.der, issuer.der),
  );
  if (ci === undefined) return;
  throw refusal(
    'ERR_CHAIN_AKI',
    `${ci.file} is the certificate of a CI: leave it out of the list, only --ci names it`,
  );
}

/** Each certificate below its issuer, the first one below an anchor. */
function assertOrder(
  chain: readonly FiledCertificate[],
  anchors: readonly TrustAnchor[],
  first: TrustAnchor | undefined,
): void {
  const broken = chain.findIndex((one, i) =>
    i === 0 ? first === undefined : !isIssuedBy(chain[i - 1]!, one),
  );
  if (broken < 0) return;
  const sorted = inOrder(chain, anchors);
  if (sorted.length === chain.length) {
    throw refusal(
      'ERR_CHAIN_AKI',
      `the certificates are in the wrong order: give the issuer first, ${sorted.map(({ file }) => file).join(' ')}`,
    );
  }
  // the first one whose issuer is nowhere
  const orphan = chain.find((one) => !hasIssuer(one, chain, anchors)) ?? chain[broken]!;
  const issuer = subjectText(orphan.certificate.issuer);
  throw refusal(
    'ERR_CHAIN_AKI',
    `the issuer of ${orphan.file} is missing: the certificate of ${issuer}, with the key that signed this one, ` +
      `is neither in the list nor given as --ci. Put it before ${orphan.file}; if it is a CI that you trust, give it as --ci`,
  );
}

const hasIssuer = (
  one: FiledCertificate,
  chain: readonly FiledCertificate[],
  anchors: readonly TrustAnchor[],
) =>
  anchors.some(({ subjectKeyIdentifier }) => isIssuer(subjectKeyIdentifier, one.certificate)) ||
  chain.some((other) => isIssuedBy(other, one));

/** As many of them as are one chain below an anchor, issuer first. */
function inOrder(
  chain: readonly FiledCertificate[],
  anchors: readonly TrustAnchor[],
): FiledCertificate[] {
  const rest = new Set(chain);
  const sorted: FiledCertificate[] = [];
  for (;;) {
    const last = sorted.at(-1);
    const next = [...rest].find((one) =>
      last === undefined
        ? anchors.some(({ subjectKeyIdentifier }) =>
            isIssuer(subjectKeyIdentifier, one.certificate),
          )
        : isIssuedBy(last, one),
    );
    if (next === undefined) return sorted;
    rest.delete(next);
    sorted.push(next);
  }
}

function assertTime(
  what: string,
  { notBefore, notAfter }: { readonly notBefore: bigint; readonly notAfter: bigint },
  at: bigint,
): void {
  const when = `at ${isoTime(at)}`;
  if (at > notAfter) {
    throw refusal(
      'ERR_CHAIN_EXPIRED',
      `${what} has expired: it was valid until ${isoTime(notAfter)}, which is over ${when}. Get a new certificate from its issuer`,
    );
  }
  if (at < notBefore) {
    throw refusal(
      'ERR_CHAIN_NOT_YET_VALID',
      `${what} is not yet valid: it begins ${isoTime(notBefore)}, which is not reached ${when}. Check the clock, or --at`,
    );
  }
}

const refusal = (code: ErrorCode, message: string) => new ZkcxError(code, message);
