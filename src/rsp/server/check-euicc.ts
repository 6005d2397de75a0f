/** Who an eUICC is: its certificates checked, with the status codes of SGP.22 5.6.3. */
import { type Certificate, parseCertificate } from '../../asn1/index.ts';
import { bytesEqual, bytesToHex, bigintToBytes, concatBytes } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import { checkChain, type PublicKey, type TrustAnchor } from '../../pki/index.ts';
import { ROLES } from '../../roles.ts';
import { hexToBytes } from '../../sgp22/messages/identifiers.ts';
import { RspRefusal, STATUS, type StatusCode } from '../../sgp22/status-codes.ts';
import { findAnchor } from './key-pair.ts';

export interface CheckedEuicc {
  readonly eid: string;
  readonly publicKey: PublicKey;
  /** Key identifier of the CI. */
  readonly ciPkId: Uint8Array;
}

export interface EuiccCertificates {
  readonly euiccCertificate: Uint8Array;
  readonly eumCertificate: Uint8Array;
}

const refuse = STATUS.authenticateClient;

/**
 * Check an eUICC's certificates under one of the anchors: first the CI, then the EUM, then the
 * eUICC. Throws RspRefusal.
 *
 * @param ciPkId the one CI that is accepted; undefined: any anchor
 */
export function checkEuicc(
  { euiccCertificate, eumCertificate }: EuiccCertificates,
  anchors: readonly TrustAnchor[],
  at: bigint,
  ciPkId?: Uint8Array,
): CheckedEuicc {
  const eum = parse(eumCertificate, refuse.eumCertificateInvalid);
  const anchor = anchorOf(eum, anchors, ciPkId);
  if (anchor === undefined || !(at >= anchor.notBefore && at <= anchor.notAfter)) {
    throw new RspRefusal(refuse.ciPKUnknown);
  }
  const euicc = attributed(
    () => parseCertificate(euiccCertificate),
    () => checkEum(eum, anchor, at),
  );
  const { leaf } = attributed(
    () => checkChain({ anchor, certificates: [eum, euicc], at }),
    () => checkEum(eum, anchor, at),
  );
  if (ROLES[leaf.role].kind !== 'euicc' || leaf.identity?.kind !== 'eid') {
    throw new RspRefusal(refuse.euiccCertificateInvalid);
  }
  return {
    eid: leaf.identity.digits,
    publicKey: euicc.publicKey,
    ciPkId: anchor.subjectKeyIdentifier,
  };
}

/** The coordinates of a key, 64 bytes as hex, for a stored record. */
export function keyText({ x, y }: PublicKey): string {
  return bytesToHex(concatBytes(bigintToBytes(x, 32), bigintToBytes(y, 32)));
}

export function keyFromText(text: string): PublicKey {
  const hex = bytesToHex(hexToBytes(text, 'a stored key'));
  return { x: BigInt(`0x${hex.slice(0, 64)}`), y: BigInt(`0x${hex.slice(64)}`) };
}

function anchorOf(
  eum: Certificate,
  anchors: readonly TrustAnchor[],
  ciPkId: Uint8Array | undefined,
): TrustAnchor | undefined {
  const issuer = eum.authorityKeyIdentifier;
  if (issuer === undefined) throw new RspRefusal(refuse.eumCertificateInvalid);
  if (ciPkId !== undefined && !bytesEqual(issuer, ciPkId)) return undefined;
  return findAnchor(anchors, issuer);
}

/** The EUM alone: which of two certificates is at fault. */
function checkEum(eum: Certificate, anchor: TrustAnchor, at: bigint): void {
  try {
    checkChain({ anchor, certificates: [eum], at });
  } catch (cause) {
    throw refusal(cause, refuse.eumCertificateInvalid, refuse.eumCertificateExpired);
  }
}

/** An error of the eUICC's certificate, unless the EUM's is at fault already. */
function attributed<T>(work: () => T, checkEumFirst: () => void): T {
  try {
    return work();
  } catch (cause) {
    checkEumFirst();
    throw refusal(cause, refuse.euiccCertificateInvalid, refuse.euiccCertificateExpired);
  }
}

function parse(der: Uint8Array, invalid: StatusCode): Certificate {
  try {
    return parseCertificate(der);
  } catch (cause) {
    throw refusal(cause, invalid, invalid);
  }
}

function refusal(cause: unknown, invalid: StatusCode, expired: StatusCode): unknown {
  if (!(cause instanceof ZkcxError)) return cause;
  return new RspRefusal(cause.code === 'ERR_CHAIN_EXPIRED' ? expired : invalid, { cause });
}
