/**
 * What a holder makes of a credential before it needs it: refreshes, and presentations over them. Each is used
 * once, see `Pool`. Pools are filled with the credential, by a schedule or when the user begins, and never
 * because something was used: that would tell when it was.
 */
import { join } from 'node:path';
import { sha256 } from '@noble/hashes/sha2.js';
import { z } from 'zod';
import { callback, checked, path } from '../arguments.ts';
import { bytesToHex } from '../bytes.ts';
import { Opening } from '../circuits/claims.ts';
import { ZkcxError } from '../errors.ts';
import { filesIn, isAbsent } from '../files.ts';
import * as form from '../prover/arguments.ts';
import type { Credential } from '../prover/credential.ts';
import { checkAnyEnvelope, checkEnvelope } from '../prover/envelope.ts';
import type { JobOptions, Prover } from '../prover/prover.ts';
import { type Openable, proveRefresh } from '../prover/refresh.ts';
import type { RandomBytes } from '../random.ts';
import * as argument from './arguments.ts';
import { openingsSchema } from './envelopes.ts';
import { DEFAULT_MAX_AGE } from './events.ts';
import { DISCLOSURES, readOpenings, writeOpenings } from './openings.ts';
import { Pool, type Taken } from './pool.ts';
import {
  assertOpensPrepared,
  assertRefreshOf,
  type Prepared,
  type PreparedTerms,
} from './prepared.ts';

/** Refreshes that are kept ready for each credential. */
export const DEFAULT_REFRESHES = 4;

/** Events are not further apart, in seconds: what is older is not for the latest one. */
const EVENT_DISTANCE = 21_600n;

type Own = Pick<Credential, 'proof' | 'opening'>;

/** Refreshes of one credential. */
export class RefreshPool {
  private readonly pool: Pool;
  private readonly credential: Own;

  private constructor(pool: Pool, credential: Own) {
    this.pool = pool;
    this.credential = credential;
  }

  /** Open, or make, the pool; refreshes of a credential that was in its place before are deleted. Throws as `Pool.open`. */
  static async open(folder: string, credential: Own): Promise<RefreshPool> {
    return new RefreshPool(await openFor(folder, credential), credential);
  }

  /** Refreshes that are ready. */
  async ready(): Promise<number> {
    return (await this.pool.names()).length;
  }

  /** Throws ERR_CREDENTIAL_MISMATCH for a refresh of another credential, ERR_FILE_WRITE. */
  async add(refresh: Openable): Promise<void> {
    checked(refresh, ownForm, 'RefreshPool.add');
    const { proof, opening } = refresh;
    assertRefreshOf({ proof, opening }, this.credential);
    await this.pool.add(idOf(this.credential), { proof, opening: Opening.toJSON(opening) });
  }

  /** A refresh that nobody else has; undefined when there is none. Throws ERR_POOL_STORAGE. */
  take(): Promise<Taken<Openable> | undefined> {
    return this.pool.take(isOf(this.credential), (content) => {
      const refresh = parseRefresh(content);
      assertRefreshOf(refresh, this.credential);
      return refresh;
    });
  }

  /**
   * Prove refreshes until so many are ready; half a minute each. Returns how many were made.
   *
   * @param input.count default `DEFAULT_REFRESHES`
   */
  async refill(
    input: { readonly count?: number; readonly random?: RandomBytes },
    prover: Prover,
    options: JobOptions = {},
  ): Promise<number> {
    checked(input, fillInput, 'RefreshPool.refill');
    checked(prover, form.prover, 'the prover of RefreshPool.refill');
    checked(options, form.jobOptions, 'the options of RefreshPool.refill');
    const { count = DEFAULT_REFRESHES, random } = input;
    let made = 0;
    for (; (await this.ready()) < count; made++) {
      await this.add(await proveRefresh(this.credential, prover, { ...options, random }));
    }
    return made;
  }
}

const fillInput = z.strictObject({
  count: z.int().min(0).max(100).optional(),
  random: callback.optional(),
});

/** Presentations of one credential: by mode, roots, role and time. */
export class PresentationPool {
  private readonly pool: Pool;
  private readonly credential: Own;

  private constructor(pool: Pool, credential: Own) {
    this.pool = pool;
    this.credential = credential;
  }

  /** As `RefreshPool.open`. */
  static async open(folder: string, credential: Own): Promise<PresentationPool> {
    return new PresentationPool(await openFor(folder, credential), credential);
  }

  /** Presentations that are ready under these terms. */
  async ready(terms: PreparedTerms): Promise<number> {
    checked(terms, argument.preparedTerms, 'the terms of PresentationPool.ready');
    const wanted = this.labelOf(terms);
    return (await this.pool.names()).filter((name) => name.startsWith(`${wanted}-`)).length;
  }

  /** Throws ERR_FILE_WRITE. */
  async add(prepared: Prepared): Promise<void> {
    checked(prepared, argument.prepared, 'PresentationPool.add');
    const { presentation, openings, terms } = prepared;
    await this.discardBefore(terms);
    await this.pool.add(this.labelOf(terms), {
      presentation,
      openings: writeOpenings(DISCLOSURES, openings),
    });
  }

  /** A presentation under exactly these terms that nobody else has; undefined when there is none. Throws ERR_POOL_STORAGE. */
  async take(terms: PreparedTerms): Promise<Taken<Prepared> | undefined> {
    checked(terms, argument.preparedTerms, 'the terms of PresentationPool.take');
    await this.discardBefore(terms);
    const wanted = this.labelOf(terms);
    return this.pool.take(
      (name) => name.startsWith(`${wanted}-`),
      (content) => {
        const { presentation, openings } = preparedForm.parse(content);
        const prepared = {
          presentation: checkAnyEnvelope(presentation),
          openings: readOpenings(openings),
          terms,
        };
        assertOpensPrepared(prepared);
        return prepared;
      },
    );
  }

  /** Those of an earlier event: under the same roots, or under others that are about to be forgotten too. */
  private discardBefore(terms: PreparedTerms): Promise<void> {
    const [, sameRoots] = this.labelOf(terms).split('-');
    return this.pool.discard((name) => {
      const { roots, time } = partsOf(name);
      return time < (roots === sameRoots ? terms.time : terms.time - DEFAULT_MAX_AGE);
    });
  }

  private labelOf({
    mode,
    trustRoot,
    revocationRoot,
    registryRoot = 0n,
    time,
    role,
  }: PreparedTerms) {
    const roots = short([mode, role, trustRoot, revocationRoot, registryRoot].join('/'));
    return `${idOf(this.credential)}-${roots}-${time}`;
  }
}

const preparedForm = z.strictObject({
  presentation: z.json(),
  openings: openingsSchema.required(),
});

/** Pools of one credential. */
export interface CredentialPools {
  readonly refreshes: RefreshPool;
  readonly presentations: PresentationPool;
}

/** Where the pools of a credential's file are: beside it. */
export function poolsFolderOf(credentialFile: string): string {
  checked(credentialFile, path, 'the file of poolsFolderOf');
  return `${credentialFile.replace(/\.json$/, '')}.pool`;
}

/** Open, or make, the pools of a credential. Throws as `Pool.open`. */
export async function openPools(folder: string, credential: Own): Promise<CredentialPools> {
  checked(folder, path, 'the folder of openPools');
  return {
    refreshes: await RefreshPool.open(join(folder, 'refreshes'), credential),
    presentations: await PresentationPool.open(join(folder, 'presentations'), credential),
  };
}

/** How much of a credential is ready. */
export interface ReadyCounts {
  readonly refreshes: number;
  readonly presentations: number;
}

/** How much is ready in pools that may not be there; presentations of an event that may be the latest. */
export async function readyIn(folder: string, credential: Own, now: bigint): Promise<ReadyCounts> {
  const named = async (part: string) => {
    const names = await filesIn(join(folder, part, 'ready'), '.json').catch((error: unknown) => {
      if (isAbsent(error)) return [];
      throw error;
    });
    return names.filter(isOf(credential));
  };
  const refreshes = (await named('refreshes')).length;
  const times = (await named('presentations')).map((name) => partsOf(name).time);
  return { refreshes, presentations: times.filter((time) => time > now - EVENT_DISTANCE).length };
}

const ownForm = z.looseObject({
  proof: z.looseObject({ proof: z.looseObject({ publicOutput: z.array(z.string()) }) }),
  opening: form.opening,
});

async function openFor(folder: string, credential: Own): Promise<Pool> {
  checked(folder, path, 'the folder of a pool');
  checked(credential, ownForm, 'the credential of a pool');
  const pool = await Pool.open(folder);
  const isOwn = isOf(credential);
  await pool.discard((name) => !isOwn(name));
  return pool;
}

/** Tells the credentials apart that were in one place; its commitment hides everything. */
function idOf({ proof }: Own): string {
  const [, , , commitment] = proof.proof.publicOutput;
  return short(String(commitment));
}

const isOf = (credential: Own) => (name: string) => name.startsWith(`${idOf(credential)}-`);

/** Of a name `credential-roots-time-random`; what is not one is of no time. */
function partsOf(name: string): { readonly roots: string; readonly time: bigint } {
  const [, roots, time] = /^[0-9a-f]{16}-([0-9a-f]{16})-([0-9]{1,12})-/.exec(name) ?? [];
  return { roots: roots ?? '', time: BigInt(time ?? -1) };
}

const short = (text: string) => bytesToHex(sha256(new TextEncoder().encode(text))).slice(0, 16);

const refreshForm = z.strictObject({ proof: z.json(), opening: z.record(z.string(), z.json()) });

function parseRefresh(content: unknown): Openable {
  const { proof, opening } = refreshForm.parse(content);
  try {
    return {
      proof: checkEnvelope(proof),
      opening: new Opening(Opening.fromJSON(opening as never)),
    };
  } catch {
    // no cause: what is in an opening is private
    throw new ZkcxError('ERR_CREDENTIAL_FORMAT', 'this is not a refresh');
  }
}
