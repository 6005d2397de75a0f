import { Argument } from 'commander';
import type { CommandDefinition } from '../../shared/command.ts';
import { administrate, STORE, type StoreFlags } from '../store.ts';
import { type FoundOrder, orderAnswer } from './order-answer.ts';

/** zkcx smdpp order release-claim ICCID --data FOLDER */
export const smdppOrderReleaseClaim: CommandDefinition = {
  name: 'release-claim',
  description: 'let the device that took this order as its one take another',
  arguments: [new Argument('<iccid>', 'its profile')],
  options: STORE,
  run: async (iccid: string, flags: StoreFlags) =>
    orderAnswer((await administrate(flags, 'releaseClaim', { iccid })) as FoundOrder),
};
