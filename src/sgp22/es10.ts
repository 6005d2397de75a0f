/**
 * The functions of ES10a, ES10b and ES10c by name: what the LPA sends and what the eUICC answers
 * (SGP.22 5.7). ES10b.LoadBoundProfilePackage has no messages of its own: see bpp/.
 */
import type { Input, Value } from './codec/codec.ts';
import {
  AuthenticateServerRequest,
  AuthenticateServerResponse,
} from './messages/authenticate-server.ts';
import { CancelSessionRequest, CancelSessionResponse } from './messages/cancel-session.ts';
import {
  EuiccConfiguredAddressesRequest,
  EuiccConfiguredAddressesResponse,
  GetEuiccDataRequest,
  GetEuiccDataResponse,
  GetRatRequest,
  GetRatResponse,
  SetDefaultDpAddressRequest,
} from './messages/euicc-data.ts';
import {
  EuiccInfo1,
  EuiccInfo2,
  GetEuiccChallengeRequest,
  GetEuiccChallengeResponse,
  GetEuiccInfo1Request,
  GetEuiccInfo2Request,
} from './messages/euicc-info.ts';
import {
  ListNotificationRequest,
  ListNotificationResponse,
  NotificationSentRequest,
  RetrieveNotificationsListRequest,
  RetrieveNotificationsListResponse,
} from './messages/notifications.ts';
import { PrepareDownloadRequest, PrepareDownloadResponse } from './messages/prepare-download.ts';
import {
  DeleteProfileRequest,
  DeleteProfileResponse,
  DisableProfileRequest,
  DisableProfileResponse,
  EnableProfileRequest,
  EnableProfileResponse,
  EuiccMemoryResetRequest,
  EuiccMemoryResetResponse,
  NotificationSentResponse,
  SetDefaultDpAddressResponse,
  SetNicknameRequest,
  SetNicknameResponse,
} from './messages/profile-management.ts';
import { ProfileInfoListRequest, ProfileInfoListResponse } from './messages/profiles.ts';
import { ZkcxServerRequest, ZkcxServerResponse } from './messages/zkcx-server.ts';

export const ES10 = {
  getEuiccChallenge: { request: GetEuiccChallengeRequest, response: GetEuiccChallengeResponse },
  getEuiccInfo1: { request: GetEuiccInfo1Request, response: EuiccInfo1 },
  getEuiccInfo2: { request: GetEuiccInfo2Request, response: EuiccInfo2 },
  authenticateServer: { request: AuthenticateServerRequest, response: AuthenticateServerResponse },
  prepareDownload: { request: PrepareDownloadRequest, response: PrepareDownloadResponse },
  cancelSession: { request: CancelSessionRequest, response: CancelSessionResponse },
  listNotification: { request: ListNotificationRequest, response: ListNotificationResponse },
  retrieveNotificationsList: {
    request: RetrieveNotificationsListRequest,
    response: RetrieveNotificationsListResponse,
  },
  notificationSent: { request: NotificationSentRequest, response: NotificationSentResponse },
  getProfilesInfo: { request: ProfileInfoListRequest, response: ProfileInfoListResponse },
  enableProfile: { request: EnableProfileRequest, response: EnableProfileResponse },
  disableProfile: { request: DisableProfileRequest, response: DisableProfileResponse },
  deleteProfile: { request: DeleteProfileRequest, response: DeleteProfileResponse },
  setNickname: { request: SetNicknameRequest, response: SetNicknameResponse },
  euiccMemoryReset: { request: EuiccMemoryResetRequest, response: EuiccMemoryResetResponse },
  getEuiccData: { request: GetEuiccDataRequest, response: GetEuiccDataResponse },
  getEuiccConfiguredAddresses: {
    request: EuiccConfiguredAddressesRequest,
    response: EuiccConfiguredAddressesResponse,
  },
  setDefaultDpAddress: {
    request: SetDefaultDpAddressRequest,
    response: SetDefaultDpAddressResponse,
  },
  getRat: { request: GetRatRequest, response: GetRatResponse },
  /** Not in SGP.22. */
  zkcxServer: { request: ZkcxServerRequest, response: ZkcxServerResponse },
} as const;

export type Es10Function = keyof typeof ES10;
export type Es10Request<F extends Es10Function> = Input<(typeof ES10)[F]['request']>;
export type Es10Response<F extends Es10Function> = Value<(typeof ES10)[F]['response']>;

/** Functions that answer with a result code. */
export type Es10ResultFunction = {
  [F in Es10Function]: (typeof ES10)[F]['response'] extends { codes: unknown } ? F : never;
}[Es10Function];
