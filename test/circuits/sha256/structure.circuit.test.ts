/** The rows of an XOR lie together, and their number is pinned. */
import { describe, expect, it } from '@jest/globals';
import { Field } from 'o1js';
import { walkOver } from '../../../src/circuits/gadgets/walk.ts';
import { digestLimbs, sha256 } from '../../../src/circuits/gadgets/sha256/index.ts';
import type { CircuitContext } from '../../../src/circuits/kimchi/context.ts';
import { exists, existsOne, GATE } from '../../../src/circuits/kimchi/gates.ts';
import { XorRows } from '../../../src/circuits/kimchi/xor.ts';
import { capture, classOf, type Captured, type Cell } from '../../support/kimchi/index.ts';
import { padded, message } from './messages.ts';

type Part = 'memory' | 'sha256' | 'limbs';

function build(blocks: number, parts: Part[]): Promise<Captured> {
  return capture((context: CircuitContext) => {
    const bytes = exists(64 * blocks, () => padded(message(0), blocks));
    const walk = walkOver(context, bytes);
    const length = existsOne(() => 0n);
    if (!parts.includes('sha256')) return;
    const words = sha256(walk, length);
    if (parts.includes('limbs')) digestLimbs(context, words);
  });
}

/** The constant that a Generic row equates a cell's variable with, if any. */
function pinned(captured: Captured, cell: Cell): bigint | undefined {
  for (const { row, col } of classOf(captured, cell)) {
    const gate = captured.gates[row]!;
    if (gate.kind !== GATE.generic || (col !== 0 && col !== 3)) continue;
    const half = gate.coeffs.slice(col === 0 ? 0 : 5, col === 0 ? 5 : 10);
    const [l, r, o, m, c] = half as [bigint, bigint, bigint, bigint, bigint];
    if (l === 1n && r === 0n && o === 0n && m === 0n) return Field(c).neg().toBigInt();
    if (l === Field(-1).toBigInt() && r === 0n && o === 0n && m === 0n) return c;
  }
  return undefined;
}

describe('rows', () => {
  it('are as few as documented', async () => {
    const rows = async (blocks: number, parts: Part[]) => (await build(blocks, parts)).gates.length;
    const memory = [await rows(2, ['memory']), await rows(3, ['memory'])] as const;
    const two = await rows(2, ['memory', 'sha256']);
    const three = await rows(3, ['memory', 'sha256']);
    expect({
      perBlock: three - two - (memory[1] - memory[0]),
      twoBlocks: two - memory[0],
      limbs: (await rows(2, ['memory', 'sha256', 'limbs'])) - two,
    }).toEqual({ perBlock: 2824, twoBlocks: 5697, limbs: 10 });
  });
});

describe('the third row of an XOR', () => {
  it('follows at once, is no empty row, and holds 1 and 0 in columns 0 and 2', async () => {
    const captured = await build(1, ['memory', 'sha256']);
    const { gates } = captured;
    const kinds = { lookup: 0, generic: 0 };
    for (let row = 0; row < gates.length; row++) {
      if (gates[row]!.kind !== GATE.xor16) continue;
      expect(gates[row + 1]!.kind).toBe(GATE.xor16);
      const third = row + 2;
      const { kind, coeffs } = gates[third]!;
      expect(pinned(captured, { row: third, col: 0 })).toBe(1n);
      expect(pinned(captured, { row: third, col: 2 })).toBe(0n);
      const top = pinned(captured, { row: third, col: 1 });
      if (kind === GATE.lookup) {
        kinds.lookup++;
        expect(pinned(captured, { row: third, col: 4 })).toBe(0n);
        expect(pinned(captured, { row: third, col: 6 })).toBe(0n);
      } else {
        expect(kind).toBe(GATE.generic);
        kinds.generic++;
        // nothing range-checks the top here, so it must be a constant
        expect([0n, 1n]).toContain(top);
        expect(coeffs.slice(0, 5)).toEqual([0n, 0n, 0n, 0n, 0n]);
      }
      row = third;
    }
    expect(kinds).toEqual({ lookup: 281, generic: 423 });
  });
});

describe('XorRows', () => {
  const inCircuit = (body: (context: CircuitContext) => void) => capture(body);

  it('takes variables only', async () => {
    const one = (context: CircuitContext) => context.constant(1n);
    await expect(
      inCircuit((context) => context.xorRows.xor(Field(1), { cell: one(context), top: 0n })),
    ).rejects.toThrow('variables only');
    await expect(
      inCircuit((context) => context.xorRows.xor(one(context), { cell: Field(1), top: 0n })),
    ).rejects.toThrow('variables only');
    await expect(
      inCircuit((context) =>
        context.xorRows.assertLinear([[1n, one(context).add(one(context))]], -2n),
      ),
    ).rejects.toThrow('variables only');
  });

  it('emits what waits when the method ends, and takes nothing after that', async () => {
    const { gates } = await inCircuit((context) => {
      const x = existsOne(() => 5n);
      context.xorRows.assertLinear([[1n, x]], -5n);
      context.xorRows.range12(x);
    });
    expect(gates.filter(({ kind }) => kind === GATE.lookup)).toHaveLength(1);
    expect(gates.some(({ coeffs }) => coeffs.includes(Field(-5).toBigInt()))).toBe(true);

    const rows = new XorRows({ constant: () => Field(0), range12: () => {} });
    rows.finish();
    expect(() => rows.range12(Field(0))).toThrow('after finish');
    expect(() => rows.assertLinear([])).toThrow('after finish');
    expect(() => rows.finish()).toThrow('after finish');
  });
});
