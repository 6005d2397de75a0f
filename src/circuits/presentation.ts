/**
 * What `presentation` and `registryPresentation` prove alike: the credential counts for the request,
 * and the claim's commitments hide what they should.
 */
import { Field, Struct } from 'o1js';
import { assertCredential, CredentialWitness } from './credential.ts';
import { readOne } from './gadgets/one.ts';
import type { CircuitContext } from './kimchi/context.ts';
import {
  commitIdentity,
  commitIssuer,
  commitKey,
  PresentationClaim,
  type PresentationRequest,
} from './session.ts';

/** Blinds of the three session commitments, fresh in every presentation. */
export class SessionBlinds extends Struct({ key: Field, identity: Field, issuer: Field }) {}

/** What the prover gives for a presentation beside the proof that the credential is genuine. */
export class PresentationWitness extends Struct({
  credential: CredentialWitness,
  blinds: SessionBlinds,
}) {}

/**
 * Everything of a presentation but that the opening's commitment is genuine. ~3,000 rows.
 *
 * The key in `sessionKey` is packed as the credential's commitment packs it. That its limbs are in range
 * is what `possession` proves of the same packed key.
 */
export function present(
  context: CircuitContext,
  request: PresentationRequest,
  { credential, blinds }: PresentationWitness,
): PresentationClaim {
  const { key, identity, organisation } = credential.opening;
  const issuer = assertCredential(context, credential, request);
  readOne(context);
  return new PresentationClaim({
    sessionKey: commitKey(blinds.key, key),
    sessionIdentity: commitIdentity(blinds.identity, identity),
    sessionIssuer: commitIssuer(blinds.issuer, organisation, issuer),
  });
}
