/** `assertPossession`, with or without its signature, for the judge. */
import { Field, Provable } from 'o1js';
import {
  assertPossession,
  type AssertVerified,
  PossessionWitness,
} from '../../../src/circuits/possession.ts';
import {
  commitIdentity,
  commitKey,
  identifierOf,
  orderOf,
  possessionHash,
  type PossessionStatement,
  pseudonymOf,
} from '../../../src/circuits/session.ts';
import { publicKey } from '../../../src/witness/encode.ts';
import { type PossessionInput, possessionWitness } from '../../../src/witness/possession.ts';
import {
  capture,
  type Captured,
  type Circuit,
  evaluate,
  type Witness,
  witnessOf,
} from '../../support/kimchi/index.ts';
import { message } from '../sha256/messages.ts';
import { signMessage } from './sign-message.ts';

/** What a run takes. */
export interface PossessionCase {
  /** Public: what the verifier computed. */
  statement: Field;
  witness: PossessionWitness;
}

/** What the holder of `seed` asks to prove: everything, but for what is left out. */
export function inputOf(
  changes: Partial<PossessionInput> = {},
  seed = 1,
): PossessionInput & { readonly message: Uint8Array } {
  const signed = message(77);
  const { key, signature } = signMessage(seed, signed);
  return {
    session: 2n ** 250n + 5n,
    message: signed,
    signature,
    openings: {
      key: { blind: Field(2n ** 240n + 9n), key: publicKey(key) },
      identity: { blind: Field(2n ** 241n + 9n), identity: Field(IDENTITY + BigInt(seed)) },
    },
    scope: 2n ** 249n + 1n,
    identifier: { scope: 2n ** 249n + 2n, secret: 2n ** 247n + 3n },
    order: { server: 2n ** 245n + 4n, salt: 2n ** 127n + 5n },
    ...changes,
  };
}

const IDENTITY = 89049032123451234512345678901234n;

export function honest(changes: Partial<PossessionInput> = {}, seed = 1): PossessionCase {
  const { request, witness } = possessionWitness(inputOf(changes, seed));
  return { statement: request.statement, witness };
}

/** What is true of a witness, whether or not the signature is; computed beside the circuit's own code. */
export function valuesOf(witness: PossessionWitness): PossessionStatement {
  const { session, digest, key, identity, scope, identifierScope, secret } = witness;
  const isOrdered = witness.isOrdered.toField();
  return {
    session,
    digest: digest.limbs,
    sessionKey: commitKey(witness.keyBlind, key),
    sessionIdentity: commitIdentity(witness.identityBlind, identity),
    scope,
    pseudonym: isZero(scope) ? Field(0) : pseudonymOf(key, identity, scope),
    identifierScope,
    identifier: isZero(identifierScope)
      ? Field(0)
      : identifierOf(secret, key, identity, identifierScope),
    order: isOrdered.mul(orderOf(witness.orderServer, witness.orderSalt, identity)),
  };
}

/** The statement of a witness, with lies in it. */
export function statementOf(
  witness: PossessionWitness,
  lies: Partial<PossessionStatement> = {},
): Field {
  return possessionHash({ ...valuesOf(witness), ...lies });
}

function isZero(value: Field): boolean {
  return value.toBigInt() === 0n;
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

/** The circuit, captured once, over cases that change from run to run. */
export class JudgedPossession {
  private current: PossessionCase;
  private captured: Promise<Captured> | undefined;
  readonly circuit: Circuit;

  constructor(good: PossessionCase, verified?: AssertVerified) {
    this.current = good;
    this.circuit = possessionCircuit(() => this.current, verified);
  }

  capture(): Promise<Captured> {
    return (this.captured ??= capture(this.circuit));
  }

  async witness(input: PossessionCase): Promise<Witness> {
    const captured = await this.capture();
    this.current = input;
    return witnessOf(captured, this.circuit, { unchecked: true });
  }

  async accepts(input: PossessionCase): Promise<boolean> {
    let witness: Witness;
    try {
      witness = await this.witness(input);
    } catch {
      return false; // no hint leads anywhere: no witness
    }
    return evaluate(await this.capture(), witness).length === 0;
  }
}
