/**
 * A credential and what a peer asks for, as inputs of `presentation`, `registryPresentation` and
 * `certify`. What the circuits would refuse is refused here, before anything is proven.
 */
import { Field } from 'o1js';
import { CiLeaf, Opening, type Organisation, type PublicKey } from '../circuits/claims.ts';
import { CiPath, CredentialWitness } from '../circuits/credential.ts';
import { PresentationWitness, SessionBlinds } from '../circuits/presentation.ts';
import type { RegistryPath } from '../circuits/registry-presentation.plain.ts';
import type { HandleWitness } from '../circuits/revocation.ts';
import {
  CertifiedClaim,
  CertifyRequest,
  commitIdentity,
  commitIssuer,
  commitKey,
  credentialLeaf,
  PresentationClaim,
  PresentationRequest,
} from '../circuits/session.ts';
import { ZkcxError } from '../errors.ts';
import { MAX_LINKS, MODE } from '../params.ts';
import type { TrustAnchor } from '../pki/index.ts';
import type { RandomBytes } from '../random.ts';
import { type Role, ROLES } from '../roles.ts';
import { freshBlind, hashOfHandle, type RevocationHandle } from './chain.ts';
import type { RegistryTree } from './registry-tree.ts';
import type { RevocationWitnesses } from './revocation-map.ts';
import { ciLeaf, type TrustSet } from './trust.ts';

/** A credential, and under what and for when it has to count. */
export interface CredentialInput {
  /** Of the chain proof, or of the refresh that is presented. */
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

/** A credential to present. */
export interface PresentationInput extends CredentialInput {
  readonly random: RandomBytes;
}

/** What opens the commitments of a `PresentationClaim`. Each is disclosed alone, or never. */
export interface SessionOpenings {
  readonly key: { readonly blind: Field; readonly key: PublicKey };
  readonly identity: { readonly blind: Field; readonly identity: Field };
  readonly issuer: {
    readonly blind: Field;
    readonly organisation: Organisation;
    /** Issuer id of the last link. */
    readonly issuer: Field;
  };
}

/** One proof to make, the refresh proof beside it. */
export interface PresentationPlan {
  readonly request: PresentationRequest;
  /** What the proof will claim. */
  readonly claim: PresentationClaim;
  readonly witness: PresentationWitness;
  /** The holder's secrets of this presentation. */
  readonly openings: SessionOpenings;
}

/** The same without a proof beside it. */
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
 * ERR_REVOCATION_ISSUER_MISSING, ERR_REVOCATION_STALE, ERR_REVOCATION_REVOKED.
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

/** Inputs of `certify`. The refusals of `presentationWitness`. */
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
  const { opening, handles, random } = input;
  const { key, identity, organisation } = opening;
  const credential = credentialWitness(input);
  const blinds = new SessionBlinds({
    key: freshBlind(random),
    identity: freshBlind(random),
    issuer: freshBlind(random),
  });
  const { issuer } = handles.at(-1)!;
  const request = { mode: Field(mode), ...credentialRequest(input), registryRoot };
  return {
    request: new PresentationRequest(request),
    claim: new PresentationClaim({
      sessionKey: commitKey(blinds.key, key),
      sessionIdentity: commitIdentity(blinds.identity, identity),
      sessionIssuer: commitIssuer(blinds.issuer, organisation, issuer),
    }),
    witness: new PresentationWitness({ credential, blinds }),
    openings: {
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
