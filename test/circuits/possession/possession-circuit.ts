/** `assertPossession`, with or without its signature, for the judge. */
import { Field, Provable } from 'o1js';
import {
  assertPossession,
  type AssertVerified,
  PossessionWitness,
} from '../../../src/circuits/possession.program.ts';
import { commitKey, possessionHash } from '../../../src/circuits/session.ts';
import { possessionWitness } from '../../../src/witness/message-witness.ts';
import type { Circuit } from '../../support/kimchi/index.ts';
import { message } from '../sha256/messages.ts';
import { signMessage } from './sign-message.ts';

/** What a run takes. */
export interface PossessionCase {
  /** Public: what the verifier computed. */
  statement: Field;
  witness: PossessionWitness;
}

/** A notification, say, that the key of `seed` signed. */
export function honest(seed = 1): PossessionCase {
  const { request, witness } = possessionWitness({
    kind: Field(3),
    session: Field(2n ** 250n + 5n),
    message: message(77),
    blind: Field(2n ** 240n + 9n),
    ...signMessage(seed, message(77)),
  });
  return { statement: request.statement, witness };
}

/** The statement that is true of a witness, whether or not the signature is. */
export function statementOf({ kind, session, key, blind, digest }: PossessionWitness): Field {
  return possessionHash(kind, session, commitKey(blind, key), digest.limbs);
}

export function possessionCircuit(input: () => PossessionCase, verified?: AssertVerified): Circuit {
  return (context) => {
    const statement = Provable.witness(Field, () => input().statement);
    // equality is wiring: a value that stands in no cell would equal anything
    context.product(statement, context.constant(1n));
    const witness = Provable.witness(PossessionWitness, () => input().witness);
    assertPossession(context, statement, witness, verified);
  };
}
