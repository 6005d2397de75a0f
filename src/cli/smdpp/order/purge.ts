import { Argument, Option } from 'commander';
import { ZkcxError } from '../../../errors.ts';
import type { Purged } from '../../../rsp/smdpp/index.ts';
import type { CommandDefinition } from '../../shared/command.ts';
import { time } from '../../shared/options.ts';
import { type Answer, isoTime } from '../../shared/output.ts';
import { administrate, STORE, type StoreFlags } from '../store.ts';

interface Flags extends StoreFlags {
  readonly endedBefore?: bigint;
  readonly dryRun?: boolean;
}

/** zkcx smdpp order purge (ORDER | --ended-before TIME) --data FOLDER */
export const smdppOrderPurge: CommandDefinition = {
  name: 'purge',
  description: 'erase orders that have ended, and take them off the disk',
  arguments: [new Argument('[order]', 'its number, or an ICCID: the latest order of this profile')],
  options: [
    ...STORE,
    new Option(
      '--ended-before <time>',
      'all that ended before; ISO 8601 or Unix seconds',
    ).argParser(time),
    new Option('--dry-run', 'say what would be erased, and erase nothing'),
  ],
  run: purge,
};

async function purge(order: string | undefined, flags: Flags): Promise<Answer> {
  const { endedBefore, dryRun } = flags;
  if ((order === undefined) === (endedBefore === undefined)) {
    throw new ZkcxError('ERR_CLI_USAGE', 'give either an order or --ended-before');
  }
  const request = {
    order,
    endedBefore: endedBefore === undefined ? undefined : Number(endedBefore),
    dryRun,
  };
  const purged = (await administrate(flags, 'purgeOrders', request)) as Purged;
  const { count, orders } = purged;
  const lines = orders.map(({ sequence, iccid, state, endedAt }) =>
    [sequence, iccid, state, endedAt === undefined ? '' : isoTime(BigInt(endedAt))].join('  '),
  );
  const more = count > orders.length ? [`and ${count - orders.length} more`] : [];
  const total = `${dryRun ? 'Would erase' : 'Erased'} ${count} ${count === 1 ? 'order' : 'orders'}`;
  return { json: { ...purged }, text: [...lines, ...more, total] };
}
