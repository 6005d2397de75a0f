/**
 * Messages that the leaf key signed, as verifier and holder both compute them: the public values of
 * the programs `message5`, `message10` and `possession`. Loads no program.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { Field } from 'o1js';
import { bytesToBigint } from '../bytes.ts';
import {
  Digest,
  type MessagePrefix,
  MessageRequest,
  possessionHash,
  PossessionRequest,
  prefixHash,
} from '../circuits/session.ts';
import { ZkcxError } from '../errors.ts';
import { MESSAGE_BLOCKS, MODE } from '../params.ts';
import { limbs } from './encode.ts';
import { BLOCK_BYTES, chainingWords } from './sha256.ts';

export type MessageProgramName = keyof typeof MESSAGE_BLOCKS;

/** 0x80 and the length, FIPS 180-4, 5.1.1. */
const PADDING_BYTES = 9;
/** Below 2^20 whole blocks before the memory. */
const MAX_PREFIX_BYTES = 64 * 2 ** 20 - 1;
/** Bytes that the numbers of `MessagePrefix.rest` hold. */
const REST_PIECES = [31, 31, 1] as const;

/** The public beginning of a message as the programs take it. Throws ERR_MESSAGE_PREFIX over 64 MiB. */
export function messagePrefix(prefix: Uint8Array): MessagePrefix {
  if (prefix.length > MAX_PREFIX_BYTES) {
    throw new ZkcxError(
      'ERR_MESSAGE_PREFIX',
      `the known part of a message has at most ${MAX_PREFIX_BYTES} bytes, not ${prefix.length}`,
    );
  }
  const whole = wholeBlocks(prefix.length);
  let at = whole;
  const rest = REST_PIECES.map((size) => {
    const piece = prefix.subarray(at, at + size);
    at += size;
    return Field(bytesToBigint(piece));
  });
  return {
    state: chainingWords(prefix.subarray(0, whole)).map((word) => Field(word)),
    blocks: Field(whole / BLOCK_BYTES),
    restLength: Field(prefix.length - whole),
    rest,
  };
}

/**
 * The program whose memory holds the rest of a message of `totalLength` bytes of which the first
 * `prefixLength` are known. Throws ERR_MESSAGE_SIZE when neither does, ERR_MESSAGE_PREFIX when the
 * lengths make no sense. Holder and verifier choose alike.
 */
export function messageProgramFor(prefixLength: number, totalLength: number): MessageProgramName {
  assertPrefixLength(prefixLength, totalLength);
  const needed = totalLength - wholeBlocks(prefixLength) + PADDING_BYTES;
  if (needed <= BLOCK_BYTES * MESSAGE_BLOCKS.message5) return 'message5';
  if (needed <= BLOCK_BYTES * MESSAGE_BLOCKS.message10) return 'message10';
  const most =
    BLOCK_BYTES * MESSAGE_BLOCKS.message10 - PADDING_BYTES - (prefixLength % BLOCK_BYTES);
  throw new ZkcxError(
    'ERR_MESSAGE_SIZE',
    `a message hides at most ${most} bytes after this prefix, not ${totalLength - prefixLength}; open its digest instead`,
  );
}

/**
 * What a verifier asks of a message proof, and of which program; it recomputes both from its own
 * prefix and the length that the message is said to have. Throws ERR_MESSAGE_PREFIX, ERR_MESSAGE_SIZE.
 */
export function messageRequest({
  sessionMessage,
  prefix,
  length,
}: {
  sessionMessage: Field;
  prefix: Uint8Array;
  length: number;
}): { program: MessageProgramName; request: MessageRequest } {
  const program = messageProgramFor(prefix.length, length);
  const request = new MessageRequest({
    mode: Field(MODE[program]),
    sessionMessage,
    length: Field(length),
    prefix: prefixHash(messagePrefix(prefix)),
  });
  return { program, request };
}

/** SHA-256 as the programs take it. */
export function digestOf(message: Uint8Array): Digest {
  return new Digest({ limbs: limbs(bytesToBigint(sha256(message))) });
}

/** What a verifier asks of a possession proof; it recomputes this from the message itself. */
export function possessionRequest({
  kind,
  session,
  sessionKey,
  message,
}: {
  kind: Field;
  session: Field;
  sessionKey: Field;
  message: Uint8Array;
}): PossessionRequest {
  const statement = possessionHash(kind, session, sessionKey, digestOf(message).limbs);
  return new PossessionRequest({ mode: Field(MODE.possession), statement });
}

function assertPrefixLength(prefixLength: number, totalLength: number): void {
  const valid = Number.isInteger(prefixLength) && prefixLength >= 0;
  if (!valid || !Number.isInteger(totalLength) || prefixLength >= totalLength) {
    throw new ZkcxError(
      'ERR_MESSAGE_PREFIX',
      `of a message of ${totalLength} bytes ${prefixLength} cannot be the known ones: something has to be hidden, else open its digest`,
    );
  }
}

/** Bytes of a prefix that its hash state stands for. */
export function wholeBlocks(prefixLength: number): number {
  return prefixLength - (prefixLength % BLOCK_BYTES);
}
