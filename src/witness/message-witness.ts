/** What a holder proves of messages that the leaf key signed: inputs of the programs. */
import { sha256 } from '@noble/hashes/sha2.js';
import { Field } from 'o1js';
import { MESSAGE_WITNESS, type MessageWitness } from '../circuits/message.program.ts';
import { PossessionWitness } from '../circuits/possession.program.ts';
import {
  commitKey,
  commitMessage,
  type MessageRequest,
  type PossessionRequest,
} from '../circuits/session.ts';
import { ZkcxError } from '../errors.ts';
import { MESSAGE_BLOCKS } from '../params.ts';
import { isDigestSigned, isOnCurve, type PublicKey } from '../pki/index.ts';
import { paddedBytes, publicKey, signature as signatureInput } from './encode.ts';
import {
  digestOf,
  messagePrefix,
  type MessageProgramName,
  messageRequest,
  possessionRequest,
  wholeBlocks,
} from './message.ts';

export interface MessageProofInput {
  readonly program: MessageProgramName;
  readonly request: MessageRequest;
  readonly witness: MessageWitness;
}

/**
 * Input of the program that proves how a signed message begins.
 *
 * @param message all of it; hidden after the first `prefixLength` bytes
 * @param blind   that of the presentation's sessionMessage
 * @throws ERR_MESSAGE_PREFIX, ERR_MESSAGE_SIZE
 */
export function messageWitness(
  message: Uint8Array,
  prefixLength: number,
  blind: Field,
): MessageProofInput {
  const prefix = message.subarray(0, prefixLength);
  const { program, request } = messageRequest({
    sessionMessage: commitMessage(blind, digestOf(message).limbs),
    prefix,
    length: message.length,
  });
  const { state, blocks, restLength } = messagePrefix(prefix);
  const end = message.subarray(wholeBlocks(prefixLength));
  const witness = new MESSAGE_WITNESS[program]({
    blind,
    state: [...state],
    blocks,
    restLength,
    bytes: Field(end.length),
    memory: paddedBytes(end, MESSAGE_BLOCKS[program], message.length),
  });
  return { program, request, witness };
}

/**
 * Input of `possession`.
 *
 * @param blind that of the presentation's sessionKey
 * @throws ERR_POSSESSION_SIGNATURE when the key did not sign the message
 */
export function possessionWitness({
  kind,
  session,
  message,
  key,
  blind,
  signature,
}: {
  kind: Field;
  session: Field;
  message: Uint8Array;
  key: PublicKey;
  blind: Field;
  signature: { r: bigint; s: bigint };
}): { request: PossessionRequest; witness: PossessionWitness } {
  if (!isOnCurve(key) || !isDigestSigned(sha256(message), signature, key)) {
    throw new ZkcxError(
      'ERR_POSSESSION_SIGNATURE',
      'the signature is not by this key over this message',
    );
  }
  const keyInput = publicKey(key);
  const witness = new PossessionWitness({
    kind,
    session,
    digest: digestOf(message),
    key: keyInput,
    blind,
    signature: signatureInput(signature),
  });
  const sessionKey = commitKey(blind, keyInput);
  return { request: possessionRequest({ kind, session, sessionKey, message }), witness };
}
