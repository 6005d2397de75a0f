/** The parts of a round: right for words at the ends of their range, and no hint can be false. */
import { describe, expect, it } from '@jest/globals';
import { Field } from 'o1js';
import {
  bigSigma0,
  bigSigma1,
  smallSigma0,
  smallSigma1,
} from '../../../src/circuits/gadgets/sha256/rotate.ts';
import { plain, raise, reduce, type Word } from '../../../src/circuits/gadgets/sha256/word.ts';
import type { CircuitContext } from '../../../src/circuits/kimchi/context.ts';
import { exists, existsOne } from '../../../src/circuits/kimchi/gates.ts';
import type { XorRows } from '../../../src/circuits/kimchi/xor.ts';
import { capture, evaluate, judge, witnessOf, type Circuit } from '../../support/kimchi/index.ts';
import { acceptedLies, MARK, recordHints, witnessWithLies, type Lie } from './hints.ts';
import { report } from './messages.ts';

const WORD = 1n << 32n;
const MASK = WORD - 1n;
const rotr = (x: bigint, by: bigint) => ((x >> by) | (x << (32n - by))) & MASK;
const WORDS = [0n, 1n, MASK, 1n << 31n, 0x55555555n, 0xdeadbeefn, 0x00010000n, 0x80000001n];

const SIGMAS: [string, (rows: XorRows, x: Word) => Word, (x: bigint) => bigint][] = [
  ['Sigma0', bigSigma0, (x) => rotr(x, 2n) ^ rotr(x, 13n) ^ rotr(x, 22n)],
  ['Sigma1', bigSigma1, (x) => rotr(x, 6n) ^ rotr(x, 11n) ^ rotr(x, 25n)],
  ['sigma0', smallSigma0, (x) => rotr(x, 7n) ^ rotr(x, 18n) ^ (x >> 3n)],
  ['sigma1', smallSigma1, (x) => rotr(x, 17n) ^ rotr(x, 19n) ^ (x >> 10n)],
];

/** A circuit over one word; `queued` lookups wait before it, so that tops carry chunks. */
class WordCircuit {
  input = 0xdeadbeefn;
  output = 0n;

  constructor(
    private readonly f: (rows: XorRows, x: Word) => Word,
    private readonly queued = 0,
  ) {}

  readonly body: Circuit = (context) => {
    const rows = context.xorRows;
    const x = plain(existsOne(() => this.input));
    for (let i = 0; i < this.queued; i++) rows.range12(context.constant(7n));
    existsOne(() => MARK);
    const { cell } = this.f(rows, raise(rows, x));
    report([cell], ([value]) => (this.output = value!));
  };
}

describe.each(SIGMAS)('%s', (_, f, expected) => {
  it('is right', async () => {
    const circuit = new WordCircuit(f);
    const captured = await capture(circuit.body);
    for (const input of WORDS) {
      circuit.input = input;
      const witness = await witnessOf(captured, circuit.body);
      expect(circuit.output).toBe(expected(input));
      expect(evaluate(captured, witness)).toEqual([]);
    }
  });

  it.each([0, 4])('no hint can be false, with %s lookups waiting', async (queued) => {
    const circuit = new WordCircuit(f, queued);
    const captured = await capture(circuit.body);
    const { accepted, tried } = await acceptedLies(captured, circuit.body, () => [circuit.output]);
    expect(tried).toBeGreaterThan(200);
    expect(accepted).toEqual([]);
  });

  it('refuses an input of 33 bits', async () => {
    const circuit = new WordCircuit(f);
    const captured = await capture(circuit.body);
    for (const input of [WORD, WORD + 5n, -1n]) {
      circuit.input = input;
      const witness = await witnessOf(captured, circuit.body, { unchecked: true });
      expect(evaluate(captured, witness)).not.toEqual([]);
    }
  });
});

describe('a rotation that satisfies its equation with a chunk that is none', () => {
  // right by 11: 2^12 r = 2 x + (2^32 - 1) k is solved by any r with a k from the whole field
  it.each([
    ['looked up from the queue', 0],
    ['looked up as top of the cell', 4],
  ])('%s', async (_, queued) => {
    const circuit = new WordCircuit(bigSigma0, queued);
    const captured = await capture(circuit.body);
    const hints = await recordHints(captured, circuit.body);
    const start = hints.findIndex(([value]) => value === MARK) + 1;
    // after the mark: the raised input, then chunk and cell of the rotation by 11
    const chunk = hints[start + 1]![0]!;
    const cell = hints[start + 2]![0]!;
    const rotated = rotr(circuit.input, 11n);
    expect(cell).toBe(queued === 0 ? rotated : rotated + WORD * chunk);
    const k = Field((rotated + 1n) << 12n)
      .sub(2n * circuit.input)
      .div(MASK)
      .toBigInt();
    const top = queued === 0 ? 0n : WORD * k;
    const lies = new Map<number, Lie>([
      [start + 1, () => [k]],
      [start + 2, () => [rotated + 1n + top]],
    ]);
    const witness = await witnessWithLies(captured, circuit.body, lies);
    const gates = new Set(evaluate(captured, witness).map(({ gate }) => gate));
    expect(gates).toContain('Lookup');
    // one of the two for the real prover as well
    if (queued === 0) return;
    expect(judge(captured, witness)).not.toBe('accepted');
    expect(judge(captured)).toBe('accepted');
  });
});

describe('reduction mod 2^32', () => {
  let output: bigint[] = [];
  const circuit: Circuit = (context: CircuitContext) => {
    const rows = context.xorRows;
    const [a, b] = exists(2, () => [MASK, 0xfffffff0n]) as [Field, Field];
    existsOne(() => MARK);
    const word = reduce(
      rows,
      [
        [1n, plain(a)],
        [1n, plain(b)],
      ],
      1n,
    );
    const { out } = rows.xor(word.cell, { cell: a, top: 0n });
    report([out], (values) => (output = values));
  };

  it('is right, and no hint can be false', async () => {
    const captured = await capture(circuit);
    expect(evaluate(captured)).toEqual([]);
    expect(output).toEqual([((MASK + 0xfffffff0n) & MASK) ^ MASK]);
    const { accepted } = await acceptedLies(captured, circuit, () => output);
    expect(accepted).toEqual([]);
  });

  const fraction = Field(WORD).inv().toBigInt();
  it.each([
    ['the word 2^32 more, the carry one less', WORD, -1n, 'Xor16'],
    ['the word 2^32 less, the carry one more', -WORD, 1n, 'Xor16'],
    ['the word one more, the carry less by 2^-32', 1n, -fraction, 'Lookup'],
  ])('%s', async (_, word, carry, gate) => {
    const captured = await capture(circuit);
    const start = (await recordHints(captured, circuit)).findIndex(([v]) => v === MARK) + 1;
    const add =
      (delta: bigint): Lie =>
      ([value]) => [value! + delta];
    const lies = new Map([
      [start, add(word)],
      [start + 1, add(carry)],
    ]);
    const witness = await witnessWithLies(captured, circuit, lies);
    const found = evaluate(captured, witness);
    expect(found.map((failure) => failure.gate)).toContain(gate);
    // the equation itself holds
    expect(found.map((failure) => failure.gate)).not.toContain('Generic');
  });
});
