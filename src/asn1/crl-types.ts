/** What the strict parser makes of a revocation list. All offsets are into `RevocationList.tbs`. */
import type { Extension, Name, Span } from './types.ts';

/** One element of revokedCertificates. */
export interface RevokedEntry {
  /** Content of the userCertificate INTEGER, 1 to 20 bytes, as a number; never negative. */
  readonly serialNumber: bigint;
  /** Unix seconds. */
  readonly revocationDate: bigint;
  /** CRLReason, 1 to 10; undefined when absent. Never removeFromCRL. */
  readonly reason?: number;
  /** Unix seconds: notAfter of the certificate, from the GSMA entry extension id-rsp-expDate. */
  readonly expirationDate?: bigint;
  /** Unix seconds: since when the key is, or is believed to be, unfit. */
  readonly invalidityDate?: bigint;
  /** crlEntryExtensions, in order; empty when absent. */
  readonly extensions: readonly Extension[];
  /** The whole entry, header included. */
  readonly span: Span;
}

/** Certificates that a list speaks of, by the flags of its issuingDistributionPoint. */
export type ListScope = 'ca' | 'user' | 'both';

/** Where the fields lie in the TBSCertList. Whole TLVs unless noted. */
export interface RevocationListSpans {
  readonly issuer: Span;
  /** Contents of the two times. */
  readonly thisUpdate: Span;
  readonly nextUpdate: Span;
  /** Content of revokedCertificates: the entries; empty after nextUpdate where the field is absent. */
  readonly entries: Span;
  /** crlExtensions with their [0] tag; ends where the TBS ends. */
  readonly extensions: Span;
}

export interface RevocationList {
  readonly der: Uint8Array;
  /** TBSCertList as signed, header included. */
  readonly tbs: Uint8Array;
  readonly issuer: Name;
  /** Unix seconds, thisUpdate < nextUpdate. */
  readonly thisUpdate: bigint;
  readonly nextUpdate: bigint;
  /** In the list's order, no serial number twice. */
  readonly entries: readonly RevokedEntry[];
  readonly extensions: readonly Extension[];
  readonly signature: { readonly r: bigint; readonly s: bigint };

  /** keyIdentifier of authorityKeyIdentifier. */
  readonly authorityKeyIdentifier: Uint8Array;
  /** At most 20 bytes, never negative. */
  readonly crlNumber: bigint;
  /** The one URI of issuingDistributionPoint, ASCII. */
  readonly point: Uint8Array;
  readonly scope: ListScope;
  /** Of a list in parts: this is part `number`, 1 to `total`. Undefined: the list is complete. */
  readonly part?: { readonly number: number; readonly total: number };
  readonly spans: RevocationListSpans;
}
