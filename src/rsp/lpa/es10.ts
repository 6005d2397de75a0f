/** The ES10 functions as an LPA calls them, over APDUs alone (SGP.22 5.7). */
import { ZkcxError } from '../../errors.ts';
import type { Es10Channel } from '../apdu/index.ts';
import { segmentsOf } from '../../sgp22/bpp/index.ts';
import {
  decodeAuthenticateServerResponse,
  encodeAuthenticateServerRequest,
} from '../../sgp22/messages/authenticate-server.ts';
import type { AuthenticateServerRequest } from '../../sgp22/messages/authenticate-server.ts';
import {
  decodeCancelSessionResponse,
  encodeCancelSessionRequest,
} from '../../sgp22/messages/cancel-session.ts';
import type { CancelSessionRequest } from '../../sgp22/messages/cancel-session.ts';
import {
  decodeEuiccConfiguredAddressesResponse,
  decodeGetEidResponse,
  encodeSetDefaultDpAddressRequest,
  GET_CONFIGURED_ADDRESSES_REQUEST,
  GET_EID_REQUEST,
} from '../../sgp22/messages/euicc-data.ts';
import {
  decodeEuiccInfo1,
  decodeEuiccInfo2,
  decodeGetEuiccChallengeResponse,
  GET_EUICC_CHALLENGE_REQUEST,
  GET_EUICC_INFO1_REQUEST,
  GET_EUICC_INFO2_REQUEST,
} from '../../sgp22/messages/euicc-info.ts';
import { decodeProfileInstallationResult } from '../../sgp22/messages/installation-result.ts';
import {
  decodeListNotificationResponse,
  decodeRetrieveNotificationsListResponse,
  encodeListNotificationRequest,
  encodeNotificationSentRequest,
  encodeRetrieveNotificationsListRequest,
} from '../../sgp22/messages/notifications.ts';
import type { NotificationList } from '../../sgp22/messages/notifications.ts';
import {
  decodePrepareDownloadResponse,
  encodePrepareDownloadRequest,
} from '../../sgp22/messages/prepare-download.ts';
import type { PrepareDownloadRequest } from '../../sgp22/messages/prepare-download.ts';
import {
  decodeResult,
  encodeDeleteProfileRequest,
  encodeEuiccMemoryResetRequest,
  encodeSetNicknameRequest,
  encodeSwitchProfileRequest,
  RESULT,
} from '../../sgp22/messages/profile-management.ts';
import type { ResetOption, ResultFunction } from '../../sgp22/messages/profile-management.ts';
import {
  decodeGetProfilesInfoResponse,
  encodeGetProfilesInfoRequest,
} from '../../sgp22/messages/profiles.ts';
import type { ProfileIdentifier } from '../../sgp22/messages/profiles.ts';
import { nameOf } from '../../sgp22/messages/values.ts';
import {
  decodeZkcxServerResponse,
  encodeZkcxServerRequest,
  ZKCX_SERVER_RESULT,
} from '../../sgp22/messages/zkcx-server.ts';
import type { ZkcxServer } from '../../sgp22/messages/zkcx-server.ts';

/** Bytes of a package that the eUICC has, of all. */
export type Progress = (done: number, total: number) => void;

export type Es10 = ReturnType<typeof es10>;

/**
 * The functions of one eUICC. They throw ERR_RSP_APDU if the card refuses a request as such, ERR_DER_*
 * or ERR_RSP_VALUE if its response cannot be read, ERR_RSP_CARD with the name of the result code if it
 * answers with one that is not ok. Responses that carry an error of their own are returned.
 */
export function es10(channel: Es10Channel) {
  const change = async (name: ResultFunction, request: Uint8Array) =>
    expectOk(name, decodeResult(name, await channel.request(request)));
  return {
    eid: async () => decodeGetEidResponse(await channel.request(GET_EID_REQUEST)),
    euiccInfo1: async () => decodeEuiccInfo1(await channel.request(GET_EUICC_INFO1_REQUEST)),
    euiccInfo2: async () => decodeEuiccInfo2(await channel.request(GET_EUICC_INFO2_REQUEST)),
    /** 16 bytes; a session that was under way is over. */
    euiccChallenge: async () =>
      decodeGetEuiccChallengeResponse(await channel.request(GET_EUICC_CHALLENGE_REQUEST)),
    configuredAddresses: async () =>
      decodeEuiccConfiguredAddressesResponse(
        await channel.request(GET_CONFIGURED_ADDRESSES_REQUEST),
      ),
    setDefaultDpAddress: (address: string) =>
      change('setDefaultDpAddress', encodeSetDefaultDpAddressRequest(address)),

    /** zkCX-aware firmware only: vouch for a server after its challenge; others know no such function. */
    zkcxServer: async (server: ZkcxServer) => {
      const response = await channel.request(encodeZkcxServerRequest(server));
      const code = decodeZkcxServerResponse(response);
      if (code !== 0) {
        throw refused('zkcxServer', nameOf<string>(ZKCX_SERVER_RESULT, code) ?? String(code));
      }
    },
    authenticateServer: async (request: AuthenticateServerRequest) =>
      decodeAuthenticateServerResponse(
        await channel.request(encodeAuthenticateServerRequest(request)),
      ),
    prepareDownload: async (request: PrepareDownloadRequest) =>
      decodePrepareDownloadResponse(await channel.request(encodePrepareDownloadRequest(request))),
    cancelSession: async (request: CancelSessionRequest) =>
      decodeCancelSessionResponse(await channel.request(encodeCancelSessionRequest(request))),
    loadBoundProfilePackage: (bpp: Uint8Array, progress?: Progress) =>
      loadPackage(channel, bpp, progress),

    listNotifications: async () =>
      listed(
        decodeListNotificationResponse(await channel.request(encodeListNotificationRequest())),
      ),
    /** The notification of this number, undefined if the eUICC has none. */
    retrieveNotification: async (seqNumber: number) => {
      const request = encodeRetrieveNotificationsListRequest({ seqNumber });
      const response = await channel.request(request);
      return listed(decodeRetrieveNotificationsListResponse(response))[0];
    },
    /** The server has the notification; the eUICC forgets it. */
    removeNotification: (seqNumber: number) =>
      change('notificationSent', encodeNotificationSentRequest(seqNumber)),

    profiles: async () => {
      const response = await channel.request(encodeGetProfilesInfoRequest());
      const list = decodeGetProfilesInfoResponse(response);
      if (list.result === 'error') throw refused('getProfilesInfo', String(list.error));
      return list.profiles;
    },
    enableProfile: (profileIdentifier: ProfileIdentifier, refreshFlag = true) =>
      change(
        'enableProfile',
        encodeSwitchProfileRequest('enableProfile', { profileIdentifier, refreshFlag }),
      ),
    disableProfile: (profileIdentifier: ProfileIdentifier, refreshFlag = true) =>
      change(
        'disableProfile',
        encodeSwitchProfileRequest('disableProfile', { profileIdentifier, refreshFlag }),
      ),
    deleteProfile: (which: ProfileIdentifier) =>
      change('deleteProfile', encodeDeleteProfileRequest(which)),
    setNickname: (iccid: string, profileNickname: string) =>
      change('setNickname', encodeSetNicknameRequest({ iccid, profileNickname })),
    memoryReset: (options: readonly ResetOption[]) =>
      change('euiccMemoryReset', encodeEuiccMemoryResetRequest(options)),
  };
}

/**
 * ES10b.LoadBoundProfilePackage (SGP.22 5.7.6): the eUICC answers nothing until it has all, or until a
 * segment fails; either way its answer is the ProfileInstallationResult.
 */
async function loadPackage(channel: Es10Channel, bpp: Uint8Array, progress?: Progress) {
  let done = 0;
  for (const segment of segmentsOf(bpp)) {
    const response = await channel.request(segment);
    done += segment.length;
    progress?.(done, bpp.length);
    if (response.length > 0) return decodeProfileInstallationResult(response);
  }
  throw new ZkcxError('ERR_RSP_CARD', 'the eUICC took the whole profile and answered nothing');
}

function listed<T>(list: NotificationList<T>): readonly T[] {
  if (list.result === 'error') throw refused('notifications', String(list.error));
  return list.notifications;
}

function expectOk(name: ResultFunction, code: number): void {
  if (code === 0) return;
  throw refused(name, nameOf<string>(RESULT[name].codes, code) ?? String(code));
}

function refused(name: string, reason: string): ZkcxError {
  return new ZkcxError('ERR_RSP_CARD', `the eUICC refused ${name}: ${reason}`, { reason });
}
