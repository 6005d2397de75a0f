import { Argument } from 'commander';
import type { ShownDevice } from '../../../rsp/smdpp/index.ts';
import type { CommandDefinition } from '../../shared/command.ts';
import { type Answer, factLines, isoTime } from '../../shared/output.ts';
import { administrate, STORE, type StoreFlags } from '../store.ts';

/** zkcx smdpp device show NAME --data FOLDER */
export const smdppDeviceShow: CommandDefinition = {
  name: 'show',
  description: 'all that is known of a device or a profile; secrets are named, not shown',
  arguments: [new Argument('<name>', 'EID, ICCID, pseudonym or blind order')],
  options: STORE,
  run: async (name: string, flags: StoreFlags) =>
    deviceAnswer((await administrate(flags, 'showDevice', { name })) as ShownDevice),
};

type Facts = Readonly<Record<string, unknown>>;

/** Nothing known is a no: exit code 1. */
function deviceAnswer(found: ShownDevice): Answer {
  const { profile, orders, sessions, claims, messages } = found;
  const no = profile === undefined && [orders, sessions, claims, messages].flat().length === 0;
  const chapter = (title: string, facts: Facts) => [title, ...factLines(facts).map(indented)];
  return {
    json: { ...found },
    no,
    text: no
      ? ['Nothing is known of this name']
      : [
          ...(profile === undefined ? [] : chapter(`Profile ${profile.iccid}`, sized(profile))),
          ...orders.flatMap(({ history, delivery, ...order }) => [
            ...chapter(`Order ${order.sequence}`, { ...sized(order), ...timed(order) }),
            ...(delivery === undefined ? [] : chapter('  Delivered to', delivery).map(indented)),
            ...history.map(({ at, event }) => `  ${isoTime(BigInt(at))}  ${event}`),
          ]),
          ...sessions.flatMap((session) =>
            chapter(`Session ${session.transactionId}`, { ...session, ...timed(session) }),
          ),
          ...messages.map(
            ({ order, point, at }) =>
              `Waits to be told to an operator: point ${point} of order ${order}, ${isoTime(BigInt(at))}`,
          ),
          ...claims.map((order) => `Has had its one of the orders once per device: order ${order}`),
        ],
  };
}

const indented = (line: string) => `  ${line}`;

/** Members that are times. */
const TIMES = ['createdAt', 'endedAt', 'expiresAt'];

const timed = (facts: Facts) =>
  Object.fromEntries(
    Object.entries(facts).flatMap(([name, value]) =>
      TIMES.includes(name) && typeof value === 'number' ? [[name, isoTime(BigInt(value))]] : [],
    ),
  );

/** Members that are the sizes of what is kept and not shown. */
const SIZES = ['package', 'boundPackage'];

const sized = (facts: Facts) =>
  Object.fromEntries(
    Object.entries(facts).map(([name, value]) =>
      SIZES.includes(name) && value !== undefined
        ? [name, `${String(value)} bytes, kept`]
        : [name, value],
    ),
  );
