/**
 * What binds a zkCX session over RSP together: a serverChallenge that is the hash of the negotiation, and
 * the public part of EuiccSigned1 (SGP.22 RSPDefinitions, 5.7.13), which carries that challenge:
 *
 *   SEQUENCE {
 *     [0] transactionId, [3] serverAddress, [4] serverChallenge       known to both sides
 *     euiccInfo2, ctxParams1                                          hidden
 *   }
 *
 * Today's eUICC takes any 16 bytes as challenge and knows nothing of this.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { TAG } from '../../asn1/index.ts';
import { tlvHeader } from '../../asn1/tlv.ts';
import { bytesEqual, concatBytes } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import {
  checkAddress,
  type SignedTranscript,
  TRANSACTION_BYTES,
} from '../../session/transcript.ts';
import { EuiccSigned1Beginning, ServerSigned1 } from '../../sgp22/messages/authenticate-server.ts';
import { parseServerOffer } from './negotiation.ts';

const CHALLENGE_BYTES = 16;
const ascii = (text: string) => new TextEncoder().encode(text);
const CHALLENGE_DOMAIN = ascii('zkcx-rsp-challenge-1');
const SESSION_DOMAIN = ascii('zkcx-rsp-session-1');

/** Offers in the bytes that were sent. */
export interface RspNegotiation {
  /** 16 bytes. */
  readonly transactionId: Uint8Array;
  readonly clientOffer: Uint8Array;
  readonly serverOffer: Uint8Array;
}

/** A session as both sides know it before the eUICC signs. */
export interface RspTranscript extends SignedTranscript {
  readonly form: NonNullable<SignedTranscript['form']>;
  /** Whole element as signed. */
  readonly serverSigned1: Uint8Array;
}

/**
 * The 16-byte challenge for a negotiation: SHA-256 over a domain, the server's nonce, the transactionId
 * with its length, and the hashes of both offers, cut off. Throws ERR_RSP_ZKCX_OFFER, and
 * ERR_RSP_ZKCX_TRANSCRIPT for a transactionId of another size.
 */
export function zkcxServerChallenge(negotiation: RspNegotiation): Uint8Array {
  return negotiationHash(negotiation).slice(0, CHALLENGE_BYTES);
}

/**
 * The session of a negotiation and of what the server signed. Both sides make it from their own copies; the
 * LPA before it asks the eUICC for anything.
 *
 * @param expected what the caller knows: the LPA the address it called and the eUICC's challenge
 * @throws ERR_RSP_ZKCX_TRANSCRIPT when serverSigned1 is not that of this negotiation, or is not written as
 * this package writes it; ERR_RSP_ZKCX_OFFER; ERR_SESSION_VALUE for an address with capitals
 */
export function rspTranscript(
  negotiation: RspNegotiation,
  serverSigned1: Uint8Array,
  expected: { readonly serverAddress: string; readonly euiccChallenge: Uint8Array },
): RspTranscript {
  const { transactionId } = negotiation;
  const serverAddress = checkAddress(expected.serverAddress);
  const hash = negotiationHash(negotiation);
  const serverChallenge = hash.slice(0, CHALLENGE_BYTES);
  const { euiccChallenge } = expected;
  const own = { transactionId, euiccChallenge, serverAddress, serverChallenge };
  if (!bytesEqual(ServerSigned1.encode(own), serverSigned1)) {
    throw transcriptError('the server signed something else than this negotiation');
  }
  const session = sha256(concatBytes(SESSION_DOMAIN, hash, sha256(serverSigned1)));
  return Object.freeze({
    transactionId,
    serverAddress,
    serverChallenge,
    serverSigned1,
    form: Object.freeze({
      session,
      prefix: (hiddenLength: number) => euiccSigned1Prefix(own, hiddenLength),
    }),
  });
}

/**
 * What of a EuiccSigned1 stays hidden: euiccInfo2 and ctxParams1. Throws ERR_RSP_ZKCX_TRANSCRIPT when the
 * message does not begin as the session says.
 */
export function hiddenPart(transcript: RspTranscript, euiccSigned1: Uint8Array): Uint8Array {
  const { form } = transcript;
  const known = EuiccSigned1Beginning.encode(transcript).length;
  const hidden = euiccSigned1.length - headerLength(euiccSigned1) - known;
  const prefix = hidden > 0 ? form.prefix(hidden) : undefined;
  if (prefix && bytesEqual(prefix, euiccSigned1.subarray(0, prefix.length))) {
    return euiccSigned1.slice(prefix.length);
  }
  throw transcriptError('the eUICC signed something else than this session');
}

type Signed = Pick<SignedTranscript, 'transactionId' | 'serverAddress' | 'serverChallenge'>;

/** EuiccSigned1 up to euiccInfo2, for so many bytes after it. */
function euiccSigned1Prefix(signed: Signed, hiddenLength: number): Uint8Array {
  const fields = EuiccSigned1Beginning.encode(signed);
  return concatBytes(tlvHeader(TAG.sequence, fields.length + hiddenLength), fields);
}

/** Of an element with a tag of one byte. */
function headerLength(element: Uint8Array): number {
  const first = element[1] ?? 0;
  return first < 0x80 ? 2 : 2 + (first & 0x7f);
}

function negotiationHash({ transactionId, clientOffer, serverOffer }: RspNegotiation): Uint8Array {
  if (transactionId.length !== TRANSACTION_BYTES) {
    throw transcriptError(`a transactionId of zkCX has ${TRANSACTION_BYTES} bytes`);
  }
  const { nonce } = parseServerOffer(serverOffer);
  return sha256(
    concatBytes(
      CHALLENGE_DOMAIN,
      new Uint8Array(Buffer.from(nonce, 'hex')),
      Uint8Array.of(transactionId.length),
      transactionId,
      sha256(clientOffer),
      sha256(serverOffer),
    ),
  );
}

const transcriptError = (problem: string) => new ZkcxError('ERR_RSP_ZKCX_TRANSCRIPT', problem);
