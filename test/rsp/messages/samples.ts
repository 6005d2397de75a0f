/** One codec and at least one message for every decoder of src/rsp/messages. */
import * as authenticate from '../../../src/rsp/messages/authenticateServer.ts';
import * as bpp from '../../../src/rsp/messages/boundProfilePackage.ts';
import * as cancel from '../../../src/rsp/messages/cancelSession.ts';
import * as data from '../../../src/rsp/messages/euiccData.ts';
import * as info from '../../../src/rsp/messages/euiccInfo.ts';
import * as installation from '../../../src/rsp/messages/installationResult.ts';
import * as metadata from '../../../src/rsp/messages/metadata.ts';
import { encodeNotificationMetadata } from '../../../src/rsp/messages/notificationMetadata.ts';
import * as notifications from '../../../src/rsp/messages/notifications.ts';
import * as prepare from '../../../src/rsp/messages/prepareDownload.ts';
import * as management from '../../../src/rsp/messages/profileManagement.ts';
import * as profiles from '../../../src/rsp/messages/profiles.ts';
import { encodeTlv, inside, onlyTlv } from '../../../src/rsp/messages/tlv.ts';
import { encodeInteger } from '../../../src/rsp/messages/values.ts';
import {
  DPAUTH_CERTIFICATE,
  DPPB_CERTIFICATE,
  EUICC_CERTIFICATE,
  EUM_CERTIFICATE,
  fixture,
  HEX,
  session,
} from '../recorded.ts';

export interface Codec {
  readonly name: string;
  readonly decode: (bytes: Uint8Array) => unknown;
  readonly encode: (value: unknown) => Uint8Array;
  readonly samples: readonly Uint8Array[];
  /** How many elements around the SEQUENCE that later versions may extend; undefined: none may. */
  readonly extensible?: number;
}

function codec<T>(
  name: string,
  decode: (bytes: Uint8Array) => T,
  encode: (value: T) => Uint8Array,
  samples: readonly Uint8Array[],
  extensible?: number,
): Codec {
  return { name, decode, encode: (value) => encode(value as T), samples, extensible };
}

const transactionId = session('transaction-id.bin');
const challenge = session('euicc-challenge.bin');
const signature = Uint8Array.from({ length: 64 }, (_, i) => i + 1);
const point = HEX('04' + '11'.repeat(64));
const aid = HEX('a0000005591010ffffffff8900001100');
const iccid = '89000123456789012341';
const text = 'fünf 📱';

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

const notification = {
  seqNumber: 0,
  profileManagementOperation: 'enable',
  notificationAddress: 'smdp.example.com',
  iccid,
} as const;

const otherNotification = notifications.encodeOtherSignedNotification({
  tbsOtherNotification: encodeNotificationMetadata(notification),
  euiccNotificationSignature: signature,
  euiccCertificate: fixture(EUICC_CERTIFICATE),
  eumCertificate: fixture(EUM_CERTIFICATE),
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

const switching = (['enableProfile', 'disableProfile'] as const).map((name) =>
  codec(
    `${name} request`,
    (bytes) => management.decodeSwitchProfileRequest(name, bytes),
    (value) => management.encodeSwitchProfileRequest(name, value),
    [
      management.encodeSwitchProfileRequest(name, {
        profileIdentifier: { iccid },
        refreshFlag: true,
      }),
      management.encodeSwitchProfileRequest(name, {
        profileIdentifier: { isdpAid: aid },
        refreshFlag: false,
      }),
    ],
    0,
  ),
);

const results = (Object.keys(management.RESULT) as management.ResultFunction[]).map((name) => {
  const { tag, codes } = management.RESULT[name];
  const encode = (code: number) => encodeTlv(tag, encodeInteger(0x80, code));
  return codec(
    `${name} response`,
    (bytes) => management.decodeResult(name, bytes),
    encode,
    Object.values(codes).map(encode),
    0,
  );
});

export const CODECS: readonly Codec[] = [
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
  codec(
    'ListNotificationRequest',
    notifications.decodeListNotificationRequest,
    notifications.encodeListNotificationRequest,
    [
      notifications.encodeListNotificationRequest(),
      notifications.encodeListNotificationRequest(['install', 'disable']),
    ],
    0,
  ),
  codec(
    'ListNotificationResponse',
    notifications.decodeListNotificationResponse,
    notifications.encodeListNotificationResponse,
    [
      notifications.encodeListNotificationResponse({ result: 'ok', notifications: [] }),
      notifications.encodeListNotificationResponse({
        result: 'ok',
        notifications: [notification, { ...notification, seqNumber: 70_000, iccid: undefined }],
      }),
      notifications.encodeListNotificationResponse({
        result: 'error',
        error: notifications.NOTIFICATION_LIST_ERROR.undefinedError,
      }),
    ],
  ),
  codec(
    'RetrieveNotificationsListRequest',
    notifications.decodeRetrieveNotificationsListRequest,
    notifications.encodeRetrieveNotificationsListRequest,
    [
      notifications.encodeRetrieveNotificationsListRequest(),
      notifications.encodeRetrieveNotificationsListRequest({ seqNumber: 0 }),
      notifications.encodeRetrieveNotificationsListRequest({
        profileManagementOperation: ['delete'],
      }),
    ],
    0,
  ),
  codec(
    'RetrieveNotificationsListResponse',
    notifications.decodeRetrieveNotificationsListResponse,
    (value) =>
      notifications.encodeRetrieveNotificationsListResponse(
        value.result === 'error'
          ? value
          : { result: 'ok', notifications: value.notifications.map(({ der }) => der) },
      ),
    [
      notifications.encodeRetrieveNotificationsListResponse({
        result: 'ok',
        notifications: [session('pending-notification.der'), otherNotification],
      }),
      notifications.encodeRetrieveNotificationsListResponse({
        result: 'error',
        error: notifications.NOTIFICATION_LIST_ERROR.undefinedError,
      }),
    ],
  ),
  codec(
    'NotificationSentRequest',
    notifications.decodeNotificationSentRequest,
    notifications.encodeNotificationSentRequest,
    [0, 127, 128, 65_536].map(notifications.encodeNotificationSentRequest),
    0,
  ),
  codec(
    'ProfileInfoListRequest',
    profiles.decodeGetProfilesInfoRequest,
    profiles.encodeGetProfilesInfoRequest,
    [
      profiles.encodeGetProfilesInfoRequest(),
      profiles.encodeGetProfilesInfoRequest({
        searchCriteria: { iccid },
        tagList: [0x5a, 0x9f70, 0xbf22],
      }),
      profiles.encodeGetProfilesInfoRequest({ searchCriteria: { isdpAid: aid } }),
      profiles.encodeGetProfilesInfoRequest({ searchCriteria: { profileClass: 'operational' } }),
    ],
    0,
  ),
  codec(
    'ProfileInfoListResponse',
    profiles.decodeGetProfilesInfoResponse,
    profiles.encodeGetProfilesInfoResponse,
    [
      profiles.encodeGetProfilesInfoResponse({ result: 'ok', profiles: [] }),
      profiles.encodeGetProfilesInfoResponse({
        result: 'ok',
        profiles: [
          {},
          {
            iccid,
            isdpAid: aid,
            profileState: 'enabled',
            profileNickname: text,
            serviceProviderName: 'Operator',
            profileName: '',
            iconType: 'jpg',
            icon: Uint8Array.of(9),
            profileClass: 'operational',
            notificationConfigurationInfo: [],
            profileOwner: { mccMnc: HEX('62f210') },
            dpProprietaryData: HEX('8003883700'),
            profilePolicyRules: ['ppr1'],
            serviceSpecificDataStoredInEuicc: HEX('3000'),
          },
        ],
      }),
      ...Object.values(profiles.PROFILE_INFO_LIST_ERROR).map((error) =>
        profiles.encodeGetProfilesInfoResponse({ result: 'error', error }),
      ),
    ],
  ),
  ...switching,
  codec(
    'DeleteProfileRequest',
    management.decodeDeleteProfileRequest,
    management.encodeDeleteProfileRequest,
    [
      management.encodeDeleteProfileRequest({ iccid }),
      management.encodeDeleteProfileRequest({ isdpAid: aid }),
    ],
  ),
  codec(
    'SetNicknameRequest',
    management.decodeSetNicknameRequest,
    management.encodeSetNicknameRequest,
    [
      management.encodeSetNicknameRequest({ iccid, profileNickname: text }),
      management.encodeSetNicknameRequest({ iccid, profileNickname: '' }),
    ],
    0,
  ),
  codec(
    'EuiccMemoryResetRequest',
    management.decodeEuiccMemoryResetRequest,
    management.encodeEuiccMemoryResetRequest,
    [
      management.encodeEuiccMemoryResetRequest([
        'deleteOperationalProfiles',
        'resetDefaultSmdpAddress',
      ]),
    ],
    0,
  ),
  ...results,
  codec(
    'GetEuiccDataResponse',
    data.decodeGetEidResponse,
    data.encodeGetEidResponse,
    [data.encodeGetEidResponse('89049032123451234512345678901235')],
    0,
  ),
  codec(
    'EuiccConfiguredAddressesResponse',
    data.decodeEuiccConfiguredAddressesResponse,
    data.encodeEuiccConfiguredAddressesResponse,
    [
      data.encodeEuiccConfiguredAddressesResponse({ rootDsAddress: 'ds.example.com' }),
      data.encodeEuiccConfiguredAddressesResponse({
        defaultDpAddress: 'dp.example.com',
        rootDsAddress: 'ds.example.com',
      }),
    ],
    0,
  ),
  codec(
    'SetDefaultDpAddressRequest',
    data.decodeSetDefaultDpAddressRequest,
    data.encodeSetDefaultDpAddressRequest,
    [data.encodeSetDefaultDpAddressRequest('dp.example.com')],
    0,
  ),
  codec(
    'GetRatResponse',
    data.decodeGetRatResponse,
    data.encodeGetRatResponse,
    [
      data.encodeGetRatResponse([
        {
          pprIds: ['ppr1', 'ppr2'],
          allowedOperators: [{ mccMnc: HEX('62f210'), gid1: HEX('01') }],
          consentRequired: true,
        },
      ]),
    ],
    0,
  ),
];
