import type { Field } from 'o1js';
import type { Bit } from '../../kimchi/integer.ts';
import type { Limbs } from '../limbs.ts';
import type { Position } from '../memory.ts';

/** Up to 31 bytes as a big-endian number, with their length; absent is (0, 0). */
export interface OctetsFact {
  readonly length: Field;
  readonly value: Field;
}

/**
 * organizationName after folding A-Z to a-z, at most 64 bytes: the length, and chunks of 31, 31 and
 * 2 bytes, each as a big-endian number. A chunk is only begun when the one before is full, so the
 * split is unique. Absent is all zero.
 */
export interface OrganisationFact {
  readonly length: Field;
  readonly chunks: Field[];
}

/** One permitted subtree; a part of length 0 constrains nothing. Not both parts are empty. */
export interface BaseFact {
  readonly organisation: OrganisationFact;
  readonly iin: OctetsFact;
}

/** What a CA may issue: `count` in [0, MAX_BASES]; 0 means no constraints; unused bases all zero. */
export interface ConstraintsFact {
  readonly count: Field;
  readonly bases: BaseFact[];
}

/** A base as it stands in the certificate; `iinStart` is where its IIN's digits are. */
export interface OwnBaseFact extends BaseFact {
  /** 1 for the first `count` bases. */
  readonly used: Bit;
  /** Means nothing when the IIN is empty. */
  readonly iinStart: Position;
}

/** Constraints of a certificate's own extensions. */
export interface OwnConstraintsFact {
  readonly count: Field;
  readonly bases: OwnBaseFact[];
}

/** The subject's serialNumber attribute: 0 or 1 of them; where its content lies. */
export interface SerialAttributeFact {
  readonly present: Bit;
  readonly start: Position;
  readonly length: Field;
}

/** What the walk from the first byte of the TBS to its extensions finds. */
export interface TbsFacts {
  /** Bytes of the TBSCertificate, header included. */
  readonly length: Field;
  /** Content of the serialNumber INTEGER, below 2^159. */
  readonly serialNumber: Field;
  /** `nameHash` of the DER Names. */
  readonly issuerName: Field;
  readonly subjectName: Field;
  /** Unix seconds, in [0, 2^38). */
  readonly notBefore: Field;
  readonly notAfter: Field;
  readonly organisation: OrganisationFact;
  readonly serialAttribute: SerialAttributeFact;
  /** Coordinates as they stand in the certificate: limbs by construction in range, nothing else shown. */
  readonly key: { readonly x: Limbs; readonly y: Limbs };
  /** Content of the SEQUENCE OF Extension; ends where the TBS ends. */
  readonly extensions: { readonly start: Position; readonly end: Position };
}

/** What the extensions say; absent extensions are all zero unless noted. */
export interface ExtensionFacts {
  readonly subjectKeyIdentifier: OctetsFact;
  readonly authorityKeyIdentifier: OctetsFact;
  readonly keyUsage: {
    readonly digitalSignature: Bit;
    readonly keyCertSign: Bit;
    readonly cRLSign: Bit;
  };
  readonly cA: Bit;
  /** pathLenConstraint, or PATH_UNLIMITED where there is none. */
  readonly pathLen: Field;
  /** One bit a role, in the order of ROLE_NAMES; exactly one is set. */
  readonly roleBits: readonly Bit[];
  /** nameConstraints or permittedEins of this certificate; count 0 when it has neither. */
  readonly constraints: OwnConstraintsFact;
  /** Content of the registeredID in subjectAltName. */
  readonly registeredId: OctetsFact;
}

export interface CertificateFacts extends TbsFacts, ExtensionFacts {}
