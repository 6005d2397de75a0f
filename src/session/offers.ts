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
import { type Disclosure, DISCLOSURES } from './openings.ts';
import { PURPOSE, scopeOf } from './scope.ts';
import { TRANSACTION_BYTES } from './transcript.ts';
import type { PresentationTerms } from './verifier.ts';

/** Programs of a presentation. */
export const PROOFS = ['presentation', 'registryPresentation'] as const;
const MAX_OFFER_BYTES = 8_192;

const clientOffer = z.strictObject({
  format: z.literal('zkcx-offer'),
  version: z.literal(1),
  modes: z.array(z.enum(PROOFS)).min(1).max(PROOFS.length),
});

/** What a request asks to be proven, whatever the protocol that carries it. */
export const termsShape = {
  /** The program of the presentation. */
  mode: z.enum(PROOFS),
  trustRoot: fieldString,
  revocationRoot: fieldString,
  registryRoot: fieldString.optional(),
  /** Unix seconds, whole minutes. */
  time: z.int().min(0).multipleOf(60),
  role: z.enum(ROLE_NAMES),
  /** Asks for a pseudonym. The scope itself is never sent: each side computes it, see `scopeOf`. */
  purpose: z.string().regex(PURPOSE).optional(),
};

const serverRequest = z.strictObject({
  format: z.literal('zkcx-request'),
  version: z.literal(1),
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

/** These terms as a request has them. */
export type RequestTerms = Pick<ServerRequest, keyof typeof termsShape>;

/** What this version of the package offers as a client. */
export const CLIENT_OFFER: Uint8Array = encode({
  format: 'zkcx-offer',
  version: 1,
  modes: PROOFS,
});

/** Read a client's offer. Throws ERR_SESSION_VALUE. */
export function parseClientOffer(bytes: Uint8Array): z.infer<typeof clientOffer> {
  return parse(clientOffer, bytes, "a client's offer");
}

/** Read a server's request. Throws ERR_SESSION_VALUE. */
export function parseServerRequest(bytes: Uint8Array): ServerRequest {
  const request = parse(serverRequest, bytes, "a server's request");
  if ((request.mode === 'registryPresentation') !== (request.registryRoot !== undefined)) {
    throw refuse('a registryRoot belongs to registryPresentation, and only to it');
  }
  return request;
}

/** Roots that a verifier accepts now. */
export interface RequestedRoots {
  readonly trustRoot: bigint;
  readonly revocationRoot: bigint;
  /** For mode registryPresentation; elsewhere not asked about. */
  readonly registryRoot?: bigint;
}

/** A fresh request, its time rounded to the minute. `random` gives transactionId and nonce. */
export function newServerRequest({
  mode = 'presentation',
  roots,
  role,
  purpose,
  disclosures = [],
  now,
  random,
}: {
  readonly mode?: ServerRequest['mode'];
  readonly roots: RequestedRoots;
  readonly role: Role;
  readonly purpose?: string;
  readonly disclosures?: readonly Disclosure[];
  /** Unix seconds. */
  readonly now: bigint;
  readonly random: RandomBytes;
}): ServerRequest {
  const { trustRoot, revocationRoot, registryRoot } = roots;
  if (mode === 'registryPresentation' && registryRoot === undefined) {
    throw refuse('registryPresentation needs the root of a registry');
  }
  return {
    format: 'zkcx-request',
    version: 1,
    transactionId: bytesToHex(random(TRANSACTION_BYTES)),
    nonce: bytesToHex(random(32)),
    mode,
    trustRoot: String(trustRoot),
    revocationRoot: String(revocationRoot),
    registryRoot: mode === 'registryPresentation' ? String(registryRoot) : undefined,
    time: Number(now - (now % 60n)),
    role,
    purpose,
    disclosures: [...disclosures],
  };
}

/** What the server that made a request expects of the answer. */
export function termsOf(request: RequestTerms, serverOid: string): PresentationTerms {
  const { mode, trustRoot, revocationRoot, registryRoot, time, role, purpose } = request;
  return {
    mode,
    trustRoot: BigInt(trustRoot),
    revocationRoot: BigInt(revocationRoot),
    registryRoot: registryRoot === undefined ? undefined : BigInt(registryRoot),
    time: BigInt(time),
    role,
    scope: purpose === undefined ? undefined : scopeOf(serverOid, purpose),
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
  if (!parsed.success) throw refuse(`this is not ${what} of version 1`);
  return parsed.data;
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

const refuse = (problem: string) => new ZkcxError('ERR_SESSION_VALUE', problem);
