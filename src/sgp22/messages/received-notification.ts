/**
 * Notifications of foreign eUICCs, as a server reads them (SGP.22 5.6.4): an eUICC does not send another one if
 * something in it is odd. Each element is taken for itself; what cannot be read is undefined.
 */
import type { Tlv } from '../../asn1/tlv.ts';
import { answered, partOf, problemOf, readEntries, readFields } from '../codec/lenient.ts';
import { whole } from '../codec/structures.ts';
import {
  ERROR_RESULT,
  FINAL_RESULT,
  INSTALLATION_RESULT,
  ProfileInstallationResult,
  ProfileInstallationResultData,
} from './installation-result.ts';
import type { NotificationEvent } from './metadata.ts';
import { NOTIFICATION_METADATA, NotificationMetadata } from './notification-metadata.ts';
import { otherSignedNotification } from './notifications.ts';
import { Signature } from './signature.ts';

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

const { transactionId, smdpOid } = INSTALLATION_RESULT;
const TOLD_OF_RESULT = { transactionId, smdpOid };
const { seqNumber, profileManagementOperation, iccid } = NOTIFICATION_METADATA;
const TOLD_OF_PROFILE = { seqNumber, profileManagementOperation, iccid };
const { errorReason } = ERROR_RESULT;

/**
 * Read a PendingNotification. Undefined for bytes that nothing can be done with: of another kind, without
 * signature, or, of an installation, without the transaction or a result.
 */
export function readNotification(bytes: Uint8Array): ReceivedNotification | undefined {
  let notification: Tlv | undefined;
  problemOf(() => (notification = answered(bytes, 'a notification')));
  switch (notification?.tag) {
    case ProfileInstallationResult.tag:
      return readResult(notification);
    case otherSignedNotification.tag:
      return readOther(notification);
    default:
      return undefined;
  }
}

function readResult(notification: Tlv): ReceivedNotification | undefined {
  const data = partOf(notification, ProfileInstallationResultData.tag);
  const { euiccSignPIR } = readFields(notification, { euiccSignPIR: Signature }).fields;
  if (data === undefined || euiccSignPIR === undefined) return undefined;
  const { transactionId, smdpOid } = readFields(data, TOLD_OF_RESULT).fields;
  const finalResult = readFinalResult(partOf(data, INSTALLATION_RESULT.finalResult.tag));
  if (transactionId === undefined || finalResult === undefined) return undefined;
  const metadata = partOf(data, NotificationMetadata.tag);
  const { iccid } = metadata ? readMetadata(metadata) : {};
  const profileInstallationResultData = {
    der: data.der,
    transactionId,
    notificationMetadata: { iccid },
    smdpOid,
    finalResult,
  };
  return { kind: 'profileInstallationResult', profileInstallationResultData, euiccSignPIR };
}

function readFinalResult(result: Tlv | undefined): ReceivedResult['finalResult'] | undefined {
  if (partOf(result, FINAL_RESULT.success.tag) !== undefined) return { result: 'success' };
  const error = partOf(result, FINAL_RESULT.error.tag);
  return error && { result: 'error', ...readFields(error, { errorReason }).fields };
}

function readOther(notification: Tlv): ReceivedNotification | undefined {
  const metadata = partOf(notification, NotificationMetadata.tag);
  const { signature } = readFields(notification, { signature: Signature }).fields;
  const [euiccCertificate, eumCertificate] = certificatesIn(notification);
  if (!metadata || !signature || !euiccCertificate || !eumCertificate) return undefined;
  return {
    kind: 'otherSignedNotification',
    tbsOtherNotification: { der: metadata.der, ...readMetadata(metadata) },
    euiccNotificationSignature: signature,
    euiccCertificate,
    eumCertificate,
  };
}

function readMetadata(metadata: Tlv): Omit<ReceivedMetadata, 'der'> {
  const { iccid, ...fields } = readFields(metadata, TOLD_OF_PROFILE).fields;
  // F is filler: among the digits it is in the wrong place, and nobody knows what was meant
  return { ...fields, iccid: iccid?.includes('f') ? undefined : iccid };
}

/** That of the eUICC, and that of its EUM. */
function certificatesIn(notification: Tlv): readonly Uint8Array[] {
  const found: Uint8Array[] = [];
  const take = ({ tag, der }: Tlv) => {
    if (tag === whole().tag) found.push(der);
  };
  problemOf(() => readEntries(notification, 'an element', take, () => {}));
  return found;
}
