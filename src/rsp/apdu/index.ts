/**
 * In: commands of an LPA. Out: answers of a card, in this program, in a child process or behind a socket.
 * ES10 requests are put into STORE DATA commands here, and taken out again by the card.
 */
export {
  channelOfClass,
  classOnChannel,
  encodeCommand,
  encodeResponse,
  INS,
  MAX_DATA,
  parseCommand,
  parseResponse,
  SW,
} from './command.ts';
export type { CommandApdu } from './command.ts';
export { ISDR_AID, ISDR_AIDS, openIsdr } from './es10.ts';
export type { Es10Channel, Es10Options, Es10RequestKind } from './es10.ts';
export { cardInterface, MAX_CHANNEL } from './interface.ts';
export type { ApduInterface, Card } from './interface.ts';
export { apduOfProcess } from './process.ts';
export { serveApdu } from './serve.ts';
export { apduOfTcp, serveApduTcp } from './tcp.ts';
export type { ApduServer, ApduServerOptions } from './tcp.ts';
