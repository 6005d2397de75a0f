import type { Certificate, PermittedBase } from '../asn1/index.ts';
import { bytesEqual } from '../bytes.ts';
import { ZkcxError } from '../errors.ts';
import { EUICC_ISSUERS, ROLES } from '../roles.ts';
import type { Role } from '../roles.ts';
import { foldCase } from './subject.ts';
import type { Identity } from './subject.ts';

/**
 * What a CA may issue: the child lies inside one of these bases; none at all is no limit.
 * Organisations are folded.
 */
export type Constraints = readonly PermittedBase[];

/**
 * Check a child against what its parent may issue, and return what is in force below the child.
 *
 * - The child's organisation is that of a base, and if it is an eUICC, its EID begins with the IIN
 *   of the very same base (SGP.22 4.5.2.1.0.2). A part that a base does not have limits nothing.
 * - A CA's own constraints, from nameConstraints or (v3) permittedEins, each lie inside one of the
 *   parent's; a CA without any has its parent's. Leaves cannot have any (RFC 5280, 4.2.1.10).
 * - An EUM and an EUM SubCA always end up with some.
 */
export function narrow(
  parent: Constraints,
  child: {
    readonly certificate: Certificate;
    readonly role: Role;
    readonly organisation: Uint8Array;
    readonly identity: Identity | undefined;
  },
): Constraints {
  const { role, organisation, identity } = child;
  const own = ownConstraints(child.certificate);
  const fitting = parent.filter((base) => within(base.organisation, organisation));
  if (parent.length > 0 && fitting.length === 0) {
    throw new ZkcxError(
      'ERR_CHAIN_ORGANISATION_RANGE',
      'the organisation is none of those that the issuer may issue to',
    );
  }
  if (identity?.kind === 'eid' && parent.length > 0) {
    if (!fitting.some(({ iin }) => identity.digits.startsWith(iin ?? ''))) {
      throw new ZkcxError(
        'ERR_CHAIN_EID_RANGE',
        'the EID begins with no IIN that the issuer may issue under',
      );
    }
  }
  if (ROLES[role].kind !== 'ca' && own !== undefined) {
    throw new ZkcxError(
      'ERR_CHAIN_CONSTRAINTS_LEAF',
      `role ${role} issues nothing and must not have issuing constraints`,
    );
  }
  if (own !== undefined && parent.length > 0) {
    if (!own.every((base) => parent.some((outer) => isInside(base, outer)))) {
      throw new ZkcxError(
        'ERR_CHAIN_CONSTRAINTS_WIDER',
        'the issuing constraints reach beyond those of the issuer',
      );
    }
  }
  const effective = own ?? parent;
  if (EUICC_ISSUERS.includes(role) && effective.length === 0) {
    throw new ZkcxError(
      'ERR_CHAIN_CONSTRAINTS_MISSING',
      `a certificate of role ${role} needs nameConstraints or permittedEins, its own or those of an ` +
        'issuer above it',
    );
  }
  return effective;
}

/** The constraints that stand in a certificate, organisations folded; undefined if there are none. */
function ownConstraints(certificate: Certificate): Constraints | undefined {
  const { nameConstraints, permittedEins } = certificate;
  const bases = nameConstraints ?? permittedEins?.map((iin): PermittedBase => ({ iin }));
  return bases?.map(({ organisation, iin }) => ({
    organisation: organisation && foldCase(organisation),
    iin,
  }));
}

function within(limit: Uint8Array | undefined, organisation: Uint8Array): boolean {
  return limit === undefined || bytesEqual(limit, organisation);
}

function isInside(base: PermittedBase, outer: PermittedBase): boolean {
  if (outer.organisation !== undefined) {
    if (base.organisation === undefined || !bytesEqual(base.organisation, outer.organisation)) {
      return false;
    }
  }
  return outer.iin === undefined || (base.iin?.startsWith(outer.iin) ?? false);
}
