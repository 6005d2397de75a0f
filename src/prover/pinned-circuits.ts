/**
 * What is pinned of the circuits of a program, beside its verification key, so that compiling does not
 * find it out again: the kinds of gates, and the verifier indexes, some kB. With the indexes compiling makes
 * no proving key; the one of a method is made at its first proof. o1js asks for an index by a hash of the
 * circuit's gates, so a circuit that was changed is compiled with its keys.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { Cache } from 'o1js';
import { z } from 'zod';
import { ZkcxError } from '../errors.ts';
import { PROGRAM_NAMES, type ProgramName } from './program-shapes.ts';

const name = z.string().max(200);

export const circuitsSchema = z.strictObject({
  /** By method, o1js's names of them. */
  gates: z.record(name, z.array(name)),
  /** By o1js's names of them: one of the step circuit of each method, one of the wrap circuit. */
  indexes: z.record(name, z.string().max(100_000)),
});

export type Circuits = z.infer<typeof circuitsSchema>;
type Indexes = Circuits['indexes'];

/** Where it is kept. */
export function circuitsUrl(program: ProgramName): URL {
  return new URL(`./keys/circuits/${program}.json`, import.meta.url);
}

/**
 * What is pinned of the circuits of a program; undefined where nothing is. Throws ERR_PROVER_KEY when the
 * file is damaged.
 */
export function pinnedCircuits(program: string): Circuits | undefined {
  const known = PROGRAM_NAMES.find((other) => other === program);
  if (known === undefined || !existsSync(circuitsUrl(known))) return undefined;
  try {
    return circuitsSchema.parse(JSON.parse(readFileSync(circuitsUrl(known), 'utf8')));
  } catch (cause) {
    throw new ZkcxError(
      'ERR_PROVER_KEY',
      `what is pinned of the circuits of ${known} is damaged: reinstall the package, or run ` +
        '`npm run pins` in the repository after a change of the circuits',
      { cause },
    );
  }
}

/** What o1js reads while it compiles. It writes nothing. */
export function indexCache(indexes: Indexes): Cache {
  return {
    canWrite: false,
    read: ({ uniqueId }) =>
      Object.hasOwn(indexes, uniqueId) ? new TextEncoder().encode(indexes[uniqueId]) : undefined,
    write: () => undefined,
  };
}

const KINDS: readonly string[] = ['step-vk', 'wrap-vk'];

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
