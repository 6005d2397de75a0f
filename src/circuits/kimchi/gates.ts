/**
 * The only place that reaches below o1js's public API.
 *
 * o1js 2.15.0 does not export its gates. On Node its distribution is unbundled ESM, so the inner
 * modules can be imported by path and are the same instances that the public entry uses. The price:
 * an exact version pin, and no proving from a web bundle. `selfTest.ts` fails loudly when the
 * assumption breaks.
 */
import type { Field } from 'o1js';
import { o1jsInternal } from './internal.ts';

/** Numbers of the gate kinds as OCaml knows them; o1js's own TypeScript enum is wrong above 7. */
export const GATE = {
  zero: 0,
  generic: 1,
  poseidon: 2,
  lookup: 7,
  rangeCheck0: 12,
  rangeCheck1: 13,
  foreignFieldMul: 15,
  xor16: 16,
} as const;

type Three<T> = readonly [T, T, T];

interface LowLevelGates {
  raw(kind: number, values: Field[], coefficients: bigint[]): void;
  generic(
    coefficients: { left: bigint; right: bigint; out: bigint; mul: bigint; const: bigint },
    inputs: { left: Field; right: Field; out: Field },
  ): void;
  lookup(
    tableId: Field,
    index0: Field,
    value0: Field,
    index1: Field,
    value1: Field,
    index2: Field,
    value2: Field,
  ): void;
  rangeCheck0(x: Field, limbs12: Field[], crumbs: Field[], isCompact: boolean): void;
  rangeCheck1(v2: Field, v12: Field, current: Field[], next: Field[]): void;
  xor(in1: Field, in2: Field, out: Field, ...nibbles: Field[]): void;
  zero(a: Field, b: Field, c: Field): void;
  foreignFieldMul(inputs: {
    left: Three<Field>;
    right: Three<Field>;
    remainder: [Field, Field];
    quotient: Three<Field>;
    quotientHiBound: Field;
    product1: Three<Field>;
    carry0: Field;
    carry1p: Field[];
    carry1c: Field[];
    foreignFieldModulus2: bigint;
    negForeignFieldModulus: Three<bigint>;
  }): void;
  addRuntimeTableConfig(id: number, indices: bigint[]): void;
}

const gatesModule = (await import(o1jsInternal('./lib/provable/gates.js'))) as {
  Gates: LowLevelGates;
};
const existsModule = (await import(o1jsInternal('./lib/provable/core/exists.js'))) as {
  exists(size: number, compute: () => bigint[]): Field[];
  existsOne(compute: () => bigint): Field;
};

export const Gates = gatesModule.Gates;

/** `size` new witness variables; `compute` runs in the prover only and is not constrained. */
export const exists = existsModule.exists;

/** One new witness variable; `compute` runs in the prover only and is not constrained. */
export const existsOne = existsModule.existsOne;
