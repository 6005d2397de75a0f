/**
 * The card side of APDUs: logical channels, selection of the ISD-R, STORE DATA in blocks, GET RESPONSE
 * (ISO/IEC 7816-4; SGP.22 5.7.2). What the requests mean is the ISD-R's business.
 */
import { bytes as bytesForm, checked } from '../../arguments.ts';
import { bytesEqual, concatBytes } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import {
  channelOfClass,
  encodeResponse,
  INS,
  ISDR_AID,
  MAX_CHANNEL,
  parseCommand,
  SW,
} from '../apdu/index.ts';
import type { Card, CommandApdu } from '../apdu/index.ts';
import type { CardQuirk } from './quirk-names.ts';
import { PROACTIVE_WAITS } from './quirks.ts';
import { RequestError } from './request-error.ts';

/** What stands behind the ISD-R's AID. */
export interface Application {
  /** Answer to SELECT. */
  readonly template: Uint8Array;
  /** Power was lost, or the application was selected anew: what is not stored is gone. */
  reset(): Promise<void>;
  /** Bytes of one request or segment in, its response out; throws RequestError. */
  process(data: Uint8Array): Promise<Uint8Array>;
}

export interface CardOptions {
  /** AID of the ISD-R. */
  readonly aid?: Uint8Array;
  /** Logical channels beside the basic one, 1 to 19. */
  readonly channels?: number;
  /** Data bytes of one answer, 1 to 256. */
  readonly responseSize?: number;
  /** Data bytes of one command, 1 to 2,048; default 255. Above that with extended lengths. */
  readonly maxData?: number;
  /** Ways of cards in the field that it shall have; default: none. */
  readonly quirks?: readonly CardQuirk[];
}

/** The first logical channel of a card with high ones. */
const HIGH_CHANNEL = 5;

interface Channel {
  selected: boolean;
  /** Blocks of the STORE DATA chain so far. */
  blocks: Uint8Array[];
  /** Response bytes that GET RESPONSE has not fetched. */
  pending: Uint8Array;
}

const newChannel = (): Channel => ({ selected: false, blocks: [], pending: new Uint8Array() });

export class EuiccCard implements Card {
  readonly #application: Application;
  readonly #aid: Uint8Array;
  readonly #limit: number;
  readonly #responseSize: number;
  readonly #maxData: number;
  readonly #quirks: ReadonlySet<CardQuirk>;
  #channels = new Map<number, Channel>([[0, newChannel()]]);
  /** Commands run one after the other, whoever sends them. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(application: Application, options: CardOptions = {}) {
    this.#application = application;
    this.#aid = options.aid ?? ISDR_AID;
    this.#limit = options.channels ?? 3;
    this.#responseSize = options.responseSize ?? 256;
    this.#maxData = options.maxData ?? 255;
    this.#quirks = new Set(options.quirks);
  }

  reset(): Promise<void> {
    return this.#inTurn(async () => {
      this.#channels = new Map([[0, newChannel()]]);
      await this.#application.reset();
    });
  }

  async transmit(bytes: Uint8Array): Promise<Uint8Array> {
    checked(bytes, bytesForm, 'a command to the eUICC');
    return this.#inTurn(() => this.#run(bytes));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }

  async #run(bytes: Uint8Array): Promise<Uint8Array> {
    const command = parseCommand(bytes);
    if (command === undefined || command.data.length > this.#maxData) {
      return encodeResponse(SW.wrongLength);
    }
    const number = channelOfClass(command.cla);
    if (number === undefined) return encodeResponse(SW.classNotSupported);
    const channel = this.#channels.get(number);
    if (channel === undefined) return encodeResponse(SW.channelNotSupported);
    switch (command.ins) {
      case INS.manageChannel:
        return this.#manage(command);
      case INS.select:
        return this.#select(channel, command);
      case INS.storeData:
        return this.#store(channel, command);
      case INS.getResponse:
        return this.#fetch(channel, command);
      default:
        return encodeResponse(SW.instructionNotSupported);
    }
  }

  #manage({ p1, p2, le }: CommandApdu): Uint8Array {
    if (this.#quirks.has('no-channels')) return encodeResponse(SW.channelNotSupported);
    if (p1 === 0x00 && p2 === 0x00) {
      if (this.#quirks.has('exact-le') && le !== 1) return encodeResponse(SW.wrongLe | 1);
      const first = this.#quirks.has('high-channels') ? HIGH_CHANNEL : 1;
      for (let number = first; number < first + this.#limit && number <= MAX_CHANNEL; number++) {
        if (this.#channels.has(number)) continue;
        this.#channels.set(number, newChannel());
        return encodeResponse(SW.done, Uint8Array.of(number));
      }
      return encodeResponse(SW.functionNotSupported);
    }
    if (p1 !== 0x80 || p2 === 0) return encodeResponse(SW.wrongParameters);
    if (this.#quirks.has('close-fails')) return encodeResponse(SW.unknown);
    return encodeResponse(this.#channels.delete(p2) ? SW.done : SW.channelNotSupported);
  }

  async #select(channel: Channel, { p1, p2, data }: CommandApdu): Promise<Uint8Array> {
    if (p1 !== 0x04 || (p2 & 0xf3) !== 0) return encodeResponse(SW.wrongParameters);
    if (!bytesEqual(data, this.#aid)) return encodeResponse(SW.notFound);
    Object.assign(channel, newChannel(), { selected: true });
    channel.pending = this.#application.template;
    return encodeResponse(this.#remaining(channel));
  }

  async #store(channel: Channel, { cla, p1, p2, data, le }: CommandApdu): Promise<Uint8Array> {
    if ((cla & 0x80) === 0) return encodeResponse(SW.classNotSupported);
    if (!channel.selected) return encodeResponse(SW.conditionsNotSatisfied);
    const last = p1 === 0x91;
    // block 0 begins anew: the LPA may have given up in the middle of a chain
    if (p2 === 0) channel.blocks = [];
    if ((!last && p1 !== 0x11) || p2 !== channel.blocks.length) {
      channel.blocks = [];
      return encodeResponse(SW.wrongParameters);
    }
    channel.blocks.push(data);
    channel.pending = new Uint8Array();
    if (!last) return encodeResponse(this.#remaining(channel));
    const request = concatBytes(...channel.blocks);
    channel.blocks = [];
    try {
      return this.#answer(channel, await this.#application.process(request), le);
    } catch (error) {
      if (error instanceof RequestError) return encodeResponse(error.sw);
      // its store failed: nothing has changed
      if (error instanceof ZkcxError) return encodeResponse(SW.unknown);
      throw error;
    }
  }

  #fetch(channel: Channel, { cla, le = 256 }: CommandApdu): Uint8Array {
    if (this.#quirks.has('iso-get-response') && cla >= 0x80) {
      return encodeResponse(SW.classNotSupported);
    }
    if (channel.pending.length === 0) return encodeResponse(SW.conditionsNotSatisfied);
    const expected = Math.min(channel.pending.length, this.#responseSize);
    const isExact = this.#quirks.has('exact-le') || this.#quirks.has('warnings');
    if (isExact && le !== expected) return encodeResponse(SW.wrongLe | (expected & 0xff));
    return this.#take(channel, le);
  }

  /** What STORE DATA answers to its last block. */
  #answer(channel: Channel, response: Uint8Array, le: number | undefined): Uint8Array {
    const namesLe = this.#quirks.has('needs-le');
    channel.pending = namesLe && le === undefined ? new Uint8Array() : response;
    if (channel.pending.length === 0) return encodeResponse(this.#remaining(channel));
    if (this.#quirks.has('warnings')) return encodeResponse(SW.warning);
    return namesLe || this.#quirks.has('direct')
      ? this.#take(channel, 256)
      : encodeResponse(this.#remaining(channel));
  }

  #take(channel: Channel, le: number): Uint8Array {
    const data = channel.pending.slice(0, Math.min(le, this.#responseSize));
    channel.pending = channel.pending.slice(data.length);
    return encodeResponse(this.#remaining(channel), data);
  }

  /** Done, or 61xx with the bytes that are left; 00 says 256 or more. */
  #remaining({ pending }: Channel): number {
    if (pending.length > 0) return SW.moreData | (pending.length < 256 ? pending.length : 0);
    return this.#quirks.has('proactive') ? PROACTIVE_WAITS : SW.done;
  }
}
