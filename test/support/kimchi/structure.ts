import { createHash } from 'node:crypto';
import { type Cache, Provable } from 'o1js';
import { GATE } from '../../../src/circuits/kimchi/gates.ts';
import type { ProvableProgram } from '../../../src/prover/programs.ts';
import { native, tableColumns, withHooks, type IndexArguments } from './bindings.ts';
import { runtimeTables } from './assembly.ts';
import { constraintsOf } from './capture.ts';
import type { Circuit } from './types.ts';

/** What a key is made of. */
export interface Structure {
  readonly rows: number;
  /** log2 of the domain that kimchi will choose. */
  readonly domainLog2: number;
  /** Of all gates, coefficients and wires included, and of the runtime tables' indices. */
  readonly digest: string;
}

/** The structure of a circuit of its own. The circuit runs once, without a witness. */
export async function structureOf(circuit: Circuit): Promise<Structure> {
  const system = await constraintsOf(circuit);
  const [, , gates] = system[4];
  return structure([gates, 0, [], tableColumns(runtimeTables(system))]);
}

/** What is proved for one method of a program. */
export interface StepStructure extends Structure {
  /** Rows of the method alone; the others are recursion's. */
  readonly ownRows: number;
}

type Compilable = Pick<ProvableProgram, 'compile' | 'privateInputTypes'>;

/**
 * Compile a program anew, and note the structure of what is proved for each of its methods, recursion
 * included, as it is made.
 */
export async function compileNoted(
  program: Compilable,
  options: Parameters<Compilable['compile']>[0],
): Promise<{
  steps: Record<string, StepStructure>;
  compiled: Awaited<ReturnType<Compilable['compile']>>;
}> {
  // o1js runs each method alone in the order of their names, then makes and writes their keys, one by one
  const ownRows: number[] = [];
  const steps: Record<string, Structure> = {};
  let made: Structure | undefined;
  const cache: Cache = {
    ...options.cache,
    write(header, data) {
      if (header.kind === 'step-pk') {
        if (made === undefined) throw unexpected();
        steps[header.methodName] = made;
        made = undefined;
      }
      options.cache.write(header, data);
    },
  };
  const create = native.caml_pasta_fp_plonk_index_create;
  // the proving keys, gigabytes, are read by nobody
  const encode = () => new Uint8Array();
  const analyze = Provable.constraintSystem;
  Provable.constraintSystem = async (circuit) => {
    const system = await analyze(circuit);
    ownRows.push(system.rows);
    return system;
  };
  try {
    const compiled = await withHooks(
      {
        caml_pasta_fp_plonk_index_create: (...args) => {
          made = structure(args);
          return create(...args);
        },
        caml_pasta_fp_plonk_index_encode: encode,
        caml_pasta_fq_plonk_index_encode: encode,
      },
      () => program.compile({ ...options, cache, forceRecompile: true }),
    );
    const methods = Object.keys(program.privateInputTypes).toSorted();
    const isWhole = methods.every((method) => Object.hasOwn(steps, method));
    if (!isWhole || ownRows.length !== methods.length) throw unexpected();
    const noted = methods.map((method, i) => [method, { ...steps[method]!, ownRows: ownRows[i]! }]);
    return { steps: Object.fromEntries(noted), compiled };
  } finally {
    Provable.constraintSystem = analyze;
  }
}

/** The same of a plain program: its text, and its one structure, public values included. */
export async function compilePlainNoted(
  compile: () => Promise<string>,
): Promise<{ text: string; structure: Structure }> {
  let made: Structure | undefined;
  const create = native.caml_pasta_fp_plonk_index_create;
  const text = await withHooks(
    {
      caml_pasta_fp_plonk_index_create: (...args) => {
        made = structure(args);
        return create(...args);
      },
    },
    compile,
  );
  if (made === undefined) throw unexpected();
  return { text, structure: made };
}

const unexpected = () => Error('compileNoted: o1js compiles programs in another way than expected');

const FIELD_BYTES = 32;
/** Kimchi's own lookup tables: 2^12 values, and the xors of two nibbles. */
const TWELVE_BIT_TABLE = 4096;
const XOR_TABLE = 256;
/** Rows that kimchi keeps free for zero knowledge (one chunk). */
const ZK_ROWS = 3;

type FirstArguments = [IndexArguments[0], IndexArguments[1], IndexArguments[2], IndexArguments[3]];

function structure([gates, publicInputs, , tables]: [...FirstArguments, ...unknown[]]): Structure {
  const rows = native.caml_pasta_fp_plonk_gate_vector_len(gates);
  const kinds = new Set<number>();
  for (let row = 0; row < rows; row++) {
    kinds.add(native.caml_pasta_fp_plonk_gate_vector_get(gates, row).typ);
  }
  const has = (...wanted: number[]) => wanted.some((kind) => kinds.has(kind));
  const lookups =
    (has(GATE.rangeCheck0, GATE.rangeCheck1, GATE.foreignFieldMul) ? TWELVE_BIT_TABLE : 0) +
    (has(GATE.xor16) ? XOR_TABLE : 0) +
    tables.reduce((sum, table) => sum + table.firstColumn.length / FIELD_BYTES, 0);
  const hash = createHash('sha256');
  hash.update(native.caml_pasta_fp_plonk_gate_vector_digest(publicInputs, gates));
  for (const { id, firstColumn } of tables) {
    hash.update(`${id}:${firstColumn.length}:`).update(firstColumn);
  }
  return {
    rows,
    domainLog2: Math.ceil(Math.log2(Math.max(rows, lookups + 1) + ZK_ROWS)),
    digest: hash.digest('hex'),
  };
}
