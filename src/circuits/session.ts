/**
 * Public values of the session programs and the hiding commitments between them. A verifier recomputes
 * every request itself; what is not in a request or a claim stays with the holder.
 */
import { Field, Provable, Struct } from 'o1js';
import { type Organisation, packKey, PublicKey } from './claims.ts';
import { domainHash } from './hash.ts';

/** Public input of `presentation` and `registryPresentation`. */
export class PresentationRequest extends Struct({
  /** MODE.presentation or MODE.registryPresentation. */
  mode: Field,
  /** Root of the CIs that the verifier accepts now. */
  trustRoot: Field,
  revocationRoot: Field,
  /** Root of the published credentials; 0 in `presentation`. */
  registryRoot: Field,
  /** Unix seconds. */
  time: Field,
  /** Number of the required role, see roles.ts. */
  role: Field,
}) {}

/** Public output of `presentation` and `registryPresentation`. */
export class PresentationClaim extends Struct({
  /** Hides the leaf key. */
  sessionKey: Field,
  /** Hides the EID, or a server's OID. */
  sessionIdentity: Field,
  /** Hides the organisation, and the id of the issuer of the last link. */
  sessionIssuer: Field,
}) {}

/** Public input of `possession`. */
export class PossessionRequest extends Struct({
  /** MODE.possession. */
  mode: Field,
  /** `possessionHash` of what the verifier built. */
  statement: Field,
}) {}

/** Public input of `certify`. */
export class CertifyRequest extends Struct({
  /** MODE.certify. */
  mode: Field,
  trustRoot: Field,
  revocationRoot: Field,
  /** Unix seconds. */
  time: Field,
  role: Field,
}) {}

/** Public output of `certify`: what a party that is known anyway says of itself. */
export class CertifiedClaim extends Struct({
  key: PublicKey,
  /** A server's OID, see `oidIdentity`; an eUICC's EID. */
  identity: Field,
  validFrom: Field,
  validUntil: Field,
}) {}

/** A SHA-256 digest as number: limbs of 88, 88 and 80 bits, least significant first. */
export class Digest extends Struct({ limbs: Provable.Array(Field, 3) }) {}

/** A digest in two fields; injective for limbs in range, which whoever relies on it proves. */
export function packDigest(limbs: readonly Field[]): [Field, Field] {
  return [limbs[0]!.add(limbs[1]!.mul(1n << 88n)), limbs[2]!];
}

export function commitKey(blind: Field, key: PublicKey): Field {
  return domainHash('sessionKey', [blind, ...packKey(key)]);
}

export function commitIdentity(blind: Field, identity: Field): Field {
  return domainHash('sessionIdentity', [blind, identity]);
}

export function commitIssuer(blind: Field, organisation: Organisation, issuer: Field): Field {
  return domainHash('sessionIssuer', [blind, organisation.length, ...organisation.chunks, issuer]);
}

/** One pseudonym a certificate and scope; not for scope 0. Who has the certificate can compute it. */
export function pseudonymOf(key: PublicKey, identity: Field, scope: Field): Field {
  return domainHash('pseudonym', [...packKey(key), identity, scope]);
}

/**
 * One identifier a user secret, certificate and scope; not for scope 0. Nobody can compute it without the
 * secret, which has fewer than 2^248 values.
 */
export function identifierOf(
  secret: Field,
  key: PublicKey,
  identity: Field,
  identifierScope: Field,
): Field {
  return domainHash('identifier', [secret, ...packKey(key), identity, identifierScope]);
}

/**
 * An order for one device, without its EID: whoever knows the salt can try EIDs, nobody else can.
 *
 * @param server `oidIdentity` of the server that the order is at
 * @param salt below 2^128
 */
export function orderOf(server: Field, salt: Field, identity: Field): Field {
  return domainHash('order', [server, salt, identity]);
}

/** What a possession proof is about. Verifier and holder make one of it, each from its own knowledge. */
export interface PossessionStatement {
  /** The session, see `sessionId`. */
  readonly session: Field;
  /** SHA-256 of the message that the leaf key signed: limbs as of `Digest`. */
  readonly digest: readonly Field[];
  /** Commitments of the presentation that the session has. */
  readonly sessionKey: Field;
  readonly sessionIdentity: Field;
  /** What the pseudonym is for, and it; both 0 for none. */
  readonly scope: Field;
  readonly pseudonym: Field;
  /** The same of the identifier. */
  readonly identifierScope: Field;
  readonly identifier: Field;
  /** `orderOf` the order that is for this device; 0 for none. */
  readonly order: Field;
}

export function possessionHash(statement: PossessionStatement): Field {
  return domainHash('possession', [
    statement.session,
    ...packDigest(statement.digest),
    statement.sessionKey,
    statement.sessionIdentity,
    statement.scope,
    statement.pseudonym,
    statement.identifierScope,
    statement.identifier,
    statement.order,
  ]);
}

/** A published credential: a leaf of the registry and of an aggregate. */
export function credentialLeaf(commitment: Field, validFrom: Field, validUntil: Field): Field {
  return domainHash('credential', [commitment, validFrom, validUntil]);
}
