/** A presentation for a session: one that is ready, else one made on the spot. */
import { z } from 'zod';
import { checked, methods } from '../arguments.ts';
import { ZkcxError } from '../errors.ts';
import * as form from '../prover/arguments.ts';
import type { JobOptions, Prover } from '../prover/prover.ts';
import { proveRefresh } from '../prover/refresh.ts';
import type { Taken } from './pool.ts';
import type { CredentialPools } from './pools.ts';
import {
  preparePresentation,
  type Prepared,
  type PrepareInput,
  prepareInput,
  termsOf,
} from './prepared.ts';

export interface PresenterInput extends Omit<PrepareInput, 'refresh'> {
  /** Left out, where storage cannot be relied on: everything is made on the spot. */
  readonly pools?: CredentialPools;
}

/** A presentation for one session. */
export interface Presented {
  readonly prepared: Prepared;
  /** Whether it was ready. */
  readonly source: 'pool' | 'made';
  /** To be called when the session is over, however it ended: deletes the file. */
  done(): Promise<void>;
}

const pool = methods('take', 'add');
const pools = z.looseObject({ refreshes: pool, presentations: pool });

const presenterInput = prepareInput.omit({ refresh: true }).extend({ pools: pools.optional() });

const aheadInput = presenterInput.extend({ pools, count: z.int().min(1).max(100).optional() });

/**
 * Take a presentation that is ready under the accepted roots and time, or make one: seconds to a minute. It is
 * for one session, and stays used if that one fails.
 *
 * @throws the codes of `preparePresentation`
 */
export async function obtainPresentation(
  input: PresenterInput,
  prover: Prover,
  options: JobOptions = {},
): Promise<Presented> {
  checked(input, presenterInput, 'obtainPresentation');
  const { pools, ...rest } = input;
  const ready = await takenFrom(() => pools?.presentations.take(termsOf(input.accepted)));
  if (ready !== undefined) {
    return { prepared: ready.value, source: 'pool', done: () => ready.done() };
  }
  const prepared = await prepare({ ...rest, pools }, prover, options);
  return { prepared, source: 'made', done: () => Promise.resolve() };
}

/**
 * Make presentations until so many are ready under these terms. When the user begins, or by a schedule; never
 * because one was used. Returns how many were made.
 *
 * @param input.count default 1
 * @throws the codes of `preparePresentation`, ERR_FILE_WRITE
 */
export async function prepareAhead(
  input: PresenterInput & { readonly pools: CredentialPools; readonly count?: number },
  prover: Prover,
  options: JobOptions = {},
): Promise<number> {
  checked(input, aheadInput, 'prepareAhead');
  const { count = 1, ...rest } = input;
  const { presentations } = input.pools;
  const terms = termsOf(input.accepted);
  let made = 0;
  for (; (await presentations.ready(terms)) < count; made++) {
    await presentations.add(await prepare(rest, prover, options));
  }
  return made;
}

async function prepare(
  { pools, ...input }: PresenterInput,
  prover: Prover,
  options: JobOptions,
): Promise<Prepared> {
  checked(prover, form.prover, 'the prover of a presentation');
  let taken: Taken<unknown> | undefined;
  const refresh = async () => {
    const ready = await takenFrom(() => pools?.refreshes.take());
    taken = ready;
    return ready?.value ?? proveRefresh(input.credential, prover, options);
  };
  try {
    return await preparePresentation({ ...input, refresh }, prover, options);
  } finally {
    // used up, also if the proof failed
    await taken?.done();
  }
}

/** Nothing is ready where the storage forgets what was used. */
async function takenFrom<T>(
  take: () => Promise<Taken<T> | undefined> | undefined,
): Promise<Taken<T> | undefined> {
  try {
    return await take();
  } catch (error) {
    if (error instanceof ZkcxError && error.code === 'ERR_POOL_STORAGE') return undefined;
    throw error;
  }
}
