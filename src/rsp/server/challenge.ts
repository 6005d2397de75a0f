/** How a server begins common mutual authentication (SGP.22 3.1.2): which CIs it goes by, and what it signs. */
import { bytesEqual } from '../../bytes.ts';
import type { TrustAnchor } from '../../pki/index.ts';
import { ServerSigned1 } from '../../sgp22/messages/authenticate-server.ts';
import type { Es9pAnswer } from '../../sgp22/messages/es9p.ts';
import type { EuiccInfo1 } from '../../sgp22/messages/euicc-info.ts';
import { compareVersions } from '../../sgp22/messages/identifiers.ts';
import { sign } from '../../sgp22/messages/signature.ts';
import { findAnchor, type KeyPair } from './key-pair.ts';

/** Who the server is under one CI. */
export interface ServerIdentity {
  /** Key identifier of the CI. */
  readonly ciPkId: Uint8Array;
  /** CERT.DPauth or CERT.DSauth: signs what authenticates the server. */
  readonly auth: KeyPair;
  /** The OID of the certificate. */
  readonly oid: string;
}

/** The server speaks the version of SGP.22 that an eUICC has. */
export function isSupportedSvn(
  { minimumSvn, maximumSvn }: { readonly minimumSvn: string; readonly maximumSvn: string },
  svn: string,
): boolean {
  return compareVersions(svn, minimumSvn) >= 0 && compareVersions(svn, maximumSvn) <= 0;
}

/** The first CI that the eUICC can sign under and the server accepts eUICCs under. */
export function chooseCi(
  anchors: readonly TrustAnchor[],
  { euiccCiPKIdListForSigning }: EuiccInfo1,
  at: bigint,
): Uint8Array | undefined {
  return euiccCiPKIdListForSigning.find((id) => {
    const anchor = findAnchor(anchors, id);
    return anchor !== undefined && at >= anchor.notBefore && at <= anchor.notAfter;
  });
}

/** Certificates that the eUICC can verify and that are valid now; of the signing CI if possible. */
export function chooseIdentity<I extends Pick<ServerIdentity, 'ciPkId'>>(
  identities: readonly I[],
  { euiccCiPKIdListForVerification }: EuiccInfo1,
  ciPkId: Uint8Array,
  isValid: (identity: I) => boolean,
): I | undefined {
  const verifiable = euiccCiPKIdListForVerification.flatMap((id) =>
    identities.filter((identity) => bytesEqual(identity.ciPkId, id) && isValid(identity)),
  );
  return verifiable.find((identity) => bytesEqual(identity.ciPkId, ciPkId)) ?? verifiable[0];
}

/** The certificate of a pair is valid now. */
export const isInTime = ({ certificate }: KeyPair, at: bigint): boolean =>
  at >= certificate.notBefore && at <= certificate.notAfter;

/** The answer to InitiateAuthentication. */
export function signChallenge(
  { auth }: Pick<ServerIdentity, 'auth'>,
  ciPkId: Uint8Array,
  signed: ServerSigned1,
): Es9pAnswer<'initiateAuthentication'> {
  const serverSigned1 = ServerSigned1.encode(signed);
  return {
    transactionId: signed.transactionId,
    serverSigned1,
    serverSignature1: sign(auth.secretKey, serverSigned1),
    euiccCiPKIdToBeUsed: ciPkId,
    serverCertificate: auth.certificate.der,
  };
}
