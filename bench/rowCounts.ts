/** Rows of the gadgets and programs, counted in the constraint systems that are really built. */
import type { Cache, Field } from 'o1js';
import { walkExtensions } from '../src/circuits/gadgets/certificate/extensions.ts';
import type { Limbs } from '../src/circuits/gadgets/certificate/facts.ts';
import { walkTbs } from '../src/circuits/gadgets/certificate/tbs.ts';
import { ByteMemory } from '../src/circuits/gadgets/memory.ts';
import { verifyEcdsa } from '../src/circuits/gadgets/p256/index.ts';
import { sha256 } from '../src/circuits/gadgets/sha256/index.ts';
import type { CircuitContext } from '../src/circuits/kimchi/context.ts';
import { exists, existsOne } from '../src/circuits/kimchi/gates.ts';
import { TBS_BLOCKS } from '../src/params.ts';
import {
  PROGRAM_NAMES,
  PROGRAMS,
  type ProgramName,
  VERIFIED_INSIDE,
} from '../src/prover/programs.ts';
import { stepStructures, structureOf, type Structure } from '../test/support/kimchi/structure.ts';

export interface RowCount extends Omit<Structure, 'rows'> {
  /** Of the gadget, or of the method itself. */
  readonly rows: number;
  /** What the proof system adds to a method: its public values, and the proofs it verifies. */
  readonly recursionRows: number;
}

const BLOCK_BYTES = 64;

/**
 * The gadgets. Domain and digest are of the circuit that holds the gadget alone, with the byte
 * memory where it needs one; its rows are without the memory and without what every circuit has.
 */
export async function gadgetRows(): Promise<Record<string, RowCount>> {
  const circuits = {
    empty: () => undefined,
    memory1: (context: CircuitContext) => void memory(context, 1),
    memory2: (context: CircuitContext) => void memory(context, 2),
    memoryTbs: (context: CircuitContext) => void memory(context, TBS_BLOCKS),
    hash1: (context: CircuitContext) => void sha256(context, memory(context, 1), one()),
    hash2: (context: CircuitContext) => void sha256(context, memory(context, 2), one()),
    walk: (context: CircuitContext) => {
      const tbs = memory(context, TBS_BLOCKS);
      walkExtensions(context, tbs, walkTbs(context, tbs).extensions);
    },
    ecdsa: (context: CircuitContext) => {
      const [digest, r, s, x, y] = [limbs(), limbs(), limbs(), limbs(), limbs()];
      verifyEcdsa(context, { digest, signature: { r, s }, key: { x, y } });
    },
  };
  const built = {} as Record<keyof typeof circuits, Structure>;
  for (const name of Object.keys(circuits) as (keyof typeof circuits)[]) {
    built[name] = await structureOf(circuits[name]);
  }
  const { empty, memory1, memory2, memoryTbs, hash1, hash2, walk, ecdsa } = built;
  const gadget = (of: Structure, rows: number): RowCount => ({ ...of, rows, recursionRows: 0 });
  return {
    'gadget.ecdsaP256': gadget(ecdsa, ecdsa.rows - empty.rows),
    'gadget.sha256PerBlock': gadget(hash2, hash2.rows - hash1.rows - (memory2.rows - memory1.rows)),
    'gadget.derWalk': gadget(walk, walk.rows - memoryTbs.rows),
  };
}

/**
 * The methods of a program: their own rows, and what recursion adds. Programs whose proofs it
 * verifies are compiled first, with the keys in `cache` where they are there.
 */
export async function programRows(
  name: ProgramName,
  cache: Cache,
): Promise<Record<string, RowCount>> {
  for (const inner of VERIFIED_INSIDE.get(name) ?? []) await compileOnce(inner, cache);
  const steps = await stepStructures(await PROGRAMS[name](), { withRuntimeTables: true });
  return Object.fromEntries(
    Object.entries(steps).map(([method, { ownRows, rows: total, ...rest }]) => {
      return [`${name}.${method}`, { ...rest, rows: ownRows, recursionRows: total - ownRows }];
    }),
  );
}

const compiled = new Map<ProgramName, Promise<unknown>>();

async function compileOnce(name: ProgramName, cache: Cache): Promise<void> {
  const load = async () => (await PROGRAMS[name]()).compile({ cache, withRuntimeTables: true });
  if (!compiled.has(name)) compiled.set(name, load());
  await compiled.get(name);
}

/** All gadgets and programs. */
export async function allRows(cache: Cache): Promise<Record<string, RowCount>> {
  let counts = await gadgetRows();
  for (const name of PROGRAM_NAMES) counts = { ...counts, ...(await programRows(name, cache)) };
  return counts;
}

const one = () => existsOne(() => 1n);
const limbs = () => exists(3, () => [1n, 1n, 1n]) as Limbs;

function memory(context: CircuitContext, blocks: number): ByteMemory {
  const size = BLOCK_BYTES * blocks;
  const bytes: Field[] = exists(size, () => Array.from({ length: size }, () => 0n));
  return new ByteMemory(context, bytes);
}
