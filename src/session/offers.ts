/**
 * The two offers of a negotiation, JSON in bytes that are hashed as sent: first what a client can do,
 * the same for all installations, then what the server asks for.
 */
import { z } from 'zod';
import { bytesToHex } from '../bytes.ts';
import { ZkcxError } from '../errors.ts';
import { fieldString } from '../arguments.ts';
import type { RandomBytes } from '../random.ts';
import { type Role, ROLE_NAMES } from '../roles.ts';
import { type AcceptedRoots, MAX_ROOTS, type OfferedRoots } from './accepted-roots.ts';
import { DEFAULT_MAX_AGE, MIN_MAX_AGE } from './events.ts';
import { type Disclosure, DISCLOSURES } from './openings.ts';
import { PURPOSE } from './scope.ts';
import { TRANSACTION_BYTES } from './transcript.ts';

/** Programs of a presentation. */
export const PROOFS = ['presentation', 'registryPresentation'] as const;
const MAX_OFFER_BYTES = 8_192;
const VERSION = 2;

/** A server does not accept older presentations than of a week. */
export const MAX_MAX_AGE = 604_800n;

const clientOffer = z.strictObject({
  format: z.literal('zkcx-offer'),
  version: z.literal(VERSION),
  modes: z.array(z.enum(PROOFS)).min(1).max(PROOFS.length),
});

/** Roots in decimal, newest first, each once. No root is 0: that is how a presentation says that it has none. */
const rootStrings = (most: number) =>
  z
    .array(fieldString.refine((root) => root !== '0', 'no root is 0'))
    .min(1)
    .max(most)
    .refine((roots) => new Set(roots).size === roots.length, 'must name each root once');

/**
 * What a request asks to be proven, whatever the protocol that carries it. Whoever parses these members also
 * calls `assertTermsMatch`.
 */
export const termsShape = {
  /** The program of the presentation. */
  mode: z.enum(PROOFS),
  trustRoots: rootStrings(MAX_ROOTS.trust),
  revocationRoots: rootStrings(MAX_ROOTS.revocation),
  /** In mode registryPresentation, and only there. */
  registryRoots: rootStrings(MAX_ROOTS.registry).optional(),
  /** Seconds that the time of a presentation may lie back. */
  maxAge: z.int().min(Number(MIN_MAX_AGE)).max(Number(MAX_MAX_AGE)),
  /** The server's clock: Unix seconds, whole minutes. */
  time: z.int().min(0).multipleOf(60),
  role: z.enum(ROLE_NAMES),
  /** Asks for a pseudonym. The scope itself is never sent: each side computes it, see `scopeOf`. */
  purpose: z.string().regex(PURPOSE).optional(),
  /** Asks for an identifier, see `identifierScopeOf`. With both purposes the holder sends one of the two. */
  identifierPurpose: z.string().regex(PURPOSE).optional(),
};

const termsForm = z.object(termsShape);

/** These terms as a request has them. */
export type RequestTerms = z.infer<typeof termsForm>;

const serverRequest = z.strictObject({
  format: z.literal('zkcx-request'),
  version: z.literal(VERSION),
  transactionId: z.string().regex(/^[0-9a-f]{32}$/),
  /** 32 unpredictable bytes: nobody can prepare an answer. */
  nonce: z.string().regex(/^[0-9a-f]{64}$/),
  ...termsShape,
  disclosures: z
    .array(z.enum(DISCLOSURES))
    .max(DISCLOSURES.length)
    .refine((names) => new Set(names).size === names.length, 'named twice'),
});

export type ServerRequest = z.infer<typeof serverRequest>;

/** What this version of the package offers as a client. */
export const CLIENT_OFFER: Uint8Array = encode({
  format: 'zkcx-offer',
  version: VERSION,
  modes: PROOFS,
});

/** Read a client's offer. Throws ERR_SESSION_VALUE. */
export function parseClientOffer(bytes: Uint8Array): z.infer<typeof clientOffer> {
  return parse(clientOffer, bytes, "a client's offer");
}

/** Read a server's request. Throws ERR_SESSION_VALUE. */
export function parseServerRequest(bytes: Uint8Array): ServerRequest {
  const request = parse(serverRequest, bytes, "a server's request");
  assertTermsMatch(request);
  return request;
}

/** What `termsShape` alone does not say. Throws ERR_SESSION_VALUE. */
export function assertTermsMatch({
  mode,
  registryRoots,
}: Pick<RequestTerms, 'mode' | 'registryRoots'>): void {
  if ((mode === 'registryPresentation') !== (registryRoots !== undefined)) {
    throw refuse('registryRoots belong to registryPresentation, and only to it');
  }
}

/** Terms that were parsed before, as an argument. Throws ERR_SESSION_VALUE. */
export function checkRequestTerms(terms: RequestTerms): void {
  if (!termsForm.safeParse(terms).success) throw refuse('these are not the terms of a request');
  assertTermsMatch(terms);
}

/** What a server asks for. */
export interface TermsInput {
  readonly mode?: RequestTerms['mode'];
  /** What it accepts now: all of it is offered. */
  readonly accepted: AcceptedRoots;
  readonly role: Role;
  /** Seconds; default a day. */
  readonly maxAge?: bigint;
  readonly purpose?: string;
  readonly identifierPurpose?: string;
  /** Unix seconds. */
  readonly now: bigint;
}

/**
 * The terms of a request, its time rounded down to the minute. Throws ERR_SESSION_VALUE: no root, one named
 * twice, a purpose of another form, an age out of bounds.
 */
export function requestTerms(input: TermsInput): RequestTerms {
  const { mode = 'presentation', accepted, role, maxAge = DEFAULT_MAX_AGE, now } = input;
  const terms: RequestTerms = {
    mode,
    trustRoots: accepted.trustSets.map(({ root }) => String(root)),
    revocationRoots: accepted.maps.map(({ root }) => String(root)),
    registryRoots:
      mode === 'registryPresentation' ? (accepted.registryRoots ?? []).map(String) : undefined,
    maxAge: Number(maxAge),
    time: Number(now - (now % 60n)),
    role,
    purpose: input.purpose,
    identifierPurpose: input.identifierPurpose,
  };
  checkRequestTerms(terms);
  return terms;
}

/** A fresh request. `random` gives transactionId and nonce. Throws as `requestTerms`. */
export function newServerRequest({
  disclosures = [],
  random,
  ...terms
}: TermsInput & {
  readonly disclosures?: readonly Disclosure[];
  readonly random: RandomBytes;
}): ServerRequest {
  return {
    format: 'zkcx-request',
    version: VERSION,
    transactionId: bytesToHex(random(TRANSACTION_BYTES)),
    nonce: bytesToHex(random(32)),
    ...requestTerms(terms),
    disclosures: [...disclosures],
  };
}

/** Roots of a request as numbers. */
export function offeredRoots(request: RequestTerms): OfferedRoots {
  const { trustRoots, revocationRoots, registryRoots } = request;
  return {
    trustRoots: trustRoots.map(BigInt),
    revocationRoots: revocationRoots.map(BigInt),
    registryRoots: registryRoots?.map(BigInt),
  };
}

/** The transactionId of a request as the transcript has it. */
export function transactionBytes({ transactionId }: ServerRequest): Uint8Array {
  return new Uint8Array(Buffer.from(transactionId, 'hex'));
}

/** A request in the bytes that are sent and hashed. */
export function writeServerRequest(request: ServerRequest): Uint8Array {
  return encode(request);
}

function parse<T>(schema: z.ZodType<T>, bytes: Uint8Array, what: string): T {
  if (bytes.length > MAX_OFFER_BYTES) throw refuse(`${what} has at most ${MAX_OFFER_BYTES} bytes`);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw refuse(`${what} is JSON`);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw refuse(`this is not ${what} of version ${VERSION}`);
  return parsed.data;
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

const refuse = (problem: string) => new ZkcxError('ERR_SESSION_VALUE', problem);
