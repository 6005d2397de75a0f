/** A negotiated session as both sides have it, and ways to make another one. */
import { bytesToHex } from '../../../src/bytes.ts';
import { ZkcxError } from '../../../src/errors.ts';
import { trustFacts } from '../../../src/session/accepted-roots.ts';
import { mapFacts } from '../../../src/session/map-facts.ts';
import { requestTerms, type TermsInput } from '../../../src/session/offers.ts';
import { newHpkeKeyPair } from '../../../src/rsp/zkcx/hpke.ts';
import {
  type ServerOfferInput,
  writeClientOffer,
  writeServerOffer,
} from '../../../src/rsp/zkcx/negotiation.ts';
import { rspTranscript } from '../../../src/rsp/zkcx/transcript.ts';
import { ANCHORS, countingBytes, DP_AUTH, MAP, NOW } from '../../session/world.ts';

export const ADDRESS = 'dp.example.com';
export const EUICC_CHALLENGE = new Uint8Array(16).fill(0xc1);
export const CI_ID = new Uint8Array(20).fill(0x1d);
/** CERT.DPauth is real; of the other only its bytes matter here. */
export const DOCUMENTS = { auth: DP_AUTH.der, pb: Uint8Array.of(0x30, 0x02, 0x05, 0x00) };
/** What a server accepts that has the set and the map of the tests and nothing from before. */
export const ACCEPTED = { trustSets: [trustFacts(ANCHORS)], maps: [mapFacts(MAP)] };

const random = countingBytes(77);

export const termsWith = (change: Partial<TermsInput> = {}) =>
  requestTerms({ accepted: ACCEPTED, role: 'euicc-v2', now: NOW, ...change });

export async function negotiate(change: Partial<ServerOfferInput> = {}) {
  const key = await newHpkeKeyPair(random);
  const clientOffer = writeClientOffer(['zkcx-device', 'zkcx']);
  const serverOffer = writeServerOffer({
    rspMode: 'zkcx-device',
    terms: termsWith(),
    hpkeKey: key.publicKey,
    euiccCiPKIdToBeUsed: CI_ID,
    documents: DOCUMENTS,
    cancelReasons: ['undefinedReason'],
    random,
    ...change,
  });
  const negotiation = { clientOffer, serverOffer };
  const known = { serverAddress: ADDRESS, euiccChallenge: EUICC_CHALLENGE };
  return { key, negotiation, known, transcript: rspTranscript(negotiation, known) };
}

export type Negotiated = Awaited<ReturnType<typeof negotiate>>;

/** Members of a server's offer as they are written. */
const ORDER = (
  'format version rspMode nonce mode trustRoots revocationRoots registryRoots maxAge time role purpose ' +
  'identifierPurpose hpkeKey euiccCiPKIdToBeUsed server cancelReasons'
).split(' ');

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
