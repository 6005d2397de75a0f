/** The ISD-R: which ES10 function a request is, and what it does to session and state (SGP.22 5.7). */
import { bytesEqual } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import { SW } from '../apdu/index.ts';
import {
  CANCEL_SESSION_ERROR,
  CANCEL_SESSION_REASON,
  decodeCancelSessionRequest,
  encodeCancelSessionResponse,
  encodeEuiccCancelSessionSigned,
} from '../../sgp22/messages/cancel-session.ts';
import {
  decodeGetEidRequest,
  decodeSetDefaultDpAddressRequest,
  encodeEuiccConfiguredAddressesResponse,
  encodeGetEidResponse,
  encodeGetRatResponse,
} from '../../sgp22/messages/euicc-data.ts';
import type { PolicyAuthorisation } from '../../sgp22/messages/euicc-data.ts';
import {
  encodeEuiccInfo1,
  encodeEuiccInfo2,
  encodeExtCardResource,
  encodeGetEuiccChallengeResponse,
} from '../../sgp22/messages/euicc-info.ts';
import {
  decodeListNotificationRequest,
  decodeNotificationSentRequest,
  decodeRetrieveNotificationsListRequest,
  encodeListNotificationResponse,
  encodeRetrieveNotificationsListResponse,
} from '../../sgp22/messages/notifications.ts';
import {
  decodeDeleteProfileRequest,
  decodeEuiccMemoryResetRequest,
  decodeSetNicknameRequest,
  decodeSwitchProfileRequest,
  encodeResult,
} from '../../sgp22/messages/profile-management.ts';
import { sign } from '../../sgp22/messages/signature.ts';
import { encodeVersion } from '../../sgp22/messages/identifiers.ts';
import {
  decodeZkcxServerRequest,
  encodeZkcxServerResponse,
} from '../../sgp22/messages/zkcx-server.ts';
import { encodeTlv, TlvReader } from '../../asn1/tlv.ts';
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
import type { Session } from './session.ts';
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
    this.template = encodeTlv(0xe0, encodeVersion(0x82, settings.info.svn));
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
      const tag = new TlvReader(data, 'the request').peek();
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
    const { identity, info, rootDsAddress, firmware } = this.#settings;
    const extra: [number, Handler][] =
      firmware === 'zkcx' ? [[0xbf70, (request) => this.#zkcxServer(request)]] : [];
    return new Map<number, Handler>([
      ...extra,
      [0xbf20, () => encodeEuiccInfo1({ svn: info.svn, ...this.#ciLists() })],
      [0xbf22, () => this.#euiccInfo2()],
      [0xbf2e, () => this.#challenge()],
      [0xbf38, (request) => this.#authenticate(request)],
      [0xbf21, (request) => this.#prepare(request)],
      [0xbf41, (request) => this.#cancel(request)],
      [0xbf36, (request) => this.#begin(request)],
      [0xbf28, (request) => this.#listNotifications(request)],
      [0xbf2b, (request) => this.#retrieveNotifications(request)],
      [0xbf30, (request) => this.#removeNotification(request)],
      [0xbf2d, (request) => getProfilesInfo(this.#state, request)],
      [0xbf31, (request) => this.#switch('enableProfile', request)],
      [0xbf32, (request) => this.#switch('disableProfile', request)],
      [
        0xbf33,
        async (request) => {
          const which = decodeDeleteProfileRequest(request);
          return encodeResult(
            'deleteProfile',
            await this.#apply(deleteProfile(this.#state, identity, which)),
          );
        },
      ],
      [
        0xbf29,
        async (request) => {
          const { iccid, profileNickname } = decodeSetNicknameRequest(request);
          return encodeResult(
            'setNickname',
            await this.#apply(setNickname(this.#state, iccid, profileNickname)),
          );
        },
      ],
      [
        0xbf34,
        async (request) => {
          const options = decodeEuiccMemoryResetRequest(request);
          return encodeResult(
            'euiccMemoryReset',
            await this.#apply(memoryReset(this.#state, identity, options)),
          );
        },
      ],
      [
        0xbf3e,
        (request) => {
          decodeGetEidRequest(request);
          return encodeGetEidResponse(identity.eid);
        },
      ],
      [
        0xbf3c,
        () => {
          const address = this.#state.defaultDpAddress;
          const defaultDpAddress = address === '' ? undefined : address;
          return encodeEuiccConfiguredAddressesResponse({ defaultDpAddress, rootDsAddress });
        },
      ],
      [
        0xbf3f,
        async (request) => {
          const defaultDpAddress = decodeSetDefaultDpAddressRequest(request);
          await this.#commit({ ...this.#state, defaultDpAddress });
          return encodeResult('setDefaultDpAddress', 'ok');
        },
      ],
      [0xbf43, () => encodeGetRatResponse(POLICY_AUTHORISATION)],
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
    const extCardResource = encodeExtCardResource({
      installedApplications: this.#state.profiles.length,
      freeNonVolatileMemory: Math.max(0, memory - usedMemory(this.#state)),
      freeVolatileMemory: 0x1000,
    });
    return encodeEuiccInfo2({ ...info, ...this.#ciLists(), extCardResource });
  }

  /** A new challenge is a new session: the one before is over. */
  #challenge(): Uint8Array {
    const challenge = this.#settings.random(16);
    this.#session = { stage: 'challenged', challenge };
    return encodeGetEuiccChallengeResponse(challenge);
  }

  /** The LPA vouches for a server, once, between challenge and AuthenticateServer. */
  #zkcxServer(request: Uint8Array): Uint8Array {
    const server = decodeZkcxServerRequest(request);
    if (this.#session?.stage !== 'challenged' || this.#session.server !== undefined) {
      return encodeZkcxServerResponse('noSessionContext');
    }
    this.#session = { ...this.#session, server };
    return encodeZkcxServerResponse('ok');
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
    const { transactionId, reason } = decodeCancelSessionRequest(request);
    const session = this.#session;
    const known = session !== undefined && session.stage !== 'challenged';
    if (!known || !bytesEqual(session.transactionId, transactionId)) {
      const error = CANCEL_SESSION_ERROR.invalidTransactionId;
      return encodeCancelSessionResponse({ result: 'error', error });
    }
    this.#session = undefined;
    const { postponed, timeout } = CANCEL_SESSION_REASON;
    if (session.stage === 'prepared' && reason !== postponed && reason !== timeout) {
      await this.#forget(session.oneTimeKey.secretKey);
    }
    const { smdpOid, credential } = session;
    const signed = encodeEuiccCancelSessionSigned({ transactionId, smdpOid, reason });
    return encodeCancelSessionResponse({
      result: 'ok',
      euiccCancelSessionSigned: signed,
      euiccCancelSessionSignature: sign(credential.secretKey, signed),
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
    const found = notificationsOf(this.#state, decodeListNotificationRequest(request));
    const notifications = found.map(({ der }) => metadataOf(der));
    return encodeListNotificationResponse({ result: 'ok', notifications });
  }

  #retrieveNotifications(request: Uint8Array): Uint8Array {
    const search = decodeRetrieveNotificationsListRequest(request);
    const found = notificationsOf(this.#state, search.profileManagementOperation).filter(
      ({ seqNumber }) => search.seqNumber === undefined || seqNumber === search.seqNumber,
    );
    return encodeRetrieveNotificationsListResponse({
      result: 'ok',
      notifications: found.map(({ der }) => der),
    });
  }

  async #removeNotification(request: Uint8Array): Promise<Uint8Array> {
    const sent = decodeNotificationSentRequest(request);
    const notifications = this.#state.notifications.filter(({ seqNumber }) => seqNumber !== sent);
    if (notifications.length === this.#state.notifications.length) {
      return encodeResult('notificationSent', 'nothingToDelete');
    }
    await this.#commit({ ...this.#state, notifications });
    return encodeResult('notificationSent', 'ok');
  }

  async #switch(
    name: 'enableProfile' | 'disableProfile',
    request: Uint8Array,
  ): Promise<Uint8Array> {
    const { identity } = this.#settings;
    const { profileIdentifier } = decodeSwitchProfileRequest(name, request);
    return name === 'enableProfile'
      ? encodeResult(
          name,
          await this.#apply(enableProfile(this.#state, identity, profileIdentifier)),
        )
      : encodeResult(
          name,
          await this.#apply(disableProfile(this.#state, identity, profileIdentifier)),
        );
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
  { pprIds: ['ppr1', 'ppr2'], allowedOperators: [ANY_OPERATOR], consentRequired: true },
] as const satisfies readonly PolicyAuthorisation[];
