/** Rows of the gadgets and programs, counted in the constraint systems that are really built. */
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Field } from 'o1js';
import { walkExtensions } from '../src/circuits/gadgets/certificate/extensions.ts';
import { walkTbs } from '../src/circuits/gadgets/certificate/tbs.ts';
import { limbsOf } from '../src/circuits/gadgets/limbs.ts';
import { verifyEcdsa } from '../src/circuits/gadgets/p256/index.ts';
import { sha256 } from '../src/circuits/gadgets/sha256/index.ts';
import { type Walk, walkOver } from '../src/circuits/gadgets/walk.ts';
import type { CircuitContext } from '../src/circuits/kimchi/context.ts';
import { exists, existsOne } from '../src/circuits/kimchi/gates.ts';
import { inRange } from '../src/circuits/kimchi/integer.ts';
import { TBS_BLOCKS } from '../src/params.ts';
import { writeFileAtomic } from '../src/files.ts';
import { PLAIN_NAMES, PROGRAM_NAMES } from '../src/prover/program-shapes.ts';
import type { ProvableProgram } from '../src/prover/programs.ts';
import type { JobOptions, ProverEvent, ProverOptions } from '../src/prover/prover.ts';
import {
  compileNoted,
  compilePlainNoted,
  structureOf,
  type Structure,
} from '../test/support/kimchi/structure.ts';

export interface RowCount extends Omit<Structure, 'rows'> {
  /** Of the gadget, or of the method itself. */
  readonly rows: number;
  /** What Pickles adds to a method: its public values, and the proofs it verifies. */
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
    memory1: (context: CircuitContext) => void memoryOf(context, 1),
    memory2: (context: CircuitContext) => void memoryOf(context, 2),
    memoryTbs: (context: CircuitContext) => void memoryOf(context, TBS_BLOCKS),
    hash1: (context: CircuitContext) => void sha256(memoryOf(context, 1), one()),
    hash2: (context: CircuitContext) => void sha256(memoryOf(context, 2), one()),
    walk: (context: CircuitContext) => {
      const tbs = memoryOf(context, TBS_BLOCKS);
      walkExtensions(tbs, walkTbs(tbs).extensions);
    },
    ecdsa: (context: CircuitContext) => {
      const [[low, middle, high], r, s, x, y] = [limbs(), limbs(), limbs(), limbs(), limbs()];
      // the range check of the digest is another gadget's
      const digest = [inRange<88>(low), inRange<88>(middle), inRange<80>(high)] as const;
      verifyEcdsa(context, { digest, signature: { r, s }, key: { x, y } });
    },
  };
  const built = {} as Record<keyof typeof circuits, Structure>;
  for (const name of Object.keys(circuits) as (keyof typeof circuits)[]) {
    built[name] = await structureOf(circuits[name]);
  }
  const { empty, memory1, memory2, memoryTbs, hash1, hash2, walk, ecdsa } = built;
  const gadget = ({ domainLog2, digest }: Structure, rows: number): RowCount => ({
    rows,
    recursionRows: 0,
    domainLog2,
    digest,
  });
  return {
    'gadget.ecdsaP256': gadget(ecdsa, ecdsa.rows - empty.rows),
    'gadget.sha256PerBlock': gadget(hash2, hash2.rows - hash1.rows - (memory2.rows - memory1.rows)),
    'gadget.derWalk': gadget(walk, walk.rows - memoryTbs.rows),
  };
}

/** A proving process that notes the rows of every program that it compiles, for `programRows`. */
export const NOTING_WORKER = new URL('./noting.worker.ts', import.meta.url);

/** Compile a program anew and count the rows of its methods: their own, and what recursion adds. */
export async function compileCounting(
  name: string,
  program: ProvableProgram,
  options: Parameters<ProvableProgram['compile']>[0],
) {
  const { steps, compiled } = await compileNoted(program, options);
  const counts = Object.entries(steps).map(
    ([method, { ownRows, rows: total, ...rest }]): [string, RowCount] => [
      `${name}.${method}`,
      { rows: ownRows, recursionRows: total - ownRows, ...rest },
    ],
  );
  return { counts, compiled };
}

/** The same of a plain program. */
export async function compilePlainCounting(name: string, compile: () => Promise<string>) {
  const { text, structure } = await compilePlainNoted(compile);
  const { rows, ...rest } = structure;
  const counts: [string, RowCount][] = [[`${name}.prove`, { rows, recursionRows: 0, ...rest }]];
  return { text, counts };
}

/** In a process that is run for its parent: compile a program and note its rows for the parent. */
export async function compileNotingRows(...args: Parameters<typeof compileCounting>) {
  const { counts, compiled } = await compileCounting(...args);
  await writeFileAtomic(rowsFile(process.ppid, args[0]), JSON.stringify(counts), 0o600);
  return compiled;
}

/** The same of a plain program. */
export async function compilePlainNotingRows(...args: Parameters<typeof compilePlainCounting>) {
  const { text, counts } = await compilePlainCounting(...args);
  await writeFileAtomic(rowsFile(process.ppid, args[0]), JSON.stringify(counts), 0o600);
  return text;
}

/** The rows of all programs, which a `NOTING_WORKER` of this process compiled. To be called once. */
export function programRows(): Record<string, RowCount> {
  const counts = [...PROGRAM_NAMES, ...PLAIN_NAMES].flatMap((name) => {
    const file = rowsFile(process.pid, name);
    const noted = JSON.parse(readFileSync(file, 'utf8')) as [string, RowCount][];
    rmSync(file);
    return noted;
  });
  return Object.fromEntries(counts);
}

/** Where a process finds what its child noted. */
const rowsFile = (parent: number, name: string) =>
  join(tmpdir(), `zkcx-rows-${parent}-${name}.json`);

/** All gadgets and programs, by `checkKeys` or `buildKeys`. Tells on stderr where it is: it takes minutes. */
export async function measureRows(
  compileAll: (options: ProverOptions & JobOptions) => Promise<unknown>,
): Promise<Record<string, RowCount>> {
  const onEvent = (event: ProverEvent) => {
    if (event.type === 'compiling') console.error(`compiling ${event.program} ...`);
  };
  await compileAll({ worker: NOTING_WORKER, onEvent });
  return { ...(await gadgetRows()), ...programRows() };
}

const one = () => existsOne(() => 1n);
const limbs = () => limbsOf(exists(3, () => [1n, 1n, 1n]));

function memoryOf(context: CircuitContext, blocks: number): Walk {
  const size = BLOCK_BYTES * blocks;
  const bytes: Field[] = exists(size, () => Array.from({ length: size }, () => 0n));
  return walkOver(context, bytes);
}
