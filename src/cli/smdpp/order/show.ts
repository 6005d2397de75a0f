import { Argument } from 'commander';
import type { CommandDefinition } from '../../shared/command.ts';
import { administrate, STORE, type StoreFlags } from '../store.ts';
import { type FoundOrder, orderAnswer } from './order-answer.ts';

/** zkcx smdpp order show ICCID --data FOLDER */
export const smdppOrderShow: CommandDefinition = {
  name: 'show',
  description: 'one order and what happened to it',
  arguments: [new Argument('<iccid>', 'its profile')],
  options: STORE,
  run: async (iccid: string, flags: StoreFlags) =>
    orderAnswer((await administrate(flags, 'showOrder', { iccid })) as FoundOrder),
};
