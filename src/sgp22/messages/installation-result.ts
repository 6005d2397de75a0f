/** ProfileInstallationResult BF37 (SGP.22 2.5.6): how an installation ended, signed by the eUICC. */
import { readAid, readTransactionId } from './identifiers.ts';
import { encodeNotificationMetadata, readNotificationMetadata } from './notification-metadata.ts';
import type { NotificationMetadata } from './notification-metadata.ts';
import { encodeSignature, readSignature } from './signature.ts';
import { encodeTlv, inside, onlyTlv } from '../../asn1/tlv.ts';
import type { Received, Tlv } from '../../asn1/tlv.ts';
import {
  badValue,
  encodeInteger,
  encodeOid,
  encodeOptional,
  readInteger,
  readOid,
} from './values.ts';

/** BppCommandId: the part of the package that failed. */
export const BPP_COMMAND = {
  initialiseSecureChannel: 0,
  configureISDP: 1,
  storeMetadata: 2,
  storeMetadata2: 3,
  replaceSessionKeys: 4,
  loadProfileElements: 5,
} as const;

/** ErrorReason. */
export const INSTALLATION_ERROR = {
  incorrectInputValues: 1,
  invalidSignature: 2,
  invalidTransactionId: 3,
  unsupportedCrtValues: 4,
  unsupportedRemoteOperationType: 5,
  unsupportedProfileClass: 6,
  scp03tStructureError: 7,
  scp03tSecurityError: 8,
  installFailedDueToIccidAlreadyExistsOnEuicc: 9,
  installFailedDueToInsufficientMemoryForProfile: 10,
  installFailedDueToInterruption: 11,
  installFailedDueToPEProcessingError: 12,
  installFailedDueToDataMismatch: 13,
  testProfileInstallFailedDueToInvalidNaaKey: 14,
  pprNotAllowed: 15,
  installFailedDueToUnknownError: 127,
} as const;

export type BppCommand = keyof typeof BPP_COMMAND;
export type InstallationError = keyof typeof INSTALLATION_ERROR;

export type FinalResult =
  | {
      readonly result: 'success';
      /** AID of the new ISD-P, 5 to 16 bytes. */
      readonly aid: Uint8Array;
      /** EUICCResponses of the profile package specification. */
      readonly simaResponse: Uint8Array;
    }
  | {
      readonly result: 'error';
      /** A number of BPP_COMMAND, or of a later version. */
      readonly bppCommandId: number;
      /** A number of INSTALLATION_ERROR, or of a later version. */
      readonly errorReason: number;
      readonly simaResponse?: Uint8Array;
    };

/** ProfileInstallationResultData BF27, covered by euiccSignPIR. */
export interface ProfileInstallationResultData {
  readonly transactionId: Uint8Array;
  readonly notificationMetadata: NotificationMetadata;
  /** OID of CERT.DPpb. */
  readonly smdpOid: string;
  readonly finalResult: FinalResult;
}

export function encodeProfileInstallationResultData(
  data: ProfileInstallationResultData,
): Uint8Array {
  return encodeTlv(
    0xbf27,
    encodeTlv(0x80, data.transactionId),
    encodeNotificationMetadata(data.notificationMetadata),
    encodeOid(0x06, data.smdpOid),
    encodeTlv(0xa2, encodeFinalResult(data.finalResult)),
  );
}

function encodeFinalResult(final: FinalResult): Uint8Array {
  if (final.result === 'success') {
    return encodeTlv(0xa0, encodeTlv(0x4f, final.aid), encodeTlv(0x04, final.simaResponse));
  }
  return encodeTlv(
    0xa1,
    encodeInteger(0x80, final.bppCommandId),
    encodeInteger(0x81, final.errorReason),
    encodeOptional(final.simaResponse, (response) => encodeTlv(0x82, response)),
  );
}

export interface ProfileInstallationResult {
  readonly kind: 'profileInstallationResult';
  /** Whole element BF27, what euiccSignPir covers. */
  readonly signedData: Uint8Array;
  readonly data: ProfileInstallationResultData;
  /** r and s, 64 bytes. */
  readonly euiccSignPir: Uint8Array;
}

export function encodeProfileInstallationResult(
  signedData: Uint8Array,
  euiccSignPir: Uint8Array,
): Uint8Array {
  return encodeTlv(0xbf37, signedData, encodeSignature(euiccSignPir));
}

export function decodeProfileInstallationResult(
  bytes: Uint8Array,
): Received<ProfileInstallationResult> {
  const element = onlyTlv(bytes, 0xbf37, 'ProfileInstallationResult');
  const reader = inside(element);
  const signed = reader.element(0xbf27, 'profileInstallationResultData');
  const euiccSignPir = readSignature(reader, 'euiccSignPIR');
  reader.end();
  return {
    kind: 'profileInstallationResult',
    signedData: signed.der,
    data: readData(signed),
    euiccSignPir,
    der: element.der,
  };
}

/** Whole element BF27, see `ProfileInstallationResult`. Throws ERR_DER_* and ERR_RSP_VALUE. */
export function decodeInstallationResultData(bytes: Uint8Array): ProfileInstallationResultData {
  return readData(onlyTlv(bytes, 0xbf27, 'profileInstallationResultData'));
}

function readData(element: Tlv): ProfileInstallationResultData {
  const reader = inside(element);
  const transactionId = readTransactionId(reader.element(0x80, 'transactionId'));
  const notificationMetadata = readNotificationMetadata(
    reader.element(0xbf2f, 'notificationMetadata'),
  );
  const smdpOid = readOid(reader.element(0x06, 'smdpOid'));
  const choice = inside(reader.element(0xa2, 'finalResult'));
  const finalResult = readFinalResult(choice.any('finalResult'));
  choice.finish();
  reader.end();
  return { transactionId, notificationMetadata, smdpOid, finalResult };
}

function readFinalResult(element: Tlv): FinalResult {
  const reader = inside(element);
  if (element.tag === 0xa0) {
    const aid = readAid(reader.element(0x4f, 'aid'));
    const simaResponse = reader.element(0x04, 'simaResponse').content;
    reader.end();
    return { result: 'success', aid, simaResponse };
  }
  if (element.tag !== 0xa1) throw badValue('finalResult', 'is neither success nor error');
  const bppCommandId = readInteger(reader.element(0x80, 'bppCommandId'));
  const errorReason = readInteger(reader.element(0x81, 'errorReason'));
  const simaResponse = reader.optional(0x82, 'simaResponse')?.content;
  reader.end();
  return { result: 'error', bppCommandId, errorReason, simaResponse };
}
