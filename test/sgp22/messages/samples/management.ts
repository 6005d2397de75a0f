/** Messages of notifications, profile management and addresses. */
import * as data from '../../../../src/sgp22/messages/euicc-data.ts';
import * as notifications from '../../../../src/sgp22/messages/notifications.ts';
import * as management from '../../../../src/sgp22/messages/profile-management.ts';
import * as profiles from '../../../../src/sgp22/messages/profiles.ts';
import { encodeTlv } from '../../../../src/asn1/tlv.ts';
import { encodeInteger } from '../../../../src/sgp22/messages/values.ts';
import { HEX, session } from '../../../rsp/recorded.ts';
import { aid, codec, iccid, notification, otherNotification, text } from './codec.ts';
import type { Codec } from './codec.ts';

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

export const MANAGEMENT_CODECS: readonly Codec[] = [
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
