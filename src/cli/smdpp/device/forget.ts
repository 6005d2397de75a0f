import { Argument, Option } from 'commander';
import type { Forgotten } from '../../../rsp/smdpp/index.ts';
import type { CommandDefinition } from '../../shared/command.ts';
import type { Answer } from '../../shared/output.ts';
import { administrate, STORE, type StoreFlags } from '../store.ts';

interface Flags extends StoreFlags {
  readonly dryRun?: boolean;
}

/** zkcx smdpp device forget NAME --data FOLDER */
export const smdppDeviceForget: CommandDefinition = {
  name: 'forget',
  description: 'erase what is known of a device, and take it off the disk',
  arguments: [new Argument('<name>', 'EID, pseudonym or blind order')],
  options: [...STORE, new Option('--dry-run', 'say what would be erased, and erase nothing')],
  run: async (name: string, flags: Flags) => {
    const request = { name, dryRun: flags.dryRun };
    return forgottenAnswer((await administrate(flags, 'forgetDevice', request)) as Forgotten);
  },
};

/** What has to stay makes it a no: exit code 1. */
function forgottenAnswer(forgotten: Forgotten): Answer {
  const { dryRun, orders, claims, sessions, messages, left } = forgotten;
  const verb = dryRun ? 'Would erase' : 'Erased';
  return {
    json: { ...forgotten },
    no: left.orders.length + left.sessions > 0,
    text: [
      `${verb} orders: ${orders}, sessions: ${sessions}, claims of orders once per device: ${claims}`,
      ...(messages === 0 ? [] : [`${verb} messages that wait for operators: ${messages}`]),
      ...left.orders.map(
        ({ sequence, iccid, state }) => `Left: order ${sequence} of ${iccid}, which is ${state}`,
      ),
      ...(left.sessions === 0 ? [] : [`Left: sessions about such orders: ${left.sessions}`]),
    ],
  };
}
