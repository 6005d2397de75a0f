import { z } from 'zod';
import { checked, time } from '../arguments.ts';
import * as argument from './arguments.ts';
import type { Certificate } from '../asn1/index.ts';
import { bytesEqual } from '../bytes.ts';
import { ZkcxError } from '../errors.ts';
import { MAX_LINKS, PATH_UNLIMITED } from '../params.ts';
import { ISSUES, ROLES } from '../roles.ts';
import type { Role } from '../roles.ts';
import type { TrustAnchor } from './anchor.ts';
import { narrow } from './constraints.ts';
import type { Constraints } from './constraints.ts';
import { rightsOf, roleOf } from './role.ts';
import { isOnCurve, isSignedBy } from './signature.ts';
import type { PublicKey } from './signature.ts';
import { identityOf, organisationOf } from './subject.ts';
import type { Identity } from './subject.ts';
import { checkValidity, checkWhen, intersect } from './validity.ts';
import type { When, Window } from './validity.ts';

/** What revocation lists call a certificate: its serial number in a kind of list of its issuer. */
export interface Handle {
  readonly issuer: PublicKey;
  readonly kind: 'ca' | 'user';
  readonly serialNumber: bigint;
}

/** One certificate checked against its issuer, with what a later link or program relies on. */
export interface CheckedLink {
  readonly certificate: Certificate;
  readonly role: Role;
  readonly handle: Handle;
  readonly cA: boolean;
  readonly keyCertSign: boolean;
  readonly cRLSign: boolean;
  /** CAs that may still follow, counted down from PATH_UNLIMITED where nothing limits; leaf: 0. */
  readonly pathLen: number;
  /** What is in force below it, its own or inherited (by leaves too); empty: no limit. */
  readonly constraints: Constraints;
  /** organizationName, A-Z folded. */
  readonly organisation: Uint8Array;
  /** EID or server OID; undefined for CAs. */
  readonly identity: Identity | undefined;
  /** Intersection of the validities of the anchor and of all links down to this one. */
  readonly window: Window;
}

export interface CheckedChain {
  readonly anchor: TrustAnchor;
  /** Issuer first, at least one. */
  readonly links: readonly CheckedLink[];
  readonly leaf: CheckedLink;
  /** The leaf's `window`. */
  readonly window: Window;
}

export type ChainInput = When & {
  readonly anchor: TrustAnchor;
  /** Below the CI, issuer first, 1 to MAX_LINKS. */
  readonly certificates: readonly Certificate[];
};

/** The side of the issuer, whether it is the anchor or the link above. */
interface Parent {
  readonly key: PublicKey;
  readonly keyIdentifier: Uint8Array;
  /** Undefined for the anchor: its name is taken as the first link gives it. */
  readonly name: Uint8Array | undefined;
  readonly role: Role;
  readonly pathLen: number;
  readonly constraints: Constraints;
  readonly window: Window;
}

const chainInput = z.strictObject({
  anchor: argument.anchor,
  certificates: z.array(argument.certificate),
  at: time.optional(),
  window: argument.window.optional(),
});

/**
 * Check a chain under an anchor: the whole statement that `chain` proves, without revocation.
 * The rules and their sources are in docs/protocol/chain-rules.md.
 *
 * @throws ZkcxError with the ERR_CHAIN_* code of the first rule that is broken
 */
export function checkChain(input: ChainInput): CheckedChain {
  checked(input, chainInput, 'checkChain');
  const { anchor, certificates } = input;
  checkWhen(input);
  if (certificates.length === 0 || certificates.length > MAX_LINKS) {
    throw new ZkcxError(
      'ERR_CHAIN_LENGTH',
      `a chain has 1 to ${MAX_LINKS} certificates below the CI, not ${certificates.length}`,
    );
  }
  if (!isOnCurve(anchor.publicKey)) {
    throw new ZkcxError('ERR_CHAIN_ANCHOR', "the anchor's key is not a point of P-256");
  }
  checkValidity(anchor, input);
  const links: CheckedLink[] = [];
  let parent = parentFromAnchor(anchor);
  for (const certificate of certificates) {
    const link = checkLink(parent, certificate, input);
    if (links.length === 0 && !anchor.roles.includes(link.role)) {
      throw new ZkcxError('ERR_CHAIN_ROLE_ANCHOR', `the CI is not trusted to issue ${link.role}`);
    }
    links.push(link);
    parent = parentFromLink(link);
  }
  const leaf = links.at(-1)!;
  return { anchor, links, leaf, window: leaf.window };
}

function checkLink(parent: Parent, certificate: Certificate, when: When): CheckedLink {
  const { subjectKeyIdentifier, authorityKeyIdentifier } = certificate;
  checkValidity(certificate, when);
  if (subjectKeyIdentifier === undefined || subjectKeyIdentifier.length === 0) {
    throw new ZkcxError('ERR_CHAIN_SKI', 'a certificate has no subjectKeyIdentifier');
  }
  if (
    authorityKeyIdentifier === undefined ||
    !bytesEqual(authorityKeyIdentifier, parent.keyIdentifier)
  ) {
    throw new ZkcxError(
      'ERR_CHAIN_AKI',
      "the authorityKeyIdentifier is missing or not the issuer's subjectKeyIdentifier",
    );
  }
  if (parent.name !== undefined && !bytesEqual(certificate.issuer.der, parent.name)) {
    throw new ZkcxError(
      'ERR_CHAIN_ISSUER_NAME',
      "the issuer is not the issuer's subject, byte by byte",
    );
  }

  const role = roleOf(certificate);
  if (!ISSUES[parent.role].includes(role)) {
    throw new ZkcxError(
      'ERR_CHAIN_ROLE_PAIR',
      `a certificate of role ${parent.role} cannot issue ${role}`,
    );
  }
  const { cA, keyCertSign, cRLSign, pathLen } = rightsOf(certificate, role);
  if (cA && parent.pathLen < 1) {
    throw new ZkcxError(
      'ERR_CHAIN_PATH_LENGTH',
      'the pathLenConstraint above allows no further CA',
    );
  }
  const organisation = organisationOf(certificate);
  const identity = identityOf(certificate, role);
  const constraints = narrow(parent.constraints, { certificate, role, organisation, identity });

  // last, because it costs the most
  if (!isOnCurve(certificate.publicKey)) {
    throw new ZkcxError('ERR_CHAIN_KEY', 'the subject key is not a point of P-256');
  }
  if (!isSignedBy(certificate, parent.key)) {
    throw new ZkcxError('ERR_CHAIN_SIGNATURE', "the signature is not one of the issuer's key");
  }
  return {
    certificate,
    role,
    handle: {
      issuer: parent.key,
      kind: ROLES[role].kind === 'ca' ? 'ca' : 'user',
      serialNumber: certificate.serialNumber,
    },
    cA,
    keyCertSign,
    cRLSign,
    pathLen: cA ? Math.min(parent.pathLen - 1, pathLen) : 0,
    constraints,
    organisation,
    identity,
    window: intersect(parent.window, certificate),
  };
}

function parentFromAnchor(anchor: TrustAnchor): Parent {
  return {
    key: anchor.publicKey,
    keyIdentifier: anchor.subjectKeyIdentifier,
    name: undefined,
    role: 'ci',
    pathLen: anchor.pathLen ?? PATH_UNLIMITED,
    constraints: [],
    window: { from: anchor.notBefore, until: anchor.notAfter },
  };
}

function parentFromLink({ certificate, role, pathLen, constraints, window }: CheckedLink): Parent {
  return {
    key: certificate.publicKey,
    keyIdentifier: certificate.subjectKeyIdentifier!,
    name: certificate.subject.der,
    role,
    pathLen,
    constraints,
    window,
  };
}
