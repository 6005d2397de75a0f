/** What a possession proof is about, as verifier and holder both compute it. Loads no program. */
import { sha256 } from '@noble/hashes/sha2.js';
import { Field } from 'o1js';
import { bytesToBigint } from '../bytes.ts';
import {
  Digest,
  possessionHash,
  PossessionRequest,
  type PossessionStatement,
} from '../circuits/session.ts';
import { MODE } from '../params.ts';
import { limbs } from './encode.ts';

/** A possession statement in plain values; what there is not of is 0. */
export interface PlainStatement {
  /** See `sessionId`. */
  readonly session: bigint;
  /** What the leaf key signed. */
  readonly message: Uint8Array;
  readonly sessionKey: bigint;
  readonly sessionIdentity: bigint;
  readonly scope: bigint;
  readonly pseudonym: bigint;
  readonly identifierScope: bigint;
  readonly identifier: bigint;
  readonly order: bigint;
}

/** SHA-256 as the programs take it. */
export function digestOf(message: Uint8Array): Digest {
  return new Digest({ limbs: limbs(bytesToBigint(sha256(message))) });
}

/** Which of the two forms of the proof: that of sessions, or the one that is verified inside of circuits. */
export type PossessionForm = 'sessionPossession' | 'possession';

/** What a verifier asks of a possession proof; it makes this of its own knowledge. */
export function possessionRequest(
  { message, ...values }: PlainStatement,
  form: PossessionForm = 'sessionPossession',
): PossessionRequest {
  const fields = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Field(value)]),
  ) as unknown as Omit<PossessionStatement, 'digest'>;
  const statement = possessionHash({ ...fields, digest: digestOf(message).limbs });
  return new PossessionRequest({ mode: Field(MODE[form]), statement });
}
