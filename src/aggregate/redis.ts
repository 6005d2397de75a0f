/** Redis and BullMQ. Only aggregation over several machines needs them, so they are loaded on demand. */
import type * as BullMq from 'bullmq';
import type { Redis } from 'ioredis';
import { ZkcxError } from '../errors.ts';

/** All aggregations and workers of one Redis use this queue. */
export const QUEUE = 'aggregate';
export const PREFIX = 'zkcx';

export interface RedisQueue {
  readonly bullmq: typeof BullMq;
  readonly connection: Redis;
  close(): void;
}

/**
 * Connect to a Redis. Throws ERR_AGGREGATE_PACKAGES when the packages are not installed, ERR_AGGREGATE_REDIS when
 * the URL is none or nobody answers there. No message holds the user or the password of the URL.
 *
 * @param url redis://[user:password@]host[:port][/db], or rediss:// for TLS
 */
export async function openRedis(url: string): Promise<RedisQueue> {
  const shown = shownUrl(url);
  const { bullmq, Redis } = await load();
  // BullMQ waits for jobs without an end, hence no limit to the retries of a command
  const connection = new Redis(url, {
    maxRetriesPerRequest: null,
    lazyConnect: true,
    connectTimeout: 10_000,
    retryStrategy: (times: number) => Math.min(100 * 2 ** times, 10_000),
  });
  // it connects again by itself; without a listener ioredis prints the error, address included
  connection.on('error', () => undefined);
  try {
    await connection.connect();
    await connection.ping();
  } catch (cause) {
    connection.disconnect();
    throw new ZkcxError(
      'ERR_AGGREGATE_REDIS',
      `no Redis answers at ${shown}: is it up, is the password right?`,
      {
        cause,
      },
    );
  }
  return { bullmq, connection, close: () => connection.disconnect() };
}

/** A Redis URL as it may be shown. Throws ERR_AGGREGATE_REDIS when it is none. */
export function shownUrl(url: string): string {
  if (URL.canParse(url)) {
    const { protocol, host, pathname } = new URL(url);
    if (/^rediss?:$/.test(protocol) && host !== '') return `${protocol}//${host}${pathname}`;
  }
  // the text itself may hold a password
  throw new ZkcxError(
    'ERR_AGGREGATE_REDIS',
    'this is not the URL of a Redis: redis://host:port or rediss://',
  );
}

async function load() {
  try {
    const [bullmq, { Redis }] = await Promise.all([import('bullmq'), import('ioredis')]);
    return { bullmq, Redis };
  } catch (cause) {
    throw new ZkcxError(
      'ERR_AGGREGATE_PACKAGES',
      'aggregation over Redis needs two more packages: npm install bullmq ioredis',
      { cause },
    );
  }
}
