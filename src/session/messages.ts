/**
 * Messages that the leaf key signs later in a session, as SGP.22 (RSPDefinitions, AUTOMATIC TAGS)
 * writes them. Each is parsed to its last byte and compared with the session before anything is
 * hashed: a signature over other bytes, or for another session, is no possession of this one.
 */
import { encodeOid } from '../asn1/oid.ts';
import { decodeInteger } from '../asn1/values.ts';
import { bytesEqual, bytesToHex } from '../bytes.ts';
import { readSequence, refuse } from './elements.ts';

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

export const MESSAGE_KINDS = Object.keys(MESSAGE_KIND) as [MessageKind, ...MessageKind[]];

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
    case 'notification': {
      const [metadata] = readSequence(message, [0xbf2f], kind);
      return `notification/${checkNotification(metadata!, context)}`;
    }
  }
}

function checkPrepareDownload(message: Uint8Array, context: MessageContext): void {
  const what = 'prepareDownload';
  const [signed, signature] = readSequence(message, [0x30, 0x5f37], what);
  const [transactionId, key, codeHash] = readSequence(signed!, [0x80, 0x5f49, -0x04], what);
  same(transactionId, context.transactionId, what, 'is of another transaction');
  if (key?.length !== 65 || key[0] !== 4) throw refuse(what, 'has no uncompressed one-time key');
  if (codeHash !== undefined && codeHash.length !== 32) throw refuse(what, 'has no hash of a code');
  same(signature, context.serverSignature, what, "does not answer the server's signature");
}

function checkCancelSession(message: Uint8Array, context: MessageContext): void {
  const what = 'cancelSession';
  const [signed] = readSequence(message, [0x30], what);
  const [transactionId, oid, reason] = readSequence(signed!, [0x80, 0x81, 0x82], what);
  same(transactionId, context.transactionId, what, 'is of another transaction');
  same(oid, encodeOid(context.serverOid), what, 'names another server');
  const known = [0, 1, 2, 3, 4, 5, 127];
  if (reason?.length !== 1 || !known.includes(reason[0]!))
    throw refuse(what, 'has no known reason');
}

function checkInstallationResult(message: Uint8Array, context: MessageContext): string {
  const what = 'installationResult';
  const [data] = readSequence(message, [0xbf27], what);
  const [transactionId, metadata, oid, result] = readSequence(
    data!,
    [0x80, 0xbf2f, 0x06, 0xa2],
    what,
  );
  same(transactionId, context.transactionId, what, 'is of another transaction');
  same(oid, encodeOid(context.serverOid), what, 'names another server');
  const [success, error] = readSequence(result!, [-0xa0, -0xa1], what);
  if ((success === undefined) === (error === undefined)) throw refuse(what, 'has not one result');
  if (success !== undefined) {
    const [aid] = readSequence(success, [0x4f, 0x04], what);
    if (aid!.length < 5 || aid!.length > 16) throw refuse(what, 'has an AID of another size');
  } else {
    const [command, reason] = readSequence(error!, [0x80, 0x81, -0x82], what);
    if (command!.length !== 1 || reason!.length !== 1) throw refuse(what, 'has no error codes');
  }
  return checkNotification(metadata!, context);
}

/** Returns profile and sequence number. */
function checkNotification(metadata: Uint8Array, context: MessageContext): string {
  const what = 'notification';
  const [number, event, address, iccid] = readSequence(metadata, [0x80, 0x81, 0x0c, -0x5a], what);
  const sequence = decodeInteger(number!, 'seqNumber');
  if (sequence < 0n || number!.length > 8) throw refuse(what, 'has no sequence number');
  // one event, its bit alone
  const events = [0x0780, 0x0640, 0x0520, 0x0410];
  if (event!.length !== 2 || !events.includes((event![0]! << 8) | event![1]!)) {
    throw refuse(what, 'is not about exactly one event');
  }
  if (new TextDecoder('latin1').decode(address).toLowerCase() !== context.serverAddress) {
    throw refuse(what, 'is for another address');
  }
  if (iccid !== undefined && iccid.length !== 10)
    throw refuse(what, 'has an ICCID of another size');
  if (context.iccid !== undefined) same(iccid, context.iccid, what, 'is about another profile');
  return `${bytesToHex(iccid ?? new Uint8Array())}/${sequence}`;
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
