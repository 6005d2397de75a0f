import { checked } from '../../arguments.ts';
import { bytesToHex } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import * as argument from './arguments.ts';
import { classOnChannel, encodeCommand, INS, parseResponse } from './command.ts';
import { exchange } from './exchange.ts';
import { outcomeOf, refusedWith } from './status.ts';

/** A card by itself: raw commands in, raw answers out, one after the other. */
export interface Card {
  /** Power on or warm reset: only the basic channel is open afterwards, nothing is selected. */
  reset(): Promise<void>;
  transmit(command: Uint8Array): Promise<Uint8Array>;
}

/**
 * How an LPA reaches a card, whatever lies between: the same program, a child process, a socket.
 * Errors are ZkcxErrors with ERR_RSP_APDU.
 */
export interface ApduInterface {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  /** Open a logical channel and select an application on it; answers the channel's number. */
  openChannel(aid: Uint8Array): Promise<number>;
  closeChannel(channel: number): Promise<void>;
  transmit(command: Uint8Array): Promise<Uint8Array>;
}

/** Of the channels beside the basic one (ETSI TS 102 221, 10.1.1). */
export const MAX_CHANNEL = 19;

/** The interface to a card in this process. */
export function cardInterface(card: Card): ApduInterface {
  checked(card, argument.card, 'cardInterface');
  return checkedInterface({
    connect: () => card.reset(),
    disconnect: async () => {},
    openChannel: (aid) => openChannel(card, aid),
    async closeChannel(channel) {
      const { sw } = await exchange(card, manageChannel(0x80, channel), false);
      if (!isDone(sw)) throw refusedWith(sw, 'closing a logical channel');
    },
    transmit: (command) => card.transmit(command),
  });
}

/** The same interface, which refuses what is no command before the card sees it. */
export function checkedInterface(apdu: ApduInterface): ApduInterface {
  return {
    ...apdu,
    openChannel: async (aid) =>
      apdu.openChannel(checked(aid, argument.commandData, 'the AID of openChannel')),
    closeChannel: async (channel) =>
      apdu.closeChannel(checked(channel, argument.channelNumber, 'closeChannel')),
    transmit: async (command) => apdu.transmit(checked(command, argument.command, 'transmit')),
  };
}

/** MANAGE CHANNEL, then SELECT by AID; the channel is closed again if the AID is not there. */
async function openChannel(card: Card, aid: Uint8Array): Promise<number> {
  const { data, sw } = await exchange(card, { ...manageChannel(0x00, 0x00), le: 1 });
  if (!isDone(sw)) throw refusedWith(sw, 'opening a logical channel');
  const [channel] = data;
  if (channel === undefined || channel === 0 || channel > MAX_CHANNEL) {
    throw new ZkcxError(
      'ERR_RSP_APDU',
      'the card named no logical channel: use its basic channel (--basic-channel)',
      { reason: 'channel' },
    );
  }
  try {
    await selectApplication(card, channel, aid);
  } catch (error) {
    // why it is not there is what people need to know
    await card.transmit(encodeCommand(manageChannel(0x80, channel))).catch(() => {});
    throw error;
  }
  return channel;
}

/** SELECT by AID. What it answers is of no interest, and is not fetched. */
export async function selectApplication(
  card: Pick<Card, 'transmit'>,
  channel: number,
  aid: Uint8Array,
): Promise<void> {
  const cla = classOnChannel(0x00, channel);
  const select = { cla, ins: INS.select, p1: 0x04, p2: 0x00, data: aid };
  let { sw } = parseResponse(await card.transmit(encodeCommand(select)));
  if (outcomeOf(sw) === 'le') ({ sw } = await exchange(card, { ...select, le: sw & 0xff || 256 }));
  if (outcomeOf(sw) === 'more' || isDone(sw)) return;
  throw refusedWith(sw, `selecting the application ${bytesToHex(aid)}`);
}

/** A warning, such as that of a proactive command, leaves the application selected. */
function isDone(sw: number): boolean {
  const outcome = outcomeOf(sw);
  return outcome === 'done' || outcome === 'warning';
}

const manageChannel = (p1: number, p2: number) => ({
  cla: 0x00,
  ins: INS.manageChannel,
  p1,
  p2,
  data: new Uint8Array(),
});
