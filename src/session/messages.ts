/**
 * Messages that the leaf key signs later in a session, as SGP.22 writes them. Each is compared with the
 * session before anything is hashed: a signature over other bytes, or for another session, is no
 * possession of this one.
 *
 * SGP.22 tolerates unknown elements at the end of a SEQUENCE. Here nothing may stand in the message
 * beside what was understood: it has to be, byte for byte, what this package writes for what it read.
 */
import { bytesEqual, bytesToHex } from '../bytes.ts';
import { ZkcxError } from '../errors.ts';
import {
  CANCEL_SESSION_REASON,
  EuiccCancelSessionSigned,
} from '../sgp22/messages/cancel-session.ts';
import { iccidBytes } from '../sgp22/messages/identifiers.ts';
import { ProfileInstallationResultData } from '../sgp22/messages/installation-result.ts';
import { NotificationMetadata } from '../sgp22/messages/notification-metadata.ts';
import { EuiccSignature2Input } from '../sgp22/messages/prepare-download.ts';

/** Numbers in `possession`. */
export const MESSAGE_KIND = {
  /** euiccSigned2 and 5F37 smdpSignature2. */
  prepareDownload: 1,
  /** EuiccCancelSessionSigned. */
  cancelSession: 2,
  /** ProfileInstallationResultData. */
  installationResult: 3,
  /** NotificationMetadata. */
  notification: 4,
} as const;

export type MessageKind = keyof typeof MESSAGE_KIND;

export const MESSAGE_KINDS = Object.keys(MESSAGE_KIND) as MessageKind[];

/** What the verifier knows that the message has to say. */
export interface MessageContext {
  readonly transactionId: Uint8Array;
  readonly serverAddress: string;
  /** Dotted; the server's own. */
  readonly serverOid: string;
  /** The server's 64-byte signature that the message answers; for prepareDownload. */
  readonly serverSignature?: Uint8Array;
  /** 10 bytes as in EFiccid; set: a notification must be about this profile. */
  readonly iccid?: Uint8Array;
}

/** Messages larger than this are no messages of these kinds. */
const MAX_MESSAGE = 4096;

/**
 * Check a message of a kind. Returns what may be accepted once: the kind, and for notifications with
 * profile and sequence number. Throws ERR_SESSION_MESSAGE.
 */
export function checkMessage(
  kind: MessageKind,
  message: Uint8Array,
  context: MessageContext,
): string {
  if (message.length > MAX_MESSAGE) throw refuse(kind, `has more than ${MAX_MESSAGE} bytes`);
  switch (kind) {
    case 'prepareDownload':
      checkPrepareDownload(message, context);
      return kind;
    case 'cancelSession':
      checkCancelSession(message, context);
      return kind;
    case 'installationResult':
      return `notification/${checkInstallationResult(message, context)}`;
    case 'notification':
      return `notification/${checkNotification(exactly(NotificationMetadata, message, kind), context)}`;
  }
}

function checkPrepareDownload(message: Uint8Array, context: MessageContext): void {
  const what = 'prepareDownload';
  const { euiccSigned2, smdpSignature2 } = exactly(EuiccSignature2Input, message, what);
  same(euiccSigned2.transactionId, context.transactionId, what, 'is of another transaction');
  same(smdpSignature2, context.serverSignature, what, "does not answer the server's signature");
}

function checkCancelSession(message: Uint8Array, context: MessageContext): void {
  const what = 'cancelSession';
  const { transactionId, smdpOid, reason } = exactly(EuiccCancelSessionSigned, message, what);
  same(transactionId, context.transactionId, what, 'is of another transaction');
  if (smdpOid !== context.serverOid) throw refuse(what, 'names another server');
  const known: readonly number[] = Object.values(CANCEL_SESSION_REASON);
  if (!known.includes(reason)) throw refuse(what, 'has no known reason');
}

function checkInstallationResult(message: Uint8Array, context: MessageContext): string {
  const what = 'installationResult';
  const data = exactly(ProfileInstallationResultData, message, what);
  same(data.transactionId, context.transactionId, what, 'is of another transaction');
  if (data.smdpOid !== context.serverOid) throw refuse(what, 'names another server');
  const { finalResult } = data;
  if (finalResult.result === 'error') {
    const codes = [finalResult.bppCommandId, finalResult.errorReason];
    if (codes.some((code) => code > 127)) throw refuse(what, 'has no error codes of one byte');
  }
  return checkNotification(data.notificationMetadata, context);
}

/** Returns profile and sequence number. */
function checkNotification(metadata: NotificationMetadata, context: MessageContext): string {
  const what = 'notification';
  // no Unicode: other letters have the same lower case as those of ASCII
  const address = metadata.notificationAddress.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  if (address !== context.serverAddress) throw refuse(what, 'is for another address');
  const iccid = metadata.iccid === undefined ? undefined : iccidBytes(metadata.iccid);
  if (context.iccid !== undefined) same(iccid, context.iccid, what, 'is about another profile');
  return `${bytesToHex(iccid ?? new Uint8Array())}/${metadata.seqNumber}`;
}

/** What the message says, if it is written as this package writes it. */
function exactly<Out extends In, In>(
  codec: { decode(bytes: Uint8Array): Out; encode(value: In): Uint8Array },
  message: Uint8Array,
  what: string,
): Out {
  try {
    const value = codec.decode(message);
    if (bytesEqual(codec.encode(value), message)) return value;
  } catch (cause) {
    if (!(cause instanceof ZkcxError)) throw cause;
    throw refuse(what, `is malformed: ${cause.message}`, cause);
  }
  throw refuse(what, 'has elements or spellings that do not belong there');
}

function same(
  found: Uint8Array | undefined,
  expected: Uint8Array | undefined,
  what: string,
  otherwise: string,
): void {
  if (found === undefined || expected === undefined || !bytesEqual(found, expected)) {
    throw refuse(what, otherwise);
  }
}

function refuse(what: string, problem: string, cause?: unknown): ZkcxError {
  return new ZkcxError('ERR_SESSION_MESSAGE', `${what} ${problem}`, { cause });
}
