/**
 * ES10 over APDUs (SGP.22 5.7.2): a function's request goes to the ISD-R in STORE DATA commands, its
 * response comes back with them and by GET RESPONSE.
 */
import { bytes, checked } from '../../arguments.ts';
import { bytesToHex } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import * as argument from './arguments.ts';
import { classOnChannel, INS } from './command.ts';
import { type CardAnswer, exchange } from './exchange.ts';
import { type ApduInterface, MAX_CHANNEL, selectApplication } from './interface.ts';
import { outcomeOf, refusedWith } from './status.ts';

/** AID of the ISD-R (SGP.22 2.4.3); some cards have it under another one. */
export const ISDR_AID = aidOf('A0000005591010FFFFFFFF8900000100');

/** What is tried by default: that of SGP.22, then those of removable cards in the field. */
export const ISDR_AIDS: readonly Uint8Array[] = [
  ISDR_AID,
  aidOf('A0000005591010FFFFFFFF8900050500'),
  aidOf('A0000005591010000000008900000300'),
  aidOf('A0000005591010FFFFFFFF8900000177'),
  aidOf('A06573746B6D65FFFFFFFF4953442D52'),
];

/** Data bytes of one STORE DATA command; every card takes these, many take 255. */
export const DEFAULT_BLOCK_SIZE = 120;

/** P2 counts them in one byte, from 0. */
const MAX_BLOCKS = 256;

const MORE_BLOCKS = 0x11;
const LAST_BLOCK = 0x91;

/** Request of ES10b.GetEUICCInfo1: changes nothing, and every eUICC answers it. */
const GET_EUICC_INFO1 = Uint8Array.of(0xbf, 0x20, 0x00);

export interface Es10Options {
  /** AID of the ISD-R, or several that are tried in their order; default: ISDR_AIDS. */
  readonly aid?: Uint8Array | readonly Uint8Array[];
  /** Data bytes a block, 1 to 2,048; default 120. Above 255 commands have extended lengths. */
  readonly blockSize?: number;
  /** Use the basic channel: for cards without logical channels. It is taken from whoever uses it. */
  readonly basicChannel?: boolean;
  /** Name Le = 00 in every last block. Default: once the card has shown that it answers to nothing else. */
  readonly le?: boolean;
}

/**
 * What a request may be done with. `question`: it changes nothing and may be sent again. `command`: it must not
 * be done twice. `segment`: a piece of a package, to which nothing may be answered.
 */
export type Es10RequestKind = 'question' | 'command' | 'segment';

export interface Es10Channel {
  /**
   * Send the bytes of one request (or one segment of a bound profile package) and collect the response,
   * which is empty for a segment that asks for none.
   *
   * @param kind default: `segment`
   * @throws ERR_RSP_APDU if the card refuses it, or answers nothing to what is no segment
   */
  request(data: Uint8Array, kind?: Es10RequestKind): Promise<Uint8Array>;
  /** Throws if the card or the interface does: what was done before stays done. */
  close(): Promise<void>;
}

/**
 * Connect to the card and select the ISD-R, on a logical channel of its own unless told otherwise.
 *
 * @throws ERR_RSP_APDU if the interface or the card fails, with the status word as reason
 */
export async function openIsdr(
  apdu: ApduInterface,
  options: Es10Options = {},
): Promise<Es10Channel> {
  checked(apdu, argument.apduInterface, 'the interface of openIsdr');
  checked(options, argument.es10Options, 'the options of openIsdr');
  const { aid = ISDR_AIDS, basicChannel = false } = options;
  const aids = aid instanceof Uint8Array ? [aid] : aid;
  await apdu.connect();
  let channel: number;
  try {
    channel = await openFirst(apdu, aids, basicChannel);
  } catch (error) {
    await apdu.disconnect().catch(() => {});
    throw error;
  }
  return {
    request: requestsOn(apdu, channel, options),
    async close() {
      try {
        if (channel !== 0) await apdu.closeChannel(channel);
      } finally {
        await apdu.disconnect();
      }
    },
  };
}

/** The channel on which the first of the AIDs was selected that the card has. */
async function openFirst(
  apdu: ApduInterface,
  aids: readonly Uint8Array[],
  basicChannel: boolean,
): Promise<number> {
  let first: ZkcxError | undefined;
  for (const aid of aids) {
    try {
      if (!basicChannel) return assertChannel(await apdu.openChannel(aid));
      await selectApplication(apdu, 0, aid);
      return 0;
    } catch (error) {
      // without a reason it is the interface that failed: another AID does not help
      if (!(error instanceof ZkcxError) || error.reason === undefined) throw error;
      first ??= error;
    }
  }
  const names = aids.map(bytesToHex).join(', ');
  throw new ZkcxError(
    'ERR_RSP_APDU',
    `cannot open the ISD-R (${names}): ${first?.message}. Give its AID (--aid); for a card ` +
      'without logical channels use the basic one (--basic-channel)',
    { reason: first?.reason, cause: first },
  );
}

/** Interfaces answer what they like. 0 is the basic channel, of modems that have no other. */
function assertChannel(channel: number): number {
  if (Number.isInteger(channel) && channel >= 0 && channel <= MAX_CHANNEL) return channel;
  throw new ZkcxError(
    'ERR_RSP_APDU',
    'the APDU interface named a channel that no card has: use the basic channel (--basic-channel)',
    { reason: 'channel' },
  );
}

function requestsOn(apdu: ApduInterface, channel: number, options: Es10Options) {
  const cla = classOnChannel(0x80, channel);
  const { blockSize = DEFAULT_BLOCK_SIZE } = options;
  /** Whether the card answers to a named Le alone; undefined: nobody knows. */
  let needsLe = options.le === true ? true : undefined;

  const send = async (
    data: Uint8Array,
    le = needsLe ?? false,
    mayBeSilent = false,
  ): Promise<Uint8Array> => {
    const { data: response, sw } = await sendBlocks(apdu, { cla, data, blockSize, le });
    const outcome = outcomeOf(sw);
    const isWarned = outcome === 'warning' && (mayBeSilent || response.length > 0);
    if (outcome !== 'done' && !isWarned) throw refusedWith(sw, 'an ES10 request');
    if (response.length > 0) needsLe ??= le;
    return response;
  };

  const question = async (data: Uint8Array): Promise<Uint8Array> => {
    const response = await send(data);
    return response.length === 0 && needsLe === undefined ? send(data, true) : response;
  };

  /** Ask what changes nothing first, so that what changes something need not be sent twice. */
  const learn = async (): Promise<void> => {
    try {
      await question(GET_EUICC_INFO1);
    } catch (error) {
      // a card may refuse this and take the rest; an interface that fails is another matter
      if (!(error instanceof ZkcxError && /^[0-9A-F]{4}$/.test(error.reason ?? ''))) throw error;
    }
  };

  return async (data: Uint8Array, kind: Es10RequestKind = 'segment'): Promise<Uint8Array> => {
    checked(data, bytes, 'a request of ES10');
    checked(kind, argument.requestKind, 'the kind of a request of ES10');
    if (kind === 'segment') return send(data, needsLe, true);
    if (kind === 'command' && needsLe === undefined) await learn();
    let response = kind === 'question' ? await question(data) : await send(data);
    // some cards keep it for a GET RESPONSE that they did not ask for
    if (response.length === 0) response = await fetched(apdu, cla);
    if (response.length > 0) return response;
    throw new ZkcxError(
      'ERR_RSP_APDU',
      'the card took an ES10 request and answered nothing: see with "lpa list" what it did, and ' +
        'name Le to it (--le)',
      { reason: 'empty' },
    );
  };
}

async function sendBlocks(
  apdu: ApduInterface,
  request: { readonly cla: number; readonly data: Uint8Array; blockSize: number; le: boolean },
): Promise<CardAnswer> {
  const { cla, data, blockSize, le } = request;
  const blocks = Math.max(1, Math.ceil(data.length / blockSize));
  if (blocks > MAX_BLOCKS) {
    throw new ZkcxError(
      'ERR_RSP_APDU',
      `a request of ${data.length} bytes needs ${blocks} blocks, and cards count to ${MAX_BLOCKS}: ` +
        'use larger ones (--block-size)',
      { reason: 'blocks' },
    );
  }
  for (let block = 0; ; block++) {
    const last = block === blocks - 1;
    const answer = await exchange(
      apdu,
      {
        cla,
        ins: INS.storeData,
        p1: last ? LAST_BLOCK : MORE_BLOCKS,
        p2: block,
        data: data.subarray(block * blockSize, (block + 1) * blockSize),
        ...(last && le ? { le: 256 } : {}),
      },
      last,
    );
    // an answer before all was sent says that the rest is of no use
    if (last || answer.data.length > 0 || outcomeOf(answer.sw) === 'refused') return answer;
  }
}

/** What GET RESPONSE finds; nothing if the card refuses it. */
async function fetched(apdu: ApduInterface, cla: number): Promise<Uint8Array> {
  const command = { cla, ins: INS.getResponse, p1: 0, p2: 0, data: new Uint8Array(), le: 256 };
  const { data, sw } = await exchange(apdu, command, false);
  return outcomeOf(sw) === 'refused' ? new Uint8Array() : data;
}

function aidOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}
