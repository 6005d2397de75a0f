import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Field, Provable } from 'o1js';
import { GATE, Gates, exists } from './gates.ts';
import { o1jsInternal } from './internal.ts';

/** The one version whose inner modules and gate numbers were checked. */
const O1JS_VERSION = '2.15.0';

const NAMES: Record<keyof typeof GATE, string> = {
  zero: 'Zero',
  generic: 'Generic',
  poseidon: 'Poseidon',
  lookup: 'Lookup',
  rangeCheck0: 'RangeCheck0',
  rangeCheck1: 'RangeCheck1',
  foreignFieldMul: 'ForeignFieldMul',
  xor16: 'Xor16',
};

/**
 * Check what the circuits assume of o1js below its public API: the exact version, that the inner
 * modules are the instances behind the public entry, and that gate numbers, coefficients and wiring
 * are as expected. Call it before compiling or proving; it takes milliseconds once o1js is loaded.
 * Throws an Error that says which assumption is broken.
 */
export async function selfTest(): Promise<void> {
  const manifest = fileURLToPath(o1jsInternal('../../package.json'));
  const { version } = createRequire(import.meta.url)(manifest) as { version: string };
  if (version !== O1JS_VERSION) {
    fail(`o1js is ${version}, not ${O1JS_VERSION}; install the exact version`);
  }
  const inner = (await import(o1jsInternal('./index.js'))) as { Field: typeof Field };
  if (inner.Field !== Field) fail('the inner modules of o1js are another instance than its entry');

  const kinds = Object.keys(GATE) as (keyof typeof GATE)[];
  for (const kind of kinds) {
    const coefficients = Array.from({ length: 10 }, (_, i) => BigInt(i + 2));
    const gate = await firstGate(() => Gates.raw(GATE[kind], exists(7, zeros(7)), coefficients));
    expect(`gate ${GATE[kind]}`, gate.type, NAMES[kind]);
    expect(`coefficients of gate ${GATE[kind]}`, gate.coeffs.join(), coefficients.join());
  }
  await checkGeneric();
  await checkForeignFieldMul();
  await checkRangeCheck0();
}

/** Coefficients left, right, out, product, constant, twice a row; inputs in that order. */
async function checkGeneric(): Promise<void> {
  const { type, coeffs, wires } = await firstGate(() => {
    const [x, y, z] = exists(3, zeros(3)) as [Field, Field, Field];
    Gates.generic(
      { left: 2n, right: 3n, out: 5n, mul: 7n, const: 11n },
      { left: x, right: y, out: z },
    );
    Gates.generic(
      { left: 13n, right: 17n, out: 19n, mul: 23n, const: 29n },
      { left: z, right: x, out: y },
    );
  });
  expect('generic gate', type, 'Generic');
  expect('coefficients of the generic gate', coeffs.join(), '13,17,19,23,29,2,3,5,7,11');
  // the half that completes a row comes first: z, x, y and then x, y, z, each wired to its equal
  expect(
    'wires of the generic gate',
    wires
      .slice(0, 6)
      .map((w) => w.col)
      .join(),
    '5,3,4,1,2,0',
  );
}

async function checkForeignFieldMul(): Promise<void> {
  const { type, coeffs } = await firstGate(() => {
    const [a, b, c] = exists(3, zeros(3)) as [Field, Field, Field];
    Gates.foreignFieldMul({
      left: [a, b, c],
      right: [a, b, c],
      remainder: [a, b],
      quotient: [a, b, c],
      quotientHiBound: a,
      product1: [a, b, c],
      carry0: a,
      carry1p: [a, b, c, a, b, c, a],
      carry1c: [a, b, c, a],
      foreignFieldModulus2: 2n,
      negForeignFieldModulus: [3n, 5n, 7n],
    });
  });
  expect('foreign field multiplication', type, 'ForeignFieldMul');
  expect('coefficients of foreign field multiplication', coeffs.join(), '2,3,5,7');
}

async function checkRangeCheck0(): Promise<void> {
  for (const compact of [false, true]) {
    const { type, coeffs } = await firstGate(() => {
      const [x, ...rest] = exists(15, zeros(15)) as [Field, ...Field[]];
      Gates.rangeCheck0(x, rest.slice(0, 6), rest.slice(6), compact);
    });
    expect('range check', type, 'RangeCheck0');
    expect('coefficients of the range check', coeffs.join(), compact ? '1' : '0');
  }
}

const zeros = (count: number) => () => Array.from({ length: count }, () => 0n);

async function firstGate(circuit: () => void) {
  const { gates } = await Provable.constraintSystem(circuit);
  const [gate] = gates;
  return gate ?? fail('a raw gate does not show up in the constraint system');
}

function expect(what: string, actual: string, expected: string): void {
  if (actual !== expected) fail(`${what}: expected ${expected}, o1js says ${actual}`);
}

function fail(what: string): never {
  throw Error(`o1js is not as the circuits need it: ${what}`);
}
