import { type Command, InvalidArgumentError } from 'commander';
import { ZkcxError } from '../../errors.ts';
import type { AddOrder, AdministrationFunction, ShownOrder } from '../../rsp/smdpp/index.ts';
import { systemClock } from '../../time.ts';
import { addJson, parseTime } from '../shared/options.ts';
import { answer, isoTime, printable } from '../shared/output.ts';

interface StoreFlags {
  readonly data: string;
  readonly address?: string;
  readonly json?: boolean;
}

interface AddFlags extends StoreFlags {
  readonly iccid?: string;
  readonly type?: string;
  readonly eid?: string;
  readonly matchingId?: string;
  readonly confirmationCode?: string;
  readonly expires?: bigint;
  readonly release: boolean;
  readonly rebinding: boolean;
  readonly anyDevice?: boolean;
  readonly requireZkcx?: boolean;
  readonly oncePerDevice?: boolean;
}

/** zkcx smdpp order add|list|show|cancel --data FOLDER */
export function registerSmdppOrder(smdpp: Command): void {
  const order = smdpp.command('order').description('download orders');
  registerAdd(order);

  addStore(order.command('list').description('all orders')).action(async (flags: StoreFlags) =>
    answer(flags, async () => {
      const { orders } = (await administrate(flags, 'listOrders', {})) as { orders: ShownOrder[] };
      return { json: { orders }, text: orders.map(line) };
    }),
  );

  addStore(order.command('show').description('one order and what happened to it'))
    .argument('<iccid>', 'its profile')
    .action(async (iccid: string, flags: StoreFlags) =>
      answer(flags, async () => {
        const found = await administrate(flags, 'showOrder', { iccid });
        return orderAnswer(found as OrderAnswer);
      }),
    );

  addStore(order.command('cancel').description('withdraw an order that no device has yet'))
    .argument('<iccid>', 'its profile')
    .option('--unavailable', 'do not put the profile back in stock')
    .action(async (iccid: string, flags: StoreFlags & { unavailable?: boolean }) =>
      answer(flags, async () => {
        const finalProfileStatusIndicator = flags.unavailable ? 'Unavailable' : 'Available';
        await administrate(flags, 'cancelOrder', { iccid, finalProfileStatusIndicator });
        return { json: { iccid }, text: [`Cancelled the order of ${printable(iccid)}`] };
      }),
    );
}

function registerAdd(order: Command): void {
  addStore(order.command('add'))
    .description('order a profile, and release it')
    .option('--iccid <digits>', 'this profile')
    .option('--type <name>', 'any profile of this type')
    .option('--eid <digits>', 'only for this device')
    .option('--matching-id <id>', 'instead of a random one; empty: for a device that sends none')
    .option('--any-device', 'with an empty MatchingID and no EID: the first device takes it')
    .option('--confirmation-code <code>', 'what the user must enter')
    .option('--expires <time>', 'ISO 8601 or Unix seconds', expiry)
    .option('--require-zkcx', 'refuse devices that show certificates')
    .option('--once-per-device', 'of all such orders a device gets one; with --require-zkcx')
    .option('--no-release', 'wait for ES2+ releaseProfile')
    .option('--no-rebinding', 'never bind a lost package to another one-time key')
    .action(async (flags: AddFlags) =>
      answer(flags, async () => {
        if ((flags.iccid === undefined) === (flags.type === undefined)) {
          throw new ZkcxError('ERR_CLI_USAGE', 'give either --iccid or --type');
        }
        const request: AddOrder = {
          iccid: flags.iccid,
          profileType: flags.type,
          eid: flags.eid,
          matchingId: flags.matchingId,
          confirmationCode: flags.confirmationCode,
          expiresAt: flags.expires === undefined ? undefined : Number(flags.expires),
          release: flags.release,
          rebinding: flags.rebinding,
          anyDevice: flags.anyDevice,
          requireZkcx: flags.requireZkcx,
          oncePerDevice: flags.oncePerDevice,
        };
        return orderAnswer((await administrate(flags, 'addOrder', request)) as OrderAnswer);
      }),
    );
}

interface OrderAnswer {
  readonly order: ShownOrder;
  readonly address: string;
}

function orderAnswer({ order, address }: OrderAnswer) {
  // SGP.22 4.1: the last 1 says that a confirmation code will be asked for
  const activationCode =
    order.matchingId === undefined
      ? undefined
      : `LPA:1$${address}$${order.matchingId}${order.confirmationCode ? '$$1' : ''}`;
  return {
    json: { order, activationCode },
    text: [
      line(order),
      ...(activationCode === undefined ? [] : [`Activation code: ${activationCode}`]),
      ...order.history.map(({ at, event }) => `${isoTime(BigInt(at))}  ${event}`),
    ],
  };
}

function line({ iccid, state, matchingId, attempts, failure }: ShownOrder): string {
  const id = matchingId === '' ? '(no MatchingID)' : (matchingId ?? '(not confirmed)');
  return [iccid, state, id, `${attempts} attempts`, failure].filter(Boolean).join('  ');
}

/** Options of all commands that work on the store. */
export function addStore(command: Command): Command {
  return addJson(
    command
      .requiredOption('--data <folder>', 'folder of the SM-DP+; it may run meanwhile')
      .option('--address <fqdn>', 'address of the SM-DP+, if it has not run on the folder yet'),
  );
}

export async function administrate(
  { data, address }: StoreFlags,
  name: AdministrationFunction,
  body: object,
): Promise<unknown> {
  const service = await import('../../rsp/smdpp/index.ts');
  return service.administrate(data, name, body, { now: systemClock, address });
}

function expiry(text: string): bigint {
  const time = parseTime(text);
  if (time === undefined) throw new InvalidArgumentError('Give ISO 8601 or Unix seconds.');
  return time;
}
