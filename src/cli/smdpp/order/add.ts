import { Option } from 'commander';
import { ZkcxError } from '../../../errors.ts';
import type { AddOrder } from '../../../rsp/smdpp/index.ts';
import type { CommandDefinition } from '../../shared/command.ts';
import {
  CONFIRMATION_CODE,
  type ConfirmationCodeFlags,
  givenConfirmationCode,
} from '../../shared/confirmation-code.ts';
import { time } from '../../shared/options.ts';
import type { Answer } from '../../shared/output.ts';
import { administrate, STORE, type StoreFlags } from '../store.ts';
import { DEVICE, type DeviceFlags } from './device.ts';
import { type FoundOrder, orderAnswer } from './order-answer.ts';
import { assertQrFile, QR, type QrFlags, withQr } from './qr.ts';

interface Flags extends StoreFlags, DeviceFlags, ConfirmationCodeFlags, QrFlags {
  readonly iccid?: string;
  readonly type?: string;
  readonly matchingId?: string;
  readonly smds?: string;
  readonly expires?: bigint;
  readonly release: boolean;
  readonly rebinding: boolean;
  readonly anyDevice?: boolean;
  readonly requireZkcx?: boolean;
  readonly oncePerDevice?: boolean;
}

/** zkcx smdpp order add --data FOLDER (--iccid DIGITS | --type NAME) */
export const smdppOrderAdd: CommandDefinition = {
  name: 'add',
  description: 'order a profile, and release it',
  options: [
    ...STORE,
    new Option('--iccid <digits>', 'this profile'),
    new Option('--type <name>', 'any profile of this type'),
    ...DEVICE,
    new Option(
      '--matching-id <id>',
      'instead of a random one; empty: for a device that sends none',
    ),
    new Option('--any-device', 'with an empty MatchingID and no EID: the first device takes it'),
    new Option('--smds <fqdn>', 'tell the device through this SM-DS; needs --eid'),
    CONFIRMATION_CODE,
    new Option('--expires <time>', 'ISO 8601 or Unix seconds').argParser(time),
    new Option('--require-zkcx', 'refuse devices that show certificates'),
    new Option('--once-per-device', 'of all such orders a device gets one; with --require-zkcx'),
    new Option('--no-release', 'wait for ES2+ releaseProfile'),
    new Option('--no-rebinding', 'never bind a lost package to another one-time key'),
    ...QR,
  ],
  run: add,
};

async function add(flags: Flags): Promise<Answer> {
  if ((flags.iccid === undefined) === (flags.type === undefined)) {
    throw new ZkcxError('ERR_CLI_USAGE', 'give either --iccid or --type');
  }
  await assertQrFile(flags);
  const request: AddOrder = {
    iccid: flags.iccid,
    profileType: flags.type,
    eid: flags.eid,
    blindOrder: flags.blind,
    matchingId: flags.matchingId,
    smdsAddress: flags.smds,
    confirmationCode: await givenConfirmationCode(flags),
    expiresAt: flags.expires === undefined ? undefined : Number(flags.expires),
    release: flags.release,
    rebinding: flags.rebinding,
    anyDevice: flags.anyDevice,
    requireZkcx: flags.requireZkcx,
    oncePerDevice: flags.oncePerDevice,
  };
  const found = (await administrate(flags, 'addOrder', request)) as FoundOrder;
  return withQr(orderAnswer(found), flags);
}
