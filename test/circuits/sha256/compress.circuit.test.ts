/** The compression function and the choice of the digest: lies in the middle, and unbound values. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { compress, plain, raised, type State } from '../../../src/circuits/gadgets/sha256/index.ts';
import { selectDigest } from '../../../src/circuits/gadgets/sha256/digest.ts';
import { INITIAL } from '../../../src/circuits/gadgets/sha256/constants.ts';
import type { CircuitContext } from '../../../src/circuits/kimchi/context.ts';
import { exists, existsOne } from '../../../src/circuits/kimchi/gates.ts';
import { inRange } from '../../../src/circuits/kimchi/integer.ts';
import {
  capture,
  evaluate,
  scanUnbound,
  witnessOf,
  type Captured,
} from '../../support/kimchi/index.ts';
import { acceptedLies, MARK, recordHints, witnessWithLies, type Lie } from './hints.ts';
import { message, padded, report, sha256Hex, wordsHex } from './messages.ts';

const WORD = 1n << 32n;

describe('compress', () => {
  /** Integers d and h of the state that are congruent to the words, not equal. */
  let excess = 0n;
  let words: bigint[] = [];
  let output: bigint[] = [];

  function circuit(context: CircuitContext): void {
    const state = exists(8, () => INITIAL.map((w, i) => (i % 4 === 3 ? w + excess * WORD : w)));
    const block = exists(16, () => words.map((w) => w + WORD));
    existsOne(() => MARK);
    const next = compress(context, state.map(plain) as unknown as State, block.map(raised));
    report(
      next.map(({ cell }) => cell),
      (values) => (output = values),
    );
  }

  const load = (bytes: Uint8Array) => {
    const block = padded(bytes, 1);
    words = Array.from({ length: 16 }, (_, i) =>
      block.slice(4 * i, 4 * i + 4).reduce((word, byte) => 256n * word + byte, 0n),
    );
  };
  /** The digest as the next user would see it: words mod 2^32. */
  const digest = () => wordsHex(output.map((cell) => cell % WORD));

  let captured: Captured;
  beforeAll(async () => {
    load(message(55));
    captured = await capture(circuit);
  });

  it('takes 2,817 rows with a state of variables', () => {
    expect(evaluate(captured)).toEqual([]);
    expect(captured.gates.length).toBe(2817);
  });

  it('takes d and h with multiples of 2^32 on top, and lets go of words below 2^34', async () => {
    for (const more of [0n, 12n, 255n]) {
      excess = more;
      load(message(40));
      const witness = await witnessOf(captured, circuit);
      expect(digest()).toBe(sha256Hex(message(40)));
      expect(evaluate(captured, witness)).toEqual([]);
      output.forEach((cell, i) => expect(cell < WORD * (i % 4 === 3 ? more + 2n : 2n)).toBe(true));
    }
    excess = 0n;
  });

  it('refuses every word of the state and of the block, but d, h and W0, above 2^32', async () => {
    load(message(55));
    for (let i = 0; i < 24; i++) {
      const hint = i < 8 ? 0 : 1;
      const place = i < 8 ? i : i - 8;
      const lie: Lie = (values) => values.map((v, at) => (at === place ? v + WORD : v));
      const witness = await witnessWithLies(captured, circuit, new Map([[hint, lie]]));
      const free = i === 3 || i === 7 || i === 8;
      expect([i, evaluate(captured, witness).length === 0]).toEqual([i, free]);
    }
  });

  it('refuses a false word and carry, but in the six words that are left to the next user', async () => {
    const hints = await recordHints(captured, circuit);
    const start = hints.findIndex(([value]) => value === MARK) + 1;
    const left = output.filter((_, i) => i % 4 !== 3);
    // a raised cell and then a small number: a reduced word with its carry, or a moved word
    const pairs = hints.flatMap((hint, call) => {
      const [next] = hints[call + 1] ?? [];
      const [value] = hint;
      const found = hint.length === 1 && value! >= WORD && value! < 2n * WORD && next! < 4096n;
      return found && call >= start ? [call] : [];
    });
    expect(pairs.length).toBeGreaterThan(300);
    const add =
      (delta: bigint): Lie =>
      ([value]) => [value! + delta];
    for (const [i, call] of pairs.entries()) {
      const isLeft = left.includes(hints[call]![0]!);
      if (!isLeft && i % 29 !== 0) continue;
      const lies = new Map([
        [call, add(-WORD)],
        [call + 1, add(1n)],
      ]);
      const found = evaluate(captured, await witnessWithLies(captured, circuit, lies));
      expect([call, found.length === 0]).toEqual([call, isLeft]);
    }
  });

  it('refuses lies at a sample of its hints', async () => {
    const { accepted, tried } = await acceptedLies(captured, circuit, () => output, {
      every: 601,
      places: 1,
    });
    expect(tried).toBeGreaterThan(30);
    expect(accepted).toEqual([]);
  });

  it('has no value that can be changed alone', () => {
    expect(scanUnbound(captured)).toEqual([]);
  });
});

describe('selectDigest', () => {
  const STATES = 3;
  const chosen = (block: number) => 0x9e3779b9n * BigInt(block + 1);
  /** d and h with excess, the others raised. */
  const cellOf = (block: number, j: number) =>
    ((chosen(block) * BigInt(j + 7)) % WORD) + WORD * (j % 4 === 3 ? BigInt(block) : 1n);
  let blocks = 2n;
  let output: bigint[] = [];
  let overflow = 0n;

  function circuit(context: CircuitContext): void {
    const cells = exists(8 * STATES, () =>
      Array.from(
        { length: 8 * STATES },
        (_, i) => cellOf(i >> 3, i & 7) + (i === 8 ? overflow : 0n),
      ),
    );
    const states = Array.from(
      { length: STATES },
      (_, block) =>
        cells
          .slice(8 * block, 8 * block + 8)
          .map((cell, j) => (j % 4 === 3 ? plain(cell) : raised(cell))) as unknown as State,
    );
    const index = inRange<4>(existsOne(() => blocks));
    existsOne(() => MARK);
    report(selectDigest(context, states, index), (words) => (output = words));
  }

  it('gives the words after the last block, reduced', async () => {
    const captured = await capture(circuit);
    for (const n of [1n, 2n, 3n]) {
      blocks = n;
      const witness = await witnessOf(captured, circuit);
      expect(evaluate(captured, witness)).toEqual([]);
      expect(output).toEqual(Array.from({ length: 8 }, (_, j) => cellOf(Number(n) - 1, j) % WORD));
    }
    blocks = 2n;
  });

  it('reads no other entry, and no hint can be false', async () => {
    const captured = await capture(circuit);
    const { accepted, tried } = await acceptedLies(captured, circuit, () => output);
    expect(tried).toBeGreaterThan(100);
    expect(accepted).toEqual([]);
    // the entry of the block before, word by word
    const hints = await recordHints(captured, circuit);
    for (let j = 0; j < 8; j++) {
      const call = hints.findIndex((hint) => hint.length === 1 && hint[0] === cellOf(1, j));
      const lies = new Map<number, Lie>([[call, () => [cellOf(0, j)]]]);
      const found = evaluate(captured, await witnessWithLies(captured, circuit, lies));
      expect(new Set(found.map(({ gate }) => gate))).toEqual(new Set(['Lookup']));
    }
  });

  it('refuses a word that is not below 2^32', async () => {
    const captured = await capture(circuit);
    overflow = WORD;
    const witness = await witnessOf(captured, circuit, { unchecked: true });
    expect(evaluate(captured, witness)).not.toEqual([]);
    overflow = 0n;
  });
});
