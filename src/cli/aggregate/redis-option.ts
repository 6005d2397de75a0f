/** --redis of the commands that share their work over several machines. */
import { Option } from 'commander';
import { ZkcxError } from '../../errors.ts';
import { isLoopback } from '../../rsp/loopback.ts';
import { printProgress } from '../shared/output.ts';

export const REDIS = new Option(
  '--redis <url>',
  'redis://host:port, or rediss:// for TLS; better in ZKCX_REDIS, where no other user sees it',
);

export interface RedisFlags {
  readonly redis?: string;
}

/** The flag, else the environment's ZKCX_REDIS. */
export function redisOf({ redis }: RedisFlags): string | undefined {
  if (redis === undefined) return process.env.ZKCX_REDIS || undefined;
  if (URL.canParse(redis) && new URL(redis).password !== '') {
    printProgress(
      'Notice: other users of this machine see the password in --redis; use ZKCX_REDIS',
    );
  }
  return redis;
}

/** The same, and ERR_CLI_USAGE where there is none. */
export function requiredRedis(flags: RedisFlags): string {
  const url = redisOf(flags);
  if (url !== undefined) return url;
  throw new ZkcxError('ERR_CLI_USAGE', 'say where the jobs are: --redis URL, or ZKCX_REDIS');
}

/** The URL as it may be shown; says what is to be known before private values go there. */
export async function announceRedis(url: string): Promise<string> {
  const { shownUrl } = await import('../../aggregate/redis.ts');
  const shown = shownUrl(url);
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'rediss:' && !isLoopback(hostname)) {
    printProgress('Notice: without TLS (rediss://) anyone on the way to Redis can read the chains');
  }
  return shown;
}
