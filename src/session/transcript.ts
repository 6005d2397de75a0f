/**
 * What the leaf key signs to open a zkCX session outside RSP, byte by byte:
 *
 *   SEQUENCE {
 *     UTF8String       "zkcx-session-2"
 *     [0] transactionId     16 bytes
 *     [3] serverAddress     host name in lower case, port if it has one
 *     [4] serverChallenge   32 bytes, the hash of the whole negotiation
 *   }
 *
 * DER with minimal lengths. Both sides know every byte. Field numbers are those of EuiccSigned1 (SGP.22,
 * RSPDefinitions), which begins with [0] and so cannot be mistaken for it.
 */
import { z } from 'zod';
import { bytes, checked, sizedBytes } from '../arguments.ts';
import { sha256 } from '@noble/hashes/sha2.js';
import { Field } from 'o1js';
import { TAG } from '../asn1/index.ts';
import { encodeTlv, inside, onlyTlv } from '../asn1/tlv.ts';
import { bytesEqual, bytesToBigint, concatBytes } from '../bytes.ts';
import { domainHash } from '../circuits/hash.ts';
import { ZkcxError } from '../errors.ts';

export const TRANSACTION_BYTES = 16;
const CHALLENGE_BYTES = 32;

/** Context-specific primitive tags, numbered as in SGP.22 EuiccSigned1. */
const CONTEXT = {
  transactionId: 0x80,
  serverAddress: 0x83,
  serverChallenge: 0x84,
} as const;

const ascii = (text: string) => new TextEncoder().encode(text);
const MESSAGE_DOMAIN = ascii('zkcx-session-2');
const TRANSCRIPT_DOMAIN = ascii('zkcx-transcript-2');

/** Everything that two parties said before the holder signs. Offers are the bytes as sent. */
export interface Negotiation {
  readonly transactionId: Uint8Array;
  /** Where the holder knows the server to be, see `checkAddress`. */
  readonly serverAddress: string;
  readonly clientOffer: Uint8Array;
  readonly serverOffer: Uint8Array;
}

/** What the signed message says. */
export interface SessionTranscript {
  readonly transactionId: Uint8Array;
  readonly serverAddress: string;
  readonly serverChallenge: Uint8Array;
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

const transcriptForm = z.looseObject({
  transactionId: sizedBytes(TRANSACTION_BYTES),
  serverAddress: z.string(),
  serverChallenge: sizedBytes(CHALLENGE_BYTES),
});

/** The whole message: what the leaf key signs, with SHA-256. */
export function sessionMessage(transcript: SessionTranscript): Uint8Array {
  checked(transcript, transcriptForm, 'sessionMessage');
  return encodeTlv(
    TAG.sequence,
    concatBytes(
      encodeTlv(TAG.utf8String, MESSAGE_DOMAIN),
      encodeTlv(CONTEXT.transactionId, transcript.transactionId),
      encodeTlv(CONTEXT.serverAddress, ascii(checkAddress(transcript.serverAddress))),
      encodeTlv(CONTEXT.serverChallenge, transcript.serverChallenge),
    ),
  );
}

/**
 * Read a message back; for whoever is asked to sign one. Throws the ERR_DER_* codes, and
 * ERR_SESSION_MESSAGE when a field has another form than this package writes.
 */
export function parseSessionMessage(message: Uint8Array): SessionTranscript {
  const fields = inside(onlyTlv(message, TAG.sequence, 'the session message'));
  const read = (tag: number, what: string) => new Uint8Array(fields.element(tag, what).content);
  const domain = read(TAG.utf8String, 'the domain');
  const transactionId = read(CONTEXT.transactionId, 'transactionId');
  const address = read(CONTEXT.serverAddress, 'serverAddress');
  const serverChallenge = read(CONTEXT.serverChallenge, 'serverChallenge');
  fields.finish();
  if (
    !bytesEqual(domain, MESSAGE_DOMAIN) ||
    transactionId.length !== TRANSACTION_BYTES ||
    serverChallenge.length !== CHALLENGE_BYTES
  ) {
    throw new ZkcxError('ERR_SESSION_MESSAGE', 'this is no message that opens a zkCX session');
  }
  const serverAddress = checkAddress(new TextDecoder('latin1').decode(address));
  return { transactionId, serverAddress, serverChallenge };
}

/**
 * What a possession proof names its session by.
 *
 * @param unique 32 bytes that no other session has: a hash of all that was negotiated, uncut; outside RSP
 *   `serverChallenge`
 */
export function sessionId(unique: Uint8Array): bigint {
  checked(unique, sizedBytes(32), 'sessionId');
  const halves = [unique.subarray(0, 16), unique.subarray(16)];
  return domainHash(
    'session',
    halves.map((half) => Field(bytesToBigint(half))),
  ).toBigInt();
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
