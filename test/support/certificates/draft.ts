/** A certificate in parts that can be exchanged one by one, byte-exactly, and signed again. */
import { p256 } from '@noble/curves/nist.js';
import { bytesToBigint, bytesToHex, concatBytes } from '../../../src/bytes.ts';
import { children, integer, oid, readLoose, sequence, TAG, tlv } from './der.ts';
import type { TestKey } from './keys.ts';

/** Every part is a whole TLV as it will stand in the certificate. */
export interface Draft {
  /** The [0] element; empty for v1. */
  version: Uint8Array;
  serialNumber: Uint8Array;
  innerAlgorithm: Uint8Array;
  issuer: Uint8Array;
  notBefore: Uint8Array;
  notAfter: Uint8Array;
  subject: Uint8Array;
  publicKey: Uint8Array;
  /** What stands between the key and the extensions: nothing, or unique identifiers. */
  uniqueIds: Uint8Array;
  extensions: Uint8Array[];
  outerAlgorithm: Uint8Array;
  /** Last changes to what the parts give. */
  wrapExtensions: (list: Uint8Array) => Uint8Array;
  wrapTbs: (content: Uint8Array) => Uint8Array;
  wrapSignature: (signature: Signature) => Uint8Array;
  wrapCertificate: (content: Uint8Array) => Uint8Array;
}

export interface Signature {
  readonly r: bigint;
  readonly s: bigint;
}

export type Change = (draft: Draft) => void;

const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));

export const GROUP_ORDER = p256.Point.CURVE().n;

/** BIT STRING around ECDSA-Sig-Value (RFC 3279, 2.2.3). */
export function signatureBits({ r, s }: Signature): Uint8Array {
  return tlv(TAG.bitString, Uint8Array.of(0), sequence(integer(r), integer(s)));
}

/** SubjectPublicKeyInfo of a P-256 point (RFC 5480). */
export function spki(point: Uint8Array): Uint8Array {
  return sequence(
    sequence(oid('1.2.840.10045.2.1'), oid('1.2.840.10045.3.1.7')),
    tlv(TAG.bitString, Uint8Array.of(0), point),
  );
}

/** Take a well-formed v3 certificate apart. */
export function draftOf(der: Uint8Array): Draft {
  const [tbs, outerAlgorithm] = children(readLoose(der).content);
  const parts = children(readLoose(tbs!).content);
  const [version, serialNumber, innerAlgorithm, issuer, validity, subject, publicKey, last] =
    parts as [Uint8Array, ...Uint8Array[]];
  const [notBefore, notAfter] = children(readLoose(validity!).content);
  const list = readLoose(readLoose(last!).content).content;
  return {
    version,
    serialNumber: serialNumber!,
    innerAlgorithm: innerAlgorithm!,
    issuer: issuer!,
    notBefore: notBefore!,
    notAfter: notAfter!,
    subject: subject!,
    publicKey: publicKey!,
    uniqueIds: new Uint8Array(0),
    extensions: children(list),
    outerAlgorithm: outerAlgorithm!,
    ...plainWrappers(),
  };
}

/** A draft with nothing borrowed. */
export function newDraft(
  parts: Pick<
    Draft,
    'serialNumber' | 'issuer' | 'notBefore' | 'notAfter' | 'subject' | 'publicKey' | 'extensions'
  >,
): Draft {
  return {
    version: tlv(0xa0, integer(2n)),
    innerAlgorithm: ECDSA_WITH_SHA256,
    outerAlgorithm: ECDSA_WITH_SHA256,
    uniqueIds: new Uint8Array(0),
    ...plainWrappers(),
    ...parts,
  };
}

function plainWrappers(): Pick<
  Draft,
  'wrapExtensions' | 'wrapTbs' | 'wrapSignature' | 'wrapCertificate'
> {
  return {
    wrapExtensions: (list) => tlv(0xa3, sequence(list)),
    wrapTbs: (content) => sequence(content),
    wrapSignature: signatureBits,
    wrapCertificate: (content) => sequence(content),
  };
}

export function tbsOf(draft: Draft): Uint8Array {
  return draft.wrapTbs(
    concatBytes(
      draft.version,
      draft.serialNumber,
      draft.innerAlgorithm,
      draft.issuer,
      sequence(draft.notBefore, draft.notAfter),
      draft.subject,
      draft.publicKey,
      draft.uniqueIds,
      draft.wrapExtensions(concatBytes(...draft.extensions)),
    ),
  );
}

const signatures = new Map<string, Signature>();

/** ECDSA with SHA-256, the same in every run (RFC 6979), any s; remembered, as it takes time. */
function signBytes(tbs: Uint8Array, { secret }: TestKey): Signature {
  const id = `${bytesToHex(secret)} ${bytesToHex(tbs)}`;
  let signature = signatures.get(id);
  if (signature === undefined) {
    const compact = p256.sign(tbs, secret, { lowS: false });
    signature = { r: bytesToBigint(compact.slice(0, 32)), s: bytesToBigint(compact.slice(32)) };
    signatures.set(id, signature);
  }
  return signature;
}

/** The certificate, signed with the issuer's key. */
export function sign(draft: Draft, issuer: TestKey): Uint8Array {
  const tbs = tbsOf(draft);
  const signature = draft.wrapSignature(signBytes(tbs, issuer));
  return draft.wrapCertificate(concatBytes(tbs, draft.outerAlgorithm, signature));
}

/** The same certificate with another TBS, signed for it: for damage that a signature does not show. */
export function resign(der: Uint8Array, tbs: Uint8Array, issuer: TestKey): Uint8Array {
  const [, algorithm] = children(readLoose(der).content);
  return sequence(tbs, algorithm!, signatureBits(signBytes(tbs, issuer)));
}

/** What a circuit gets of a certificate, however malformed the inside of its TBS is. */
export interface SplitCertificate {
  readonly tbs: Uint8Array;
  readonly r: bigint;
  readonly s: bigint;
}

/**
 * Take a certificate apart into TBS bytes and (r, s), looking at nothing but the outermost lengths
 * and the signature. Throws for certificates whose outside itself is broken (scope 'outer').
 */
export function splitCertificate(der: Uint8Array): SplitCertificate {
  const content = readLoose(der).content;
  const tbs = readLoose(content);
  const algorithm = readLoose(content, tbs.end);
  const bits = readLoose(content, algorithm.end);
  const value = readLoose(bits.content, 1);
  const [r, s] = children(value.content).map((part) => bytesToBigint(readLoose(part).content));
  if (tbs.der.length === 0 || bits.tag !== TAG.bitString || r === undefined || s === undefined) {
    throw Error('no TBS, r and s to be found');
  }
  return { tbs: tbs.der, r, s };
}
