/** Identity fields of the circuits as what they stand for. */
import { decodeOid } from '../asn1/oid.ts';
import { bigintToBytes } from '../bytes.ts';
import type { Opening } from '../circuits/claims.ts';
import { ZkcxError } from '../errors.ts';
import type { Identity } from '../pki/index.ts';
import { type Role, ROLE_NAMES, ROLES } from '../roles.ts';

const EID_DIGITS = 32;
/** Where `oidIdentity` puts the length. */
const LENGTH_SHIFT = 240n;

/**
 * The identity of a role that has one: an eUICC's EID, or a server's OID. Throws ERR_PROOF_OPENING for a
 * value that no certificate of the role gives.
 */
export function identityFromField(role: Role, value: bigint): Identity {
  const { kind } = ROLES[role];
  try {
    if (kind === 'euicc' && value < 10n ** BigInt(EID_DIGITS)) {
      return Object.freeze({ kind: 'eid', digits: value.toString().padStart(EID_DIGITS, '0') });
    }
    if (kind === 'server') {
      const length = Number(value >> LENGTH_SHIFT);
      const content = bigintToBytes(value & ((1n << LENGTH_SHIFT) - 1n), length);
      return Object.freeze({ kind: 'oid', oid: decodeOid(content, 'the identity') });
    }
  } catch {
    // said below; the reader's own words could quote the value
  }
  throw new ZkcxError('ERR_PROOF_OPENING', `this is no identity of the role ${role}`);
}

/** The role that an opening holds. Throws ERR_CREDENTIAL_FORMAT for a number that is none. */
export function roleIn({ role }: Pick<Opening, 'role'>): Role {
  const found = ROLE_NAMES.find((name) => BigInt(ROLES[name].number) === role.toBigInt());
  if (found === undefined) {
    throw new ZkcxError('ERR_CREDENTIAL_FORMAT', 'the credential is of no known role');
  }
  return found;
}
