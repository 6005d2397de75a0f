/** The ISD-R: which ES10 function a request is, and what it does to session and state (SGP.22 5.7). */
import { bytesEqual } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import { SW } from '../apdu/index.ts';
import {
  CANCEL_SESSION_REASON,
  CancelSessionRequest,
  CancelSessionResponse,
  EuiccCancelSessionSigned,
} from '../../sgp22/messages/cancel-session.ts';
import {
  EuiccConfiguredAddressesResponse,
  GetEuiccDataRequest,
  GetEuiccDataResponse,
  GetRatResponse,
  IsdrProprietaryApplicationTemplate,
  type PolicyAuthorisation,
  SetDefaultDpAddressRequest,
} from '../../sgp22/messages/euicc-data.ts';
import {
  EuiccInfo1,
  EuiccInfo2,
  ExtCardResource,
  GetEuiccChallengeResponse,
} from '../../sgp22/messages/euicc-info.ts';
import {
  ListNotificationRequest,
  ListNotificationResponse,
  type NotificationSearch,
  NotificationSentRequest,
  RetrieveNotificationsListRequest,
  RetrieveNotificationsListResponse,
} from '../../sgp22/messages/notifications.ts';
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
} from '../../sgp22/messages/profile-management.ts';
import { tagOf } from '../../sgp22/codec/codec.ts';
import { sign } from '../../sgp22/messages/signature.ts';
import { ZkcxServerRequest, ZkcxServerResponse } from '../../sgp22/messages/zkcx-server.ts';
import { TAG } from '../../sgp22/tags.ts';
import { authenticateServer } from './authenticate.ts';
import type { Application } from './card.ts';
import { PackageInstaller } from './install.ts';
import { metadataOf, notificationsOf } from './notifications.ts';
import { prepareDownload } from './prepare.ts';
import {
  deleteProfile,
  disableProfile,
  enableProfile,
  memoryReset,
  setNickname,
  usedMemory,
} from './profiles.ts';
import type { Outcome } from './profiles.ts';
import { getProfilesInfo } from './profiles-info.ts';
import { RequestError } from './request-error.ts';
import { type Session, signingKey } from './session.ts';
import type { EuiccSettings } from './settings.ts';
import type { EuiccState, EuiccStore } from './state.ts';

/** One-time keys that are kept for a package to be bound again; older ones go. */
const KEPT_KEYS = 4;

type Handler = (request: Uint8Array) => Promise<Uint8Array> | Uint8Array;

/** The application behind the AID of the ISD-R. Its requests come one after the other. */
export class Isdr implements Application {
  readonly template: Uint8Array;
  readonly #settings: EuiccSettings;
  readonly #store: EuiccStore;
  #state: EuiccState;
  #session: Session | undefined;
  /** A bound profile package of which not all has come. */
  #installer: PackageInstaller | undefined;
  readonly #handlers: ReadonlyMap<number, Handler>;

  constructor(settings: EuiccSettings, store: EuiccStore, state: EuiccState) {
    this.#settings = settings;
    this.#store = store;
    this.#state = state;
    // ISDRProprietaryApplicationTemplate (SGP.22 5.7.1)
    this.template = IsdrProprietaryApplicationTemplate.encode({ svn: settings.info.svn });
    this.#handlers = this.#functions();
  }

  get state(): EuiccState {
    return this.#state;
  }

  async reset(): Promise<void> {
    await this.#interrupt();
    this.#session = undefined;
  }

  async process(data: Uint8Array): Promise<Uint8Array> {
    const continues = this.#installer?.takes(data) ?? false;
    if (continues) return this.#load(data);
    await this.#interrupt();
    try {
      const tag = tagOf(data, 'the request');
      const handler = tag === undefined ? undefined : this.#handlers.get(tag);
      if (handler === undefined) throw new RequestError(SW.referenceNotFound, 'no such function');
      return await handler(data);
    } catch (error) {
      // a request that cannot be read has no response of its own
      if (error instanceof ZkcxError && /^ERR_(DER_|RSP_VALUE)/.test(error.code)) {
        throw new RequestError(SW.wrongData, error.message);
      }
      throw error;
    }
  }

  #functions(): Map<number, Handler> {
    const { identity, info, rootDsAddress, firmware, hasOddProfiles } = this.#settings;
    const extra: [number, Handler][] =
      firmware === 'zkcx' ? [[TAG.zkcxServer, (request) => this.#zkcxServer(request)]] : [];
    return new Map<number, Handler>([
      ...extra,
      [TAG.getEuiccInfo1, () => EuiccInfo1.encode({ svn: info.svn, ...this.#ciLists() })],
      [TAG.getEuiccInfo2, () => this.#euiccInfo2()],
      [TAG.getEuiccChallenge, () => this.#challenge()],
      [TAG.authenticateServer, (request) => this.#authenticate(request)],
      [TAG.prepareDownload, (request) => this.#prepare(request)],
      [TAG.cancelSession, (request) => this.#cancel(request)],
      [TAG.boundProfilePackage, (request) => this.#begin(request)],
      [TAG.listNotification, (request) => this.#listNotifications(request)],
      [TAG.retrieveNotificationsList, (request) => this.#retrieveNotifications(request)],
      [TAG.notificationSent, (request) => this.#removeNotification(request)],
      [TAG.getProfilesInfo, (request) => getProfilesInfo(this.#state, request, hasOddProfiles)],
      [
        TAG.enableProfile,
        async (request) => {
          const { profileIdentifier } = EnableProfileRequest.decode(request);
          const outcome = enableProfile(this.#state, identity, profileIdentifier);
          return EnableProfileResponse.encode({ result: await this.#apply(outcome) });
        },
      ],
      [
        TAG.disableProfile,
        async (request) => {
          const { profileIdentifier } = DisableProfileRequest.decode(request);
          const outcome = disableProfile(this.#state, identity, profileIdentifier);
          return DisableProfileResponse.encode({ result: await this.#apply(outcome) });
        },
      ],
      [
        TAG.deleteProfile,
        async (request) => {
          const outcome = deleteProfile(
            this.#state,
            identity,
            DeleteProfileRequest.decode(request),
          );
          return DeleteProfileResponse.encode({ result: await this.#apply(outcome) });
        },
      ],
      [
        TAG.setNickname,
        async (request) => {
          const { iccid, profileNickname } = SetNicknameRequest.decode(request);
          const outcome = setNickname(this.#state, iccid, profileNickname);
          return SetNicknameResponse.encode({ result: await this.#apply(outcome) });
        },
      ],
      [
        TAG.euiccMemoryReset,
        async (request) => {
          const { resetOptions } = EuiccMemoryResetRequest.decode(request);
          const outcome = memoryReset(this.#state, identity, resetOptions);
          return EuiccMemoryResetResponse.encode({ result: await this.#apply(outcome) });
        },
      ],
      [
        TAG.getEuiccData,
        (request) => {
          GetEuiccDataRequest.decode(request);
          return GetEuiccDataResponse.encode({ eidValue: identity.eid });
        },
      ],
      [
        TAG.getEuiccConfiguredAddresses,
        () => {
          const address = this.#state.defaultDpAddress;
          const defaultDpAddress = address === '' ? undefined : address;
          return EuiccConfiguredAddressesResponse.encode({ defaultDpAddress, rootDsAddress });
        },
      ],
      [
        TAG.setDefaultDpAddress,
        async (request) => {
          const { defaultDpAddress } = SetDefaultDpAddressRequest.decode(request);
          await this.#commit({ ...this.#state, defaultDpAddress });
          return SetDefaultDpAddressResponse.encode({ result: 'ok' });
        },
      ],
      [TAG.getRat, () => GetRatResponse.encode({ rat: POLICY_AUTHORISATION })],
    ]);
  }

  #ciLists() {
    const { identity, anchors } = this.#settings;
    return {
      euiccCiPKIdListForVerification: anchors.map((anchor) => anchor.subjectKeyIdentifier),
      euiccCiPKIdListForSigning: identity.credentials.map((one) => one.ciKeyIdentifier),
    };
  }

  #euiccInfo2(): Uint8Array {
    const { info, fixedInfo2, memory } = this.#settings;
    if (fixedInfo2 !== undefined) return fixedInfo2;
    const extCardResource = ExtCardResource.encode({
      installedApplications: this.#state.profiles.length,
      freeNonVolatileMemory: Math.max(0, memory - usedMemory(this.#state)),
      freeVolatileMemory: 0x1000,
    });
    return EuiccInfo2.encode({ ...info, ...this.#ciLists(), extCardResource });
  }

  /** A new challenge is a new session: the one before is over. */
  #challenge(): Uint8Array {
    const challenge = this.#settings.random(16);
    this.#session = { stage: 'challenged', challenge };
    return GetEuiccChallengeResponse.encode({ euiccChallenge: challenge });
  }

  /** The LPA vouches for a server, once, between challenge and AuthenticateServer. */
  #zkcxServer(request: Uint8Array): Uint8Array {
    const { smdpOid, authKey, packageKey } = ZkcxServerRequest.decode(request);
    if (this.#session?.stage !== 'challenged' || this.#session.server !== undefined) {
      return ZkcxServerResponse.encode({ result: 'noSessionContext' });
    }
    // the request's buffer is not the session's
    const server = { smdpOid, authKey, packageKey };
    this.#session = { ...this.#session, server };
    return ZkcxServerResponse.encode({ result: 'ok' });
  }

  #authenticate(request: Uint8Array): Uint8Array {
    const { response, session } = authenticateServer(
      this.#settings,
      this.#session,
      this.#euiccInfo2(),
      request,
    );
    this.#session = session;
    return response;
  }

  async #prepare(request: Uint8Array): Promise<Uint8Array> {
    const kept = this.#state.oneTimeKeys;
    const { response, session } = prepareDownload(this.#settings, this.#session, kept, request);
    if (session === undefined) return response;
    this.#session = session;
    const { secretKey } = session.oneTimeKey;
    // where the LPA verified the server, no key serves a second session
    if (session.server.verifiedBy === 'lpa') return response;
    if (secretKey !== undefined && !kept.some((key) => bytesEqual(key.secretKey, secretKey))) {
      const entry = { smdpOid: session.smdpOid, secretKey };
      const oneTimeKeys = [...kept, entry].slice(-KEPT_KEYS);
      await this.#commit({ ...this.#state, oneTimeKeys });
    }
    return response;
  }

  /** ES10b.CancelSession (SGP.22 5.7.14). */
  async #cancel(request: Uint8Array): Promise<Uint8Array> {
    const { transactionId, reason } = CancelSessionRequest.decode(request);
    const session = this.#session;
    const known = session !== undefined && session.stage !== 'challenged';
    if (!known || !bytesEqual(session.transactionId, transactionId)) {
      return CancelSessionResponse.encode({ result: 'error', error: 'invalidTransactionId' });
    }
    this.#session = undefined;
    const { postponed, timeout } = CANCEL_SESSION_REASON;
    if (session.stage === 'prepared' && reason !== postponed && reason !== timeout) {
      await this.#forget(session.oneTimeKey.secretKey);
    }
    const { smdpOid } = session;
    const signed = EuiccCancelSessionSigned.encode({ transactionId, smdpOid, reason });
    return CancelSessionResponse.encode({
      result: 'ok',
      euiccCancelSessionSigned: signed,
      euiccCancelSessionSignature: sign(signingKey(session), signed),
    });
  }

  /** ES10b.LoadBoundProfilePackage: the first segment. */
  async #begin(segment: Uint8Array): Promise<Uint8Array> {
    if (this.#session?.stage !== 'prepared') {
      throw new RequestError(SW.conditionsNotSatisfied, 'no download was prepared');
    }
    this.#installer = new PackageInstaller(this.#settings, this.#session, this.#state);
    return this.#load(segment);
  }

  async #load(segment: Uint8Array): Promise<Uint8Array> {
    const ended = this.#installer!.push(segment);
    return ended === undefined ? new Uint8Array() : this.#finish(ended);
  }

  /** A package that was begun and not ended: the server learns of it by a notification. */
  async #interrupt(): Promise<void> {
    if (this.#installer !== undefined) await this.#finish(this.#installer.interrupt());
  }

  async #finish(ended: ReturnType<PackageInstaller['interrupt']>): Promise<Uint8Array> {
    this.#installer = undefined;
    this.#session = undefined;
    await this.#commit(ended.state, ended.packages);
    return ended.result;
  }

  #listNotifications(request: Uint8Array): Uint8Array {
    const { profileManagementOperation } = ListNotificationRequest.decode(request);
    const found = notificationsOf(this.#state, profileManagementOperation);
    const notifications = found.map(({ der }) => metadataOf(der));
    return ListNotificationResponse.encode({ result: 'ok', notifications });
  }

  #retrieveNotifications(request: Uint8Array): Uint8Array {
    const { searchCriteria } = RetrieveNotificationsListRequest.decode(request);
    const { seqNumber, profileManagementOperation }: NotificationSearch = searchCriteria ?? {};
    const found = notificationsOf(this.#state, profileManagementOperation).filter(
      (one) => seqNumber === undefined || one.seqNumber === seqNumber,
    );
    return RetrieveNotificationsListResponse.encode({
      result: 'ok',
      notifications: found,
    });
  }

  async #removeNotification(request: Uint8Array): Promise<Uint8Array> {
    const sent = NotificationSentRequest.decode(request).seqNumber;
    const notifications = this.#state.notifications.filter(({ seqNumber }) => seqNumber !== sent);
    if (notifications.length === this.#state.notifications.length) {
      return NotificationSentResponse.encode({ result: 'nothingToDelete' });
    }
    await this.#commit({ ...this.#state, notifications });
    return NotificationSentResponse.encode({ result: 'ok' });
  }

  async #apply<R extends string>({ result, state, packages }: Outcome<R>): Promise<'ok' | R> {
    if (state !== this.#state) await this.#commit(state, packages);
    return result;
  }

  async #forget(secretKey: Uint8Array | undefined): Promise<void> {
    const oneTimeKeys = this.#state.oneTimeKeys.filter(
      (key) => secretKey === undefined || !bytesEqual(key.secretKey, secretKey),
    );
    if (oneTimeKeys.length < this.#state.oneTimeKeys.length) {
      await this.#commit({ ...this.#state, oneTimeKeys });
    }
  }

  /** What is stored comes first: the answer says that it is. */
  async #commit(state: EuiccState, packages?: Outcome<string>['packages']): Promise<void> {
    await this.#store.commit(state, packages);
    this.#state = state;
  }
}

const ANY_OPERATOR = { mccMnc: Uint8Array.of(0xee, 0xee, 0xee) };

/** Any operator may set either rule, if the user agrees. */
const POLICY_AUTHORISATION = [
  { pprIds: ['ppr1', 'ppr2'], allowedOperators: [ANY_OPERATOR], pprFlags: ['consentRequired'] },
] as const satisfies readonly PolicyAuthorisation[];
