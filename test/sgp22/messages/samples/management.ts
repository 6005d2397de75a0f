/** Messages of notifications, profile management and addresses. */
import * as data from '../../../../src/sgp22/messages/euicc-data.ts';
import * as notifications from '../../../../src/sgp22/messages/notifications.ts';
import * as management from '../../../../src/sgp22/messages/profile-management.ts';
import * as profiles from '../../../../src/sgp22/messages/profiles.ts';
import { ES10 } from '../../../../src/sgp22/es10.ts';
import { HEX, session } from '../../../rsp/recorded.ts';
import { aid, codec, iccid, notification, otherNotification, text } from './codec.ts';
import type { Codec } from './codec.ts';

const switching = [management.EnableProfileRequest, management.DisableProfileRequest].map(
  (message) =>
    codec(
      message,
      [
        message.encode({ profileIdentifier: { iccid }, refreshFlag: true }),
        message.encode({ profileIdentifier: { isdpAid: aid }, refreshFlag: false }),
      ],
      0,
    ),
);

const results = Object.values(ES10).flatMap(({ response }) => {
  if (!('codes' in response)) return [];
  const encode = ({ result }: { readonly result: number }) => response.encode({ result });
  const samples = Object.values<number>(response.codes).map((result) => encode({ result }));
  return [codec({ ...response, encode }, samples, 0)];
});

export const MANAGEMENT_CODECS: readonly Codec[] = [
  codec(
    notifications.ListNotificationRequest,
    [
      notifications.ListNotificationRequest.encode({}),
      notifications.ListNotificationRequest.encode({
        profileManagementOperation: ['install', 'disable'],
      }),
    ],
    0,
  ),
  codec(notifications.ListNotificationResponse, [
    notifications.ListNotificationResponse.encode({ result: 'ok', notifications: [] }),
    notifications.ListNotificationResponse.encode({
      result: 'ok',
      notifications: [notification, { ...notification, seqNumber: 70_000, iccid: undefined }],
    }),
    notifications.ListNotificationResponse.encode({
      result: 'error',
      error: notifications.NOTIFICATION_LIST_ERROR.undefinedError,
    }),
  ]),
  codec(
    notifications.RetrieveNotificationsListRequest,
    [
      notifications.RetrieveNotificationsListRequest.encode({}),
      notifications.RetrieveNotificationsListRequest.encode({ searchCriteria: { seqNumber: 0 } }),
      notifications.RetrieveNotificationsListRequest.encode({
        searchCriteria: { profileManagementOperation: ['delete'] },
      }),
    ],
    0,
  ),
  codec(notifications.RetrieveNotificationsListResponse, [
    notifications.RetrieveNotificationsListResponse.encode({
      result: 'ok',
      notifications: [{ der: session('pending-notification.der') }, { der: otherNotification }],
    }),
    notifications.RetrieveNotificationsListResponse.encode({
      result: 'error',
      error: notifications.NOTIFICATION_LIST_ERROR.undefinedError,
    }),
  ]),
  codec(
    notifications.NotificationSentRequest,
    [0, 127, 128, 65_536].map((seqNumber) =>
      notifications.NotificationSentRequest.encode({ seqNumber }),
    ),
    0,
  ),
  codec(
    profiles.ProfileInfoListRequest,
    [
      profiles.ProfileInfoListRequest.encode({}),
      profiles.ProfileInfoListRequest.encode({
        searchCriteria: { iccid },
        tagList: [0x5a, 0x9f70, 0xbf22],
      }),
      profiles.ProfileInfoListRequest.encode({ searchCriteria: { isdpAid: aid } }),
      profiles.ProfileInfoListRequest.encode({ searchCriteria: { profileClass: 'operational' } }),
    ],
    0,
  ),
  codec(profiles.ProfileInfoListResponse, [
    profiles.ProfileInfoListResponse.encode({ result: 'ok', profiles: [] }),
    profiles.ProfileInfoListResponse.encode({
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
      profiles.ProfileInfoListResponse.encode({ result: 'error', error }),
    ),
  ]),
  ...switching,
  codec(management.DeleteProfileRequest, [
    management.DeleteProfileRequest.encode({ iccid }),
    management.DeleteProfileRequest.encode({ isdpAid: aid }),
  ]),
  codec(
    management.SetNicknameRequest,
    [
      management.SetNicknameRequest.encode({ iccid, profileNickname: text }),
      management.SetNicknameRequest.encode({ iccid, profileNickname: '' }),
    ],
    0,
  ),
  codec(
    management.EuiccMemoryResetRequest,
    [
      management.EuiccMemoryResetRequest.encode({
        resetOptions: ['deleteOperationalProfiles', 'resetDefaultSmdpAddress'],
      }),
    ],
    0,
  ),
  ...results,
  codec(
    data.GetEuiccDataResponse,
    [data.GetEuiccDataResponse.encode({ eidValue: '89049032123451234512345678901235' })],
    0,
  ),
  codec(
    data.EuiccConfiguredAddressesResponse,
    [
      data.EuiccConfiguredAddressesResponse.encode({ rootDsAddress: 'ds.example.com' }),
      data.EuiccConfiguredAddressesResponse.encode({
        defaultDpAddress: 'dp.example.com',
        rootDsAddress: 'ds.example.com',
      }),
    ],
    0,
  ),
  codec(
    data.SetDefaultDpAddressRequest,
    [data.SetDefaultDpAddressRequest.encode({ defaultDpAddress: 'dp.example.com' })],
    0,
  ),
  codec(
    data.GetRatResponse,
    [
      data.GetRatResponse.encode({
        rat: [
          {
            pprIds: ['ppr1', 'ppr2'],
            allowedOperators: [{ mccMnc: HEX('62f210'), gid1: HEX('01') }],
            pprFlags: ['consentRequired'],
          },
        ],
      }),
    ],
    0,
  ),
];
