/**
 * ES10 over APDUs (SGP.22 5.7.2): a function's request goes to the ISD-R in STORE DATA commands, its
 * response comes back with them and by GET RESPONSE.
 */
import { bytes, checked } from '../../arguments.ts';
import { concatBytes } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import * as argument from './arguments.ts';
import { classOnChannel, encodeCommand, INS, parseResponse, SW, swName } from './command.ts';
import type { ApduInterface } from './interface.ts';

/** AID of the ISD-R (SGP.22 2.4.3); some cards have it under another one. */
export const ISDR_AID = Uint8Array.from(Buffer.from('A0000005591010FFFFFFFF8900000100', 'hex'));

/** Data bytes of one STORE DATA command; every card takes these, many take 255. */
export const DEFAULT_BLOCK_SIZE = 120;

/** Beyond any response of an eUICC; stops a card that never ends. */
const MAX_RESPONSE = 1 << 20;

const MORE_BLOCKS = 0x11;
const LAST_BLOCK = 0x91;

export interface Es10Options {
  /** AID of the ISD-R; default: ISDR_AID. */
  readonly aid?: Uint8Array;
  /** Data bytes a block, 1 to 255. */
  readonly blockSize?: number;
}

export interface Es10Channel {
  /**
   * Send the bytes of one request (or one segment of a bound profile package) and collect the response,
   * which is empty for a segment that asks for none.
   */
  request(data: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
}

/**
 * Connect to the card and select the ISD-R on a logical channel of its own.
 *
 * @throws ERR_RSP_APDU if the interface or the card fails, with the status word as reason
 */
export async function openIsdr(
  apdu: ApduInterface,
  options: Es10Options = {},
): Promise<Es10Channel> {
  checked(apdu, argument.apduInterface, 'the interface of openIsdr');
  checked(options, argument.es10Options, 'the options of openIsdr');
  const { aid = ISDR_AID, blockSize = DEFAULT_BLOCK_SIZE } = options;
  await apdu.connect();
  let channel: number;
  try {
    channel = await apdu.openChannel(aid);
  } catch (error) {
    await apdu.disconnect().catch(() => {});
    throw error;
  }
  const cla = classOnChannel(0x80, channel);
  return {
    async request(data) {
      checked(data, bytes, 'a request of ES10');
      return readResponse(apdu, cla, await sendBlocks(apdu, cla, data, blockSize));
    },
    async close() {
      try {
        await apdu.closeChannel(channel);
      } finally {
        await apdu.disconnect();
      }
    },
  };
}

type CardResponse = ReturnType<typeof parseResponse>;

async function sendBlocks(
  apdu: ApduInterface,
  cla: number,
  data: Uint8Array,
  blockSize: number,
): Promise<CardResponse> {
  const blocks = Math.max(1, Math.ceil(data.length / blockSize));
  // P2 counts in one byte
  if (blocks > 256) {
    throw new ZkcxError('ERR_RSP_APDU', `a request of ${data.length} bytes needs above 256 blocks`);
  }
  for (let block = 0; ; block++) {
    const last = block === blocks - 1;
    const response = parseResponse(
      await apdu.transmit(
        encodeCommand({
          cla,
          ins: INS.storeData,
          p1: last ? LAST_BLOCK : MORE_BLOCKS,
          p2: block,
          data: data.subarray(block * blockSize, (block + 1) * blockSize),
        }),
      ),
    );
    if (last) return response;
    if (response.sw !== SW.done) throw refused(response.sw);
  }
}

async function readResponse(
  apdu: ApduInterface,
  cla: number,
  first: CardResponse,
): Promise<Uint8Array> {
  const parts = [first.data];
  let total = first.data.length;
  let { sw } = first;
  while ((sw & 0xff00) === SW.moreData) {
    const le = sw & 0xff || 256;
    const command = { cla, ins: INS.getResponse, p1: 0, p2: 0, data: new Uint8Array(), le };
    const next = parseResponse(await apdu.transmit(encodeCommand(command)));
    total += next.data.length;
    if (total > MAX_RESPONSE || (next.data.length === 0 && next.sw !== SW.done)) {
      throw new ZkcxError('ERR_RSP_APDU', "the card's response does not end");
    }
    parts.push(next.data);
    sw = next.sw;
  }
  if (sw !== SW.done) throw refused(sw);
  return concatBytes(...parts);
}

function refused(sw: number): ZkcxError {
  return new ZkcxError('ERR_RSP_APDU', `the eUICC refused an ES10 request with ${swName(sw)}`, {
    reason: swName(sw),
  });
}
