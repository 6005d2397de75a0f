/**
 * Program `possession`: the key of a session signed one more message.
 *
 * Public input   PossessionRequest: mode, the constant MODE.possession; statement.
 * Public output  none.
 * Private        kind, session and digest of the message; the leaf key, the blind of its commitment
 *                sessionKey, and the signature.
 * Proves         that statement is the hash of (kind, session, sessionKey, digest), and that the key
 *                in sessionKey signed the digest.
 * Does not prove whose key it is (the presentation with the same sessionKey does), or what the digest
 *                is of: the verifier hashes the message and makes the statement itself.
 * Rows, domain   test/pins; within 2^14.
 */
import { Field, Struct, ZkProgram } from 'o1js';
import { MODE } from '../params.ts';
import { PublicKey, Signature } from './claims.ts';
import { verifyEcdsa } from './gadgets/p256/index.ts';
import { assertDigest } from './gadgets/sha256/index.ts';
import { type CircuitContext, withContext } from './kimchi/context.ts';
import { commitKey, Digest, PossessionRequest, possessionHash } from './session.ts';

/** Everything that the prover gives; all of it is bound by the statement or checked. */
export class PossessionWitness extends Struct({
  kind: Field,
  session: Field,
  /** SHA-256 of the message. */
  digest: Digest,
  key: PublicKey,
  /** Of the commitment sessionKey. */
  blind: Field,
  signature: Signature,
}) {}

export const possessionProgram = ZkProgram({
  name: 'zkcx-possession',
  publicInput: PossessionRequest,
  methods: {
    prove: {
      privateInputs: [PossessionWitness],
      async method(request: PossessionRequest, witness: PossessionWitness) {
        await withContext((context) => {
          request.mode.assertEquals(MODE.possession);
          assertPossession(context, request.statement, witness);
        });
      },
    },
  },
});

/** Assert that an ECDSA signature verifies; `verifyEcdsa`, or nothing where a test looks at the rest. */
export type AssertVerified = (
  context: CircuitContext,
  input: Parameters<typeof verifyEcdsa>[1],
) => void;

export function assertPossession(
  context: CircuitContext,
  statement: Field,
  { kind, session, digest: { limbs }, key, blind, signature }: PossessionWitness,
  verified: AssertVerified = verifyEcdsa,
): void {
  const digest = assertDigest(context, limbs);
  // proves the key to be a canonical point, which makes `commitKey` binding
  verified(context, { digest, signature, key });
  possessionHash(kind, session, commitKey(blind, key), digest).assertEquals(statement);
}
