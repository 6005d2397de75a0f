/** A negotiated session as both sides have it, and ways to make another one. */
import { bytesToHex } from '../../../src/bytes.ts';
import { ZkcxError } from '../../../src/errors.ts';
import { ServerSigned1 } from '../../../src/sgp22/messages/authenticate-server.ts';
import { newHpkeKeyPair } from '../../../src/rsp/zkcx/hpke.ts';
import {
  type ServerOfferInput,
  writeClientOffer,
  writeServerOffer,
} from '../../../src/rsp/zkcx/negotiation.ts';
import { rspTranscript, zkcxServerChallenge } from '../../../src/rsp/zkcx/transcript.ts';
import { countingBytes, DP_AUTH, MAP, NOW, rootsOf } from '../../session/world.ts';

export const ADDRESS = 'dp.example.com';
export const EUICC_CHALLENGE = new Uint8Array(16).fill(0xc1);
export const CI_ID = new Uint8Array(20).fill(0x1d);
/** CERT.DPauth is real; of the other only its bytes matter here. */
export const DOCUMENTS = { auth: DP_AUTH.der, pb: Uint8Array.of(0x30, 0x02, 0x05, 0x00) };

const random = countingBytes(77);

export async function negotiate(change: Partial<ServerOfferInput> = {}) {
  const key = await newHpkeKeyPair(random);
  const clientOffer = writeClientOffer(['zkcx-device', 'zkcx']);
  const serverOffer = writeServerOffer({
    rspMode: 'zkcx-device',
    mode: 'presentation',
    roots: rootsOf(MAP),
    role: 'euicc-v2',
    hpkeKey: key.publicKey,
    euiccCiPKIdToBeUsed: CI_ID,
    documents: DOCUMENTS,
    now: NOW,
    random,
    ...change,
  });
  const transactionId = random(16);
  const negotiation = { transactionId, clientOffer, serverOffer };
  const serverSigned1 = signedFor(negotiation);
  const known = { serverAddress: ADDRESS, euiccChallenge: EUICC_CHALLENGE };
  const transcript = rspTranscript(negotiation, serverSigned1, known);
  return { key, negotiation, serverSigned1, known, transcript };
}

export type Negotiated = Awaited<ReturnType<typeof negotiate>>;

/** ServerSigned1 with the challenge of a negotiation. */
export function signedFor(negotiation: Negotiated['negotiation']): Uint8Array {
  return ServerSigned1.encode({
    transactionId: negotiation.transactionId,
    euiccChallenge: EUICC_CHALLENGE,
    serverAddress: ADDRESS,
    serverChallenge: zkcxServerChallenge(negotiation),
  });
}

/** Members of a server's offer as they are written. */
const ORDER =
  'format version rspMode nonce mode trustRoot revocationRoot registryRoot time role purpose hpkeKey euiccCiPKIdToBeUsed server'.split(
    ' ',
  );

/** An offer with members changed, each in its place; undefined takes one away. */
export function edited(offer: Uint8Array, change: object): Uint8Array {
  const json = JSON.parse(new TextDecoder().decode(offer)) as object;
  const members = Object.entries({ ...json, ...change });
  if ('rspMode' in json) members.sort(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b));
  return new TextEncoder().encode(JSON.stringify(Object.fromEntries(members)));
}

export const hex = bytesToHex;

/** Code of what is thrown. */
export function codeOf(body: () => unknown): string | undefined {
  try {
    body();
  } catch (error) {
    return error instanceof ZkcxError ? error.code : String(error);
  }
  return undefined;
}
