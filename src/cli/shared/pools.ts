/** Pools beside a credential's file: what is made ahead, and the options that say how much. */
import { randomInt } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Option } from 'commander';
import { ZkcxError } from '../../errors.ts';
import type { Credential } from '../../prover/credential.ts';
import type { JobOptions, Prover } from '../../prover/prover.ts';
import type { CredentialPools } from '../../session/pools.ts';
import { wholeNumber } from './options.ts';

const counted = (flags: string, description: string) =>
  new Option(flags, description).argParser(wholeNumber({ most: 100 }));

/** Of a new credential. */
export const REFRESHES = counted(
  '--refreshes <number>',
  'refreshes to make beside it, half a minute each; default 4; a server needs none',
);

export interface RefreshesFlags {
  readonly refreshes?: number;
}

export const count = (description: string) => counted('--count <number>', description);

/** For schedules: what is made at a time that others know shows when it was made. */
export const WITHIN = new Option(
  '--within <seconds>',
  'wait first, for a random time of at most this',
).argParser(wholeNumber({ most: 86_400 }));

export interface WithinFlags {
  readonly within?: number;
}

export async function waitWithin(
  { within = 0 }: WithinFlags,
  { signal }: JobOptions,
): Promise<void> {
  if (within === 0) return;
  try {
    await delay(randomInt(within * 1000), undefined, { signal });
  } catch (cause) {
    throw new ZkcxError('ERR_CLI_INTERRUPTED', 'interrupted while waiting', { cause });
  }
}

/** The pools beside a credential's file, if they can be relied on and were made; else everything is made on the spot. */
export async function poolsBeside(
  file: string,
  credential: Credential,
): Promise<CredentialPools | undefined> {
  const { openPools, poolsFolderOf } = await import('../../session/pools.ts');
  const folder = poolsFolderOf(file);
  const isThere = await stat(folder).then(
    (status) => status.isDirectory(),
    () => false,
  );
  return isThere ? whereReliable(() => openPools(folder, credential)) : undefined;
}

/** The refreshes of a new credential. Returns how many are ready: none where storage cannot be relied on. */
export async function fillBeside(
  file: string,
  credential: Credential,
  { refreshes }: RefreshesFlags,
  prover: Prover,
  options: JobOptions,
): Promise<number> {
  const filled = await whereReliable(() =>
    fillRefreshes(file, credential, refreshes, prover, options),
  );
  return filled?.ready ?? 0;
}

async function whereReliable<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ZkcxError && error.code === 'ERR_POOL_STORAGE') return undefined;
    throw error;
  }
}

/** Fill the refreshes of a credential that is in a file. Returns how many were made, and how many are ready. */
export async function fillRefreshes(
  file: string,
  credential: Credential,
  count: number | undefined,
  prover: Prover,
  options: JobOptions,
): Promise<{ readonly made: number; readonly ready: number }> {
  const { openPools, poolsFolderOf } = await import('../../session/pools.ts');
  const { refreshes } = await openPools(poolsFolderOf(file), credential);
  const made = await refreshes.refill({ count }, prover, options);
  return { made, ready: await refreshes.ready() };
}
