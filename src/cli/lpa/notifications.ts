import { type Command, InvalidArgumentError } from 'commander';
import type { SentNotification } from '../../rsp/lpa/index.ts';
import { addCard, withEuicc } from '../euicc/options.ts';
import type { CardFlags } from '../euicc/options.ts';
import { addServer, serversOf } from './server.ts';
import type { ServerFlags } from './server.ts';
import { addSessions, deliveryOf, type SessionFlags } from './zkcx.ts';
import { addJson, addProver, type ProverFlags } from '../shared/options.ts';
import { answer, printable } from '../shared/output.ts';

interface Flags extends CardFlags, ServerFlags, ProverFlags, SessionFlags {
  readonly send?: boolean;
  readonly remove?: number;
}

/** zkcx lpa notifications [--send | --remove N] */
export function registerLpaNotifications(lpa: Command): void {
  const command = lpa
    .command('notifications')
    .description('what the eUICC has to tell servers')
    .option('--send', 'send them, and let the eUICC forget those that arrived')
    .option('--remove <number>', 'let the eUICC forget this one, unsent', sequenceNumber);
  addJson(addProver(addSessions(addServer(addCard(command))))).action(async (flags: Flags) =>
    answer(flags, async () => {
      const results = await withEuicc(flags, async (euicc) => {
        if (flags.remove !== undefined) await euicc.removeNotification(flags.remove);
        if (flags.send) {
          const { sendNotifications } = await import('../../rsp/lpa/index.ts');
          const { delivery, close } = await deliveryOf(flags);
          try {
            return await sendNotifications(euicc, { server: await serversOf(flags), delivery });
          } finally {
            close();
          }
        }
        const list = await euicc.listNotifications();
        return list.map(({ seqNumber, profileManagementOperation, notificationAddress }) => ({
          seqNumber,
          event: profileManagementOperation,
          address: notificationAddress,
        }));
      });
      return {
        json: { notifications: results },
        text:
          results.length > 0
            ? results.map((result) => line(result, flags.send))
            : ['No notifications'],
        no: results.some((result: SentNotification) => result.failure !== undefined),
      };
    }),
  );
}

function line({ seqNumber, event, address, failure }: SentNotification, sent = false): string {
  const outcome = failure?.message ?? (sent ? 'sent' : '');
  return [seqNumber, event, printable(address), outcome].join('  ').trimEnd();
}

function sequenceNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Give a sequence number.');
  return Number(text);
}
