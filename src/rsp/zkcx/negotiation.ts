/**
 * The two offers of zkCX over RSP. Each is JSON in bytes, sent as one base64 string in the member `zkcx`
 * of InitiateAuthentication and of its reply, and hashed as sent (see transcript.ts). Read strictly: a
 * member that is not listed here is refused.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { z } from 'zod';
import { bytesEqual, bytesToHex } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import type { RandomBytes } from '../../random.ts';
import { PROOFS, type RequestTerms, termsShape } from '../../session/offers.ts';
import { base64, ES9P } from '../../sgp22/messages/es9p.ts';

/** Modes that are negotiated; a session without offers is classic. docs/protocol/zkcx-mode.md has what each gives. */
export const ZKCX_MODES = ['zkcx-device', 'zkcx'] as const;

export type ZkcxMode = (typeof ZKCX_MODES)[number];

/** Of the protocol: offers, channel and messages. */
const VERSION = 2;

/** Reasons with which a server takes the cancellation that `zkcx-device` proves, see transcript.ts. */
export const CANCEL_REASONS = ['undefinedReason', 'postponed'] as const;

export type WitnessReason = (typeof CANCEL_REASONS)[number];

/** 30 roots of up to 77 digits, and little else. */
const MAX_OFFER_BYTES = 8_192;
const MAX_DOCUMENT_BYTES = 200_000;

const unique = (list: readonly unknown[]) => new Set(list).size === list.length;
const hash = z.string().regex(/^[0-9a-f]{64}$/);

const clientOffer = z.strictObject({
  format: z.literal('zkcx-rsp-offer'),
  versions: z.array(z.int().min(1).max(255)).min(1).max(8).refine(unique),
  /** What the LPA and this kind of eUICC can do, the preferred one first. */
  modes: z.array(z.enum(ZKCX_MODES)).min(1).max(ZKCX_MODES.length).refine(unique),
  proofs: z.array(z.enum(PROOFS)).min(1).max(PROOFS.length).refine(unique),
});

export type ClientOffer = z.infer<typeof clientOffer>;

const serverOffer = z.strictObject({
  format: z.literal('zkcx-rsp-request'),
  version: z.literal(VERSION),
  rspMode: z.enum(ZKCX_MODES),
  /** 32 unpredictable bytes. */
  nonce: hash,
  ...termsShape,
  /** One-time HPKE key, see channel.ts: 65 bytes, 04, x, y. */
  hpkeKey: z.string().regex(/^04[0-9a-f]{128}$/),
  /** Key identifier of the CI under which the eUICC signs. */
  euiccCiPKIdToBeUsed: z.string().regex(/^([0-9a-f]{2}){1,64}$/),
  /** SHA-256 of what the server shows of itself, see `serverDocuments`. */
  server: z.strictObject({ auth: hash, pb: hash }),
  /** The first one that the eUICC signs with is taken. */
  cancelReasons: z.array(z.enum(CANCEL_REASONS)).min(1).max(CANCEL_REASONS.length).refine(unique),
});

export type ServerOffer = z.infer<typeof serverOffer>;

const offer = base64.refine(
  (bytes) => bytes.length <= MAX_OFFER_BYTES,
  `has more than ${MAX_OFFER_BYTES} bytes`,
);
const document = base64.refine(
  (bytes) => bytes.length <= MAX_DOCUMENT_BYTES,
  `has more than ${MAX_DOCUMENT_BYTES} bytes`,
);

const documents = z.strictObject({ auth: document.optional(), pb: document });

/** InitiateAuthentication with the members of zkCX beside those of SGP.22. */
export const ZKCX_INITIATE = {
  path: ES9P.initiateAuthentication.path,
  request: ES9P.initiateAuthentication.request.extend({ zkcx: offer }),
  answer: ES9P.initiateAuthentication.answer.extend({
    zkcx: offer,
    /** What the offer has hashes of and no other member holds. */
    zkcxServer: documents,
  }),
  /** The reply before it is known whether the server knows zkCX: see `requireOffer`. */
  anyAnswer: ES9P.initiateAuthentication.answer.extend({
    zkcx: offer.optional(),
    zkcxServer: documents.optional(),
  }),
};

export type ZkcxInitiateRequest = z.output<typeof ZKCX_INITIATE.request>;
export type ZkcxInitiateAnswer = z.output<typeof ZKCX_INITIATE.answer>;

/**
 * A client's offer in the bytes that are sent. They depend on the release and the modes only: on nothing
 * of the device, and on nothing of the session.
 */
export function writeClientOffer(modes: readonly ZkcxMode[]): Uint8Array {
  return encode({
    format: 'zkcx-rsp-offer',
    versions: [VERSION],
    modes: [...modes],
    proofs: [...PROOFS],
  } satisfies ClientOffer);
}

/** Throws ERR_RSP_ZKCX_OFFER. */
export function parseClientOffer(bytes: Uint8Array): ClientOffer {
  return parse(clientOffer, bytes, 'the offer of the client');
}

export interface ServerOfferInput {
  readonly rspMode: ZkcxMode;
  /** What the presentation has to prove. */
  readonly terms: RequestTerms;
  readonly hpkeKey: Uint8Array;
  readonly euiccCiPKIdToBeUsed: Uint8Array;
  /** CERT.DPauth and CERT.DPpb, or the envelopes of their `certify` proofs, as sent. */
  readonly documents: ServerDocuments;
  readonly cancelReasons: readonly WitnessReason[];
  readonly random: RandomBytes;
}

/** A server's offer, fresh, in the bytes that are sent. Throws ERR_RSP_ZKCX_OFFER for terms that are none. */
export function writeServerOffer(input: ServerOfferInput): Uint8Array {
  const { documents } = input;
  const document: ServerOffer = {
    format: 'zkcx-rsp-request',
    version: VERSION,
    rspMode: input.rspMode,
    nonce: bytesToHex(input.random(32)),
    ...input.terms,
    hpkeKey: bytesToHex(input.hpkeKey),
    euiccCiPKIdToBeUsed: bytesToHex(input.euiccCiPKIdToBeUsed),
    server: { auth: hashOf(documents.auth), pb: hashOf(documents.pb) },
    cancelReasons: [...input.cancelReasons],
  };
  // members in the order of the schema, which is the one that is read
  return encode(valid(serverOffer, document, 'the offer of this server'));
}

/** Throws ERR_RSP_ZKCX_OFFER. */
export function parseServerOffer(bytes: Uint8Array): ServerOffer {
  const found = parse(serverOffer, bytes, 'the offer of the server');
  if ((found.mode === 'registryPresentation') !== (found.registryRoots !== undefined)) {
    throw refuse('registryRoots belong to registryPresentation, and only to it');
  }
  return found;
}

/** The mode of a session: the client's first one that the server has too; undefined: none. */
export function chooseMode(
  { versions, modes }: ClientOffer,
  server: readonly ZkcxMode[],
): ZkcxMode | undefined {
  return versions.includes(VERSION) ? modes.find((mode) => server.includes(mode)) : undefined;
}

/**
 * For a client that asked for zkCX: the reply has a server's offer that answers the client's. There is no
 * way from here to a classic session. Throws ERR_RSP_ZKCX_DOWNGRADE (no offer, or a mode that was not
 * offered), ERR_RSP_ZKCX_OFFER.
 */
export function requireOffer(
  answer: z.output<typeof ZKCX_INITIATE.anyAnswer>,
  sent: Uint8Array,
): { readonly offer: ServerOffer; readonly answer: ZkcxInitiateAnswer } {
  const { zkcx, zkcxServer } = answer;
  if (zkcx === undefined || zkcxServer === undefined) {
    throw downgrade('the server answered without zkCX: nothing of the device was told');
  }
  const found = parseServerOffer(zkcx);
  const { modes, proofs } = parseClientOffer(sent);
  if (!modes.includes(found.rspMode) || !proofs.includes(found.mode)) {
    throw downgrade('the server chose what the client did not offer');
  }
  if (found.euiccCiPKIdToBeUsed !== bytesToHex(answer.euiccCiPKIdToBeUsed)) {
    throw mismatch('euiccCiPKIdToBeUsed');
  }
  return { offer: found, answer: { ...answer, zkcx, zkcxServer } };
}

/** What the server shows of itself: DER of two certificates, or two envelopes. */
export interface ServerDocuments {
  readonly auth: Uint8Array;
  readonly pb: Uint8Array;
}

/**
 * The documents that a reply came with, if they are those of its offer. In `zkcx-device` these are
 * CERT.DPauth (the member serverCertificate) and CERT.DPpb, in `zkcx` the `certify` envelopes of both.
 * Throws ERR_RSP_ZKCX_TRANSCRIPT. What they say is not checked here.
 */
export function serverDocuments(
  { rspMode, server }: ServerOffer,
  { serverCertificate, zkcxServer }: ZkcxInitiateAnswer,
): ServerDocuments {
  const isDevice = rspMode === 'zkcx-device';
  if (isDevice !== (zkcxServer.auth === undefined)) throw mismatch('the place of CERT.DPauth');
  const auth = zkcxServer.auth ?? serverCertificate;
  if (hashOf(auth) !== server.auth) throw mismatch('the authentication document of the server');
  if (hashOf(zkcxServer.pb) !== server.pb) throw mismatch('the package document of the server');
  return { auth, pb: zkcxServer.pb };
}

/** What a holder's policy decides on, and what a server expects: see `checkTerms` and `verifyPresentation`. */
export function offeredTerms(found: ServerOffer): RequestTerms {
  const names = Object.keys(termsShape) as (keyof RequestTerms)[];
  const terms = names.map((name) => [name, found[name]] as const);
  return Object.fromEntries(terms.filter(([, value]) => value !== undefined)) as RequestTerms;
}

const hashOf = (bytes: Uint8Array) => bytesToHex(sha256(bytes));

function parse<T>(schema: z.ZodType<T>, bytes: Uint8Array, what: string): T {
  if (bytes.length > MAX_OFFER_BYTES) {
    throw refuse(`${what} has more than ${MAX_OFFER_BYTES} bytes`);
  }
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw refuse(`${what} is not JSON`);
  }
  const data = valid(schema, json, what);
  // one spelling a statement: no member twice, no other spaces
  if (!bytesEqual(encode(data), bytes)) throw refuse(`${what} is written in another way`);
  return data;
}

function valid<T>(schema: z.ZodType<T>, json: unknown, what: string): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw refuse(`${what} is of no version that is known here`);
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

const refuse = (problem: string) => new ZkcxError('ERR_RSP_ZKCX_OFFER', problem);
const downgrade = (problem: string) => new ZkcxError('ERR_RSP_ZKCX_DOWNGRADE', problem);
const mismatch = (what: string) =>
  new ZkcxError('ERR_RSP_ZKCX_TRANSCRIPT', `${what} is not what the server's offer says`);
