/**
 * One link: a certificate under its issuer. All that statement program 1 checks of a certificate,
 * on exactly the bytes that are hashed and signed.
 */
import { Field, Provable, Struct } from 'o1js';
import { TBS_BLOCKS } from '../params.ts';
import { EUICC_ISSUERS, ROLES, ROLE_NAMES, type Role } from '../roles.ts';
import {
  type Constraints,
  handleHash,
  issuerId,
  LIST_KIND,
  Octets,
  oidIdentity,
  type Opening,
  PublicKey,
  Signature,
} from './claims.ts';
import { assertInside, narrow } from './gadgets/certificate/constraints.ts';
import { walkExtensions } from './gadgets/certificate/extensions.ts';
import type { CertificateFacts } from './gadgets/certificate/facts.ts';
import { readEid } from './gadgets/certificate/identity.ts';
import { walkTbs } from './gadgets/certificate/tbs.ts';
import { assertPoint, verifyEcdsa } from './gadgets/p256/index.ts';
import { digestLimbs, sha256 } from './gadgets/sha256/index.ts';
import type { Bit, CircuitContext } from './kimchi/context.ts';
import { existsOne } from './kimchi/gates.ts';
import { inRange } from './kimchi/integer.ts';
import { type Walk, walkOver } from './gadgets/walk.ts';

/** What the prover gives for a link; everything about it is checked. */
export class LinkWitness extends Struct({
  /** TBSCertificate with its SHA-256 padding, then zeros: a field a byte. */
  tbs: Provable.Array(Field, 64 * TBS_BLOCKS),
  signature: Signature,
  /** The window that the new claim will show. */
  validFrom: Field,
  validUntil: Field,
  /** Fresh blind of the new commitment. */
  blind: Field,
}) {}

/** What a link needs to know of the certificate or CI above it, already authenticated. */
export interface Issuer {
  readonly key: PublicKey;
  /** Hash of its subject Name; undefined for a CI, whose name is taken as given. */
  readonly subjectName?: Field;
  readonly subjectKeyIdentifier: Octets;
  readonly pathLen: Field;
  /** undefined for a CI. */
  readonly constraints?: Constraints;
  /** 1 when it may issue the role whose bit is set, else anything but 1. */
  mayIssue(roleBits: readonly Bit[]): Field;
}

/** The part of an `Opening` that the last certificate decides. */
export type Subject = Omit<
  Opening,
  'blind' | 'ciLeaf' | 'validFrom' | 'validUntil' | 'links' | 'handles'
> & { readonly handle: Field };

/** Assert that `signature` by `key` is valid over the first `length` bytes of the memory. */
export type AssertSigned = (
  walk: Walk,
  length: Field,
  key: PublicKey,
  signature: Signature,
) => void;

/** ecdsa-with-SHA256 (RFC 5758) on P-256. */
export const assertSigned: AssertSigned = (walk, length, key, signature) => {
  const { context } = walk;
  const digest = digestLimbs(context, sha256(walk, length));
  verifyEcdsa(context, { digest, signature, key });
};

/**
 * Check a certificate against its issuer, signature included. ~48,000 rows. `signed` is a parameter
 * for the benchmark that puts o1js's own gadgets in place of ours.
 */
export function assertLink(
  context: CircuitContext,
  link: LinkWitness,
  issuer: Issuer,
  signed: AssertSigned = assertSigned,
): Subject {
  const walk = walkOver(context, link.tbs);
  const { facts, subject } = assertCertificate(walk, link, issuer);
  signed(walk, facts.length, issuer.key, link.signature);
  return subject;
}

/** Everything of a link but the signature: what the TBS says, against its issuer. */
export function assertCertificate(
  walk: Walk,
  window: { readonly validFrom: Field; readonly validUntil: Field },
  issuer: Issuer,
): { facts: CertificateFacts; subject: Subject } {
  const { context } = walk;
  const tbs = walkTbs(walk);
  const facts = { ...tbs, ...walkExtensions(walk, tbs.extensions) };
  const isCa = kindBit(context, facts.roleBits, 'ca');
  const isEuicc = kindBit(context, facts.roleBits, 'euicc');

  // name chaining, key identifiers (statement 3)
  if (issuer.subjectName !== undefined) assertSame(context, facts.issuerName, issuer.subjectName);
  assertSame(context, facts.authorityKeyIdentifier.length, issuer.subjectKeyIdentifier.length);
  assertSame(context, facts.authorityKeyIdentifier.value, issuer.subjectKeyIdentifier.value);
  context.assertNonZero(facts.subjectKeyIdentifier.length);

  // the claimed window lies within the certificate's validity (statement 4)
  assertWithin(context, window, facts.notBefore, facts.notAfter);

  // the issuer may issue this role; usage agrees with the role (statement 5)
  context.assertEqual(issuer.mayIssue(facts.roleBits), 1n);
  assertUsage(context, facts, isCa);
  const pathLen = remainingPathLen(context, issuer.pathLen, facts.pathLen, isCa);

  // inside the issuer's constraints, own ones only narrower (statement 6)
  const inherited = issuer.constraints;
  if (inherited !== undefined) {
    assertInside(walk, inherited, {
      organisation: facts.organisation,
      isEuicc,
      serialAttribute: facts.serialAttribute,
    });
  }
  // an end entity issues nothing: no constraints of its own (RFC 5280, 4.2.1.10)
  const isLeaf = context.not(isCa);
  context.assertZeroWhen(isLeaf, facts.constraints.count);
  const constraints = narrow(walk, inherited, facts.constraints);
  const issuesEuiccs = hasRole(context, facts.roleBits, EUICC_ISSUERS);
  assertConstrained(context, issuesEuiccs, constraints.count);

  assertPoint(context, facts.key);
  const eid = readEid(walk, facts.serialAttribute, isEuicc);
  const oid = oidIdentity(facts.registeredId).seal();
  const isServer = kindBit(context, facts.roleBits, 'server');
  const identity = context.add(eid, context.product(isServer, oid));
  // without an OID a server could not be named
  context.assertZeroWhen(isServer, context.equals(oid, 0n));

  const listKind = context.linear([[LIST_KIND.ca - LIST_KIND.user, isCa]], LIST_KIND.user);
  return {
    facts,
    subject: {
      handle: handleHash(issuerId(issuer.key), listKind, facts.serialNumber),
      key: new PublicKey({ x: [...facts.key.x], y: [...facts.key.y] }),
      subjectName: facts.subjectName,
      subjectKeyIdentifier: new Octets(facts.subjectKeyIdentifier),
      role: context.linear(
        ROLE_NAMES.map((role, i) => [BigInt(ROLES[role].number), facts.roleBits[i]!] as const),
      ),
      cA: isCa,
      pathLen,
      keyCertSign: facts.keyUsage.keyCertSign,
      cRLSign: facts.keyUsage.cRLSign,
      constraints,
      organisation: {
        length: facts.organisation.length,
        chunks: [...facts.organisation.chunks],
      },
      identity,
    },
  };
}

/** Assert notBefore <= validFrom <= validUntil <= notAfter; all but the window below 2^38. */
export function assertWithin(
  context: CircuitContext,
  window: { readonly validFrom: Field; readonly validUntil: Field },
  notBefore: Field,
  notAfter: Field,
): void {
  // notBefore, notAfter < 2^38 make the first and last difference bound the window as well
  assertOrdered(context, notBefore, window.validFrom);
  assertOrdered(context, window.validFrom, window.validUntil);
  assertOrdered(context, window.validUntil, notAfter);
}

/** Assert 0 <= later - earlier < 2^39, the true order when one of them is known below 2^38. */
export function assertOrdered(context: CircuitContext, earlier: Field, later: Field): void {
  const difference = context.sub(later, earlier);
  context.rangeBits(difference, 39);
}

/** CA: cA and keyCertSign. End entity: digitalSignature, and nothing that signs certificates. */
function assertUsage(context: CircuitContext, facts: CertificateFacts, isCa: Bit): void {
  const { digitalSignature, keyCertSign, cRLSign } = facts.keyUsage;
  assertSame(context, facts.cA, isCa);
  assertSame(context, keyCertSign, isCa);
  const isLeaf = context.not(isCa);
  context.assertZeroWhen(isLeaf, cRLSign);
  context.assertZeroWhen(isLeaf, context.not(digitalSignature));
}

/**
 * Certificates that may still follow: for a CA min(issuer's - 1, own constraint), for a leaf 0.
 * An issuer with 0 left cannot issue a CA (RFC 5280, 6.1.4 (l) and (m)).
 */
function remainingPathLen(context: CircuitContext, issuers: Field, own: Field, isCa: Field): Field {
  const left = context.sub(issuers, isCa);
  context.range12(left);
  const minimum = existsOne(() => {
    const [a, b] = [left.toBigInt(), own.toBigInt()];
    return a < b ? a : b;
  });
  const belowLeft = context.sub(left, minimum);
  const belowOwn = context.sub(own, minimum);
  context.range12(minimum);
  context.range12(belowLeft);
  context.range12(belowOwn);
  // the minimum is one of the two
  context.assertZeroProduct(belowLeft, belowOwn);
  return context.product(isCa, minimum);
}

/** Assert count > 0 where the role issues eUICCs: without constraints it could issue any EID. */
function assertConstrained(context: CircuitContext, issuesEuiccs: Bit, count: Field): void {
  context.assertZeroWhen(issuesEuiccs, context.equals(count, 0n));
}

function kindBit(context: CircuitContext, bits: readonly Bit[], kind: string): Bit {
  return hasRole(
    context,
    bits,
    ROLE_NAMES.filter((role) => ROLES[role].kind === kind),
  );
}

/** Whether the role is one of these. Exactly one role bit is set, so a sum of some is a bit. */
function hasRole(context: CircuitContext, bits: readonly Bit[], roles: readonly Role[]): Bit {
  return inRange(context.sum(roles.map((role) => roleBit(bits, role))));
}

export function roleBit(bits: readonly Bit[], role: Role): Bit {
  return bits[ROLE_NAMES.indexOf(role)]!;
}

function assertSame(context: CircuitContext, a: Field, b: Field): void {
  context.assertEqual(a, b);
}
