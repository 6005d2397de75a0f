/**
 * What the leaf key signs to open a zkCX session outside RSP, byte by byte:
 *
 *   SEQUENCE {
 *     UTF8String       "zkcx-session-1"
 *     [0] transactionId     16 bytes
 *     [3] serverAddress     host name in lower case, port if it has one
 *     [4] serverChallenge   32 bytes, the hash of the whole negotiation
 *     [5] hidden            the holder's own bytes, 0 to MAX_HIDDEN
 *   }
 *
 * DER with minimal lengths. Field numbers are those of EuiccSigned1 (SGP.22, RSPDefinitions), which
 * begins with [0] and so cannot be mistaken for it. Everything up to the content of [5] is known to
 * both sides once the number of hidden bytes is: the prefix of the program `message`.
 */
import { z } from 'zod';
import { bytes, checked } from '../arguments.ts';
import { sha256 } from '@noble/hashes/sha2.js';
import { Field } from 'o1js';
import { TAG } from '../asn1/index.ts';
import { encodeTlv, inside, onlyTlv, tlvHeader } from '../asn1/tlv.ts';
import { bytesEqual, bytesToBigint, concatBytes } from '../bytes.ts';
import { domainHash } from '../circuits/hash.ts';
import { ZkcxError } from '../errors.ts';

/** Largest hidden part: leaves the whole message within what `message10` takes after any prefix. */
export const MAX_HIDDEN = 500;

export const TRANSACTION_BYTES = 16;
const CHALLENGE_BYTES = 32;

/** Context-specific primitive tags, numbered as in SGP.22 EuiccSigned1. */
const CONTEXT = {
  transactionId: 0x80,
  serverAddress: 0x83,
  serverChallenge: 0x84,
  /** Not in SGP.22: what stays with the holder. */
  hidden: 0x85,
} as const;

const ascii = (text: string) => new TextEncoder().encode(text);
const MESSAGE_DOMAIN = ascii('zkcx-session-1');
const TRANSCRIPT_DOMAIN = ascii('zkcx-transcript-1');

/** Everything that two parties said before the holder signs. Offers are the bytes as sent. */
export interface Negotiation {
  readonly transactionId: Uint8Array;
  /** Where the holder knows the server to be, see `checkAddress`. */
  readonly serverAddress: string;
  readonly clientOffer: Uint8Array;
  readonly serverOffer: Uint8Array;
}

/** The public part of the signed message. */
export interface SessionTranscript {
  readonly transactionId: Uint8Array;
  readonly serverAddress: string;
  readonly serverChallenge: Uint8Array;
}

/** The same where the message may have been defined elsewhere, as EuiccSigned1 is by SGP.22. */
export interface SignedTranscript extends SessionTranscript {
  /** Left out: the message above. */
  readonly form?: MessageForm;
}

/** Another message that opens a session. */
export interface MessageForm {
  /** All of it before the hidden bytes. Throws where there cannot be so many of them. */
  prefix(hiddenLength: number): Uint8Array;
  /** 32 bytes that no other session has: a hash of all that was negotiated. */
  readonly session: Uint8Array;
}

/**
 * A host name in lower case (letters, digits, dots, hyphens), with a port or without. Throws
 * ERR_SESSION_VALUE for another spelling, so that an address has one.
 */
export function checkAddress(address: string): string {
  if (
    address.length <= 200 &&
    /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[1-9][0-9]{0,4})?$/.test(address)
  ) {
    return address;
  }
  throw new ZkcxError(
    'ERR_SESSION_VALUE',
    'a server address is a host name in lower case, with a port if it needs one',
  );
}

const negotiationForm = z.strictObject({
  transactionId: bytes,
  serverAddress: z.string(),
  clientOffer: bytes,
  serverOffer: bytes,
});

/** The challenge that binds a negotiation: nothing in it can be changed, added or left out. */
export function bindTranscript(negotiation: Negotiation): SessionTranscript {
  checked(negotiation, negotiationForm, 'bindTranscript');
  const { transactionId, clientOffer, serverOffer } = negotiation;
  const serverAddress = checkAddress(negotiation.serverAddress);
  if (transactionId.length !== TRANSACTION_BYTES) {
    throw new ZkcxError('ERR_SESSION_VALUE', `a transactionId has ${TRANSACTION_BYTES} bytes`);
  }
  const parts = [TRANSCRIPT_DOMAIN, transactionId, ascii(serverAddress), clientOffer, serverOffer];
  const serverChallenge = sha256(
    concatBytes(...parts.flatMap((part) => [uint32(part.length), part])),
  );
  return Object.freeze({ transactionId, serverAddress, serverChallenge });
}

/** All of the message before the hidden bytes, when there are `hiddenLength` of them. */
export function messagePrefix(transcript: SignedTranscript, hiddenLength: number): Uint8Array {
  if (!Number.isInteger(hiddenLength) || hiddenLength < 0 || hiddenLength > MAX_HIDDEN) {
    throw new ZkcxError('ERR_SESSION_VALUE', `a message hides 0 to ${MAX_HIDDEN} bytes`);
  }
  if (transcript.form !== undefined) return transcript.form.prefix(hiddenLength);
  const fields = concatBytes(
    encodeTlv(TAG.utf8String, MESSAGE_DOMAIN),
    encodeTlv(CONTEXT.transactionId, transcript.transactionId),
    encodeTlv(CONTEXT.serverAddress, ascii(transcript.serverAddress)),
    encodeTlv(CONTEXT.serverChallenge, transcript.serverChallenge),
    tlvHeader(CONTEXT.hidden, hiddenLength),
  );
  return concatBytes(tlvHeader(TAG.sequence, fields.length + hiddenLength), fields);
}

/** The whole message: what the leaf key signs, with SHA-256. */
export function sessionMessage(transcript: SignedTranscript, hidden: Uint8Array): Uint8Array {
  return concatBytes(messagePrefix(transcript, hidden.length), hidden);
}

/**
 * Read a message back; for whoever is asked to sign one. Throws the ERR_DER_* codes, and
 * ERR_SESSION_MESSAGE when a field has another form than this package writes.
 */
export function parseSessionMessage(message: Uint8Array): SessionTranscript & {
  readonly hidden: Uint8Array;
} {
  const fields = inside(onlyTlv(message, TAG.sequence, 'the session message'));
  const read = (tag: number, what: string) => new Uint8Array(fields.element(tag, what).content);
  const domain = read(TAG.utf8String, 'the domain');
  const transactionId = read(CONTEXT.transactionId, 'transactionId');
  const address = read(CONTEXT.serverAddress, 'serverAddress');
  const serverChallenge = read(CONTEXT.serverChallenge, 'serverChallenge');
  const hidden = read(CONTEXT.hidden, 'the hidden part');
  fields.finish();
  if (
    !bytesEqual(domain, MESSAGE_DOMAIN) ||
    transactionId.length !== TRANSACTION_BYTES ||
    serverChallenge.length !== CHALLENGE_BYTES ||
    hidden.length > MAX_HIDDEN
  ) {
    throw new ZkcxError('ERR_SESSION_MESSAGE', 'this is no message that opens a zkCX session');
  }
  const serverAddress = checkAddress(new TextDecoder('latin1').decode(address));
  return { transactionId, serverAddress, serverChallenge, hidden };
}

const transcriptForm = z.looseObject({
  serverChallenge: bytes,
  form: z.looseObject({ session: bytes }).optional(),
});

/** What later messages of the session name it by. */
export function sessionId(transcript: SignedTranscript): Field {
  checked(transcript, transcriptForm, 'sessionId');
  const { serverChallenge, form } = transcript;
  const bytes = form?.session ?? serverChallenge;
  const halves = [bytes.subarray(0, 16), bytes.subarray(16)];
  return domainHash(
    'session',
    halves.map((half) => Field(bytesToBigint(half))),
  );
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
