/**
 * Notifications of foreign eUICCs, as a server reads them (SGP.22 5.6.4): an eUICC does not send another one if
 * something in it is odd. Each element is taken for itself; what cannot be read is undefined.
 */
import { bytesToHex } from '../../bytes.ts';
import { TAG as UNIVERSAL } from '../../asn1/index.ts';
import { context } from '../codec/codec.ts';
import { integer, oid } from '../codec/primitives.ts';
import { sequence } from '../codec/structures.ts';
import { Elements } from '../codec/tolerant.ts';
import { iccid, transactionId } from './identifiers.ts';
import { ProfileInstallationResult, ProfileInstallationResultData } from './installation-result.ts';
import { type NotificationEvent, notificationEvent } from './metadata.ts';
import { NotificationMetadata } from './notification-metadata.ts';
import { Signature } from './signature.ts';

/** finalResult of ProfileInstallationResultData, and its alternatives. */
const FINAL_RESULT = context(2, sequence({})).tag;
const SUCCESS = context(0, sequence({})).tag;
const FAILURE = context(1, sequence({})).tag;

/** NotificationMetadata BF2F. */
export interface ReceivedMetadata {
  /** Whole element, as signed. */
  readonly der: Uint8Array;
  readonly seqNumber?: number;
  readonly profileManagementOperation?: NotificationEvent;
  readonly iccid?: string;
}

/** ProfileInstallationResultData BF27. */
export interface ReceivedResult {
  /** Whole element, as signed. */
  readonly der: Uint8Array;
  readonly transactionId: Uint8Array;
  readonly notificationMetadata: { readonly iccid?: string };
  readonly smdpOid?: string;
  readonly finalResult:
    { readonly result: 'success' } | { readonly result: 'error'; readonly errorReason?: number };
}

export type ReceivedNotification =
  | {
      readonly kind: 'profileInstallationResult';
      readonly profileInstallationResultData: ReceivedResult;
      readonly euiccSignPIR: Uint8Array;
    }
  | {
      readonly kind: 'otherSignedNotification';
      readonly tbsOtherNotification: ReceivedMetadata;
      readonly euiccNotificationSignature: Uint8Array;
      readonly euiccCertificate: Uint8Array;
      readonly eumCertificate: Uint8Array;
    };

/**
 * Read a PendingNotification. Undefined for bytes that nothing can be done with: of another kind, without
 * signature, or, of an installation, without the transaction or a result.
 */
export function readNotification(bytes: Uint8Array): ReceivedNotification | undefined {
  const notification = new Elements(bytes, 'a notification');
  const result = notification.get(ProfileInstallationResult.tag);
  return result === undefined
    ? readOther(notification.get(UNIVERSAL.sequence)?.content)
    : readResult(result.content);
}

function readResult(content: Uint8Array): ReceivedNotification | undefined {
  const parts = new Elements(content, 'profileInstallationResult');
  const der = parts.get(ProfileInstallationResultData.tag)?.der;
  const euiccSignPIR = parts.read(Signature);
  const data = parts.in(ProfileInstallationResultData.tag);
  const id = data.read(context(0, transactionId));
  const finalResult = readFinalResult(data.in(FINAL_RESULT));
  if (!der || !euiccSignPIR || !id || !finalResult) return undefined;
  const profileInstallationResultData = {
    der,
    transactionId: id,
    notificationMetadata: { iccid: iccidIn(data.in(NotificationMetadata.tag)) },
    smdpOid: data.read(oid),
    finalResult,
  };
  return { kind: 'profileInstallationResult', profileInstallationResultData, euiccSignPIR };
}

function readFinalResult(choice: Elements): ReceivedResult['finalResult'] | undefined {
  if (choice.get(SUCCESS) !== undefined) return { result: 'success' };
  if (choice.get(FAILURE) === undefined) return undefined;
  return { result: 'error', errorReason: choice.in(FAILURE).read(context(1, integer)) };
}

function readOther(content: Uint8Array | undefined): ReceivedNotification | undefined {
  if (content === undefined) return undefined;
  const parts = new Elements(content, 'otherSignedNotification');
  const metadata = parts.in(NotificationMetadata.tag);
  const der = parts.get(NotificationMetadata.tag)?.der;
  const euiccNotificationSignature = parts.read(Signature);
  const [euiccCertificate, eumCertificate] = parts.all(UNIVERSAL.sequence);
  if (!der || !euiccNotificationSignature || !euiccCertificate || !eumCertificate) return undefined;
  const events = metadata.read(context(1, notificationEvent));
  const tbsOtherNotification = {
    der,
    seqNumber: metadata.read(context(0, integer)),
    profileManagementOperation: events?.length === 1 ? events[0] : undefined,
    iccid: iccidIn(metadata),
  };
  return {
    kind: 'otherSignedNotification',
    tbsOtherNotification,
    euiccNotificationSignature,
    euiccCertificate: euiccCertificate.der,
    eumCertificate: eumCertificate.der,
  };
}

/** Digits with their nibbles swapped, and filler behind them only. Anything else names no profile. */
function iccidIn(elements: Elements): string | undefined {
  const content = elements.get(iccid.tag)?.content ?? new Uint8Array();
  const digits = bytesToHex(content).replace(/(.)(.)/g, '$2$1');
  return content.length === 10 ? /^(\d{18,20})f{0,2}$/.exec(digits)?.[1] : undefined;
}
