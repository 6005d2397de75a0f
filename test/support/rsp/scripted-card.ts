/** A card that answers as a test says: ISD-R and channels are there, everything else is the test's. */
import type { ApduInterface } from '../../../src/rsp/apdu/index.ts';

export const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
export const bytesOf = (hex: string) =>
  Uint8Array.from(Buffer.from(hex.replaceAll(/\s/g, ''), 'hex'));

export interface ScriptedCard extends ApduInterface {
  /** Commands so far, in hexadecimal. */
  readonly sent: string[];
}

/** `answer` gets each command in hexadecimal and its number, and gives the answer in hexadecimal. */
export function scriptedCard(
  answer: (command: string, number: number) => string,
  changes: Partial<ApduInterface> = {},
): ScriptedCard {
  const sent: string[] = [];
  return {
    sent,
    connect: async () => {},
    disconnect: async () => {},
    openChannel: async () => 1,
    closeChannel: async () => {},
    transmit: async (command) => {
      sent.push(hexOf(command));
      return bytesOf(answer(hexOf(command), sent.length - 1));
    },
    ...changes,
  };
}

/** The answers, one after the other; the last one again and again. */
export const answers =
  (...list: string[]) =>
  (_: string, number: number): string =>
    list[Math.min(number, list.length - 1)]!;
