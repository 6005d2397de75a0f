/** What the status words of a card mean for the command that they answer (ETSI TS 102 221, 10.2.1). */
import { ZkcxError } from '../../errors.ts';
import { SW, swName } from './command.ts';

/** 62F1 to 62F3: GET RESPONSE finds data, or more of them. */
const MORE_BY_WARNING = [0x62f1, 0x62f2, 0x62f3];

/**
 * `done`: also with a proactive command that waits (91xx) or a data transfer under way (92xx).
 * `more`: GET RESPONSE brings more. `le`: the same command again, with the Le that is named.
 * `warning`: done, in a way; data may come with it, or by GET RESPONSE. `refused`: anything else.
 */
export type Outcome = 'done' | 'more' | 'le' | 'warning' | 'refused';

export function outcomeOf(sw: number): Outcome {
  if (sw === SW.done) return 'done';
  if (MORE_BY_WARNING.includes(sw)) return 'more';
  switch (sw >> 8) {
    case 0x91:
    case 0x92:
      return 'done';
    case 0x61:
      return 'more';
    case 0x6c:
      return 'le';
    case 0x62:
    case 0x63:
      return 'warning';
    default:
      return 'refused';
  }
}

/** A status word that ends the work, with what to do about it. `reason` of the error is the word. */
export function refusedWith(sw: number, what: string): ZkcxError {
  const advice = adviceFor(sw);
  return new ZkcxError(
    'ERR_RSP_APDU',
    `${what}: the card answered ${swName(sw)}${advice === undefined ? '' : `, ${advice}`}`,
    { reason: swName(sw) },
  );
}

const ADVICE: Readonly<Record<number, string>> = {
  [SW.wrongLength]: 'wrong length: try smaller blocks (--block-size), or with --le',
  [SW.channelNotSupported]:
    'it does not have this logical channel: it was reset, or another program closed it; run the command again',
  [SW.conditionsNotSatisfied]:
    'not now: if it was reset in the middle, run the command again; see what it has with "lpa list" and "lpa notifications"',
  [SW.wrongData]: 'it cannot read the request',
  [SW.functionNotSupported]:
    'it does not support this, or has no channel left: close other programs, or use its basic channel (--basic-channel)',
  [SW.notFound]: 'it has no such application: give the AID of its ISD-R (--aid)',
  [SW.noMemory]: 'its memory is full',
  [SW.referenceNotFound]: 'it does not know this function',
  [SW.instructionNotSupported]: 'it does not know this command on this channel',
  [SW.classNotSupported]: 'it does not take commands on this channel: run the command again',
};

function adviceFor(sw: number): string | undefined {
  if (Object.hasOwn(ADVICE, sw)) return ADVICE[sw];
  switch (sw >> 8) {
    case 0x62:
    case 0x63:
      return 'a warning, and no data';
    case 0x64:
    case 0x65:
      return 'its memory failed';
    case 0x68:
      return 'it does not support this channel or class';
    case 0x93:
      return 'its SIM toolkit is busy: try again in a moment';
    default:
      return undefined;
  }
}
