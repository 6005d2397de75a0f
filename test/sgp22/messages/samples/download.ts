/** Messages of a download, in its order. */
import * as authenticate from '../../../../src/sgp22/messages/authenticate-server.ts';
import * as bpp from '../../../../src/sgp22/messages/bound-profile-package.ts';
import * as cancel from '../../../../src/sgp22/messages/cancel-session.ts';
import * as info from '../../../../src/sgp22/messages/euicc-info.ts';
import * as installation from '../../../../src/sgp22/messages/installation-result.ts';
import * as metadata from '../../../../src/sgp22/messages/metadata.ts';
import * as notifications from '../../../../src/sgp22/messages/notifications.ts';
import * as prepare from '../../../../src/sgp22/messages/prepare-download.ts';
import { inside, onlyTlv } from '../../../../src/asn1/tlv.ts';
import {
  DPAUTH_CERTIFICATE,
  DPPB_CERTIFICATE,
  fixture,
  HEX,
  session,
} from '../../../rsp/recorded.ts';
import {
  aid,
  challenge,
  codec,
  notification,
  otherNotification,
  point,
  signature,
  text,
  transactionId,
} from './codec.ts';
import type { Codec } from './codec.ts';

const initiate = inside(onlyTlv(session('initiate-response.der'), 0x30, 'initiate'));
initiate.element(0x80, 'transactionId');
export const serverSigned1 = initiate.element(0x30, 'serverSigned1').der;
const authenticated = authenticate.decodeAuthenticateServerResponse(
  session('auth-server-response.der'),
);
if (authenticated.result !== 'ok') throw Error('the recorded response is an error');
const prepared = prepare.decodePrepareDownloadResponse(session('prepare-download-response.der'));
if (prepared.result !== 'ok') throw Error('the recorded response is an error');
const packageSample = session('bound-profile-package.der');

const fullInfo2 = info.encodeEuiccInfo2({
  profileVersion: '2.3.1',
  svn: '2.4.0',
  euiccFirmwareVer: '35.66.0',
  extCardResource: info.encodeExtCardResource({
    installedApplications: 2,
    freeNonVolatileMemory: 300_000,
    freeVolatileMemory: 8_739,
  }),
  uiccCapability: HEX('006b36d3c3'),
  ts102241Version: '17.2.0',
  globalplatformVersion: '2.3.0',
  rspCapability: ['additionalProfile', 'testProfileSupport'],
  euiccCiPKIdListForVerification: [HEX('0102'), HEX('aabbcc')],
  euiccCiPKIdListForSigning: [HEX('0102')],
  euiccCategory: 2,
  forbiddenProfilePolicyRules: ['ppr1', 'ppr2'],
  ppVersion: '1.0.0',
  sasAccreditationNumber: 'TEST-1',
  rest: HEX('ac 03 800161 8e 0131'),
});

const fullMetadata = metadata.encodeStoreMetadata({
  iccid: '8949449999999990049',
  serviceProviderName: text,
  profileName: 'Profile',
  iconType: 'png',
  icon: Uint8Array.of(1, 2, 3),
  profileClass: 'test',
  notificationConfigurationInfo: [
    { profileManagementOperation: ['install', 'delete'], notificationAddress: 'a.example.com' },
    { profileManagementOperation: [], notificationAddress: 'b.example.com' },
  ],
  profileOwner: { mccMnc: HEX('62f210'), gid1: HEX('01'), gid2: HEX('0203') },
  profilePolicyRules: ['pprUpdateControl', 'ppr2'],
  serviceSpecificDataStoredInEuicc: HEX('3000'),
  serviceSpecificDataNotStoredInEuicc: HEX('3000'),
});

const authenticateServerRequest = authenticate.encodeAuthenticateServerRequest({
  serverSigned1,
  serverSignature1: signature,
  euiccCiPKIdToBeUsed: HEX('f54172bdf98a95d65cbeb88a38a1c11d800a85c3'),
  serverCertificate: fixture(DPAUTH_CERTIFICATE),
  ctxParams1: {
    matchingId: 'TOKEN-1',
    deviceInfo: {
      tac: HEX('35290611'),
      deviceCapabilities: { gsmSupportedRelease: '15.0.0', lpaSvn: '2.4.0' },
      imei: HEX('3529061112345678'),
    },
  },
});

const prepareDownloadRequest = (hashCc?: Uint8Array) =>
  prepare.encodePrepareDownloadRequest({
    smdpSigned2: prepare.encodeSmdpSigned2({ transactionId, ccRequiredFlag: false }),
    smdpSignature2: signature,
    hashCc,
    smdpCertificate: fixture(DPPB_CERTIFICATE),
  });

const installationResult = (finalResult: installation.FinalResult) =>
  installation.encodeProfileInstallationResult(
    installation.encodeProfileInstallationResultData({
      transactionId,
      notificationMetadata: { ...notification, profileManagementOperation: 'install' },
      smdpOid: '2.999.10',
      finalResult,
    }),
    signature,
  );

const encodePending = (value: notifications.PendingNotification) =>
  value.kind === 'otherSignedNotification'
    ? notifications.encodeOtherSignedNotification(value)
    : installation.encodeProfileInstallationResult(value.signedData, value.euiccSignPir);

const installationErrors = Object.values(installation.INSTALLATION_ERROR).map((errorReason) =>
  installationResult({ result: 'error', bppCommandId: 5, errorReason }),
);

export const DOWNLOAD_CODECS: readonly Codec[] = [
  codec(
    'GetEuiccChallengeResponse',
    info.decodeGetEuiccChallengeResponse,
    info.encodeGetEuiccChallengeResponse,
    [info.encodeGetEuiccChallengeResponse(challenge)],
    0,
  ),
  codec(
    'EUICCInfo1',
    info.decodeEuiccInfo1,
    info.encodeEuiccInfo1,
    [
      session('euicc-info1.der'),
      info.encodeEuiccInfo1({
        svn: '2.3.1',
        euiccCiPKIdListForVerification: [HEX('0102'), HEX('aabbcc')],
        euiccCiPKIdListForSigning: [HEX('0102')],
      }),
    ],
    0,
  ),
  codec('EUICCInfo2', info.decodeEuiccInfo2, info.encodeEuiccInfo2, [fullInfo2], 0),
  codec(
    'serverSigned1',
    authenticate.decodeServerSigned1,
    authenticate.encodeServerSigned1,
    [serverSigned1],
    0,
  ),
  codec(
    'AuthenticateServerRequest',
    authenticate.decodeAuthenticateServerRequest,
    authenticate.encodeAuthenticateServerRequest,
    [authenticateServerRequest],
    0,
  ),
  codec(
    'euiccSigned1',
    authenticate.decodeEuiccSigned1,
    (value) =>
      authenticate.encodeEuiccSigned1({
        ...value,
        euiccInfo2: value.euiccInfo2.der,
        ctxParams1: value.ctxParams1.der,
      }),
    [authenticated.euiccSigned1],
    0,
  ),
  codec(
    'AuthenticateServerResponse',
    authenticate.decodeAuthenticateServerResponse,
    authenticate.encodeAuthenticateServerResponse,
    [
      authenticated.der,
      ...Object.values(authenticate.AUTHENTICATE_ERROR).map((authenticateErrorCode) =>
        authenticate.encodeAuthenticateServerResponse({
          result: 'error',
          transactionId,
          authenticateErrorCode,
        }),
      ),
    ],
    1,
  ),
  codec(
    'StoreMetadataRequest',
    metadata.decodeStoreMetadata,
    metadata.encodeStoreMetadata,
    [session('store-metadata.der'), fullMetadata],
    0,
  ),
  codec(
    'smdpSigned2',
    prepare.decodeSmdpSigned2,
    prepare.encodeSmdpSigned2,
    [
      prepare.encodeSmdpSigned2({ transactionId, ccRequiredFlag: false }),
      prepare.encodeSmdpSigned2({ transactionId, ccRequiredFlag: true, bppEuiccOtpk: point }),
    ],
    0,
  ),
  codec(
    'PrepareDownloadRequest',
    prepare.decodePrepareDownloadRequest,
    prepare.encodePrepareDownloadRequest,
    [prepareDownloadRequest(), prepareDownloadRequest(new Uint8Array(32))],
    0,
  ),
  codec(
    'euiccSigned2',
    prepare.decodeEuiccSigned2,
    prepare.encodeEuiccSigned2,
    [
      prepared.euiccSigned2,
      prepare.encodeEuiccSigned2({
        transactionId,
        euiccOtpk: point,
        hashCc: new Uint8Array(32).fill(7),
      }),
    ],
    0,
  ),
  codec(
    'PrepareDownloadResponse',
    prepare.decodePrepareDownloadResponse,
    prepare.encodePrepareDownloadResponse,
    [
      prepared.der,
      ...Object.values(prepare.DOWNLOAD_ERROR).map((downloadErrorCode) =>
        prepare.encodePrepareDownloadResponse({
          result: 'error',
          transactionId,
          downloadErrorCode,
        }),
      ),
    ],
    1,
  ),
  codec('BoundProfilePackage', bpp.decodeBoundProfilePackage, bpp.encodeBoundProfilePackage, [
    packageSample,
  ]),
  codec(
    'InitialiseSecureChannelRequest',
    bpp.decodeInitialiseSecureChannel,
    bpp.encodeInitialiseSecureChannel,
    [bpp.decodeBoundProfilePackage(packageSample).initialiseSecureChannel],
  ),
  codec(
    'ConfigureISDPRequest',
    bpp.decodeConfigureIsdp,
    ({ dpOid }) => bpp.encodeConfigureIsdp(dpOid),
    [bpp.encodeConfigureIsdp(), bpp.encodeConfigureIsdp('2.999.10')],
    0,
  ),
  codec(
    'ReplaceSessionKeysRequest',
    bpp.decodeReplaceSessionKeys,
    bpp.encodeReplaceSessionKeys,
    [
      bpp.encodeReplaceSessionKeys({
        initialMacChainingValue: challenge,
        ppkEnc: transactionId,
        ppkCmac: challenge,
      }),
    ],
    0,
  ),
  codec(
    'PendingNotification',
    notifications.decodePendingNotification,
    encodePending,
    [
      session('pending-notification.der'),
      otherNotification,
      installationResult({ result: 'success', aid, simaResponse: HEX('3000') }),
      installationResult({
        result: 'error',
        bppCommandId: 2,
        errorReason: 9,
        simaResponse: HEX('3000'),
      }),
      ...installationErrors,
    ],
    0,
  ),
  codec(
    'CancelSessionRequest',
    cancel.decodeCancelSessionRequest,
    cancel.encodeCancelSessionRequest,
    Object.values(cancel.CANCEL_SESSION_REASON).map((reason) =>
      cancel.encodeCancelSessionRequest({ transactionId, reason }),
    ),
    0,
  ),
  codec(
    'euiccCancelSessionSigned',
    cancel.decodeEuiccCancelSessionSigned,
    cancel.encodeEuiccCancelSessionSigned,
    [
      cancel.encodeEuiccCancelSessionSigned({
        transactionId,
        smdpOid: '2.999.16383.128',
        reason: 127,
      }),
    ],
    0,
  ),
  codec(
    'CancelSessionResponse',
    cancel.decodeCancelSessionResponse,
    cancel.encodeCancelSessionResponse,
    [
      cancel.encodeCancelSessionResponse({
        result: 'ok',
        euiccCancelSessionSigned: cancel.encodeEuiccCancelSessionSigned({
          transactionId,
          smdpOid: '2.999.10',
          reason: 0,
        }),
        euiccCancelSessionSignature: signature,
      }),
      cancel.encodeCancelSessionResponse({ result: 'error', error: 5 }),
    ],
  ),
];
