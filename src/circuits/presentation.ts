/**
 * What `presentation` and `registryPresentation` prove alike: the credential counts for the request,
 * its key signed a digest, and the claim's commitments hide what it should.
 */
import { Field, Struct } from 'o1js';
import { type PublicKey, Signature } from './claims.ts';
import { assertCredential, CredentialWitness } from './credential.ts';
import type { DigestLimbs } from './gadgets/limbs.ts';
import { verifyEcdsa } from './gadgets/p256/index.ts';
import { assertDigest } from './gadgets/sha256/index.ts';
import type { CircuitContext } from './kimchi/context.ts';
import {
  commitIdentity,
  commitIssuer,
  commitKey,
  commitMessage,
  Digest,
  PresentationClaim,
  type PresentationRequest,
  pseudonymOf,
} from './session.ts';

/** Blinds of the four session commitments, fresh in every presentation. */
export class SessionBlinds extends Struct({
  message: Field,
  key: Field,
  identity: Field,
  issuer: Field,
}) {}

/** What the prover gives for a presentation beside the proof that the credential is genuine. */
export class PresentationWitness extends Struct({
  credential: CredentialWitness,
  /** SHA-256 of the message that the leaf key signed. */
  digest: Digest,
  signature: Signature,
  blinds: SessionBlinds,
}) {}

/** Assert that a signature by `key` over a digest is valid. */
export type AssertDigestSigned = (
  context: CircuitContext,
  digest: DigestLimbs,
  key: PublicKey,
  signature: Signature,
) => void;

const assertDigestSigned: AssertDigestSigned = (context, digest, key, signature) => {
  verifyEcdsa(context, { digest, signature, key });
};

/**
 * Everything of a presentation but that the opening's commitment is genuine. ~13,200 rows. `signed`
 * is a parameter for tests and for the benchmark of the built-in gadgets.
 */
export function present(
  context: CircuitContext,
  request: PresentationRequest,
  { credential, digest: { limbs }, signature, blinds }: PresentationWitness,
  signed: AssertDigestSigned = assertDigestSigned,
): PresentationClaim {
  const { key, identity, organisation } = credential.opening;
  const issuer = assertCredential(context, credential, request);

  const digest = assertDigest(context, limbs);
  signed(context, digest, key, signature);

  const unasked = context.equals(request.scope, 0n);
  const asked = context.not(unasked);
  return new PresentationClaim({
    pseudonym: context.product(asked, pseudonymOf(key, identity, request.scope)),
    sessionMessage: commitMessage(blinds.message, digest),
    sessionKey: commitKey(blinds.key, key),
    sessionIdentity: commitIdentity(blinds.identity, identity),
    sessionIssuer: commitIssuer(blinds.issuer, organisation, issuer),
  });
}
