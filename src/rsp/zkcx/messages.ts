/**
 * What is sealed in a zkCX session: JSON in bytes, read strictly, binary fields as ES9+ has them. Outside
 * of the seal a message is `{ transactionId, zkcx }` and nothing else. Each function is described once,
 * for both ends; where the modes differ, `kind` says which form it is.
 */
import { z } from 'zod';
import { ZkcxError } from '../../errors.ts';
import type { PublicKey } from '../../pki/index.ts';
import {
  checkPresentationBundle,
  openingShapes,
  type PresentationBundle,
} from '../../session/envelopes.ts';
import { CANCEL_SESSION_REASON } from '../../sgp22/messages/cancel-session.ts';
import { keyOfPoint, pointOf } from '../../sgp22/messages/curve.ts';
import { base64, element, ES9P, signature, transactionId } from '../../sgp22/messages/es9p.ts';
import { PROFILE_POLICY_RULES } from '../../sgp22/messages/euicc-info.ts';
import { RspRefusal, type StatusCode } from '../../sgp22/status-codes.ts';
import { MAX_SEALED, MAX_SEALED_ANSWER, type SealedKind } from './channel.ts';
import { CANCEL_REASONS } from './negotiation.ts';

const PREFIX = '/gsma/rsp2/es9plus/';

/** Steps of the memory that an LPA says is free, bytes: the exact number would tell devices apart. */
export const MEMORY_STEPS = [0, 16, 32, 64, 128, 256, 512, 1024].map((kilo) => kilo * 1024);

/** The largest step that so many free bytes reach. */
export function memoryStep(freeBytes: number): number {
  return MEMORY_STEPS.findLast((step) => step <= freeBytes) ?? 0;
}

const version = z.string().regex(/^\d{1,3}\.\d{1,3}\.\d{1,3}$/);

/** What the LPA says of the eUICC, unproven: a lie only spoils its own download. */
const eligibility = z.strictObject({
  svn: version,
  profileVersion: version,
  testProfileSupport: z.boolean(),
  forbiddenProfilePolicyRules: z.array(z.enum(PROFILE_POLICY_RULES)).max(3),
  /** At least so many bytes are free: one of MEMORY_STEPS. */
  freeMemory: z.int().refine((bytes) => MEMORY_STEPS.includes(bytes)),
});

export type Eligibility = z.output<typeof eligibility>;

const presentation = z.codec(z.unknown(), z.custom<PresentationBundle>(), {
  decode: checkPresentationBundle,
  encode: (bundle) => bundle,
});

const matchingId = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[!-~]+$/);

const euiccChallenge = base64.refine((bytes) => bytes.length === 16, 'must be 16 bytes');

/** A key of P-256: 04, x, y. */
const sessionPublicKey = z.codec(base64, z.custom<PublicKey>(), {
  decode: (point) => keyOfPoint(point, 'sessionPublicKey'),
  encode: pointOf,
});

/** What the server signs for the second session, see `secondSession`. */
const second = {
  serverSigned1: element('serverSigned1'),
  serverSignature1: signature('serverSignature1'),
};

const signed2 = {
  smdpSigned2: element('smdpSigned2'),
  smdpSignature2: signature('smdpSignature2'),
};
const profileMetadata = ES9P.authenticateClient.answer.shape.profileMetadata;
const hpkeKey = base64.refine((bytes) => bytes.length === 65, 'must be 65 bytes');

const cancelReason = z.int().refine((reason) => {
  const known: readonly number[] = Object.values(CANCEL_SESSION_REASON);
  return known.includes(reason);
});

const presented = {
  /** Of this session, with nothing opened. */
  presentation,
  /** Left out: the default order. */
  matchingId: matchingId.optional(),
  eligibility,
};

/** Path, sealed request and sealed answer of each function. */
export const ZKCX = {
  authenticateClient: {
    path: `${PREFIX}authenticateClient`,
    request: z.discriminatedUnion('kind', [
      /** `zkcx-device`: the key of the presentation signed `cancelWitness` of this session. */
      z.strictObject({
        kind: z.literal('cancellation'),
        ...presented,
        /** The reason in what was signed: one of the server's offer. */
        cancelReason: z.enum(CANCEL_REASONS),
        /** For the second session: made since the first one was signed. */
        euiccChallenge,
      }),
      /** `zkcx`: it signed `sessionKeyMessage` of this session. */
      z.strictObject({ kind: z.literal('sessionKey'), ...presented, sessionPublicKey }),
    ]),
    answer: z.discriminatedUnion('next', [
      /** `zkcx-device`: once the user agrees, the eUICC signs for the second session. */
      z.strictObject({ next: z.literal('challenge'), profileMetadata, ...second }),
      /** `zkcx`: the order is for one EID, which the server has to see. */
      z.strictObject({ next: z.literal('identity'), profileMetadata }),
      z.strictObject({ next: z.literal('prepare'), profileMetadata, ...signed2 }),
    ]),
  },
  /** `zkcx-device`: the eUICC has lost its session, or another LPA took its challenge. Not in SGP.22. */
  zkcxChallenge: {
    path: `${PREFIX}zkcxChallenge`,
    request: z.strictObject({ euiccChallenge }),
    answer: z.strictObject(second),
  },
  /** After the user has agreed. Not in SGP.22. */
  zkcxDisclose: {
    path: `${PREFIX}zkcxDisclose`,
    request: z.discriminatedUnion('kind', [
      /** `zkcx-device`: all that the server needs to go on as in a classic session. */
      z.strictObject({
        kind: z.literal('device'),
        identity: openingShapes.identity,
        key: openingShapes.key,
        /** Of the second session, whole element. */
        euiccSigned1: element('euiccSigned1'),
        euiccSignature1: signature('euiccSignature1'),
      }),
      /** `zkcx`: for an order that is bound to an EID. */
      z.strictObject({ kind: z.literal('identity'), identity: openingShapes.identity }),
    ]),
    answer: z.strictObject(signed2),
  },
  /** From here on the signatures are by the disclosed key in `zkcx-device`, by the session key in `zkcx`. */
  getBoundProfilePackage: {
    path: `${PREFIX}getBoundProfilePackage`,
    request: z.strictObject({
      prepareDownloadResponse: ES9P.getBoundProfilePackage.request.shape.prepareDownloadResponse,
    }),
    answer: z.strictObject({
      boundProfilePackage: ES9P.getBoundProfilePackage.answer.shape.boundProfilePackage,
      /** What notifications about this profile are sealed to, see `sealNotification`. */
      notificationKey: hpkeKey,
    }),
  },
  cancelSession: {
    path: `${PREFIX}cancelSession`,
    request: z.discriminatedUnion('kind', [
      /** While the server knows no key of the device; no signature of the eUICC leaves the LPA. */
      z.strictObject({ kind: z.literal('reason'), reason: cancelReason }),
      /** Afterwards. */
      z.strictObject({
        kind: z.literal('signature'),
        cancelSessionResponse: ES9P.cancelSession.request.shape.cancelSessionResponse,
      }),
    ]),
    answer: z.strictObject({}),
  },
  /** Sealed by `sealNotification`, to the key that came with the package; no answer. */
  handleNotification: {
    path: `${PREFIX}handleNotification`,
    request: z.strictObject({
      /** In `zkcx` there is nothing in the places of the certificates, see `NO_CERTIFICATE`. */
      pendingNotification: ES9P.handleNotification.request.shape.pendingNotification,
    }),
    answer: z.strictObject({}),
  },
} as const satisfies Record<SealedKind, unknown>;

export type ZkcxFunction = keyof typeof ZKCX;
export type ZkcxRequest<F extends ZkcxFunction> = z.output<(typeof ZKCX)[F]['request']>;
export type ZkcxAnswer<F extends ZkcxFunction> = z.output<(typeof ZKCX)[F]['answer']>;

const sealed = (limit: number) =>
  base64.refine((bytes) => bytes.length <= limit, `has more than ${limit} bytes`);

/** A message as it travels: a client's. */
export const SEALED_REQUEST = z.strictObject({ transactionId, zkcx: sealed(MAX_SEALED) });

/** A server's; beside these members there is the header of ES9+. */
export const SEALED_ANSWER = z.object({ transactionId, zkcx: sealed(MAX_SEALED_ANSWER) });

/** A request as it goes into the seal. */
export function encodeZkcxRequest<F extends ZkcxFunction>(
  name: F,
  request: ZkcxRequest<F>,
): Uint8Array {
  return write(z.encode(ZKCX[name].request as z.ZodType, request));
}

/** Throws ERR_RSP_ZKCX_MESSAGE, ERR_PROOF_FORMAT, ERR_PROOF_VERSION, ERR_DER_*, ERR_RSP_VALUE. */
export function decodeZkcxRequest<F extends ZkcxFunction>(
  name: F,
  body: Uint8Array,
): ZkcxRequest<F> {
  const schema = ZKCX[name].request as z.ZodType as z.ZodType<ZkcxRequest<F>>;
  return read(schema, body, `the request ${name}`);
}

/** An answer as it goes into the seal. */
export function encodeZkcxAnswer<F extends ZkcxFunction>(
  name: F,
  answer: ZkcxAnswer<F>,
): Uint8Array {
  return write({ answer: z.encode(ZKCX[name].answer as z.ZodType, answer) });
}

/** A refusal as it goes into the seal, for any function. */
export function encodeZkcxRefusal({ subjectCode, reasonCode, message }: StatusCode): Uint8Array {
  return write({ refusal: { subjectCode, reasonCode, message } });
}

const code = z.string().regex(/^\d{1,3}(\.\d{1,3}){0,7}$/);
const refusalSchema = z.strictObject({
  refusal: z.strictObject({ subjectCode: code, reasonCode: code, message: z.string().max(1_000) }),
});

/** Throws RspRefusal if that is the answer, else as `decodeZkcxRequest`. */
export function decodeZkcxAnswer<F extends ZkcxFunction>(name: F, body: Uint8Array): ZkcxAnswer<F> {
  const what = `the answer to ${name}`;
  const answered = z.strictObject({ answer: ZKCX[name].answer as z.ZodType });
  const found = read(z.union([refusalSchema, answered]), body, what);
  if ('answer' in found) return found.answer as ZkcxAnswer<F>;
  const { refusal } = found;
  // another's words are shown to people
  throw new RspRefusal({ ...refusal, message: refusal.message.replace(/\p{Cc}/gu, ' ') });
}

function write(json: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(json));
}

function read<T>(schema: z.ZodType<T>, body: Uint8Array, what: string): T {
  if (body.length > MAX_SEALED_ANSWER) {
    throw refuse(`${what} has more than ${MAX_SEALED_ANSWER} bytes`);
  }
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    // no cause: parsers quote the text that they stumble over, and openings are private
    throw refuse(`${what} is not JSON`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const path = parsed.error.issues[0]?.path.join('.') || 'its form';
  throw new ZkcxError('ERR_RSP_ZKCX_MESSAGE', `${what}: ${path} is not as described`, {
    reason: path,
  });
}

const refuse = (problem: string) => new ZkcxError('ERR_RSP_ZKCX_MESSAGE', problem);
