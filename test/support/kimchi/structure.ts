import { createHash } from 'node:crypto';
import { Cache, Provable } from 'o1js';
import { GATE } from '../../../src/circuits/kimchi/gates.ts';
import { native, withHooks, type IndexArguments } from './bindings.ts';
import { compile } from './capture.ts';
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

/** What is proved for one method of a program. */
export interface StepStructure extends Structure {
  /** Rows of the method alone; the others are recursion's. */
  readonly ownRows: number;
}

interface Compilable {
  privateInputTypes: Record<string, unknown>;
  compile(options: {
    cache: Cache;
    forceRecompile: boolean;
    withRuntimeTables: boolean;
  }): Promise<unknown>;
}

class Measured extends Error {}

/**
 * The structure of what is proved for each method of a program, recursion included. Compiling is
 * stopped as soon as the last of them is known, before any key is built: about three runs of each
 * method.
 */
export async function stepStructures(
  program: Compilable,
  { withRuntimeTables }: { withRuntimeTables: boolean },
): Promise<Record<string, StepStructure>> {
  // o1js runs each method alone in the order of their names, then, in an order of its own, asks the
  // cache for the key of each and makes it
  const methods = Object.keys(program.privateInputTypes).sort();
  const ownRows: number[] = [];
  const steps = new Map<string, Structure>();
  let asked = '';
  const cache: Cache = {
    ...Cache.FileSystemDefault,
    canWrite: false,
    read({ persistentId }) {
      if (persistentId.startsWith('step-'))
        asked = persistentId.slice(persistentId.lastIndexOf('-') + 1);
      return undefined;
    },
  };
  const analyze = Provable.constraintSystem;
  Provable.constraintSystem = async (circuit) => {
    const system = await analyze(circuit);
    ownRows.push(system.rows);
    return system;
  };
  try {
    await withHooks(
      {
        caml_pasta_fp_plonk_index_create: (...args) => {
          steps.set(asked, structure(args));
          if (steps.size === methods.length) throw new Measured();
          return {};
        },
        caml_pasta_fp_plonk_verifier_index_create: () =>
          native.caml_pasta_fp_plonk_verifier_index_dummy(),
      },
      () => program.compile({ cache, forceRecompile: false, withRuntimeTables }),
    );
  } catch (error) {
    if (!(error instanceof Measured)) throw error;
  } finally {
    Provable.constraintSystem = analyze;
  }
  return Object.fromEntries(
    methods.map((method, i) => {
      const step = steps.get(method.toLowerCase());
      if (step === undefined || ownRows.length !== methods.length) {
        throw Error('stepStructures: o1js compiles programs in another way than expected');
      }
      return [method, { ...step, ownRows: ownRows[i]! }];
    }),
  );
}

const FIELD_BYTES = 32;
/** Kimchi's own lookup tables: 2^12 values, and the xors of two nibbles. */
const TWELVE_BIT_TABLE = 4096;
const XOR_TABLE = 256;
/** Rows that kimchi keeps free for zero knowledge (one chunk). */
const ZK_ROWS = 3;

function structure([gates, publicInputs, , runtimeTables]: IndexArguments): Structure {
  const rows = native.caml_pasta_fp_plonk_gate_vector_len(gates);
  const kinds = new Set<number>();
  for (let row = 0; row < rows; row++) {
    kinds.add(native.caml_pasta_fp_plonk_gate_vector_get(gates, row).typ);
  }
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
