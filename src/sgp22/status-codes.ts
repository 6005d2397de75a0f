import { z } from 'zod';
import { checked } from '../arguments.ts';
import { ZkcxError } from '../errors.ts';

/** Subject and reason code of functionExecutionStatus (SGP.22 5.2.6). */
export interface StatusCode {
  readonly subjectCode: string;
  readonly reasonCode: string;
  /** Text for the peer. */
  readonly message: string;
}

const code = (subjectCode: string, reasonCode: string, message: string): StatusCode => ({
  subjectCode,
  reasonCode,
  message,
});

/**
 * Every refusal that a function answers with, one entry a meaning, by function. The same pair of
 * codes may stand for different things in different functions. Names are those of the error codes in
 * the ASN.1 binding of ES9+ (SGP.22, RSPDefinitions), where it has one for the meaning.
 */
export const STATUS = {
  /** ES9+.InitiateAuthentication (SGP.22 5.6.1). */
  initiateAuthentication: {
    invalidDpAddress: code('8.8.1', '3.8', 'Not the address of this SM-DP+'),
    ciPKNotSupported: code('8.8.2', '3.1', 'No CI for signing and verifying in common'),
    euiccVersionNotSupportedByDp: code('8.8.3', '3.1', 'The SVN of the eUICC is not supported'),
    noServerCertificate: code('8.8.4', '3.7', 'No CERT.DPauth under a CI of the eUICC'),
  },
  /** ES9+.AuthenticateClient (SGP.22 5.6.3). */
  authenticateClient: {
    eumCertificateInvalid: code('8.1.2', '6.1', 'The EUM certificate is invalid'),
    eumCertificateExpired: code('8.1.2', '6.3', 'The EUM certificate has expired'),
    euiccCertificateInvalid: code('8.1.3', '6.1', 'The eUICC certificate is invalid'),
    euiccCertificateExpired: code('8.1.3', '6.3', 'The eUICC certificate has expired'),
    ciPKUnknown: code('8.11.1', '3.9', 'The CI of the EUM certificate is unknown'),
    euiccSignatureInvalid: code('8.1', '6.1', 'The eUICC signature or challenge is invalid'),
    invalidTransactionId: code('8.10.1', '3.9', 'The TransactionID is unknown'),
    matchingIdRefused: code('8.2.6', '3.8', 'The MatchingID is refused'),
    eidMismatch: code('8.1.1', '3.8', 'There is no order for this EID'),
    profileNotReleased: code('8.2', '1.2', 'The profile has not been released'),
    noEligibleProfile: code('8.2.5', '4.3', 'No profile is eligible for this device'),
    downloadOrderExpired: code('8.8.5', '4.10', 'The download order has expired'),
    downloadRetriesExceeded: code('8.8.5', '6.4', 'The download was retried too often'),
  },
  /** ES9+.GetBoundProfilePackage (SGP.22 5.6.2). */
  getBoundProfilePackage: {
    euiccSignatureInvalid: code('8.1', '6.1', 'The eUICC signature is invalid'),
    invalidTransactionId: code('8.10.1', '3.9', 'The TransactionID is unknown'),
    confirmationCodeMissing: code('8.2.7', '2.2', 'The confirmation code is missing'),
    confirmationCodeRefused: code('8.2.7', '3.8', 'The confirmation code is wrong'),
    confirmationCodeRetriesExceeded: code('8.2.7', '6.4', 'The confirmation code failed too often'),
    bppRebindingRefused: code('8.2', '3.7', 'No profile package for a new binding'),
    insufficientMemory: code('8.1', '4.8', 'The eUICC has too little memory'),
    downloadOrderExpired: code('8.8.5', '4.10', 'The download order has expired'),
  },
  /** ES9+.CancelSession (SGP.22 5.6.5). */
  cancelSession: {
    invalidTransactionId: code('8.10.1', '3.9', 'The TransactionID is unknown'),
    euiccSignatureInvalid: code('8.1', '6.1', 'The eUICC signature is invalid'),
    oidMismatch: code('8.8', '3.10', 'The OID is not that of this SM-DP+'),
  },
  /** Why an order did not become a profile, in ES2+.HandleDownloadProgressInfo: by CancelSessionReason. */
  cancelled: {
    endUserRejection: code('8.8.5', '3.8', 'The user refused the download'),
    pprNotAllowed: code('8.2.8', '1.2', 'The device does not allow the policy rules'),
    metadataMismatch: code('8.2.9', '3.11', 'The metadata are others than were shown'),
    loadBppExecutionError: code('8.2.10', '4.2', 'The eUICC could not load the package'),
    undefinedReason: code('8', '4.2', 'The device gave up'),
  },
  /** The same by ErrorReason of ProfileInstallationResult. */
  notInstalled: {
    installFailedDueToIccidAlreadyExistsOnEuicc: code('8.2.1', '3.3', 'The eUICC has this ICCID'),
    installFailedDueToInsufficientMemoryForProfile: code('8.1', '4.8', 'The eUICC lacks memory'),
    pprNotAllowed: code('8.2.8', '1.2', 'The eUICC does not allow the policy rules'),
    otherReason: code('8.2.10', '4.2', 'The eUICC could not install the package'),
  },
  /** ES2+ (SGP.22 5.3): the functions of the operator. */
  es2p: {
    iccidInUse: code('8.2.1', '3.3', 'The ICCID is in use'),
    iccidUnknown: code('8.2.1', '3.9', 'The ICCID is unknown'),
    notReleasable: code('8.2.1', '3.5', 'The profile cannot be released'),
    matchingIdInvalid: code('8.2.6', '2.1', 'No activation code has room for this MatchingID'),
    matchingIdConflict: code('8.2.6', '3.3', 'The MatchingID is in use'),
    matchingIdWrong: code('8.2.6', '3.10', 'The MatchingID is not that of the order'),
    eidMissing: code('8.1.1', '2.2', 'The EID is missing'),
    eidOther: code('8.1.1', '3.10', 'The EID is not that of the order'),
    blindOrderMissing: code('8.1.1', '2.2', 'The blind order is missing'),
    blindOrderOther: code('8.1.1', '3.10', 'The blind order is not that of the order'),
    blindOrderBesideEid: code('8.1.1', '3.10', 'An order has an EID or a blind order, not both'),
    profileTypeUnknown: code('8.2.5', '3.9', 'The profile type is unknown'),
    profileTypeUnavailable: code('8.2.5', '3.7', 'No profile of this type is left'),
    profileTypeOther: code('8.2.5', '3.8', 'The ICCID is of another profile type'),
    smdsInaccessible: code('8.9', '5.1', 'This server registers no events at that SM-DS'),
  },
  /** ES11 (SGP.22 5.8), beside those of ES9+.AuthenticateClient: how an SM-DS answers an LPA. */
  es11: {
    invalidDsAddress: code('8.9.1', '3.8', 'Not the address of this SM-DS'),
    ciPKNotSupported: code('8.9.2', '3.1', 'No CI for signing and verifying in common'),
    euiccVersionNotSupportedByDs: code('8.9.3', '3.1', 'The SVN of the eUICC is not supported'),
    noServerCertificate: code('8.9.4', '3.7', 'No CERT.DSauth under a CI of the eUICC'),
    eventIdUnknown: code('8.9.5', '3.9', 'There is no such event for this device'),
  },
  /** ES12 and ES15 (SGP.22 5.9, 5.10): how an SM-DS answers servers. */
  es12: {
    callerRefused: code('1.1', '1.2', 'The caller may not register events here'),
    eventIdInUse: code('8.9.5', '3.3', 'The EventID is in use'),
    eventIdUnknown: code('8.9.5', '3.9', 'There is no such event of this server'),
    tooManyEvents: code('8.9', '4.2', 'This server has too many events, here or for this device'),
  },
  /** Any function over HTTP, before or beside its own checks. */
  common: {
    malformed: code('1.6', '2.1', 'The request is malformed'),
    protocolVersion: code(
      '1.3.2',
      '3.1',
      'SGP.22 v1 is not supported: X-Admin-Protocol must be v2',
    ),
    busy: code('1.6', '5.1', 'Too many sessions; try again later'),
    executionError: code('1.6', '4.2', 'The server cannot do this now'),
  },
} as const satisfies Record<string, Record<string, StatusCode>>;

const codeText = z.string().regex(/^\d{1,3}(\.\d{1,3}){0,7}$/, 'must be dotted numbers');

const statusForm = z.strictObject({
  subjectCode: codeText,
  reasonCode: codeText,
  message: z.string().max(1_000),
});

const refusalOptions = z.strictObject({
  message: z.string().max(1_000).optional(),
  cause: z.unknown().optional(),
});

/**
 * A refusal that the peer is told: thrown by a function of a server, written into its answer, and
 * thrown again by the client that reads that answer. `code` is ERR_RSP_REFUSED, `reason` the pair
 * of codes as "8.2.6/3.8".
 */
export class RspRefusal extends ZkcxError {
  readonly status: StatusCode;

  constructor(status: StatusCode, options: { message?: string; cause?: unknown } = {}) {
    checked(status, statusForm, 'the status of RspRefusal');
    checked(options, refusalOptions, 'the options of RspRefusal');
    super('ERR_RSP_REFUSED', options.message ?? status.message, {
      reason: `${status.subjectCode}/${status.reasonCode}`,
      cause: options.cause,
    });
    this.name = 'RspRefusal';
    this.status = status;
  }
}
