/** ProfileInstallationResult BF37 (SGP.22 2.5.6): how an installation ended, signed by the eUICC. */
import { choice } from '../codec/choice.ts';
import { automatic, context, type Input, type Value } from '../codec/codec.ts';
import { coded, content, oid } from '../codec/primitives.ts';
import { copied, message, optional, sequence } from '../codec/structures.ts';
import { TAG } from '../tags.ts';
import { isdpAid, transactionId } from './identifiers.ts';
import { NotificationMetadata } from './notification-metadata.ts';
import { Signature } from './signature.ts';

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

/** Fields of an ErrorResult. */
export const ERROR_RESULT = automatic({
  bppCommandId: coded(BPP_COMMAND),
  errorReason: coded(INSTALLATION_ERROR),
  simaResponse: content,
});

/** Alternatives of finalResult. */
export const FINAL_RESULT = automatic({
  success: sequence({
    /** AID of the new ISD-P. */
    aid: isdpAid,
    /** EUICCResponses of the profile package specification. */
    simaResponse: content,
  }),
  error: sequence({ ...ERROR_RESULT, simaResponse: optional(ERROR_RESULT.simaResponse) }),
});

const finalResult = choice('result', FINAL_RESULT);
export type FinalResult = Input<typeof finalResult>;

/** Fields of ProfileInstallationResultData. */
export const INSTALLATION_RESULT = {
  transactionId: context(0, transactionId),
  notificationMetadata: NotificationMetadata,
  /** OID of CERT.DPpb. */
  smdpOid: oid,
  finalResult: context(2, finalResult),
};

/** What euiccSignPIR covers. */
export const ProfileInstallationResultData = message(
  'profileInstallationResultData',
  TAG.profileInstallationResultData,
  sequence(INSTALLATION_RESULT),
);
export type ProfileInstallationResultData = Value<typeof ProfileInstallationResultData>;

export const ProfileInstallationResult = message(
  'ProfileInstallationResult',
  TAG.profileInstallationResult,
  sequence({
    profileInstallationResultData: copied(ProfileInstallationResultData),
    euiccSignPIR: Signature,
  }),
);
export type ProfileInstallationResult = Value<typeof ProfileInstallationResult>;
