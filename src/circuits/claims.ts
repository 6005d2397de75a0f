/**
 * What proofs claim and what stands behind a claim: the types that cross from a program to the next
 * and to the verifier, with their hashes. The same code runs in circuits and, on constants, outside.
 */
import { Field, Provable, Struct } from 'o1js';
import { COMMITMENT_VERSION, MAX_BASES, MAX_LINKS } from '../params.ts';
import { domainHash } from './hash.ts';

/** Public output of `chain`: all that a verifier sees of a certificate chain. */
export class ChainClaim extends Struct({
  /** Merkle root of the accepted CI leaves. */
  trustRoot: Field,
  /** Unix seconds; the chain is valid in all of [validFrom, validUntil]. */
  validFrom: Field,
  validUntil: Field,
  /** Hiding commitment to the rest, `Opening.commitment`. */
  commitment: Field,
}) {}

/** Affine P-256 point, 88-bit limbs, least significant first. */
export class PublicKey extends Struct({
  x: Provable.Array(Field, 3),
  y: Provable.Array(Field, 3),
}) {}

/** r and s of an ECDSA signature, 88-bit limbs, least significant first. */
export class Signature extends Struct({
  r: Provable.Array(Field, 3),
  s: Provable.Array(Field, 3),
}) {}

/** Up to 31 bytes with their length; absent is (0, 0). */
export class Octets extends Struct({ length: Field, value: Field }) {}

/** Folded organisation: length and chunks of 31, 31 and 2 bytes. */
export class Organisation extends Struct({
  length: Field,
  chunks: Provable.Array(Field, 3),
}) {}

/** A permitted subtree; a part of length 0 constrains nothing. */
export class Base extends Struct({ organisation: Organisation, iin: Octets }) {}

/** Issuing constraints in force below a certificate; count 0 means none. */
export class Constraints extends Struct({
  count: Field,
  bases: Provable.Array(Base, MAX_BASES),
}) {
  static hash(constraints: Constraints): Field {
    return domainHash('constraints', [
      constraints.count,
      ...constraints.bases.flatMap((base) => [
        base.organisation.length,
        ...base.organisation.chunks,
        base.iin.length,
        base.iin.value,
      ]),
    ]);
  }
}

/** An accepted certificate issuer: what a leaf of the trust tree says of a CI. */
export class CiLeaf extends Struct({
  key: PublicKey,
  subjectKeyIdentifier: Octets,
  /** Roles it may issue: bit `number` of roles.ts for each. */
  roles: Field,
  /** pathLenConstraint, or PATH_UNLIMITED. */
  pathLen: Field,
  notBefore: Field,
  notAfter: Field,
}) {
  static hash(leaf: CiLeaf): Field {
    return domainHash('ciLeaf', [
      ...packKey(leaf.key),
      leaf.subjectKeyIdentifier.length,
      leaf.subjectKeyIdentifier.value,
      leaf.roles,
      leaf.pathLen,
      leaf.notBefore,
      leaf.notAfter,
    ]);
  }
}

/** The private side of a `ChainClaim`: what its commitment hides. Stays with the holder. */
export class Opening extends Struct({
  /** Fresh in every step; hides all the rest. */
  blind: Field,
  /** `CiLeaf.hash` of the CI that the chain starts from. */
  ciLeaf: Field,
  validFrom: Field,
  validUntil: Field,
  /** Certificates below the CI: 1 to MAX_LINKS. */
  links: Field,
  /** `handleHash` of each link, first link first; unused slots are 0. */
  handles: Provable.Array(Field, MAX_LINKS),
  // the last certificate
  key: PublicKey,
  /** Hash of its DER subject Name. */
  subjectName: Field,
  subjectKeyIdentifier: Octets,
  /** Number of its role, see roles.ts. */
  role: Field,
  cA: Field,
  /** CA certificates that may still follow; 0 for a leaf. */
  pathLen: Field,
  keyCertSign: Field,
  cRLSign: Field,
  constraints: Constraints,
  organisation: Organisation,
  /** eUICC: EID as a number of 32 digits. Server: its OID, see `oidIdentity`. CA: 0. */
  identity: Field,
}) {
  static commitment(opening: Opening): Field {
    return domainHash('commitment', [
      Field(COMMITMENT_VERSION),
      opening.blind,
      opening.ciLeaf,
      opening.validFrom,
      opening.validUntil,
      opening.links,
      ...opening.handles,
      ...packKey(opening.key),
      opening.subjectName,
      opening.subjectKeyIdentifier.length,
      opening.subjectKeyIdentifier.value,
      opening.role,
      opening.cA,
      opening.pathLen,
      opening.keyCertSign,
      opening.cRLSign,
      Constraints.hash(opening.constraints),
      opening.organisation.length,
      ...opening.organisation.chunks,
      opening.identity,
    ]);
  }
}

/**
 * A key in three fields. Injective for limbs below 2^88, which every program proves of a key before
 * it relies on it (canonical coordinates, in the P-256 gadget).
 */
export function packKey({ x, y }: PublicKey): Field[] {
  const shift = 1n << 88n;
  return [x[0]!.add(x[1]!.mul(shift)), y[0]!.add(y[1]!.mul(shift)), x[2]!.add(y[2]!.mul(shift))];
}

/** Issuer id: hash of the issuer's key. */
export function issuerId(key: PublicKey): Field {
  return domainHash('issuer', packKey(key));
}

/** Which list can revoke a certificate: those for CA certificates, or for end entities. */
export const LIST_KIND = { ca: 0n, user: 1n } as const;

/** What a revocation list entry names: issuer, list kind, serial number. */
export function handleHash(issuer: Field, listKind: Field, serialNumber: Field): Field {
  return domainHash('handle', [issuer, listKind, serialNumber]);
}

/** Identity of a server: content of its DER OID, up to 30 bytes, with its length above. */
export function oidIdentity(oid: Octets): Field {
  return oid.value.add(oid.length.mul(1n << 240n));
}
