/**
 * Verifier indexes: what Pickles needs to know of each circuit of a program that it compiles, some kB,
 * pinned in the package beside the verification keys. With them compiling makes no proving key; the
 * one of a method is made at its first proof. o1js asks for them by a hash of the circuit's gates, so a
 * circuit that was changed is compiled anew.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { Cache } from 'o1js';
import { z } from 'zod';
import { ZkcxError } from '../errors.ts';
import { PROGRAM_NAMES, type ProgramName } from './programs.ts';

type Header = Parameters<Cache['read']>[0];

/** By o1js's names of them: one of the step circuit of each method, one of the wrap circuit. */
export const indexesSchema = z.record(z.string().max(200), z.string().max(100_000));

export type Indexes = z.infer<typeof indexesSchema>;

const KINDS: readonly Header['kind'][] = ['step-vk', 'wrap-vk'];

/** Where the indexes of a program are kept. */
export function indexesUrl(program: ProgramName): URL {
  return new URL(`./keys/indexes/${program}.json`, import.meta.url);
}

/**
 * The pinned indexes of a program; undefined where none are, whose compiling makes all keys. Throws
 * ERR_PROVER_KEY when the file is damaged.
 */
export function pinnedIndexes(program: ProgramName): Indexes | undefined {
  const url = indexesUrl(program);
  if (!existsSync(url)) return undefined;
  try {
    return indexesSchema.parse(JSON.parse(readFileSync(url, 'utf8')));
  } catch (cause) {
    throw new ZkcxError(
      'ERR_PROVER_KEY',
      `the verifier indexes of ${program} are damaged: reinstall the package, or run ` +
        '`zkcx keys build` after a change of the circuits',
      { cause },
    );
  }
}

/** What o1js reads while it compiles: the pinned indexes, of a program of this package. It writes nothing. */
export function indexCache(program: string): Cache {
  const name = PROGRAM_NAMES.find((known) => known === program);
  const indexes = (name === undefined ? undefined : pinnedIndexes(name)) ?? {};
  return {
    canWrite: false,
    read: ({ uniqueId }) =>
      Object.hasOwn(indexes, uniqueId) ? new TextEncoder().encode(indexes[uniqueId]) : undefined,
    write: () => undefined,
  };
}

/** A cache that begins empty and keeps in `indexes` what would be pinned. */
export function recordingCache(): { cache: Cache; indexes: Indexes } {
  const indexes: Indexes = {};
  // o1js writes a Lagrange basis at every use, unless it can read it again
  const bases = new Map<string, Uint8Array>();
  const cache: Cache = {
    canWrite: true,
    read: ({ uniqueId }) => bases.get(uniqueId),
    write({ kind, uniqueId }, data) {
      if (kind === 'lagrange-basis') bases.set(uniqueId, data);
      if (KINDS.includes(kind)) indexes[uniqueId] = new TextDecoder().decode(data);
    },
  };
  return { cache, indexes };
}
