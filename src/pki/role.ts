import type { Certificate } from '../asn1/index.ts';
import { ZkcxError } from '../errors.ts';
import { PATH_UNLIMITED } from '../params.ts';
import { ROLE_NAMES, ROLE_OID, ROLES, roleDotted } from '../roles.ts';
import type { Role } from '../roles.ts';

/** What a certificate may do, once its extensions agree with its role. */
export interface Rights {
  readonly cA: boolean;
  readonly keyCertSign: boolean;
  readonly cRLSign: boolean;
  /** Its own pathLenConstraint, or PATH_UNLIMITED. */
  readonly pathLen: number;
}

const ROLE_OF_POLICY = new Map(ROLE_NAMES.map((role) => [roleDotted(role), role]));

/**
 * The GSMA role: the one policy at or below id-rspRole. Other policies may stand beside it. The OID
 * counts whole, so the arcs .0, .0.0, .0.0.0 are three roles, and what lies below id-rspRole
 * without being a role of the table is refused, alone or beside a role.
 */
export function roleOf(certificate: Certificate): Role {
  const policies = (certificate.policies ?? []).filter(
    (oid) => oid === ROLE_OID || oid.startsWith(`${ROLE_OID}.`),
  );
  const [policy] = policies;
  if (policy === undefined) {
    throw new ZkcxError('ERR_CHAIN_ROLE_MISSING', 'certificatePolicies name no GSMA role');
  }
  if (policies.length > 1) {
    throw new ZkcxError(
      'ERR_CHAIN_ROLE_AMBIGUOUS',
      `certificatePolicies name ${policies.length} GSMA roles; exactly one is allowed`,
    );
  }
  const role = ROLE_OF_POLICY.get(policy);
  if (role === undefined) {
    throw new ZkcxError('ERR_CHAIN_ROLE_UNKNOWN', `policy ${policy} is no GSMA role`, {
      reason: policy,
    });
  }
  return role;
}

/**
 * What the certificate says about keyUsage and basicConstraints (RFC 5280, 4.2.1.3 and
 * 4.2.1.9), in agreement with its role: issuing kinds are CAs with keyCertSign, all others are neither and sign.
 */
export function rightsOf(certificate: Certificate, role: Role): Rights {
  const cA = certificate.basicConstraints?.cA ?? false;
  const usage = certificate.keyUsage;
  if (usage === undefined) {
    throw new ZkcxError('ERR_CHAIN_KEY_USAGE', `a certificate of role ${role} needs keyUsage`);
  }
  const { digitalSignature, keyCertSign, cRLSign } = usage;
  if (ROLES[role].kind === 'ca') {
    if (!cA) throw new ZkcxError('ERR_CHAIN_CA', `role ${role} issues, but cA is not TRUE`);
    if (!keyCertSign) {
      throw new ZkcxError('ERR_CHAIN_KEY_USAGE', `role ${role} issues, but lacks keyCertSign`);
    }
  } else {
    if (cA) throw new ZkcxError('ERR_CHAIN_CA', `role ${role} must not be a CA`);
    if (!digitalSignature || keyCertSign || cRLSign) {
      throw new ZkcxError(
        'ERR_CHAIN_KEY_USAGE',
        `role ${role} needs digitalSignature and must have neither keyCertSign nor cRLSign`,
      );
    }
  }
  const pathLen = certificate.basicConstraints?.pathLen ?? PATH_UNLIMITED;
  return { cA, keyCertSign, cRLSign, pathLen };
}
