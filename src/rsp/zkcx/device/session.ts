/** A zkCX session from the device's end: the sealed channel, and how far it has come. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ZkcxError } from '../../../errors.ts';
import type { SessionOpenings } from '../../../witness/presentation.ts';
import { assertGoesOn, type CancelReason, failureOf } from '../../lpa/endings.ts';
import type { Es10, Es9p } from '../../lpa/index.ts';
import { checkTransaction } from '../../lpa/server-checks.ts';
import { CANCEL_SESSION_REASON } from '../../../sgp22/messages/cancel-session.ts';
import { encodeJson } from '../../../sgp22/messages/es9p.ts';
import { hexToBytes } from '../../../sgp22/messages/identifiers.ts';
import { ClientChannel } from '../channel.ts';
import {
  decodeZkcxAnswer,
  encodeZkcxRequest,
  SEALED_ANSWER,
  SEALED_REQUEST,
  ZKCX,
  type ZkcxAnswer,
  type ZkcxFunction,
  type ZkcxRequest,
} from '../messages.ts';
import type { Initiated } from './initiate.ts';

/** What a presentation leaves with the device, for openings. Private. */
export interface Presented {
  readonly openings: SessionOpenings;
  /** CERT.EUICC, DER: of the eUICC that signed. */
  readonly certificate: Uint8Array;
}

/**
 * `open`: nothing of the device was sent. `presented`: the server has the presentation.
 * `disclosed`: in `zkcx-device`, the server knows the eUICC.
 */
export type Stage = 'open' | 'presented' | 'disclosed';

export interface SessionParts {
  readonly es10: Es10;
  readonly server: Es9p;
  /** Milliseconds before a busy server is asked again, longer each time; default: 5,000. */
  readonly busyDelay?: number;
  /** The user stops: a busy server is not waited for any longer. */
  readonly signal?: AbortSignal;
}

/** Tries of one message; more than a minute in all. */
const BUSY_TRIES = 6;

export class DeviceSession {
  readonly initiated: Initiated;
  readonly server: Es9p;
  stage: Stage = 'open';
  presented: Presented | undefined;
  /** transactionId of the RSP session that waits in the eUICC's memory, if one does. */
  waiting: Uint8Array | undefined;
  readonly #channel: ClientChannel;
  readonly #es10: Es10;
  readonly #busyDelay: number;
  readonly #signal: AbortSignal | undefined;

  private constructor(
    initiated: Initiated,
    channel: ClientChannel,
    { es10, server, busyDelay = 5_000, signal }: SessionParts,
  ) {
    this.initiated = initiated;
    this.#channel = channel;
    this.server = server;
    this.#es10 = es10;
    this.#busyDelay = busyDelay;
    this.#signal = signal;
  }

  /** A channel to the one-time key that the server signed. */
  static async open(initiated: Initiated, parts: SessionParts): Promise<DeviceSession> {
    const key = hexToBytes(initiated.offer.hpkeKey, 'the one-time key');
    return new DeviceSession(initiated, await ClientChannel.open(key, initiated.transcript), parts);
  }

  /** T: what messages are addressed to. */
  get transactionId(): Uint8Array {
    return this.initiated.transcript.transactionId;
  }

  get isDeviceMode(): boolean {
    return this.initiated.offer.rspMode === 'zkcx-device';
  }

  /**
   * One sealed message and its answer.
   *
   * @throws RspRefusal if the server refuses, inside the seal or outside; ERR_RSP_ZKCX_SEALED and
   * ERR_RSP_ZKCX_MESSAGE for an answer that is not one to this message; the codes of `Es9p.exchange`
   */
  async exchange<F extends ZkcxFunction>(name: F, request: ZkcxRequest<F>): Promise<ZkcxAnswer<F>> {
    const { transactionId } = this;
    const zkcx = await this.#channel.seal(name, encodeZkcxRequest(name, request));
    const body = encodeJson(SEALED_REQUEST, { transactionId, zkcx });
    const answer = await this.#send(ZKCX[name].path, body);
    checkTransaction(answer.transactionId, transactionId);
    return decodeZkcxAnswer(name, await this.#channel.openAnswer(answer.zkcx));
  }

  /** A server that has no room, or cannot verify just now, has not answered: the same bytes may come again. */
  async #send(path: string, body: object) {
    for (let tried = 1; ; tried++) {
      try {
        return await this.server.exchange(path, body, SEALED_ANSWER);
      } catch (error) {
        if (!isBusy(error) || tried >= BUSY_TRIES) throw error;
        const signal = this.#signal;
        await sleep(tried * this.#busyDelay, undefined, { signal }).catch(() => undefined);
        assertGoesOn(signal);
      }
    }
  }

  /**
   * End the session in the eUICC and tell the server. What the eUICC signs about it stays here while the server knows
   * no key of the device: until the disclosure in `zkcx-device`, until the presentation in `zkcx`. Returns why the
   * server could not be told.
   */
  async cancel(reason: CancelReason): Promise<string | undefined> {
    return failureOf(async () => {
      await this.exchange('cancelSession', await this.#cancellation(reason));
      return undefined;
    });
  }

  /** End the session in the eUICC alone: to the server, one silence is like another. */
  async leave(): Promise<void> {
    await failureOf(async () => {
      await this.#cancelInEuicc('postponed');
      return undefined;
    });
  }

  async #cancellation(reason: CancelReason): Promise<ZkcxRequest<'cancelSession'>> {
    const isKnown = this.isDeviceMode ? this.stage === 'disclosed' : this.stage !== 'open';
    if (!isKnown) {
      await this.leave();
      return { kind: 'reason', reason: CANCEL_SESSION_REASON[reason] };
    }
    const response = await this.#cancelInEuicc(reason);
    if (response?.result === 'ok') return { kind: 'signature', cancelSessionResponse: response };
    throw new ZkcxError(
      'ERR_RSP_CARD',
      `the eUICC answered ${response?.error ?? 'that it has no session'}`,
    );
  }

  async #cancelInEuicc(reason: CancelReason) {
    const transactionId = this.waiting;
    this.waiting = undefined;
    if (transactionId === undefined) return undefined;
    return this.#es10.cancelSession({ transactionId, reason: CANCEL_SESSION_REASON[reason] });
  }
}

const isBusy = (error: unknown) =>
  error instanceof ZkcxError && error.code === 'ERR_RSP_SERVER' && error.reason === '503';
