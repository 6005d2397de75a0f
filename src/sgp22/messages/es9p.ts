/**
 * ES9+ over JSON (SGP.22 6.5.2, 5.6): each function described once, for both ends. Binary fields
 * are base64 of whole elements, euiccChallenge of bare bytes; transactionId is upper-case hex. A
 * request header is tolerated, unknown fields are passed over. Requests are read strictly, answers as
 * `es9p-answer.ts` says.
 */
import { z } from 'zod';
import { ZkcxError } from '../../errors.ts';
import { element as wholeElement, type Message } from '../codec/codec.ts';
import { whole } from '../codec/structures.ts';
import { RspRefusal } from '../status-codes.ts';
import type { StatusCode } from '../status-codes.ts';
import { AuthenticateServerResponse } from './authenticate-server.ts';
import { BoundProfilePackage } from './bound-profile-package.ts';
import { CancelSessionResponse } from './cancel-session.ts';
import { anyBase64, anyTransactionId, refusalIn } from './es9p-answer.ts';
import { EuiccInfo1 } from './euicc-info.ts';
import { hexToBytes, keyIdentifier, transactionIdText } from './identifiers.ts';
import { StoreMetadataRequest } from './metadata.ts';
import { PendingNotification } from './notifications.ts';
import { PrepareDownloadResponse } from './prepare-download.ts';
import { Signature } from './signature.ts';

/** Any bytes in base64: the canonical spelling, padding included. */
export const base64 = z.codec(z.string(), z.custom<Uint8Array>(), {
  decode(text, { issues }) {
    const bytes = Buffer.from(text, 'base64');
    if (bytes.toString('base64') !== text) {
      issues.push({ code: 'custom', message: 'must be base64', input: '' });
    }
    return new Uint8Array(bytes);
  },
  encode: (bytes) => Buffer.from(bytes).toString('base64'),
});

const challenge = base64.refine((bytes) => bytes.length === 16, 'must be 16 bytes');

/** An element in base64, by its codec. */
const inBase64 = <T>(codec: Pick<Message<T>, 'decode' | 'encode'>, spelling = base64) =>
  z.codec(spelling, z.custom<T>(), { decode: codec.decode, encode: codec.encode });

/** One whole element with this tag, as it is; a SEQUENCE if it is left out. */
export const element = (what: string, tag?: number) => inBase64(wholeElement(what, whole(tag)));

/** 5F37: r and s, 64 bytes. */
export const signature = (what: string) => inBase64(wholeElement(what, Signature));

/** The same in answers, which servers of others write. */
const answered = {
  transactionId: anyTransactionId,
  element: (what: string, tag?: number) => inBase64(wholeElement(what, whole(tag)), anyBase64),
  signature: (what: string) => inBase64(wholeElement(what, Signature), anyBase64),
  ciKeyIdentifier: inBase64(wholeElement('euiccCiPKIdToBeUsed', keyIdentifier), anyBase64),
};

/** A message of the eUICC, passed on as received. */
const message = <T extends { readonly der: Uint8Array }>({
  decode,
}: {
  decode(bytes: Uint8Array): T;
}) => inBase64<T>({ decode, encode: ({ der }) => der });

export const transactionId = z.codec(
  z.string().regex(/^([0-9A-Fa-f]{2}){1,16}$/, 'must be 1 to 16 bytes in hexadecimal'),
  z.custom<Uint8Array>(),
  { decode: (text) => hexToBytes(text, 'transactionId'), encode: transactionIdText },
);

/** Path, request and answer of each function. */
export const ES9P = {
  initiateAuthentication: {
    path: '/gsma/rsp2/es9plus/initiateAuthentication',
    request: z.object({
      euiccChallenge: challenge,
      euiccInfo1: message(EuiccInfo1),
      smdpAddress: z.string().min(1).max(255),
    }),
    answer: z.object({
      transactionId: answered.transactionId,
      serverSigned1: answered.element('serverSigned1'),
      serverSignature1: answered.signature('serverSignature1'),
      euiccCiPKIdToBeUsed: answered.ciKeyIdentifier,
      serverCertificate: answered.element('a certificate'),
    }),
  },
  authenticateClient: {
    path: '/gsma/rsp2/es9plus/authenticateClient',
    request: z.object({
      transactionId,
      authenticateServerResponse: message(AuthenticateServerResponse),
    }),
    answer: z.object({
      transactionId: answered.transactionId,
      profileMetadata: answered.element('profileMetadata', StoreMetadataRequest.tag),
      smdpSigned2: answered.element('smdpSigned2'),
      smdpSignature2: answered.signature('smdpSignature2'),
      smdpCertificate: answered.element('a certificate'),
    }),
  },
  getBoundProfilePackage: {
    path: '/gsma/rsp2/es9plus/getBoundProfilePackage',
    request: z.object({
      transactionId,
      prepareDownloadResponse: message(PrepareDownloadResponse),
    }),
    answer: z.object({
      transactionId: answered.transactionId,
      boundProfilePackage: answered.element('boundProfilePackage', BoundProfilePackage.tag),
    }),
  },
  handleNotification: {
    path: '/gsma/rsp2/es9plus/handleNotification',
    request: z.object({
      pendingNotification: message(PendingNotification),
    }),
    /** HTTP 204 without a body. */
    answer: undefined,
  },
  cancelSession: {
    path: '/gsma/rsp2/es9plus/cancelSession',
    request: z.object({
      transactionId,
      cancelSessionResponse: message(CancelSessionResponse),
    }),
    answer: z.object({}),
  },
} as const;

export type Es9pFunction = keyof typeof ES9P;
export type Es9pRequest<F extends Es9pFunction> = z.output<(typeof ES9P)[F]['request']>;
export type Es9pAnswer<F extends Exclude<Es9pFunction, 'handleNotification'>> = z.output<
  (typeof ES9P)[F]['answer']
>;

/**
 * JSON -> what it says, elements decoded. Throws ERR_RSP_JSON for JSON of another shape, ERR_DER_*
 * and ERR_RSP_VALUE for elements that are wrong inside.
 */
export function decodeJson<S extends z.ZodType>(schema: S, json: unknown): z.output<S> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue?.path.join('.') || 'the message';
  throw new ZkcxError('ERR_RSP_JSON', `${path}: ${issue?.message ?? 'not as described'}`, {
    reason: path,
  });
}

/** The reverse, for a value that is known to be right. */
export function encodeJson<S extends z.ZodType>(schema: S, value: z.output<S>): z.input<S> {
  return z.encode(schema, value);
}

/** An answer in JSON with the header of success. */
export function withSuccess(answer: object) {
  return { header: { functionExecutionStatus: { status: 'Executed-Success' } }, ...answer };
}

/** The answer that refuses; it goes out with HTTP 200 like any other. */
export function encodeFailure({ subjectCode, reasonCode, message: words }: StatusCode) {
  const statusCodeData = { subjectCode, reasonCode, message: words };
  return { header: { functionExecutionStatus: { status: 'Failed', statusCodeData } } };
}

/**
 * The client's reading of an answer. Throws RspRefusal if the server refused, else as `decodeJson`.
 * A refusal without codes, against the standard, becomes 0/0.
 */
export function decodeAnswer<S extends z.ZodType>(schema: S, json: unknown): z.output<S> {
  const refusal = refusalIn(json);
  if (refusal !== undefined) throw new RspRefusal(refusal);
  return decodeJson(schema, json);
}
