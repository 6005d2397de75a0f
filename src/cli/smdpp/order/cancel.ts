import { Argument, Option } from 'commander';
import type { CommandDefinition } from '../../shared/command.ts';
import { printable } from '../../shared/output.ts';
import { administrate, STORE, type StoreFlags } from '../store.ts';

interface Flags extends StoreFlags {
  readonly unavailable?: boolean;
}

/** zkcx smdpp order cancel ICCID --data FOLDER */
export const smdppOrderCancel: CommandDefinition = {
  name: 'cancel',
  description: 'withdraw an order that no device has yet',
  arguments: [new Argument('<iccid>', 'its profile')],
  options: [...STORE, new Option('--unavailable', 'do not put the profile back in stock')],
  run: async (iccid: string, flags: Flags) => {
    const finalProfileStatusIndicator = flags.unavailable ? 'Unavailable' : 'Available';
    await administrate(flags, 'cancelOrder', { iccid, finalProfileStatusIndicator });
    return { json: { iccid }, text: [`Cancelled the order of ${printable(iccid)}`] };
  },
};
