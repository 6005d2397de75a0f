/**
 * What `possession` and `sessionPossession` prove: the key of a presentation signed the message of a session. One
 * circuit in two forms: the first can be verified inside of circuits, the second costs half as much.
 *
 * Public input   PossessionRequest: mode, of the form; statement.
 * Public output  none.
 * Private        session and digest; the leaf key and the identity, each with the blind of its
 *                commitment; the signature; scopes; user secret; server and salt of an order.
 * Proves         that statement is `possessionHash` of session, digest, sessionKey, sessionIdentity,
 *                scope, pseudonym, identifierScope, identifier and order, where
 *                - the key that sessionKey hides is a point of P-256 and signed the digest;
 *                - pseudonym is that of this key and the identity in sessionIdentity for the scope, and 0
 *                  for scope 0;
 *                - identifier is that of the secret, key and identity for identifierScope, and 0 for
 *                  identifierScope 0;
 *                - order is 0, or that of some server and salt for the identity.
 * Does not prove that key and identity are of a certificate: the presentation with the same sessionKey and
 *                sessionIdentity does; nor what the digest is of, which scopes these are, or whose order
 *                it is: the verifier makes the statement from its own knowledge.
 * Rows, domain   test/pins; within 2^14.
 */
import { Bool, Field, Struct } from 'o1js';
import { PublicKey, Signature } from './claims.ts';
import { verifyEcdsa } from './gadgets/p256/index.ts';
import { assertDigest } from './gadgets/sha256/index.ts';
import type { CircuitContext } from './kimchi/context.ts';
import {
  commitIdentity,
  commitKey,
  Digest,
  identifierOf,
  orderOf,
  possessionHash,
  pseudonymOf,
} from './session.ts';

/** Everything that the prover gives; all of it is bound by the statement or checked. */
export class PossessionWitness extends Struct({
  session: Field,
  /** SHA-256 of the message. */
  digest: Digest,
  signature: Signature,
  key: PublicKey,
  /** Of the commitment sessionKey. */
  keyBlind: Field,
  identity: Field,
  /** Of the commitment sessionIdentity. */
  identityBlind: Field,
  scope: Field,
  identifierScope: Field,
  /** User secret, below 2^248; anything where identifierScope is 0. */
  secret: Field,
  /** Whether there is an order; its server and salt are anything where there is none. */
  isOrdered: Bool,
  orderServer: Field,
  orderSalt: Field,
}) {}

/** Assert that an ECDSA signature verifies; `verifyEcdsa`, or nothing where a test looks at the rest. */
export type AssertVerified = (
  context: CircuitContext,
  input: Parameters<typeof verifyEcdsa>[1],
) => void;

export function assertPossession(
  context: CircuitContext,
  statement: Field,
  witness: PossessionWitness,
  verified: AssertVerified = verifyEcdsa,
): void {
  const { key, identity, scope, identifierScope, secret } = witness;
  const digest = assertDigest(context, witness.digest.limbs);
  // proves the key to be a canonical point, which makes `commitKey` binding
  verified(context, { digest, signature: witness.signature, key });

  const isOrdered = context.assertBit(witness.isOrdered.toField());
  const order = orderOf(witness.orderServer, witness.orderSalt, identity);
  possessionHash({
    session: witness.session,
    digest,
    sessionKey: commitKey(witness.keyBlind, key),
    sessionIdentity: commitIdentity(witness.identityBlind, identity),
    scope,
    pseudonym: context.product(isAsked(context, scope), pseudonymOf(key, identity, scope)),
    identifierScope,
    identifier: context.product(
      isAsked(context, identifierScope),
      identifierOf(secret, key, identity, identifierScope),
    ),
    order: context.product(isOrdered, order),
  }).assertEquals(statement);
}

/** 0 for scope 0, else 1. */
function isAsked(context: CircuitContext, scope: Field): Field {
  return context.not(context.equals(scope, 0n));
}
