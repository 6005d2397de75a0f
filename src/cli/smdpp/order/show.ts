import { Argument } from 'commander';
import type { CommandDefinition } from '../../shared/command.ts';
import { administrate, STORE, type StoreFlags } from '../store.ts';
import { type FoundOrder, orderAnswer } from './order-answer.ts';
import { assertQrFile, QR, type QrFlags, withQr } from './qr.ts';

/** zkcx smdpp order show ICCID --data FOLDER */
export const smdppOrderShow: CommandDefinition = {
  name: 'show',
  description: 'one order and what happened to it',
  arguments: [new Argument('<iccid>', 'its profile')],
  options: [...STORE, ...QR],
  run: async (iccid: string, flags: StoreFlags & QrFlags) => {
    await assertQrFile(flags);
    const found = (await administrate(flags, 'showOrder', { iccid })) as FoundOrder;
    return withQr(orderAnswer(found), flags);
  },
};
