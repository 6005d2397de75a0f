/**
 * Presentations are made before a session needs them: nothing in one depends on the session. Each is for one
 * session, over a refresh that no other proof is made over.
 */
import { z } from 'zod';
import { callback, checked, time as timeForm } from '../arguments.ts';
import { Field } from 'o1js';
import { Opening } from '../circuits/claims.ts';
import { PresentationClaim, PresentationRequest } from '../circuits/session.ts';
import { ZkcxError } from '../errors.ts';
import * as pki from '../pki/arguments.ts';
import type { TrustAnchor } from '../pki/index.ts';
import * as form from '../prover/arguments.ts';
import { type Credential, publishedOpening } from '../prover/credential.ts';
import type { AnyEnvelope } from '../prover/envelope.ts';
import { provePresentation, proveRegistryPresentation } from '../prover/present.ts';
import type { JobOptions, Prover } from '../prover/prover.ts';
import type { Openable } from '../prover/refresh.ts';
import { pinnedKeyOf, publicValues } from '../prover/verify.ts';
import { type RandomBytes, systemRandom } from '../random.ts';
import { type Role, ROLES } from '../roles.ts';
import { handlesOf } from '../witness/chain.ts';
import {
  presentationWitness,
  registryPresentationWitness,
  type SessionOpenings,
} from '../witness/presentation.ts';
import * as argument from './arguments.ts';
import * as expected from './expectations.ts';
import { chainOf } from './credential-chain.ts';
import type { AcceptedTerms, ProvableTerms } from './holder.ts';
import { checkOpenings, DISCLOSURES, writeOpenings } from './openings.ts';
import { useOnce } from './single-use.ts';

/** Under what and for when a presentation was made. */
export interface PreparedTerms {
  readonly mode: AcceptedTerms['mode'];
  readonly trustRoot: bigint;
  readonly revocationRoot: bigint;
  /** Only and always in mode registryPresentation. */
  readonly registryRoot?: bigint;
  /** Unix seconds. */
  readonly time: bigint;
  readonly role: Role;
}

/** A presentation that no session has used. Private, all of it. */
export interface Prepared {
  readonly presentation: AnyEnvelope;
  readonly openings: SessionOpenings;
  readonly terms: PreparedTerms;
}

export interface PrepareInput {
  readonly accepted: ProvableTerms;
  readonly credential: Credential;
  /** CIs, among them the one that the credential's chain starts from. */
  readonly anchors: readonly TrustAnchor[];
  /** A refresh of this credential that nothing else uses. Not asked for in mode registryPresentation. */
  readonly refresh: () => Promise<Openable>;
  readonly random?: RandomBytes;
}

export const prepareInput = z.strictObject({
  accepted: z.looseObject({
    mode: expected.mode,
    trust: argument.trustSet,
    map: argument.map,
    registry: argument.registry.optional(),
    time: timeForm,
    role: expected.role,
  }),
  credential: form.credential,
  anchors: pki.anchors,
  refresh: callback,
  random: callback.optional(),
});

/** What terms a holder accepted come to. */
export function termsOf({ mode, trust, map, registry, time, role }: ProvableTerms): PreparedTerms {
  return {
    mode,
    trustRoot: trust.root.toBigInt(),
    revocationRoot: map.root.toBigInt(),
    registryRoot: registry?.root.toBigInt(),
    time,
    role,
  };
}

/**
 * Prove a presentation for terms that were accepted, with fresh blinds. Everything that the circuits refuse is
 * refused before the refresh is asked for.
 *
 * @throws the codes of `presentationWitness` and `registryPresentationWitness`, ERR_TRUST_UNKNOWN, ERR_CHAIN_*;
 *   ERR_HOLDER_REGISTRY (the credential was not published), ERR_CREDENTIAL_MISMATCH (the refresh is of another
 *   credential), ERR_SESSION_REPEATED (it was used before), ERR_PROVER_*
 */
export async function preparePresentation(
  input: PrepareInput,
  prover: Prover,
  options: JobOptions = {},
): Promise<Prepared> {
  checked(input, prepareInput, 'preparePresentation');
  checked(prover, form.prover, 'the prover of preparePresentation');
  checked(options, form.jobOptions, 'the options of preparePresentation');
  const { accepted, credential, anchors, refresh, random = systemRandom } = input;
  const { trust, map, registry, time, role } = accepted;
  const { chain, anchor } = chainOf(credential, anchors);
  const shared = { handles: handlesOf(chain), anchor, trust, map, time, role, random };
  const terms = termsOf(accepted);
  if (registry !== undefined) {
    const opening = publishedOpening(credential);
    if (opening === undefined) {
      throw new ZkcxError('ERR_HOLDER_REGISTRY', 'the credential was not published');
    }
    const plan = registryPresentationWitness({ ...shared, opening, registry });
    const presentation = await proveRegistryPresentation(plan, prover, options);
    return { presentation, openings: plan.openings, terms };
  }
  // a refresh is lost once it is taken, so what can be refused is refused first
  presentationWitness({ ...shared, opening: credential.opening });
  const refreshed = await refresh();
  assertRefreshOf(refreshed, credential);
  useOnce(refreshed, 'refresh');
  const plan = presentationWitness({ ...shared, opening: refreshed.opening });
  const presentation = await provePresentation(plan, refreshed.proof, prover, options);
  return { presentation, openings: plan.openings, terms };
}

/** The same values under another blind, and the commitment of the proof. Throws ERR_CREDENTIAL_MISMATCH. */
export function assertRefreshOf(
  { proof, opening }: Openable,
  { opening: own }: Pick<Credential, 'opening'>,
): void {
  const [, , , commitment] = proof.proof.publicOutput;
  const unblinded = new Opening({ ...opening, blind: own.blind });
  const isOwn =
    proof.program === 'refresh' &&
    Opening.commitment(opening).toString() === commitment &&
    Opening.commitment(unblinded).toBigInt() === Opening.commitment(own).toBigInt();
  if (!isOwn) {
    throw new ZkcxError('ERR_CREDENTIAL_MISMATCH', 'the refresh is not one of this credential');
  }
}

/**
 * A presentation is of these terms, and its openings open it. Throws ERR_CREDENTIAL_MISMATCH, ERR_PROOF_OPENING,
 * ERR_PROOF_PROGRAM, ERR_PROOF_KEY, ERR_PROOF_FORMAT.
 */
export function assertOpensPrepared({ presentation, openings, terms }: Prepared): void {
  pinnedKeyOf(terms.mode, presentation);
  const fields = publicValues(presentation).map((value) => Field(value));
  const inputs = PresentationRequest.sizeInFields();
  const [, ...request] = fields.slice(0, inputs).map((value) => value.toBigInt());
  const { trustRoot, revocationRoot, registryRoot = 0n, time, role } = terms;
  const expected = [trustRoot, revocationRoot, registryRoot, time, BigInt(ROLES[role].number)];
  if (request.some((value, i) => value !== expected[i])) {
    throw new ZkcxError('ERR_CREDENTIAL_MISMATCH', 'the presentation is for other terms');
  }
  const claim = PresentationClaim.fromFields(fields.slice(inputs)) as PresentationClaim;
  checkOpenings(writeOpenings(DISCLOSURES, openings), claim, { role, asked: DISCLOSURES });
}
