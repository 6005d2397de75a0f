/** The fields of the GSMA profile, written as DER. */
import { ascii, children, integer, oid, readLoose, sequence, TAG, tlv } from './der.ts';
import type { Draft } from './draft.ts';

export const OID = {
  commonName: '2.5.4.3',
  serialNumber: '2.5.4.5',
  country: '2.5.4.6',
  organisation: '2.5.4.10',
  organisationalUnit: '2.5.4.11',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  crlDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  authorityKeyIdentifier: '2.5.29.35',
  permittedEins: '2.23.146.1.2.2.0',
  role: '2.23.146.1.2.1',
} as const;

/** An AttributeTypeAndValue; UTF8String unless told otherwise. */
export function attribute(type: string, value: string, tag: number = TAG.utf8String): Uint8Array {
  return sequence(oid(type), tlv(tag, ascii(value)));
}

/** A Name of RDNs with one attribute each. */
export function name(...attributes: Uint8Array[]): Uint8Array {
  return sequence(...attributes.map((one) => tlv(TAG.set, one)));
}

/** An Extension; `value` is the content of extnValue. */
export function extension(type: string, value: Uint8Array, critical = false): Uint8Array {
  const flag = critical ? tlv(TAG.boolean, Uint8Array.of(0xff)) : new Uint8Array(0);
  return sequence(oid(type), flag, tlv(TAG.octetString, value));
}

export const subjectKeyIdentifier = (id: Uint8Array): Uint8Array =>
  extension(OID.subjectKeyIdentifier, tlv(TAG.octetString, id));

export const authorityKeyIdentifier = (id: Uint8Array): Uint8Array =>
  extension(OID.authorityKeyIdentifier, sequence(tlv(0x80, id)));

export type UsageBit = 'digitalSignature' | 'keyAgreement' | 'keyCertSign' | 'cRLSign';

const USAGE = { digitalSignature: 0, keyAgreement: 4, keyCertSign: 5, cRLSign: 6 } as const;

/** A named bit list: trailing zero bits are cut off (X.690, 11.2.2). */
export function keyUsage(...bits: UsageBit[]): Uint8Array {
  const byte = bits.reduce((sum, bit) => sum | (0x80 >> USAGE[bit]), 0);
  const unused = Math.max(0, ...bits.map((bit) => USAGE[bit]));
  return extension(
    OID.keyUsage,
    tlv(TAG.bitString, bits.length === 0 ? Uint8Array.of(0) : Uint8Array.of(7 - unused, byte)),
    true,
  );
}

export function basicConstraints(cA: boolean, pathLen?: number): Uint8Array {
  return extension(
    OID.basicConstraints,
    sequence(
      cA ? tlv(TAG.boolean, Uint8Array.of(0xff)) : new Uint8Array(0),
      pathLen === undefined ? new Uint8Array(0) : integer(BigInt(pathLen)),
    ),
    true,
  );
}

export function policies(...oids: string[]): Uint8Array {
  return extension(
    OID.certificatePolicies,
    sequence(...oids.map((policy) => sequence(oid(policy)))),
    true,
  );
}

/** The role below id-rspRole, by its arcs: '2', '0.0.0', ... */
export const rolePolicy = (arcs: string): Uint8Array => policies(`${OID.role}.${arcs}`);

export function registeredId(dotted: string): Uint8Array {
  const content = readLoose(oid(dotted)).content;
  return extension(OID.subjectAltName, sequence(tlv(0x88, content)));
}

export interface Base {
  readonly organisation?: string;
  readonly iin?: string;
  /** String type of the organisation. */
  readonly tag?: number;
}

/** A GeneralSubtree with a directoryName (RFC 5280, 4.2.1.10). */
export function subtree({ organisation, iin, tag }: Base): Uint8Array {
  const attributes = [
    ...(organisation === undefined ? [] : [attribute(OID.organisation, organisation, tag)]),
    ...(iin === undefined ? [] : [attribute(OID.serialNumber, iin, TAG.printableString)]),
  ];
  return sequence(tlv(0xa4, name(...attributes)));
}

export function nameConstraints(...bases: Base[]): Uint8Array {
  return extension(OID.nameConstraints, sequence(tlv(0xa0, ...bases.map(subtree))), true);
}

/** The v3 extension: a SEQUENCE OF PrintableString with the leading digits of EIDs. */
export function permittedEins(...digits: string[]): Uint8Array {
  const entries = digits.map((entry) => tlv(TAG.printableString, ascii(entry)));
  return extension(OID.permittedEins, sequence(...entries), true);
}

/** A distribution point with a URL of a chosen length, to reach an exact size. */
export function crlDistributionPoint(url: string): Uint8Array {
  const point = sequence(tlv(0xa0, tlv(0xa0, tlv(0x86, ascii(url)))));
  return extension(OID.crlDistributionPoints, sequence(point));
}

/** Put an extension in the place of the one of the same type; add it if there is none. */
export function setExtension(draft: Draft, replacement: Uint8Array): void {
  const at = indexOfExtension(draft, typeOf(replacement));
  if (at < 0) draft.extensions.push(replacement);
  else draft.extensions[at] = replacement;
}

export function removeExtension(draft: Draft, type: string): void {
  const at = indexOfExtension(draft, readLoose(oid(type)).content);
  if (at < 0) throw Error(`the draft has no extension ${type}`);
  draft.extensions.splice(at, 1);
}

/** The whole Extension of a type, to be changed byte by byte. */
export function getExtension(draft: Draft, type: string): Uint8Array {
  const found = draft.extensions[indexOfExtension(draft, readLoose(oid(type)).content)];
  if (found === undefined) throw Error(`the draft has no extension ${type}`);
  return found;
}

/** Content of extnValue. */
export function extensionValue(whole: Uint8Array): Uint8Array {
  return readLoose(children(readLoose(whole).content).at(-1)!).content;
}

/** The attributes of a Name, each in an RDN of its own. */
export function attributesOf(dn: Uint8Array): Uint8Array[] {
  return children(readLoose(dn).content).map((rdn) => readLoose(rdn).content);
}

function typeOf(whole: Uint8Array): Uint8Array {
  return readLoose(readLoose(whole).content).content;
}

function indexOfExtension(draft: Draft, type: Uint8Array): number {
  const wanted = type.join();
  return draft.extensions.findIndex((one) => typeOf(one).join() === wanted);
}
