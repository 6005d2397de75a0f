import { createHash } from 'node:crypto';
import { Cache } from 'o1js';
import { GATE } from '../../../src/circuits/kimchi/gates.ts';
import { native, withHooks, type IndexArguments } from './bindings.ts';
import { compile, readGates } from './capture.ts';
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
  const { indexArguments } = await compile(circuit);
  return structure(indexArguments);
}

interface Compilable {
  analyzeMethods(): Promise<Record<string, unknown>>;
  compile(options: {
    cache: Cache;
    forceRecompile: boolean;
    withRuntimeTables: boolean;
  }): Promise<unknown>;
}

class Measured extends Error {}

/**
 * The structure of what is proved for each method of a program, recursion included. Compiling is
 * stopped as soon as the last of them is known, before any key is built.
 */
export async function stepStructures(
  program: Compilable,
  { withRuntimeTables }: { withRuntimeTables: boolean },
): Promise<Record<string, Structure>> {
  // o1js compiles the methods in the order of their names
  const methods = Object.keys(await program.analyzeMethods()).sort();
  const steps: Structure[] = [];
  const cache = { ...Cache.FileSystemDefault, canWrite: false };
  const compiling = withHooks(
    {
      caml_pasta_fp_plonk_index_create: (...args) => {
        steps.push(structure(args));
        if (steps.length === methods.length) throw new Measured();
        return {};
      },
      caml_pasta_fp_plonk_verifier_index_create: () =>
        native.caml_pasta_fp_plonk_verifier_index_dummy(),
    },
    () => program.compile({ cache, forceRecompile: true, withRuntimeTables }),
  );
  try {
    await compiling;
  } catch (error) {
    if (!(error instanceof Measured)) throw error;
  }
  if (steps.length !== methods.length) throw Error('stepStructures: a method was not compiled');
  return Object.fromEntries(methods.map((method, i) => [method, steps[i] as Structure]));
}

const FIELD_BYTES = 32;
/** Kimchi's own lookup tables: 2^12 values, and the xors of two nibbles. */
const TWELVE_BIT_TABLE = 4096;
const XOR_TABLE = 256;
/** Rows that kimchi keeps free for zero knowledge (one chunk). */
const ZK_ROWS = 3;

function structure([gates, publicInputs, , runtimeTables]: IndexArguments): Structure {
  const rows = native.caml_pasta_fp_plonk_gate_vector_len(gates);
  const kinds = new Set(readGates(gates).map(({ kind }) => kind));
  const has = (...wanted: number[]) => wanted.some((kind) => kinds.has(kind));
  const lookups =
    (has(GATE.rangeCheck0, GATE.rangeCheck1, GATE.foreignFieldMul) ? TWELVE_BIT_TABLE : 0) +
    (has(GATE.xor16) ? XOR_TABLE : 0) +
    runtimeTables.reduce((sum, table) => sum + table.firstColumn.length / FIELD_BYTES, 0);
  const hash = createHash('sha256');
  hash.update(native.caml_pasta_fp_plonk_gate_vector_digest(publicInputs, gates));
  for (const { id, firstColumn } of runtimeTables) {
    hash.update(`${id}:${firstColumn.length}:`).update(firstColumn);
  }
  return {
    rows,
    domainLog2: Math.ceil(Math.log2(Math.max(rows, lookups + 1) + ZK_ROWS)),
    digest: hash.digest('hex'),
  };
}
