/** Refusals of servers for people: what their codes mean, and what can be done. */
import { statusWords } from '../../sgp22/status-words.ts';

/** What an error says of itself. */
interface Failure {
  readonly code: string;
  readonly reason?: string;
}

export interface RefusalWords {
  /** Subject and reason, in words and figures. */
  readonly words: string;
  /** What to do. */
  readonly hint?: string;
}

const NEW_ORDER = 'ask whoever issued the activation code for a new one';
const LATER = 'try again later';
const NOT_THIS_CARD =
  'the server does not trust this eUICC: a test eUICC and a production server do not fit together';

/** By subject and reason code. */
const HINTS: Readonly<Record<string, string>> = {
  '1.6/4.2': LATER,
  '1.6/5.1': LATER,
  '1.2/4.2': LATER,
  '1.2/4.4': LATER,
  '8.1/4.8': 'delete a profile that you no longer need, then try again',
  '8.1/6.1': 'begin again; if it happens again, the server does not accept the eUICC',
  '8.1.1/2.2': 'name the device: --eid, or --blind',
  '8.1.1/3.8': 'the order is for another device; ask whoever issued it',
  '8.1.1/3.10': 'the order is bound to another device',
  '8.1.2/6.1': NOT_THIS_CARD,
  '8.1.2/6.3': NOT_THIS_CARD,
  '8.1.3/6.1': NOT_THIS_CARD,
  '8.1.3/6.3': NOT_THIS_CARD,
  '8.2/1.2': 'the operator has not released the profile yet; try again later',
  '8.2/3.7': `the profile was delivered before and is not bound again; ${NEW_ORDER}`,
  '8.2.5/3.7': 'add profiles of this type to the stock',
  '8.2.5/4.3': 'the profile is not for this kind of device; ask the operator',
  '8.2.6/3.8':
    'check the activation code: it may be mistyped, used before, cancelled, or for another device',
  '8.2.7/2.2': 'give the confirmation code, by --confirmation-code-file',
  '8.2.7/3.8': 'check the confirmation code; the server counts the tries',
  '8.2.7/6.4': `the confirmation code was wrong too often; ${NEW_ORDER}`,
  '8.8.1/3.8': 'check the address: the server has another one than that which was asked',
  '8.8.2/3.1': NOT_THIS_CARD,
  '8.8.3/3.1': 'the server does not speak the version of SGP.22 of this eUICC',
  '8.8.4/3.7': NOT_THIS_CARD,
  '8.8.5/4.10': `the order has expired; ${NEW_ORDER}`,
  '8.8.5/6.4': `the profile was downloaded too often; ${NEW_ORDER}`,
  '8.10.1/3.9': 'the session is over; begin again',
  '8.11.1/3.9': NOT_THIS_CARD,
};

/** Undefined for what is no refusal of a server. */
export function refusalWords({ code, reason }: Failure): RefusalWords | undefined {
  if (code !== 'ERR_RSP_REFUSED' || reason === undefined) return undefined;
  const words = statusWords(reason);
  return Object.hasOwn(HINTS, reason) ? { words, hint: HINTS[reason] } : { words };
}
