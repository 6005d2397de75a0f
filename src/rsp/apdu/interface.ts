import { checked } from '../../arguments.ts';
import { bytesToHex } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import * as argument from './arguments.ts';
import { classOnChannel, encodeCommand, INS, parseResponse, SW, swName } from './command.ts';

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

/** The interface to a card in this process. */
export function cardInterface(card: Card): ApduInterface {
  checked(card, argument.card, 'cardInterface');
  return checkedInterface({
    connect: () => card.reset(),
    disconnect: async () => {},
    openChannel: (aid) => openChannel(card, aid),
    async closeChannel(channel) {
      const close = encodeCommand(manageChannel(0x80, channel));
      expectDone(await card.transmit(close), 'closing a logical channel');
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
  const open = encodeCommand({ ...manageChannel(0x00, 0x00), le: 1 });
  const [channel] = expectDone(await card.transmit(open), 'opening a logical channel');
  if (channel === undefined || channel === 0 || channel > 19) {
    throw new ZkcxError('ERR_RSP_APDU', 'the card named no logical channel');
  }
  const cla = classOnChannel(0x00, channel);
  const select = encodeCommand({ cla, ins: INS.select, p1: 0x04, p2: 0x00, data: aid });
  const { sw } = parseResponse(await card.transmit(select));
  if (sw === SW.done || (sw & 0xff00) === SW.moreData) return channel;
  await card.transmit(encodeCommand(manageChannel(0x80, channel)));
  throw new ZkcxError(
    'ERR_RSP_APDU',
    `the card has no application ${bytesToHex(aid)} (${swName(sw)}); give the ISD-R's AID`,
    { reason: swName(sw) },
  );
}

const manageChannel = (p1: number, p2: number) => ({
  cla: 0x00,
  ins: INS.manageChannel,
  p1,
  p2,
  data: new Uint8Array(),
});

function expectDone(response: Uint8Array, what: string): Uint8Array {
  const { data, sw } = parseResponse(response);
  if (sw !== SW.done) {
    throw new ZkcxError('ERR_RSP_APDU', `${what}: the card answered ${swName(sw)}`, {
      reason: swName(sw),
    });
  }
  return data;
}
