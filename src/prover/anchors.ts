/** Which of the accepted CIs a chain starts from. */
import type { Certificate } from '../asn1/index.ts';
import { bytesEqual } from '../bytes.ts';
import { ZkcxError } from '../errors.ts';
import type { TrustAnchor } from '../pki/index.ts';

/** The CI whose key identifier the first certificate names as its issuer's. */
export function anchorOf(
  anchors: readonly TrustAnchor[],
  [first]: readonly Certificate[],
): TrustAnchor {
  const wanted = first?.authorityKeyIdentifier;
  const found = anchors.find(
    ({ subjectKeyIdentifier }) => wanted !== undefined && bytesEqual(subjectKeyIdentifier, wanted),
  );
  if (found === undefined) {
    throw new ZkcxError(
      'ERR_CHAIN_AKI',
      'no CI of the set issued the first certificate (its authorityKeyIdentifier names another)',
    );
  }
  return found;
}
