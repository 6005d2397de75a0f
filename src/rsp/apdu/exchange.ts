/**
 * One command and its whole answer: GET RESPONSE after 61xx, again with the right Le after 6Cxx, data after a
 * warning (ETSI TS 102 221, 7.3.1.1 and annex C). Bounded in rounds, bytes and time, whatever the card answers.
 */
import { joinBytes } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import { type CommandApdu, encodeCommand, INS, parseResponse, SW } from './command.ts';
import { outcomeOf } from './status.ts';

/** Beyond any response of an eUICC. */
const MAX_RESPONSE = 1 << 20;

/** Commands for one answer: enough for `MAX_RESPONSE` in pieces of 128 bytes. */
const MAX_ROUNDS = 8_192;

/** Commands in a row that brought no data. */
const MAX_EMPTY = 8;

/** Milliseconds for one answer: an installation takes a minute at most, and cards have a timeout of their own. */
const MAX_TIME = 300_000;

export interface CardAnswer {
  readonly data: Uint8Array;
  /** Of the last command, or the warning that came before data. */
  readonly sw: number;
}

/**
 * Send a command and collect what the card answers.
 *
 * @param expectsData look for data after a warning that came without
 * @throws ERR_RSP_APDU if the answer does not end; errors of the interface
 */
export async function exchange(
  card: { transmit(command: Uint8Array): Promise<Uint8Array> },
  command: CommandApdu,
  expectsData = true,
): Promise<CardAnswer> {
  const began = performance.now();
  const parts: Uint8Array[] = [];
  let total = 0;
  let empty = 0;
  let warning: number | undefined;
  let asked = command;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const { data, sw } = parseResponse(await card.transmit(encodeCommand(asked)));
    const outcome = outcomeOf(sw);
    // what comes with 6Cxx is no data
    if (outcome !== 'le') parts.push(data);
    total += outcome === 'le' ? 0 : data.length;
    empty = data.length === 0 ? empty + 1 : 0;
    const late = performance.now() - began > MAX_TIME;
    if (total > MAX_RESPONSE || empty > MAX_EMPTY || late) break;
    if (outcome === 'more') {
      asked = getResponse(command, asked, sw);
    } else if (outcome === 'le') {
      asked = { ...asked, le: sw & 0xff || 256 };
    } else if (outcome === 'warning' && expectsData && total === 0 && warning === undefined) {
      warning = sw;
      asked = getResponse(command, asked, sw);
    } else if (isOtherClass(command, asked, sw)) {
      asked = { ...asked, cla: interindustry(command) };
    } else {
      // a warning without data stays what it is, whatever GET RESPONSE was answered
      return { data: joinBytes(parts), sw: total === 0 ? (warning ?? sw) : sw };
    }
  }
  throw new ZkcxError(
    'ERR_RSP_APDU',
    "the card's response does not end: take it out, put it back and try again",
    { reason: 'endless' },
  );
}

/** GET RESPONSE on the command's channel, in the class in which the one before was taken. */
function getResponse(command: CommandApdu, asked: CommandApdu, sw: number): CommandApdu {
  const cla = asked.ins === INS.getResponse ? asked.cla : command.cla;
  const le = (sw & 0xff00) === SW.moreData ? sw & 0xff || 256 : 256;
  return { cla, ins: INS.getResponse, p1: 0, p2: 0, data: new Uint8Array(), le };
}

/** ETSI TS 102 221 10.1.1: GET RESPONSE has the interindustry class; most cards take the command's too. */
function isOtherClass(command: CommandApdu, asked: CommandApdu, sw: number): boolean {
  return (
    asked.ins === INS.getResponse &&
    asked.cla !== interindustry(command) &&
    (sw === SW.classNotSupported || sw === SW.instructionNotSupported)
  );
}

/** The class of ISO/IEC 7816-4 on the same channel. */
const interindustry = ({ cla }: CommandApdu) => cla & 0x7f;
