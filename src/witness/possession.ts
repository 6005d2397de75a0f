/** What a holder proves of the message of a session: input of `sessionPossession`. */
import { sha256 } from '@noble/hashes/sha2.js';
import { Bool, Field } from 'o1js';
import { PossessionWitness } from '../circuits/possession.ts';
import {
  commitIdentity,
  commitKey,
  identifierOf,
  orderOf,
  type PossessionRequest,
  pseudonymOf,
} from '../circuits/session.ts';
import { ZkcxError } from '../errors.ts';
import { isDigestSigned } from '../pki/index.ts';
import { fromLimbs, signature } from './encode.ts';
import type { SessionOpenings } from './presentation.ts';
import {
  digestOf,
  type PlainStatement,
  type PossessionForm,
  possessionRequest,
} from './statement.ts';

export interface PossessionInput {
  /** See `sessionId`. */
  readonly session: bigint;
  readonly message: Uint8Array;
  /** By the key of the presentation, over SHA-256 of the message; s high or low. */
  readonly signature: { readonly r: bigint; readonly s: bigint };
  /** Of the presentation. */
  readonly openings: Pick<SessionOpenings, 'key' | 'identity'>;
  /** Asks for the pseudonym; derived by the holder, see `scopeOf`. */
  readonly scope?: bigint;
  /** Asks for the identifier. */
  readonly identifier?: {
    /** See `identifierScopeOf`. */
    readonly scope: bigint;
    /** Of the user, below 2^248. */
    readonly secret: bigint;
  };
  /** An order that is for this device only. */
  readonly order?: {
    /** `oidIdentity` of the server. */
    readonly server: bigint;
    /** Below 2^128. */
    readonly salt: bigint;
  };
}

export interface PossessionPlan {
  readonly request: PossessionRequest;
  readonly witness: PossessionWitness;
  /** What the peer has to be told, sealed, to make the statement itself. */
  readonly values: Pick<PlainStatement, 'pseudonym' | 'identifier' | 'order'>;
}

/**
 * Input of `sessionPossession`, or of `possession`. Throws ERR_POSSESSION_SIGNATURE when the key did not sign the message.
 */
export function possessionWitness(input: PossessionInput, form?: PossessionForm): PossessionPlan {
  const { session, message, openings, scope = 0n, identifier, order } = input;
  const { key, blind: keyBlind } = openings.key;
  const { identity, blind: identityBlind } = openings.identity;
  const plainKey = { x: fromLimbs(key.x), y: fromLimbs(key.y) };
  if (!isDigestSigned(sha256(message), input.signature, plainKey)) {
    throw new ZkcxError(
      'ERR_POSSESSION_SIGNATURE',
      'the signature over the message is not one by the key of this credential',
    );
  }
  const secret = Field(identifier?.secret ?? 0n);
  const identifierScope = Field(identifier?.scope ?? 0n);
  const [orderServer, orderSalt] = [Field(order?.server ?? 0n), Field(order?.salt ?? 0n)];
  const values = {
    pseudonym: scope === 0n ? 0n : pseudonymOf(key, identity, Field(scope)).toBigInt(),
    identifier:
      identifierScope.toBigInt() === 0n
        ? 0n
        : identifierOf(secret, key, identity, identifierScope).toBigInt(),
    order: order === undefined ? 0n : orderOf(orderServer, orderSalt, identity).toBigInt(),
  };
  const statement = {
    session,
    message,
    sessionKey: commitKey(keyBlind, key).toBigInt(),
    sessionIdentity: commitIdentity(identityBlind, identity).toBigInt(),
    scope,
    identifierScope: identifierScope.toBigInt(),
    ...values,
  };
  const request = possessionRequest(statement, form);
  const witness = new PossessionWitness({
    session: Field(session),
    digest: digestOf(message),
    signature: signature(input.signature),
    key,
    keyBlind,
    identity,
    identityBlind,
    scope: Field(scope),
    identifierScope,
    secret,
    isOrdered: Bool(order !== undefined),
    orderServer,
    orderSalt,
  });
  return { request, witness, values };
}
