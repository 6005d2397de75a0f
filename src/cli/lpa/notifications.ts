import { Option } from 'commander';
import type { Es10, SentNotification } from '../../rsp/lpa/index.ts';
import { CARD, type CardFlags, withEuicc } from '../shared/card.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { wholeNumber } from '../shared/options.ts';
import { type Answer, printable } from '../shared/output.ts';
import { refusalWords } from '../shared/refusals.ts';
import { SERVER, type ServerFlags, serversOf } from './server.ts';
import { deliveryOf, type SessionFlags, SESSIONS } from './zkcx.ts';

interface Flags extends CardFlags, ServerFlags, SessionFlags {
  readonly send?: boolean;
  readonly remove?: number;
}

/** zkcx lpa notifications [--send | --remove N] */
export const lpaNotifications: CommandDefinition = {
  name: 'notifications',
  description: 'what the eUICC has to tell servers',
  options: [
    new Option('--send', 'send them, and let the eUICC forget those that arrived'),
    new Option('--remove <number>', 'let the eUICC forget this one, unsent').argParser(
      wholeNumber({ most: Number.MAX_SAFE_INTEGER }),
    ),
    ...CARD,
    ...SERVER,
    ...SESSIONS,
  ],
  run: notifications,
};

async function notifications(flags: Flags): Promise<Answer> {
  return withEuicc(flags, async (euicc) => {
    if (flags.remove !== undefined) await euicc.removeNotification(flags.remove);
    const results = flags.send ? await send(euicc, flags) : await list(euicc);
    const unreadable = (await euicc.unreadableNotifications()).map(({ unreadable: why }) => why);
    const lines = [
      ...results.map((result) => line(result, flags.send)),
      ...unreadable.map((why) => `unreadable: ${why.map(({ field }) => field).join(', ')}`),
    ];
    return {
      json: {
        notifications: results.map(asJson),
        ...(unreadable.length > 0 ? { unreadable } : {}),
      },
      text: lines.length > 0 ? lines : ['No notifications'],
      no: results.some(({ failure }) => failure !== undefined),
    };
  });
}

async function send(euicc: Es10, flags: Flags): Promise<readonly SentNotification[]> {
  const { sendNotifications } = await import('../../rsp/lpa/index.ts');
  const server = await serversOf(flags);
  const zkcx = await deliveryOf(flags);
  if (zkcx === undefined) return sendNotifications(euicc, { server });
  const { sweepSessions } = await import('../../rsp/zkcx/device/index.ts');
  const sent = await sendNotifications(euicc, { server, delivery: zkcx.delivery });
  await sweepSessions(euicc, zkcx.sessions);
  return sent;
}

async function list(euicc: Es10): Promise<readonly SentNotification[]> {
  const { plainAddress } = await import('../../rsp/arguments.ts');
  const found = await euicc.listNotifications();
  return found.map(({ seqNumber, profileManagementOperation, notificationAddress = '' }) => ({
    seqNumber,
    event: profileManagementOperation,
    address: plainAddress(notificationAddress),
  }));
}

function asJson({ failure, ...rest }: SentNotification) {
  return { ...rest, failure: failure && { ...failure, ...refusalWords(failure) } };
}

function line({ seqNumber, event, address, failure }: SentNotification, sent = false): string {
  const refusal = failure && refusalWords(failure);
  const problem = failure && printable(failure.message);
  const outcome = [problem ?? (sent ? 'sent' : ''), refusal?.words].filter(Boolean).join(': ');
  return [seqNumber, event ?? 'unreadable', printable(address), outcome].join('  ').trimEnd();
}
