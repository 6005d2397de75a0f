/**
 * What binds a zkCX session over RSP together. Both sides compute everything here from their own copies:
 *
 *   h          SHA-256 of both offers and the server's nonce
 *   T          transactionId: the first 16 bytes of h; serverChallenge is the last 16
 *   session    SHA-256 of h and of serverSigned1, which holds the eUICC's challenge
 *   T2, ...    the same halves of a hash of the session, for a second RSP session inside the first one
 *
 * So a T belongs to one negotiation: nobody can swap the one-time key, widen the request or take an offer
 * away. serverSigned1 names an address that is no host name, and an LPA that compares addresses as SGP.22
 * demands, but knows nothing of zkCX, stops before its eUICC signs.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesEqual, concatBytes } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import { checkAddress } from '../../session/transcript.ts';
import { ServerSigned1 } from '../../sgp22/messages/authenticate-server.ts';
import { EuiccCancelSessionSigned } from '../../sgp22/messages/cancel-session.ts';
import { hexToBytes } from '../../sgp22/messages/identifiers.ts';
import { ZKCX_ADDRESS_PREFIX } from '../arguments.ts';
import { parseServerOffer, type WitnessReason } from './negotiation.ts';

const ascii = (text: string) => new TextEncoder().encode(text);
const NEGOTIATION_DOMAIN = ascii('zkcx-rsp-negotiation-2');
const SESSION_DOMAIN = ascii('zkcx-rsp-session-2');
const SECOND_DOMAIN = ascii('zkcx-rsp-second-2');

/** Characters of a server's address: with the prefix it has to fit where addresses are stored. */
export const MAX_ADDRESS = 195;

/** Second sessions that one session can have beside its first one, see `secondSession`. */
export const MAX_CHALLENGES = 3;

/** Offers in the bytes that were sent. */
export interface RspNegotiation {
  readonly clientOffer: Uint8Array;
  readonly serverOffer: Uint8Array;
}

/** What a negotiation says of the session that it opens. 16 bytes each. */
export interface Halves {
  readonly transactionId: Uint8Array;
  readonly serverChallenge: Uint8Array;
}

/** What both sides know beside the negotiation: the LPA the address that it called and the challenge. */
export interface Known {
  /** Plain, in lower case. */
  readonly serverAddress: string;
  readonly euiccChallenge: Uint8Array;
}

/** A session as both sides know it before the eUICC signs. */
export interface RspTranscript extends Halves {
  /** Plain: what prompts, kept sessions and notifications name. */
  readonly serverAddress: string;
  /** Whole element as signed. */
  readonly serverSigned1: Uint8Array;
  /** 32 bytes that no other session has. */
  readonly session: Uint8Array;
}

/** A session inside a session: the eUICC signs for it what `zkcx-device` discloses. */
export interface SecondSession extends Halves {
  /** The element that the server signs. */
  readonly serverSigned1: Uint8Array;
}

/**
 * The address that the server signs in a zkCX session.
 *
 * @param address plain: a host name in lower case, with its port if it has one, at most MAX_ADDRESS characters
 * @throws ERR_SESSION_VALUE
 */
export function zkcxAddress(address: string): string {
  if (address.length > MAX_ADDRESS) {
    throw new ZkcxError(
      'ERR_SESSION_VALUE',
      `an address of a server that takes part in zkCX has at most ${MAX_ADDRESS} characters`,
    );
  }
  return `${ZKCX_ADDRESS_PREFIX}${checkAddress(address)}`;
}

/** SHA-256 of all that was negotiated, 32 bytes. Throws ERR_RSP_ZKCX_OFFER. */
export function negotiationHash({ clientOffer, serverOffer }: RspNegotiation): Uint8Array {
  const { nonce } = parseServerOffer(serverOffer);
  return sha256(
    concatBytes(
      NEGOTIATION_DOMAIN,
      hexToBytes(nonce, 'a nonce'),
      sha256(clientOffer),
      sha256(serverOffer),
    ),
  );
}

/** T and its challenge. Throws ERR_RSP_ZKCX_OFFER. */
export function negotiated(negotiation: RspNegotiation): Halves {
  return halvesOf(negotiationHash(negotiation));
}

/** Names a session, 32 bytes: all of the hash, and what the server signed, whole element. */
export function rspSession(hash: Uint8Array, serverSigned1: Uint8Array): Uint8Array {
  return sha256(concatBytes(SESSION_DOMAIN, hash, sha256(serverSigned1)));
}

/**
 * The session that a negotiation opens, with what its server signs. Throws ERR_RSP_ZKCX_OFFER,
 * ERR_SESSION_VALUE.
 */
export function rspTranscript(negotiation: RspNegotiation, known: Known): RspTranscript {
  const hash = negotiationHash(negotiation);
  const halves = halvesOf(hash);
  const serverSigned1 = signedOf(halves, known);
  const session = rspSession(hash, serverSigned1);
  const { serverAddress } = known;
  return Object.freeze({ ...halves, serverAddress, serverSigned1, session });
}

/**
 * The same for the LPA, before it asks the eUICC for anything: the answer to InitiateAuthentication is that of
 * this negotiation. Throws ERR_RSP_ZKCX_TRANSCRIPT, and as `rspTranscript`.
 */
export function checkedTranscript(
  negotiation: RspNegotiation,
  known: Known,
  answer: { readonly transactionId: Uint8Array; readonly serverSigned1: Uint8Array },
): RspTranscript {
  const transcript = rspTranscript(negotiation, known);
  assertSigned(transcript, answer.serverSigned1);
  // what was signed names it too; the outer one is what messages are addressed to
  if (!bytesEqual(transcript.transactionId, answer.transactionId)) {
    throw transcriptError('the transactionId is not that of this negotiation');
  }
  return transcript;
}

/**
 * A second RSP session inside this one. It exists in the sealed channel only.
 *
 * @param counter 0 for the one that answers AuthenticateClient, then 1 to MAX_CHALLENGES
 * @param euiccChallenge one that the eUICC made since
 * @throws ERR_RSP_ZKCX_TRANSCRIPT for another counter
 */
export function secondSession(
  { session, serverAddress }: Pick<RspTranscript, 'session' | 'serverAddress'>,
  { counter, euiccChallenge }: { readonly counter: number; readonly euiccChallenge: Uint8Array },
): SecondSession {
  const halves = secondChallenge({ session, counter, euiccChallenge });
  const serverSigned1 = signedOf(halves, { serverAddress, euiccChallenge });
  return Object.freeze({ ...halves, serverSigned1 });
}

/** The same for the LPA: the server signed just this. Throws ERR_RSP_ZKCX_TRANSCRIPT. */
export function checkedSecond(
  transcript: RspTranscript,
  made: { readonly counter: number; readonly euiccChallenge: Uint8Array },
  serverSigned1: Uint8Array,
): SecondSession {
  const second = secondSession(transcript, made);
  assertSigned(second, serverSigned1);
  return second;
}

/** T2 and its challenge. Throws ERR_RSP_ZKCX_TRANSCRIPT for a counter that no session reaches. */
export function secondChallenge({
  session,
  counter,
  euiccChallenge,
}: {
  readonly session: Uint8Array;
  readonly counter: number;
  readonly euiccChallenge: Uint8Array;
}): Halves {
  if (!Number.isInteger(counter) || counter < 0 || counter > MAX_CHALLENGES) {
    throw transcriptError(`a session has at most ${MAX_CHALLENGES} more challenges`);
  }
  const parts = [SECOND_DOMAIN, session, Uint8Array.of(counter), euiccChallenge];
  return halvesOf(sha256(concatBytes(...parts)));
}

/**
 * The witness of `zkcx-device`: what today's eUICC signs when the session T is cancelled for this reason.
 * The server knows all of it beforehand, so nothing of it needs to be sent or hidden.
 *
 * @param serverOid of the certificate that this session's server showed. Dotted: `encodeOid` gives back the
 * very bytes of the certificate, since `decodeOid` refuses every other encoding.
 * @returns EuiccCancelSessionSigned, whole element. Throws ERR_RSP_VALUE.
 */
export function cancelWitness(
  { transactionId }: Pick<Halves, 'transactionId'>,
  serverOid: string,
  reason: WitnessReason,
): Uint8Array {
  return EuiccCancelSessionSigned.encode({ transactionId, smdpOid: serverOid, reason });
}

function assertSigned(
  { serverSigned1 }: { readonly serverSigned1: Uint8Array },
  received: Uint8Array,
): void {
  if (!bytesEqual(serverSigned1, received)) {
    throw transcriptError('the server signed something else than this negotiation');
  }
}

function signedOf(halves: Halves, { serverAddress, euiccChallenge }: Known): Uint8Array {
  return ServerSigned1.encode({
    ...halves,
    euiccChallenge,
    serverAddress: zkcxAddress(serverAddress),
  });
}

function halvesOf(hash: Uint8Array): Halves {
  return Object.freeze({ transactionId: hash.slice(0, 16), serverChallenge: hash.slice(16) });
}

const transcriptError = (problem: string) => new ZkcxError('ERR_RSP_ZKCX_TRANSCRIPT', problem);
