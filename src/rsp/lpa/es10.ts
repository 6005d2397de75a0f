/** The ES10 functions as an LPA calls them, over APDUs alone (SGP.22 5.7). */
import { checked } from '../../arguments.ts';
import { ZkcxError } from '../../errors.ts';
import * as apdu from '../apdu/arguments.ts';
import type { Es10Channel } from '../apdu/index.ts';
import { segmentsOf } from '../../sgp22/bpp/index.ts';
import type { Message } from '../../sgp22/codec/codec.ts';
import { decodeAnswered } from '../../sgp22/codec/lenient.ts';
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
import {
  readConfiguredAddresses,
  readEid,
  readEuiccInfo1,
  readEuiccInfo2,
} from '../../sgp22/messages/read-euicc.ts';
import {
  type NumberedNotification,
  readNotificationList,
  readRetrieved,
} from '../../sgp22/messages/read-notifications.ts';
import { readProfileList } from '../../sgp22/messages/read-profiles.ts';
import { ZKCX_SERVER_RESULT } from '../../sgp22/messages/zkcx-server.ts';

import * as argument from './arguments.ts';

/** Bytes of a package that the eUICC has, of all. */
export type Progress = (done: number, total: number) => void;

export type Es10 = ReturnType<typeof es10>;

/** Functions that change nothing: a card that answers nothing is asked again. */
const QUESTIONS: readonly Es10Function[] = [
  'getEuiccChallenge',
  'getEuiccConfiguredAddresses',
  'getEuiccData',
  'getEuiccInfo1',
  'getEuiccInfo2',
  'getProfilesInfo',
  'getRat',
  'listNotification',
  'retrieveNotificationsList',
];

/**
 * The functions of one eUICC. They throw ERR_RSP_APDU if the card refuses a request as such, ERR_DER_*
 * or ERR_RSP_VALUE if its response cannot be read, ERR_RSP_CARD with the name of the result code if it
 * answers with one that is not ok. Responses that carry an error of their own are returned. Of what a card says
 * about itself, its profiles and its notifications each element is read for itself: what cannot be read is under
 * `unreadable`, and the rest is there.
 */
export function es10(channel: Es10Channel) {
  checked(channel, apdu.channel, 'es10');
  const ask = async <F extends Es10Function>(name: F, request: Es10Request<F>) =>
    channel.request(
      ES10[name].request.encode(request as never),
      QUESTIONS.includes(name) ? 'question' : 'command',
    );
  const call = async <F extends Es10Function>(
    name: F,
    request: Es10Request<F>,
  ): Promise<Es10Response<F>> => {
    const answer = await ask(name, request);
    return decodeAnswered(
      ES10[name].response as Message<unknown, never>,
      answer,
    ) as Es10Response<F>;
  };
  const change = async <F extends Es10ResultFunction>(name: F, request: Es10Request<F>) => {
    const { result } = await call(name, request);
    if (result !== 0)
      throw refused(name, nameOf<string>(ES10[name].response.codes, result), result);
  };
  const notificationList = async () => {
    const list = readNotificationList(await ask('listNotification', {}));
    if (typeof list === 'number') throw refused('listNotification', undefined, list);
    return list;
  };
  return {
    /** 32 digits. */
    eid: async () => readEid(await ask('getEuiccData', { tagList: 'eidValue' })),
    euiccInfo1: async () => readEuiccInfo1(await ask('getEuiccInfo1', {})),
    euiccInfo2: async () => readEuiccInfo2(await ask('getEuiccInfo2', {})),
    /** 16 bytes; a session that was under way is over. */
    euiccChallenge: async () => (await call('getEuiccChallenge', {})).euiccChallenge,
    configuredAddresses: async () =>
      readConfiguredAddresses(await ask('getEuiccConfiguredAddresses', {})),
    /** Which operators may set which policy rules. */
    policyAuthorisations: async () => (await call('getRat', {})).rat,
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

    /** Those that have a number: it is all that the eUICC knows them by. */
    listNotifications: async () =>
      (await notificationList()).filter(
        (one): one is NumberedNotification => one.seqNumber !== undefined,
      ),
    /** Those of which not even the number can be read. */
    unreadableNotifications: async () =>
      (await notificationList()).filter(({ seqNumber }) => seqNumber === undefined),
    /**
     * The notification of this number, undefined if the eUICC has none. One that cannot be read has the kind
     * `unreadable`, and its bytes for the server.
     */
    retrieveNotification: async (seqNumber: number) => {
      const search = { searchCriteria: { seqNumber } };
      const list = readRetrieved(await ask('retrieveNotificationsList', search));
      if (typeof list === 'number') throw refused('retrieveNotificationsList', undefined, list);
      // some cards answer with all that they have
      const found = list.find(({ metadata }) => metadata?.seqNumber === seqNumber);
      const only = list.length === 1 && list[0]?.metadata?.seqNumber === undefined;
      return (found ?? (only ? list[0] : undefined))?.notification;
    },
    /** The server has the notification; the eUICC forgets it. */
    removeNotification: (seqNumber: number) => change('notificationSent', { seqNumber }),

    profiles: async () => {
      const list = readProfileList(await ask('getProfilesInfo', {}));
      if (typeof list === 'number') throw refused('getProfilesInfo', undefined, list);
      return list;
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
    const response = await channel.request(segment, 'segment');
    done += segment.length;
    progress?.(done, bpp.length);
    if (response.length > 0) return decodeAnswered(ProfileInstallationResult, response);
  }
  throw new ZkcxError('ERR_RSP_CARD', 'the eUICC took the whole profile and answered nothing');
}

/** `reason` is the name of the result code, or its number where it has none. */
function refused(name: string, code: string | undefined, number: number): ZkcxError {
  const reason = code ?? String(number);
  return new ZkcxError('ERR_RSP_CARD', `the eUICC refused ${name}: ${reason}`, { reason });
}
