/** What the eUICC has to tell servers, and has not told them yet (SGP.22 3.5). */
import { setTimeout as sleep } from 'node:timers/promises';
import { callback, checked } from '../../arguments.ts';
import { ZkcxError } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';
import type { Received } from '../../sgp22/codec/codec.ts';
import type { NotificationEvent } from '../../sgp22/messages/metadata.ts';
import type { PendingNotification } from '../../sgp22/messages/notifications.ts';
import type { RetrievedNotification } from '../../sgp22/messages/read-notifications.ts';
import { isServerAddress, plainAddress } from '../arguments.ts';
import * as argument from './arguments.ts';
import type { Es10 } from './es10.ts';
import type { Es9p } from './es9p.ts';

export interface SentNotification {
  readonly seqNumber: number;
  /** Undefined if it cannot be read. */
  readonly event: NotificationEvent | undefined;
  /** Of the server, also where the eUICC has the name of a zkCX session; empty if it cannot be read. */
  readonly address: string;
  /** Why it was not sent; it stays in the eUICC and can be tried again later. */
  readonly failure?: {
    readonly code: ErrorCode;
    readonly message: string;
    /** The same as in the error: subject and reason code of a refusal, an HTTP status. */
    readonly reason?: string;
  };
}

export interface SendOptions {
  /** The server at a notification address. */
  readonly server: (address: string) => Es9p;
  /** Tries for each notification; default: 3. */
  readonly attempts?: number;
  /** Milliseconds before the second try, doubled for every further one; default: 1,000. */
  readonly delay?: number;
  /** Only these; default: all. */
  readonly seqNumbers?: readonly number[];
  /** Another way to send some of them. */
  readonly delivery?: Delivery;
}

/**
 * How one notification goes out; undefined: as ES9+ has it. It is asked once, what it returns may be
 * tried several times. Throws if the notification has to stay where it is.
 */
export type Delivery = (
  pending: RetrievedNotification,
  server: Es9p,
) => Promise<(() => Promise<void>) | undefined>;

/**
 * Send the notifications of an eUICC, oldest first, and let it forget those that arrived. Notifications
 * for one server keep their order: after one fails, later ones for that server are not tried.
 *
 * @throws errors of the card; those of servers are in the result
 */
export async function sendNotifications(
  es10: Es10,
  options: SendOptions,
): Promise<SentNotification[]> {
  checked(es10, argument.notifyingEs10, 'the eUICC of sendNotifications');
  checked(options, argument.sendOptions, 'the options of sendNotifications');
  const { attempts = 3, delay = 1_000, seqNumbers } = options;
  const list = (await es10.listNotifications())
    .filter(({ seqNumber }) => seqNumbers === undefined || seqNumbers.includes(seqNumber))
    .toSorted((a, b) => a.seqNumber - b.seqNumber);
  const results: SentNotification[] = [];
  const failed = new Map<string, SentNotification['failure']>();
  for (const { seqNumber, profileManagementOperation, notificationAddress = '' } of list) {
    const address = plainAddress(notificationAddress);
    // names of hosts are the same in any case (RFC 4343)
    const host = address.toLowerCase();
    let failure = failed.get(host);
    const found = failure === undefined ? await retrieved(es10, seqNumber) : {};
    const { pending } = found;
    if (pending !== undefined) {
      let send: (() => Promise<void>) | undefined;
      const work = async () => {
        // once: what is proven for it takes seconds
        send ??= await sending(pending, notificationAddress, options);
        await send();
      };
      failure = await attempt(work, attempts, delay);
      if (failure !== undefined) failed.set(host, failure);
      else failure = await removed(es10, seqNumber);
    }
    failure ??= found.failure;
    const event = profileManagementOperation;
    results.push({ seqNumber, event, address, failure });
  }
  return results;
}

/** A notification; or why the card does not give it, which is no reason to leave the others. */
async function retrieved(
  es10: Es10,
  seqNumber: number,
): Promise<{ pending?: RetrievedNotification; failure?: SentNotification['failure'] }> {
  try {
    return { pending: await es10.retrieveNotification(seqNumber) };
  } catch (error) {
    return { failure: failureOfOne(error) };
  }
}

/** Let the eUICC forget what the server has; if it does not, the server gets it again some time, which does no harm. */
async function removed(
  es10: Pick<Es10, 'removeNotification'>,
  seqNumber: number,
): Promise<SentNotification['failure']> {
  try {
    await es10.removeNotification(seqNumber);
    return undefined;
  } catch (error) {
    const { message, ...rest } = failureOfOne(error);
    return { ...rest, message: `the server has it, but the eUICC keeps it: ${message}` };
  }
}

/** A failure of one notification; throws what ends the work, since a card that is gone will not give the others. */
function failureOfOne(error: unknown): NonNullable<SentNotification['failure']> {
  if (!(error instanceof ZkcxError) || error.code === 'ERR_RSP_APDU') throw error;
  const { code, message, reason } = error;
  return { code, message, reason };
}

/** What sends a notification. The address is what a server once told the eUICC, and may be none at all. */
async function sending(
  pending: RetrievedNotification,
  address: string,
  { server, delivery }: SendOptions,
): Promise<() => Promise<void>> {
  const plain = plainAddress(address);
  if (!isServerAddress(plain)) {
    throw new ZkcxError(
      'ERR_RSP_VALUE',
      'the address to send it to is no host name; only removing it is left',
      { reason: 'notificationAddress' },
    );
  }
  const to = checked(server(plain), argument.es9p, 'what `server` gives');
  const own = checked(await delivery?.(pending, to), callback.optional(), 'what `delivery` gives');
  if (own !== undefined) return own;
  // what the LPA cannot read is for the server to understand
  if (plain === address) {
    return () => to.notify({ pendingNotification: pending as Received<PendingNotification> });
  }
  throw new ZkcxError(
    'ERR_HOLDER_CONSENT',
    'this is about a zkCX session, goes sealed with what was kept of it, and otherwise stays',
  );
}

async function attempt(
  work: () => Promise<void>,
  attempts: number,
  delay: number,
): Promise<SentNotification['failure']> {
  for (let tried = 1; ; tried++) {
    try {
      await work();
      return undefined;
    } catch (error) {
      if (!(error instanceof ZkcxError)) throw error;
      // a server that refuses or is not trusted will not change its mind in seconds
      if (error.code !== 'ERR_RSP_SERVER' || tried >= attempts) {
        return { code: error.code, message: error.message, reason: error.reason };
      }
      await sleep(delay * 2 ** (tried - 1));
    }
  }
}
