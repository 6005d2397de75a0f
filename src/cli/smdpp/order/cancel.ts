import { Argument, Option } from 'commander';
import type { CommandDefinition } from '../../shared/command.ts';
import { printable } from '../../shared/output.ts';
import { administrate, STORE, type StoreFlags } from '../store.ts';
import { DEVICE, type DeviceFlags } from './device.ts';

interface Flags extends StoreFlags, DeviceFlags {
  readonly unavailable?: boolean;
}

/** zkcx smdpp order cancel ICCID --data FOLDER [--eid DIGITS | --blind HASH] */
export const smdppOrderCancel: CommandDefinition = {
  name: 'cancel',
  description: 'withdraw an order that no device has yet',
  arguments: [new Argument('<iccid>', 'its profile')],
  options: [
    ...STORE,
    ...DEVICE,
    new Option('--unavailable', 'do not put the profile back in stock'),
  ],
  run: async (iccid: string, flags: Flags) => {
    const { eid, blind, unavailable } = flags;
    const finalProfileStatusIndicator = unavailable ? 'Unavailable' : 'Available';
    const request = { iccid, eid, blindOrder: blind, finalProfileStatusIndicator };
    await administrate(flags, 'cancelOrder', request);
    return { json: { iccid }, text: [`Cancelled the order of ${printable(iccid)}`] };
  },
};
