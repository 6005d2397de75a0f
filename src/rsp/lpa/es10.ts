/** The ES10 functions as an LPA calls them, over APDUs alone (SGP.22 5.7). */
import { checked } from '../../arguments.ts';
import { ZkcxError } from '../../errors.ts';
import * as apdu from '../apdu/arguments.ts';
import type { Es10Channel } from '../apdu/index.ts';
import { segmentsOf } from '../../sgp22/bpp/index.ts';
import { nameOf } from '../../sgp22/codec/primitives.ts';
import {
  ES10,
  type Es10Function,
  type Es10Request,
  type Es10Response,
  type Es10ResultFunction,
} from '../../sgp22/es10.ts';
import { ProfileInstallationResult } from '../../sgp22/messages/installation-result.ts';
import type { ResetOption } from '../../sgp22/messages/profile-management.ts';
import type { ProfileIdentifier } from '../../sgp22/messages/profiles.ts';
import { ZKCX_SERVER_RESULT } from '../../sgp22/messages/zkcx-server.ts';

import * as argument from './arguments.ts';

/** Bytes of a package that the eUICC has, of all. */
export type Progress = (done: number, total: number) => void;

export type Es10 = ReturnType<typeof es10>;

/**
 * The functions of one eUICC. They throw ERR_RSP_APDU if the card refuses a request as such, ERR_DER_*
 * or ERR_RSP_VALUE if its response cannot be read, ERR_RSP_CARD with the name of the result code if it
 * answers with one that is not ok. Responses that carry an error of their own are returned.
 */
export function es10(channel: Es10Channel) {
  checked(channel, apdu.channel, 'es10');
  const call = async <F extends Es10Function>(
    name: F,
    request: Es10Request<F>,
  ): Promise<Es10Response<F>> => {
    const { request: sent, response } = ES10[name];
    const answer = await channel.request(sent.encode(request as never));
    return response.decode(answer) as Es10Response<F>;
  };
  const change = async <F extends Es10ResultFunction>(name: F, request: Es10Request<F>) => {
    const { result } = await call(name, request);
    if (result !== 0)
      throw refused(name, nameOf<string>(ES10[name].response.codes, result), result);
  };
  return {
    /** 32 digits. */
    eid: async () => (await call('getEuiccData', { tagList: 'eidValue' })).eidValue,
    euiccInfo1: () => call('getEuiccInfo1', {}),
    euiccInfo2: () => call('getEuiccInfo2', {}),
    /** 16 bytes; a session that was under way is over. */
    euiccChallenge: async () => (await call('getEuiccChallenge', {})).euiccChallenge,
    configuredAddresses: () => call('getEuiccConfiguredAddresses', {}),
    setDefaultDpAddress: (defaultDpAddress: string) =>
      change('setDefaultDpAddress', { defaultDpAddress }),

    /** zkCX-aware firmware only: vouch for a server after its challenge; others know no such function. */
    zkcxServer: async (server: Es10Request<'zkcxServer'>) => {
      const { result } = await call('zkcxServer', server);
      if (result !== 0) throw refused('zkcxServer', nameOf(ZKCX_SERVER_RESULT, result), result);
    },
    authenticateServer: (request: Es10Request<'authenticateServer'>) =>
      call('authenticateServer', request),
    prepareDownload: (request: Es10Request<'prepareDownload'>) => call('prepareDownload', request),
    cancelSession: (request: Es10Request<'cancelSession'>) => call('cancelSession', request),
    loadBoundProfilePackage: async (bpp: Uint8Array, progress?: Progress) => {
      checked({ bpp, progress }, argument.boundPackage, 'loadBoundProfilePackage');
      return loadPackage(channel, bpp, progress);
    },

    listNotifications: async () => listed(await call('listNotification', {})),
    /** The notification of this number, undefined if the eUICC has none. */
    retrieveNotification: async (seqNumber: number) => {
      const search = { searchCriteria: { seqNumber } };
      return listed(await call('retrieveNotificationsList', search))[0];
    },
    /** The server has the notification; the eUICC forgets it. */
    removeNotification: (seqNumber: number) => change('notificationSent', { seqNumber }),

    profiles: async () => {
      const response = await call('getProfilesInfo', {});
      if (response.result === 'error') throw refused('getProfilesInfo', undefined, response.error);
      return response.profiles;
    },
    enableProfile: (profileIdentifier: ProfileIdentifier, refreshFlag = true) =>
      change('enableProfile', { profileIdentifier, refreshFlag }),
    disableProfile: (profileIdentifier: ProfileIdentifier, refreshFlag = true) =>
      change('disableProfile', { profileIdentifier, refreshFlag }),
    deleteProfile: (which: ProfileIdentifier) => change('deleteProfile', which),
    setNickname: (iccid: string, profileNickname: string) =>
      change('setNickname', { iccid, profileNickname }),
    memoryReset: (resetOptions: readonly ResetOption[]) =>
      change('euiccMemoryReset', { resetOptions }),
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
    if (response.length > 0) return ProfileInstallationResult.decode(response);
  }
  throw new ZkcxError('ERR_RSP_CARD', 'the eUICC took the whole profile and answered nothing');
}

function listed<T>(
  list:
    | { readonly result: 'ok'; readonly notifications: readonly T[] }
    | { readonly result: 'error'; readonly error: number },
): readonly T[] {
  if (list.result === 'error') throw refused('notifications', undefined, list.error);
  return list.notifications;
}

/** `reason` is the name of the result code, or its number where it has none. */
function refused(name: string, code: string | undefined, number: number): ZkcxError {
  const reason = code ?? String(number);
  return new ZkcxError('ERR_RSP_CARD', `the eUICC refused ${name}: ${reason}`, { reason });
}
