/**
 * A credential and what a peer asks for, as inputs of `presentation`, `registryPresentation` and
 * `certify`. What the circuits would refuse is refused here, before anything is proven.
 */
import { Field } from 'o1js';
import { bytesToBigint } from '../bytes.ts';
import { CiLeaf, Opening, type Organisation, type PublicKey } from '../circuits/claims.ts';
import { CiPath, CredentialWitness } from '../circuits/credential.ts';
import { PresentationWitness, SessionBlinds } from '../circuits/presentation.ts';
import type { RegistryPath } from '../circuits/registry-presentation.program.ts';
import type { HandleWitness } from '../circuits/revocation.ts';
import {
  CertifiedClaim,
  CertifyRequest,
  commitIdentity,
  commitIssuer,
  commitKey,
  commitMessage,
  credentialLeaf,
  Digest,
  PresentationClaim,
  PresentationRequest,
  pseudonymOf,
} from '../circuits/session.ts';
import { ZkcxError } from '../errors.ts';
import { MAX_LINKS, MODE } from '../params.ts';
import { isDigestSigned, type TrustAnchor } from '../pki/index.ts';
import type { RandomBytes } from '../random.ts';
import { type Role, ROLES } from '../roles.ts';
import { freshBlind, hashOfHandle, type RevocationHandle } from './chain.ts';
import { limbs, signature } from './encode.ts';
import type { RegistryTree } from './registry-tree.ts';
import type { RevocationWitnesses } from './revocation-map.ts';
import { ciLeaf, type TrustSet } from './trust.ts';

/** A credential, and under what and for when it has to count. */
export interface CredentialInput {
  /** Of the last chain proof. */
  readonly opening: Opening;
  /** `handlesOf` its chain. */
  readonly handles: readonly RevocationHandle[];
  /** The CI at which its chain starts. */
  readonly anchor: TrustAnchor;
  /** The CIs accepted now; the request names its root. */
  readonly trust: TrustSet;
  /** The revocation map of now; the request names its root. */
  readonly map: RevocationWitnesses;
  /** Unix seconds. */
  readonly time: bigint;
  /** The required role. */
  readonly role: Role;
}

/** A session that the credential is presented in. */
export interface PresentationInput extends CredentialInput {
  /** What the pseudonym is for, derived by the holder; 0 for none. */
  readonly scope: Field;
  /** SHA-256 of the message that the leaf key signed: 32 bytes. */
  readonly digest: Uint8Array;
  /** Any valid one, s high or low. */
  readonly signature: { readonly r: bigint; readonly s: bigint };
  readonly random: RandomBytes;
}

/** What opens the commitments of a `PresentationClaim`. Each is disclosed alone, or never. */
export interface SessionOpenings {
  readonly message: { readonly blind: Field; readonly digest: Digest };
  readonly key: { readonly blind: Field; readonly key: PublicKey };
  readonly identity: { readonly blind: Field; readonly identity: Field };
  readonly issuer: {
    readonly blind: Field;
    readonly organisation: Organisation;
    /** Issuer id of the last link. */
    readonly issuer: Field;
  };
}

/** One proof to make, the chain proof beside it. */
export interface PresentationPlan {
  readonly request: PresentationRequest;
  /** What the proof will claim. */
  readonly claim: PresentationClaim;
  readonly witness: PresentationWitness;
  /** The holder's secrets of this session. */
  readonly openings: SessionOpenings;
}

/** The same without a chain proof. */
export interface RegistryPresentationPlan extends PresentationPlan {
  readonly path: RegistryPath;
}

export interface CertifyPlan {
  readonly request: CertifyRequest;
  readonly claim: CertifiedClaim;
  readonly witness: CredentialWitness;
}

/**
 * Inputs of `presentation`. Refuses, in this order: ERR_PRESENTATION_CREDENTIAL (handles or anchor
 * of another credential), ERR_PRESENTATION_ROLE, ERR_PRESENTATION_WINDOW, ERR_TRUST_UNKNOWN,
 * ERR_REVOCATION_ISSUER_MISSING, ERR_REVOCATION_STALE, ERR_REVOCATION_REVOKED,
 * ERR_PRESENTATION_SIGNATURE.
 */
export function presentationWitness(input: PresentationInput): PresentationPlan {
  return plan(input, MODE.presentation, Field(0));
}

/**
 * Inputs of `registryPresentation`. The same refusals, and ERR_REGISTRY_UNKNOWN.
 *
 * @param input `registry` is the tree whose root the request names
 */
export function registryPresentationWitness(
  input: PresentationInput & { readonly registry: RegistryTree },
): RegistryPresentationPlan {
  const planned = plan(input, MODE.registryPresentation, input.registry.root);
  return { ...planned, path: input.registry.path(leafOf(input.opening)) };
}

/** Inputs of `certify`. The refusals of `presentationWitness`, but for the signature. */
export function certifyWitness(input: CredentialInput): CertifyPlan {
  const { key, identity, validFrom, validUntil } = input.opening;
  const witness = credentialWitness(input);
  return {
    request: new CertifyRequest({ mode: Field(MODE.certify), ...credentialRequest(input) }),
    claim: new CertifiedClaim({ key, identity, validFrom, validUntil }),
    witness,
  };
}

/** The leaf that publishes a credential. */
export function leafOf(opening: Opening): Field {
  return credentialLeaf(Opening.commitment(opening), opening.validFrom, opening.validUntil);
}

function plan(input: PresentationInput, mode: number, registryRoot: Field): PresentationPlan {
  const { opening, handles, scope, random } = input;
  const { key, identity, organisation } = opening;
  const credential = credentialWitness(input);
  assertSigned(input);
  const digest = new Digest({ limbs: limbs(bytesToBigint(input.digest)) });
  const blinds = new SessionBlinds({
    message: freshBlind(random),
    key: freshBlind(random),
    identity: freshBlind(random),
    issuer: freshBlind(random),
  });
  const { issuer } = handles.at(-1)!;
  const request = { mode: Field(mode), ...credentialRequest(input), registryRoot, scope };
  return {
    request: new PresentationRequest(request),
    claim: new PresentationClaim({
      pseudonym: scope.equals(0).toBoolean() ? Field(0) : pseudonymOf(key, identity, scope),
      sessionMessage: commitMessage(blinds.message, digest.limbs),
      sessionKey: commitKey(blinds.key, key),
      sessionIdentity: commitIdentity(blinds.identity, identity),
      sessionIssuer: commitIssuer(blinds.issuer, organisation, issuer),
    }),
    witness: new PresentationWitness({
      credential,
      digest,
      signature: signature(input.signature),
      blinds,
    }),
    openings: {
      message: { blind: blinds.message, digest },
      key: { blind: blinds.key, key },
      identity: { blind: blinds.identity, identity },
      issuer: { blind: blinds.issuer, organisation, issuer },
    },
  };
}

function credentialRequest({ trust, map, time, role }: CredentialInput) {
  return {
    trustRoot: trust.root,
    revocationRoot: map.root,
    time: Field(time),
    role: Field(ROLES[role].number),
  };
}

function credentialWitness(input: CredentialInput): CredentialWitness {
  const { opening, handles, anchor, trust, map, time } = input;
  assertOwn(input);
  if (opening.role.toBigInt() !== BigInt(ROLES[input.role].number)) {
    throw new ZkcxError(
      'ERR_PRESENTATION_ROLE',
      `the peer asks for the role ${input.role}, which this credential does not have`,
    );
  }
  if (time < opening.validFrom.toBigInt() || time > opening.validUntil.toBigInt()) {
    throw new ZkcxError(
      'ERR_PRESENTATION_WINDOW',
      'the time of the request is outside the window of the credential: renew it',
    );
  }
  const ci = new CiPath(trust.path(anchor));
  const shown = handles.map((handle) => map.witness(handle, handle.serialNumber, time));
  return new CredentialWitness({ opening, ci, handles: fillSlots(shown) });
}

function fillSlots(shown: readonly HandleWitness[]): HandleWitness[] {
  return Array.from({ length: MAX_LINKS }, (_, i) => shown[i] ?? shown[0]!);
}

/** Handles and anchor are those that the opening holds hashed. */
function assertOwn({ opening, handles, anchor }: CredentialInput): void {
  const hashes = Array.from({ length: MAX_LINKS }, (_, i) => {
    const handle = handles[i];
    return handle === undefined ? 0n : hashOfHandle(handle).toBigInt();
  });
  const own =
    handles.length > 0 &&
    handles.length === Number(opening.links.toBigInt()) &&
    hashes.every((hash, i) => hash === opening.handles[i]!.toBigInt()) &&
    CiLeaf.hash(ciLeaf(anchor)).toBigInt() === opening.ciLeaf.toBigInt();
  if (!own) {
    throw new ZkcxError(
      'ERR_PRESENTATION_CREDENTIAL',
      'the chain or the CI is not the one that this credential was made of',
    );
  }
}

function assertSigned({ opening, digest, signature: given }: PresentationInput): void {
  const [x, y] = [opening.key.x, opening.key.y].map(number) as [bigint, bigint];
  if (digest.length !== 32 || !isDigestSigned(digest, given, { x, y })) {
    throw new ZkcxError(
      'ERR_PRESENTATION_SIGNATURE',
      'the signature over the session is not one by the key of this credential',
    );
  }
}

/** Of 88-bit limbs. */
function number(parts: readonly Field[]): bigint {
  return parts.reduceRight((sum, limb) => (sum << 88n) + limb.toBigInt(), 0n);
}
