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
  /** What the pseudonym is for; 0 asks for none. */
  scope: Field,
}) {}

/** Public output of `presentation` and `registryPresentation`. */
export class PresentationClaim extends Struct({
  /** `pseudonymOf` in the scope; 0 without a scope. */
  pseudonym: Field,
  /** Hides the SHA-256 digest that the leaf key signed. */
  sessionMessage: Field,
  /** Hides the leaf key. */
  sessionKey: Field,
  /** Hides the EID, or a server's OID. */
  sessionIdentity: Field,
  /** Hides the organisation, and the id of the issuer of the last link. */
  sessionIssuer: Field,
}) {}

/** Public input of `message5` and `message10`. */
export class MessageRequest extends Struct({
  /** MODE.message5 or MODE.message10. */
  mode: Field,
  sessionMessage: Field,
  /** Bytes of the whole message. */
  length: Field,
  /** `prefixHash` of the part that the verifier knows. */
  prefix: Field,
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

export function commitMessage(blind: Field, digest: readonly Field[]): Field {
  return domainHash('sessionMessage', [blind, ...packDigest(digest)]);
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

/** One pseudonym a certificate and scope; not for scope 0. */
export function pseudonymOf(key: PublicKey, identity: Field, scope: Field): Field {
  return domainHash('pseudonym', [...packKey(key), identity, scope]);
}

/** The public beginning of a message, as SHA-256 has it after the whole blocks. */
export interface MessagePrefix {
  /** The eight chaining words, most significant first. */
  readonly state: readonly Field[];
  /** Whole blocks before the rest. */
  readonly blocks: Field;
  /** Bytes after them, fewer than 64, as big-endian numbers of up to 31, 31 and 1 bytes. */
  readonly restLength: Field;
  readonly rest: readonly Field[];
}

export function prefixHash({ state, blocks, restLength, rest }: MessagePrefix): Field {
  const half = (from: number) =>
    state
      .slice(from, from + 4)
      .reduce((sum, word) => sum.mul(1n << 32n).add(word), Field(0))
      .seal();
  return domainHash('messagePrefix', [half(0), half(4), blocks, restLength, ...rest]);
}

/** What a possession proof is about. */
export function possessionHash(
  kind: Field,
  session: Field,
  sessionKey: Field,
  digest: readonly Field[],
): Field {
  return domainHash('possession', [kind, session, sessionKey, ...packDigest(digest)]);
}

/** A published credential: a leaf of the registry and of an aggregate. */
export function credentialLeaf(commitment: Field, validFrom: Field, validUntil: Field): Field {
  return domainHash('credential', [commitment, validFrom, validUntil]);
}
