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
const authenticated = authenticate.AuthenticateServerResponse.decode(
  session('auth-server-response.der'),
);
if (authenticated.result !== 'ok') throw Error('the recorded response is an error');
const prepared = prepare.PrepareDownloadResponse.decode(session('prepare-download-response.der'));
if (prepared.result !== 'ok') throw Error('the recorded response is an error');
const packageSample = session('bound-profile-package.der');

const fullInfo2 = info.EuiccInfo2.encode({
  profileVersion: '2.3.1',
  svn: '2.4.0',
  euiccFirmwareVer: '35.66.0',
  extCardResource: info.ExtCardResource.encode({
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

const fullMetadata = metadata.StoreMetadataRequest.encode({
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

const authenticateServerRequest = authenticate.AuthenticateServerRequest.encode({
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
  prepare.PrepareDownloadRequest.encode({
    smdpSigned2: prepare.SmdpSigned2.encode({ transactionId, ccRequiredFlag: false }),
    smdpSignature2: signature,
    hashCc,
    smdpCertificate: fixture(DPPB_CERTIFICATE),
  });

const installationResult = (finalResult: installation.FinalResult) =>
  installation.ProfileInstallationResult.encode({
    profileInstallationResultData: {
      der: installation.ProfileInstallationResultData.encode({
        transactionId,
        notificationMetadata: { ...notification, profileManagementOperation: 'install' },
        smdpOid: '2.999.10',
        finalResult,
      }),
    },
    euiccSignPIR: signature,
  });

const installationErrors = Object.values(installation.INSTALLATION_ERROR).map((errorReason) =>
  installationResult({ result: 'error', bppCommandId: 5, errorReason }),
);

export const DOWNLOAD_CODECS: readonly Codec[] = [
  codec(
    info.GetEuiccChallengeResponse,
    [info.GetEuiccChallengeResponse.encode({ euiccChallenge: challenge })],
    0,
  ),
  codec(
    info.EuiccInfo1,
    [
      session('euicc-info1.der'),
      info.EuiccInfo1.encode({
        svn: '2.3.1',
        euiccCiPKIdListForVerification: [HEX('0102'), HEX('aabbcc')],
        euiccCiPKIdListForSigning: [HEX('0102')],
      }),
    ],
    0,
  ),
  codec(info.EuiccInfo2, [fullInfo2], 0),
  codec(authenticate.ServerSigned1, [serverSigned1], 0),
  codec(authenticate.AuthenticateServerRequest, [authenticateServerRequest], 0),
  codec(authenticate.EuiccSigned1, [authenticated.euiccSigned1], 0),
  codec(
    authenticate.AuthenticateServerResponse,
    [
      authenticated.der,
      ...Object.values(authenticate.AUTHENTICATE_ERROR).map((authenticateErrorCode) =>
        authenticate.AuthenticateServerResponse.encode({
          result: 'error',
          transactionId,
          authenticateErrorCode,
        }),
      ),
    ],
    1,
  ),
  codec(metadata.StoreMetadataRequest, [session('store-metadata.der'), fullMetadata], 0),
  codec(
    prepare.SmdpSigned2,
    [
      prepare.SmdpSigned2.encode({ transactionId, ccRequiredFlag: false }),
      prepare.SmdpSigned2.encode({ transactionId, ccRequiredFlag: true, bppEuiccOtpk: point }),
    ],
    0,
  ),
  codec(
    prepare.PrepareDownloadRequest,
    [prepareDownloadRequest(), prepareDownloadRequest(new Uint8Array(32))],
    0,
  ),
  codec(
    prepare.EuiccSigned2,
    [
      prepared.euiccSigned2,
      prepare.EuiccSigned2.encode({
        transactionId,
        euiccOtpk: point,
        hashCc: new Uint8Array(32).fill(7),
      }),
    ],
    0,
  ),
  codec(
    prepare.PrepareDownloadResponse,
    [
      prepared.der,
      ...Object.values(prepare.DOWNLOAD_ERROR).map((downloadErrorCode) =>
        prepare.PrepareDownloadResponse.encode({
          result: 'error',
          transactionId,
          downloadErrorCode,
        }),
      ),
    ],
    1,
  ),
  codec(bpp.BoundProfilePackage, [packageSample]),
  codec(bpp.InitialiseSecureChannelRequest, [
    bpp.BoundProfilePackage.decode(packageSample).initialiseSecureChannel,
  ]),
  codec(
    bpp.ConfigureIsdpRequest,
    [
      bpp.ConfigureIsdpRequest.encode({}),
      bpp.ConfigureIsdpRequest.encode({
        dpProprietaryData: bpp.DpProprietaryData.encode({ dpOid: '2.999.10' }),
      }),
    ],
    0,
  ),
  codec(
    bpp.ReplaceSessionKeysRequest,
    [
      bpp.ReplaceSessionKeysRequest.encode({
        initialMacChainingValue: challenge,
        ppkEnc: transactionId,
        ppkCmac: challenge,
      }),
    ],
    0,
  ),
  codec(
    notifications.PendingNotification,
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
    cancel.CancelSessionRequest,
    Object.values(cancel.CANCEL_SESSION_REASON).map((reason) =>
      cancel.CancelSessionRequest.encode({ transactionId, reason }),
    ),
    0,
  ),
  codec(
    cancel.EuiccCancelSessionSigned,
    [
      cancel.EuiccCancelSessionSigned.encode({
        transactionId,
        smdpOid: '2.999.16383.128',
        reason: 127,
      }),
    ],
    0,
  ),
  codec(cancel.CancelSessionResponse, [
    cancel.CancelSessionResponse.encode({
      result: 'ok',
      euiccCancelSessionSigned: cancel.EuiccCancelSessionSigned.encode({
        transactionId,
        smdpOid: '2.999.10',
        reason: 0,
      }),
      euiccCancelSessionSignature: signature,
    }),
    cancel.CancelSessionResponse.encode({ result: 'error', error: 5 }),
  ]),
];
