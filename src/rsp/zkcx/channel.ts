/**
 * The sealed channel of a session: one HPKE context (RFC 9180) from the client to the one-time key of the
 * server's offer, with the hash of the whole session as its `info`. A message is
 *
 *   kind, number                  one byte each, with the next part the AAD
 *   enc                           65 bytes, in the first message only
 *   ciphertext                    of the padded body
 *
 * and an answer is the padded body under a key that the context exports for just this kind and number
 * (5.3), so it fits no other question. The context counts the messages: one that comes again after its answer,
 * too late, or from another session does not open. Bodies are padded to whole kilobytes: lengths tell little.
 */
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { bytesEqual, bytesToBigint, concatBytes } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import { type HpkeKeyPair, KEY_BYTES, recipientContext, senderContext, TAG_BYTES } from './hpke.ts';
import type { RspTranscript } from './transcript.ts';

/** Kinds of messages and their numbers on the wire. */
const KIND = {
  authenticateClient: 1,
  zkcxDisclose: 2,
  getBoundProfilePackage: 3,
  cancelSession: 4,
  handleNotification: 5,
  zkcxChallenge: 6,
} as const;

export type SealedKind = keyof typeof KIND;

/** Largest sealed message of a client, and answer of a server, in bytes. */
export const MAX_SEALED = 600_000;
export const MAX_SEALED_ANSWER = 8_000_000;

/** Messages that one session can have: more than its kinds, with further challenges and a retry. */
const MAX_MESSAGES = 16;
const PAD = 1_024;
const LENGTH_BYTES = 4;
const HEADER_BYTES = 2;

const ascii = (text: string) => new TextEncoder().encode(text);
const INFO_DOMAIN = ascii('zkcx-rsp-channel-2');
const ANSWER_DOMAIN = ascii('zkcx-rsp-answer-2');
const NOTIFICATION_DOMAIN = ascii('zkcx-rsp-notification-2');
const CIPHER = 'aes-128-gcm';
const CIPHER_KEY_BYTES = 16;
const NONCE_BYTES = 12;

type SenderContext = Awaited<ReturnType<typeof senderContext>>;
type RecipientContext = Awaited<ReturnType<typeof recipientContext>>;

/** The LPA's end. Messages go one at a time: the answer to one is opened before the next is sealed. */
export class ClientChannel {
  readonly #context: SenderContext;
  #number = 0;
  #waiting: { readonly header: Uint8Array; readonly kind: SealedKind } | undefined;

  private constructor(context: SenderContext) {
    this.#context = context;
  }

  /** A channel to the key of the server's offer. Throws ERR_RSP_ZKCX_SEALED for a key that is none. */
  static async open(serverKey: Uint8Array, transcript: RspTranscript): Promise<ClientChannel> {
    return new ClientChannel(
      await senderContext(serverKey, infoOf(INFO_DOMAIN, transcript.session)),
    );
  }

  /** The next message. Throws ERR_RSP_ZKCX_ORDER when there were too many. */
  async seal(kind: SealedKind, body: Uint8Array): Promise<Uint8Array> {
    const header = headerOf(kind, this.#number);
    const enc = this.#number === 0 ? new Uint8Array(this.#context.enc) : new Uint8Array();
    const aad = concatBytes(header, enc);
    this.#number++;
    this.#waiting = { header, kind };
    return concatBytes(aad, new Uint8Array(await this.#context.seal(pad(body), aad)));
  }

  /**
   * The answer to the message that was sealed last. Throws ERR_RSP_ZKCX_SEALED for any other bytes, and
   * ERR_RSP_ZKCX_ORDER when no answer is due.
   */
  async openAnswer(answer: Uint8Array): Promise<Uint8Array> {
    if (this.#waiting === undefined) throw outOfOrder('there is no message without its answer');
    const body = openWith(await answerKey(this.#context, this.#waiting.header), answer);
    this.#waiting = undefined;
    return body;
  }
}

/** A message without its answer. */
interface Waiting {
  readonly header: Uint8Array;
  /** Of the sealed message. */
  readonly hash: Uint8Array;
  readonly body: Uint8Array;
}

/** The server's end, which lives as long as its session. Use it under the session's lock. */
export class ServerChannel {
  readonly #secretKey: Uint8Array;
  readonly #info: Uint8Array;
  #context: RecipientContext | undefined;
  #number = 0;
  /** What was opened last, until it has its answer. */
  #waiting: Waiting | undefined;

  constructor({ secretKey }: Pick<HpkeKeyPair, 'secretKey'>, transcript: RspTranscript) {
    this.#secretKey = secretKey;
    this.#info = infoOf(INFO_DOMAIN, transcript.session);
  }

  /**
   * Open the next message, which must be of this kind. One that does not open changes nothing: the right
   * one may still come. One that got no answer, because the server could not give any, may come again.
   *
   * @throws ERR_RSP_ZKCX_ORDER for a message that was here before, comes too early or is of another kind;
   * ERR_RSP_ZKCX_SEALED for one that is cut off, changed, or of another session
   */
  async open(kind: SealedKind, message: Uint8Array): Promise<Uint8Array> {
    if (message.length > MAX_SEALED) throw unreadable('is too large');
    const number = this.#number;
    if (message.length < HEADER_BYTES) throw unreadable('is cut off');
    if (message[0] !== KIND[kind]) throw outOfOrder(`the message is not of the kind ${kind}`);
    const hash = hashOf(message);
    if (this.#waiting !== undefined && bytesEqual(hash, this.#waiting.hash)) {
      return this.#waiting.body;
    }
    if (message[1]! < number) throw outOfOrder('the message was received before');
    if (message[1]! > number) throw outOfOrder('a message is missing before this one');
    const headerLength = HEADER_BYTES + (number === 0 ? KEY_BYTES : 0);
    if (message.length < headerLength + TAG_BYTES) throw unreadable('is cut off');
    const aad = message.slice(0, headerLength);
    const context =
      this.#context ??
      (await recipientContext(this.#secretKey, aad.slice(HEADER_BYTES), this.#info));
    let padded: ArrayBuffer;
    try {
      padded = await context.open(message.slice(headerLength), aad);
    } catch (cause) {
      throw unreadable('is changed, or of another session', cause);
    }
    // another message may have been opened while this one was
    if (this.#number !== number) throw outOfOrder('the message was received before');
    this.#context = context;
    this.#number++;
    const body = unpad(new Uint8Array(padded));
    this.#waiting = { header: headerOf(kind, number), hash, body };
    return body;
  }

  /** The answer to the message that was opened last; there is one. Throws ERR_RSP_ZKCX_ORDER. */
  async sealAnswer(body: Uint8Array): Promise<Uint8Array> {
    if (this.#context === undefined || this.#waiting === undefined) {
      throw outOfOrder('there is no message without its answer');
    }
    const { header } = this.#waiting;
    // its key is used once
    this.#waiting = undefined;
    const { key, nonce, aad } = await answerKey(this.#context, header);
    const cipher = createCipheriv(CIPHER, key, nonce).setAAD(aad);
    return concatBytes(cipher.update(pad(body)), cipher.final(), cipher.getAuthTag());
  }
}

/**
 * A notification, sealed to the key that came with the bound profile package. It may come long after the
 * session, and has no answer: a context of its own for each.
 *
 * @param session `session` of the transcript, 32 bytes
 */
export async function sealNotification(
  key: Uint8Array,
  session: Uint8Array,
  body: Uint8Array,
): Promise<Uint8Array> {
  const context = await senderContext(key, infoOf(NOTIFICATION_DOMAIN, session));
  const aad = concatBytes(headerOf('handleNotification', 0), new Uint8Array(context.enc));
  return concatBytes(aad, new Uint8Array(await context.seal(pad(body), aad)));
}

/** The reverse. That a notification is accepted once is the caller's to see to. Throws ERR_RSP_ZKCX_SEALED. */
export async function openNotification(
  { secretKey }: Pick<HpkeKeyPair, 'secretKey'>,
  session: Uint8Array,
  message: Uint8Array,
): Promise<Uint8Array> {
  const headerLength = HEADER_BYTES + KEY_BYTES;
  if (message.length > MAX_SEALED) throw unreadable('is too large');
  if (message.length < headerLength + TAG_BYTES) throw unreadable('is cut off');
  if (message[0] !== KIND.handleNotification || message[1] !== 0) {
    throw outOfOrder('the message is not of the kind handleNotification');
  }
  const aad = message.slice(0, headerLength);
  const info = infoOf(NOTIFICATION_DOMAIN, session);
  const context = await recipientContext(secretKey, aad.slice(HEADER_BYTES), info);
  try {
    return unpad(new Uint8Array(await context.open(message.slice(headerLength), aad)));
  } catch (cause) {
    throw unreadable('is changed, or of another session', cause);
  }
}

const hashOf = (message: Uint8Array) => createHash('sha256').update(message).digest();

function infoOf(domain: Uint8Array, session: Uint8Array): Uint8Array {
  return concatBytes(domain, session);
}

function headerOf(kind: SealedKind, number: number): Uint8Array {
  if (number >= MAX_MESSAGES) throw outOfOrder(`a session has at most ${MAX_MESSAGES} messages`);
  return Uint8Array.of(KIND[kind], number);
}

interface AnswerKey {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly aad: Uint8Array;
}

async function answerKey(
  context: SenderContext | RecipientContext,
  header: Uint8Array,
): Promise<AnswerKey> {
  const size = CIPHER_KEY_BYTES + NONCE_BYTES;
  const bytes = new Uint8Array(await context.export(concatBytes(ANSWER_DOMAIN, header), size));
  return {
    key: bytes.slice(0, CIPHER_KEY_BYTES),
    nonce: bytes.slice(CIPHER_KEY_BYTES),
    aad: header,
  };
}

function openWith({ key, nonce, aad }: AnswerKey, answer: Uint8Array): Uint8Array {
  if (answer.length > MAX_SEALED_ANSWER) throw unreadable('is too large');
  if (answer.length < TAG_BYTES) throw unreadable('is cut off');
  const end = answer.length - TAG_BYTES;
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(aad);
  decipher.setAuthTag(answer.subarray(end));
  let padded: Uint8Array;
  try {
    padded = concatBytes(decipher.update(answer.subarray(0, end)), decipher.final());
  } catch (cause) {
    throw unreadable('is changed, or answers another message', cause);
  }
  return unpad(padded);
}

/** Length of the body, body, zeros. */
function pad(body: Uint8Array): Uint8Array {
  const length = LENGTH_BYTES + body.length;
  const padded = new Uint8Array(PAD * Math.ceil(length / PAD));
  new DataView(padded.buffer).setUint32(0, body.length);
  padded.set(body, LENGTH_BYTES);
  return padded;
}

function unpad(padded: Uint8Array): Uint8Array {
  const length = Number(bytesToBigint(padded.subarray(0, LENGTH_BYTES)));
  const end = LENGTH_BYTES + length;
  const expected = PAD * Math.ceil(end / PAD);
  if (padded.length !== expected || padded.subarray(end).some((byte) => byte !== 0)) {
    throw unreadable('is not padded as it must be');
  }
  return padded.slice(LENGTH_BYTES, end);
}

const outOfOrder = (problem: string) => new ZkcxError('ERR_RSP_ZKCX_ORDER', problem);
const unreadable = (problem: string, cause?: unknown) =>
  new ZkcxError('ERR_RSP_ZKCX_SEALED', `the sealed message ${problem}`, { cause });
