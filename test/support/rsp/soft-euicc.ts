/**
 * The answers of an eUICC, made with the key that SGP.26 publishes: right by default, and each part
 * can be made wrong. No state, no checks; the emulator of src/rsp/euicc has those.
 */
import type { Received } from '../../../src/sgp22/codec/codec.ts';
import { subjectSerialNumber, parseCertificate } from '../../../src/asn1/index.ts';
import {
  type AuthenticateResponseOk,
  EuiccSigned1,
  ServerSigned1,
} from '../../../src/sgp22/messages/authenticate-server.ts';
import { EuiccCancelSessionSigned } from '../../../src/sgp22/messages/cancel-session.ts';
import { CtxParams1 } from '../../../src/sgp22/messages/ctx-params.ts';
import {
  type EuiccInfo1,
  EuiccInfo2,
  ExtCardResource,
} from '../../../src/sgp22/messages/euicc-info.ts';
import {
  type FinalResult,
  ProfileInstallationResultData,
} from '../../../src/sgp22/messages/installation-result.ts';
import type { NotificationEvent } from '../../../src/sgp22/messages/metadata.ts';
import { NotificationMetadata } from '../../../src/sgp22/messages/notification-metadata.ts';
import { PendingNotification } from '../../../src/sgp22/messages/notifications.ts';
import {
  EuiccSigned2,
  hashCcOf,
  hashConfirmationCode,
  type PrepareDownloadResponseOk,
} from '../../../src/sgp22/messages/prepare-download.ts';
import { euiccSignature2Input, sign } from '../../../src/sgp22/messages/signature.ts';
import { build, sgp26Device } from '../certificates/chains.ts';
import { TAG } from '../certificates/der.ts';
import type { Change } from '../certificates/draft.ts';
import { attribute, attributesOf, name, OID } from '../certificates/fields.ts';
import { fixture, KEYS, madeUpKey } from '../certificates/keys.ts';
import type { TestKey } from '../certificates/keys.ts';

/** SKI of the SGP.26 test CI on P-256. */
export const TEST_CI = new Uint8Array(
  Buffer.from('f54172bdf98a95d65cbeb88a38a1c11d800a85c3', 'hex'),
);

/** OID of the SGP.26 DPauth and DPpb certificates. */
export const TEST_OID = '2.999.10';

export interface SoftEuicc {
  readonly key: TestKey;
  readonly euiccCertificate: Uint8Array;
  readonly eumCertificate: Uint8Array;
  readonly info: EuiccInfo2;
}

export const sgp26Euicc = (changes: Partial<SoftEuicc> = {}): SoftEuicc => ({
  key: KEYS.euicc,
  euiccCertificate: fixture('sgp26/eUICC/CERT_EUICC_ECDSA_NIST.der'),
  eumCertificate: fixture('sgp26/EUM/CERT_EUM_ECDSA_NIST.der'),
  info: euiccInfo(),
  ...changes,
});

export const eidOf = ({ euiccCertificate }: SoftEuicc) =>
  subjectSerialNumber(parseCertificate(euiccCertificate).subject)!;

export function euiccInfo(
  changes: Partial<EuiccInfo2> = {},
  freeNonVolatileMemory = 500_000,
): EuiccInfo2 {
  return {
    profileVersion: '2.3.1',
    svn: '2.4.0',
    euiccFirmwareVer: '1.0.0',
    extCardResource: ExtCardResource.encode({
      installedApplications: 0,
      freeNonVolatileMemory,
      freeVolatileMemory: 8_000,
    }),
    uiccCapability: Uint8Array.of(0x06, 0x7f, 0x36, 0xd3, 0xc3),
    rspCapability: ['additionalProfile', 'testProfileSupport'],
    euiccCiPKIdListForVerification: [TEST_CI],
    euiccCiPKIdListForSigning: [TEST_CI],
    ppVersion: '1.0.0',
    sasAccreditationNumber: 'TEST-1',
    ...changes,
  };
}

export const initiateRequest = (
  { info }: SoftEuicc,
  smdpAddress: string,
  changes: Partial<EuiccInfo1> = {},
) => ({
  euiccChallenge: new Uint8Array(16).fill(7),
  euiccInfo1: { ...info, ...changes },
  smdpAddress,
});

/** What AuthenticateServer gives: euiccSigned1 may be changed before or after it is signed. */
export function authenticateServer(
  euicc: SoftEuicc,
  serverSigned1: Uint8Array,
  options: {
    readonly matchingId?: string;
    readonly change?: Partial<Parameters<typeof EuiccSigned1.encode>[0]>;
    readonly signer?: TestKey;
  } = {},
): AuthenticateResponseOk {
  const { transactionId, serverAddress, serverChallenge } = ServerSigned1.decode(serverSigned1);
  const euiccSigned1 = EuiccSigned1.encode({
    transactionId,
    serverAddress,
    serverChallenge,
    euiccInfo2: { der: EuiccInfo2.encode(euicc.info) },
    ctxParams1: {
      der: CtxParams1.encode({
        matchingId: options.matchingId,
        deviceInfo: { tac: Uint8Array.of(1, 2, 3, 4), deviceCapabilities: {} },
      }),
    },
    ...options.change,
  });
  return {
    result: 'ok',
    euiccSigned1,
    euiccSignature1: sign((options.signer ?? euicc.key).secret, euiccSigned1),
    euiccCertificate: euicc.euiccCertificate,
    eumCertificate: euicc.eumCertificate,
  };
}

/** One-time keys of the eUICC, the same for the same name. */
export const oneTimeKey = (name = 'one') => madeUpKey(`one-time ${name}`);

/** What PrepareDownload gives. */
export function prepareDownload(
  euicc: SoftEuicc,
  answer: { readonly transactionId: Uint8Array; readonly smdpSignature2: Uint8Array },
  options: {
    readonly code?: string;
    readonly form?: 'text' | 'hex';
    readonly otpk?: Uint8Array;
    readonly transactionId?: Uint8Array;
    readonly signer?: TestKey;
  } = {},
): PrepareDownloadResponseOk {
  const { code, form } = options;
  const transactionId = options.transactionId ?? answer.transactionId;
  const euiccSigned2 = EuiccSigned2.encode({
    transactionId,
    euiccOtpk: options.otpk ?? oneTimeKey().point,
    hashCc:
      code === undefined ? undefined : hashCcOf(hashConfirmationCode(code, form), transactionId),
  });
  const input = euiccSignature2Input(euiccSigned2, answer.smdpSignature2);
  return {
    result: 'ok',
    euiccSigned2,
    euiccSignature2: sign((options.signer ?? euicc.key).secret, input),
  };
}

export const SUCCESS: FinalResult = {
  result: 'success',
  aid: new Uint8Array(Buffer.from('a0000005591010ffffffff8900001100', 'hex')),
  simaResponse: Uint8Array.of(0x30, 0x07, 0x80, 0x01, 0x0a, 0x81, 0x02, 0x00, 0x00),
};

type SignedResult = Extract<PendingNotification, { readonly kind: 'profileInstallationResult' }>;

export function installationResult(
  euicc: SoftEuicc,
  transactionId: Uint8Array,
  iccid: string,
  options: {
    readonly finalResult?: FinalResult;
    readonly smdpOid?: string;
    readonly signer?: TestKey;
  } = {},
): Received<SignedResult> {
  const signedData = ProfileInstallationResultData.encode({
    transactionId,
    notificationMetadata: {
      seqNumber: 0,
      profileManagementOperation: 'install',
      notificationAddress: 'smdpp.example.com',
      iccid,
    },
    smdpOid: options.smdpOid ?? TEST_OID,
    finalResult: options.finalResult ?? SUCCESS,
  });
  const result = PendingNotification.decode(
    PendingNotification.encode({
      kind: 'profileInstallationResult',
      profileInstallationResultData: { der: signedData },
      euiccSignPIR: sign((options.signer ?? euicc.key).secret, signedData),
    }),
  );
  if (result.kind !== 'profileInstallationResult') throw Error('another kind');
  return result;
}

export const failure = (errorReason: number): FinalResult => ({
  result: 'error',
  bppCommandId: 5,
  errorReason,
});

export function notification(
  euicc: SoftEuicc,
  iccid: string,
  profileManagementOperation: NotificationEvent,
  seqNumber: number,
  signer: TestKey = euicc.key,
): Received<PendingNotification> {
  const signed = NotificationMetadata.encode({
    seqNumber,
    profileManagementOperation,
    notificationAddress: 'smdpp.example.com',
    iccid,
  });
  return PendingNotification.decode(
    PendingNotification.encode({
      kind: 'otherSignedNotification',
      tbsOtherNotification: { der: signed },
      euiccNotificationSignature: sign(signer.secret, signed),
      euiccCertificate: euicc.euiccCertificate,
      eumCertificate: euicc.eumCertificate,
    }),
  );
}

export function cancelSession(
  euicc: SoftEuicc,
  transactionId: Uint8Array,
  reason: number,
  options: { readonly smdpOid?: string; readonly signer?: TestKey; id?: Uint8Array } = {},
) {
  const euiccCancelSessionSigned = EuiccCancelSessionSigned.encode({
    transactionId: options.id ?? transactionId,
    smdpOid: options.smdpOid ?? TEST_OID,
    reason,
  });
  const { secret } = options.signer ?? euicc.key;
  return {
    transactionId,
    cancelSessionResponse: {
      result: 'ok' as const,
      euiccCancelSessionSigned,
      euiccCancelSessionSignature: sign(secret, euiccCancelSessionSigned),
    },
  };
}

/** An eUICC of the same EUM with another EID and a certificate of its own. */
export function otherEuicc(eid: string, changes: Record<number, Change> = {}): SoftEuicc {
  const [eumCertificate, euiccCertificate] = build(sgp26Device(), {
    2: (draft) => {
      const attributes = attributesOf(draft.subject);
      attributes[2] = attribute(OID.serialNumber, eid, TAG.printableString);
      draft.subject = name(...attributes);
    },
    ...changes,
  }).certificates;
  return sgp26Euicc({ eumCertificate: eumCertificate!, euiccCertificate: euiccCertificate! });
}
