/** What the strict parser makes of a certificate. All offsets are into `Certificate.der`. */

/** Half-open range of bytes. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One AttributeTypeAndValue. `value` is the content, whatever string type it came in. */
export interface NameAttribute {
  /** Dotted OID. */
  readonly oid: string;
  /** DER tag of the value: 0x0c UTF8String, 0x13 PrintableString, ... */
  readonly tag: number;
  readonly value: Uint8Array;
}

export interface Name {
  /** The whole DER Name, header included: what chaining compares. */
  readonly der: Uint8Array;
  /** One attribute an RDN: multi-valued RDNs are refused. */
  readonly attributes: readonly NameAttribute[];
}

export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  /** Content of extnValue. */
  readonly value: Uint8Array;
  /** The whole Extension, header included. */
  readonly span: Span;
  /** Where `value` lies. */
  readonly valueSpan: Span;
}

/** Where the fields lie. Whole TLVs unless noted. */
export interface CertificateSpans {
  readonly tbs: Span;
  /** Content of the serialNumber INTEGER. */
  readonly serialNumber: Span;
  readonly issuer: Span;
  /** Contents of the two times. */
  readonly notBefore: Span;
  readonly notAfter: Span;
  readonly subject: Span;
  readonly subjectPublicKeyInfo: Span;
  /** Content of the SEQUENCE OF Extension; ends where the TBS ends. */
  readonly extensions: Span;
  /** The ECDSA-Sig-Value inside signatureValue. */
  readonly signature: Span;
}

export interface PermittedBase {
  /** organizationName of the subtree, as found; compared after folding A-Z. */
  readonly organisation?: Uint8Array;
  /** serialNumber of the subtree (nameConstraints) or an entry of permittedEins: leading digits of EIDs. */
  readonly iin?: string;
}

export interface KeyUsage {
  readonly digitalSignature: boolean;
  readonly keyCertSign: boolean;
  readonly cRLSign: boolean;
}

export interface Certificate {
  readonly der: Uint8Array;
  /** TBSCertificate as signed, header included. */
  readonly tbs: Uint8Array;
  /** Content of the serialNumber INTEGER, 1 to 20 bytes, as a number; never negative. */
  readonly serialNumber: bigint;
  readonly issuer: Name;
  readonly subject: Name;
  /** Unix seconds. */
  readonly notBefore: bigint;
  readonly notAfter: bigint;
  /** Affine coordinates of the P-256 subject key, each < p; the curve equation is pki's to check. */
  readonly publicKey: { readonly x: bigint; readonly y: bigint };
  readonly signature: { readonly r: bigint; readonly s: bigint };
  readonly extensions: readonly Extension[];
  readonly spans: CertificateSpans;

  // values of the extensions of the GSMA profile; undefined when absent
  readonly subjectKeyIdentifier?: Uint8Array;
  readonly authorityKeyIdentifier?: Uint8Array;
  readonly keyUsage?: KeyUsage;
  readonly basicConstraints?: { readonly cA: boolean; readonly pathLen?: number };
  /** Dotted policy OIDs, in order. */
  readonly policies?: readonly string[];
  /** permittedSubtrees of nameConstraints; excludedSubtrees are refused. */
  readonly nameConstraints?: readonly PermittedBase[];
  /** Entries of the v3 extension permittedEins (2.23.146.1.2.2.0). */
  readonly permittedEins?: readonly string[];
  /** registeredID of subjectAltName, dotted. */
  readonly registeredId?: string;
  readonly extendedKeyUsage?: readonly string[];
  /** URIs of cRLDistributionPoints, in order. */
  readonly crlUris?: readonly string[];
}
