/** The judge itself: capture, wiring, tables, scan - each verdict sampled by the real prover. */
import { describe, expect, it } from '@jest/globals';
import { Field, Poseidon, Provable } from 'o1js';
import type { CircuitContext } from '../../../src/circuits/kimchi/context.ts';
import { GATE, Gates, exists, existsOne } from '../../../src/circuits/kimchi/gates.ts';
import {
  capture,
  classOf,
  evaluate,
  judge,
  scanUnbound,
  tamper,
  variableCells,
  witnessOf,
  type Cell,
} from '../../support/kimchi/index.ts';
import { everyGate } from './every-gate.ts';
import { handedToKimchi } from './handed-to-kimchi.ts';

const TABLE = 11;
const RIGHT = 1234n;
let input = RIGHT;

/** x in 12 bits, x and x^2 pinned in a table, one read at a variable index; nothing is free. */
function reader(context: CircuitContext): void {
  const x = existsOne(() => input);
  context.range12(x);
  context.assertLinear([[1n, x]], -RIGHT);
  const square = context.product(x, x);
  const table = context.table(TABLE, [0n, 1n, 7n]);
  table.insert(0n, x);
  table.insert(1n, context.constant(99n));
  table.insert(7n, square);
  const index = existsOne(() => 7n);
  const value = existsOne(() => RIGHT * RIGHT);
  table.read(index, value);
  context.assertLinear([[1n, index]], -7n);
}

const captured = await capture(reader);

/** The first cell with a value in a lookup row of the runtime table. */
function tableCell(value: bigint): Cell {
  for (const [row, gate] of captured.gates.entries()) {
    const values = captured.witness[row] ?? [];
    if (gate.kind !== GATE.lookup || values[0] !== BigInt(TABLE)) continue;
    const col = values.indexOf(value, 1);
    if (col >= 1 && col <= 6) return { row, col };
  }
  throw Error(`no lookup of ${value}`);
}

describe('capture', () => {
  it('gives gates, runtime tables and an honest witness that the prover takes', () => {
    expect(captured.tables).toEqual([{ id: TABLE, indices: [0n, 1n, 7n] }]);
    expect(captured.witness).toHaveLength(captured.gates.length);
    expect(evaluate(captured)).toEqual([]);
    expect(judge(captured)).toBe('accepted');
  });

  it('has gates, tables and witness as o1js hands them to kimchi', async () => {
    // every gate, runtime tables, and sums that o1js turns into variables of its own
    const circuit = (context: CircuitContext) => {
      everyGate();
      reader(context);
      const [x, y] = exists(2, () => [5n, 6n]) as [Field, Field];
      x.mul(3).add(y).add(9).assertEquals(y.mul(5));
      Poseidon.hash([x.add(y), Field(4)]);
      // an odd number of inputs, constants among variables, more than one block, a state to go on with, nothing
      const state = Poseidon.update([x, Field(3), y.mul(2)], [x, Field(0), Field(5)]);
      Poseidon.update(state, [Field(0), x.add(1), state[2], y, x.sub(x)]);
      Poseidon.update([y, x, x], []);
      Poseidon.hash([y]).mul(state[0]).assertNotEquals(0);
      // hashes outside of circuits are the same
      const numbers = [x, y, y].map((field) => Provable.witness(Field, () => field));
      for (const count of [1, 2, 3]) {
        const constants = [5n, 6n, 6n].slice(0, count).map(Field);
        Poseidon.hash(numbers.slice(0, count)).assertEquals(Poseidon.hash(constants));
      }
    };
    const taken = await capture(circuit);
    const { gates, tables, witness } = handedToKimchi(circuit);
    expect(taken.gates).toEqual(gates);
    expect(taken.tables).toEqual(tables);
    expect(taken.witness).toEqual(witness);
  });

  it('throws what the circuit throws', async () => {
    const broken = () => {
      throw Error('out of profile');
    };
    await expect(capture(broken)).rejects.toThrow('out of profile');
  });

  it('refuses a circuit that does not end when it returns', async () => {
    const late = (async () => undefined) as () => void;
    await expect(capture(late)).rejects.toThrow('must be synchronous');
  });

  it('throws when an honest run does not satisfy its equations', async () => {
    const unsatisfied = (context: CircuitContext) =>
      context.assertLinear([[1n, existsOne(() => 2n)]], -1n);
    await expect(capture(unsatisfied)).rejects.toThrow();
  });
});

describe('witnessOf', () => {
  it('takes the witness of false inputs', async () => {
    input = 5000n;
    try {
      await expect(witnessOf(captured, reader)).rejects.toThrow();
      const witness = await witnessOf(captured, reader, { unchecked: true });
      const what = evaluate(captured, witness).map((failure) => failure.what);
      expect(what.some((text) => /is not in the table 1/.test(text))).toBe(true);
      expect(what.some((text) => /contradicts other reads/.test(text))).toBe(true);
      expect(what.some((text) => /equation of columns/.test(text))).toBe(true);
    } finally {
      input = RIGHT;
    }
    expect(evaluate(captured, await witnessOf(captured, reader))).toEqual([]);
  });
});

describe('wiring', () => {
  it('changes a cell with all that is wired to it', () => {
    const cell = tableCell(RIGHT);
    const cells = classOf(captured, cell);
    expect(cells.length).toBeGreaterThan(2);
    const witness = tamper(captured, [{ ...cell, value: -1n }]);
    for (const { row, col } of cells) expect(witness[row]?.[col]).toBe(Field.ORDER - 1n);
    expect(evaluate(captured, witness).some(({ what }) => /wired/.test(what))).toBe(false);
  });

  it('is refused when a wired cell is changed alone', () => {
    const { row, col } = classOf(captured, tableCell(RIGHT))[0] as Cell;
    const witness = captured.witness.map((values) => values.slice());
    (witness[row] as bigint[])[col] = 1n;
    expect(evaluate(captured, witness).some(({ what }) => /wired/.test(what))).toBe(true);
    expect(judge(captured, witness)).toEqual({ refused: expect.any(String) });
  });

  it('leaves cells alone that nothing reads', () => {
    const row = captured.gates.findIndex(({ kind }) => kind === GATE.generic);
    const unused = { row, col: 14 };
    expect(variableCells(captured)).not.toContainEqual(unused);
    const witness = tamper(captured, [{ ...unused, value: 9n }]);
    expect(evaluate(captured, witness)).toEqual([]);
    expect(judge(captured, witness)).toBe('accepted');
  });
});

describe('runtime tables', () => {
  const read = tableCell(7n);

  it('a read that contradicts the pinned value is refused', () => {
    const last = captured.witness.findLastIndex(
      (values, row) => captured.gates[row]?.kind === GATE.lookup && values[0] === BigInt(TABLE),
    );
    const col = (captured.witness[last] as bigint[]).lastIndexOf(RIGHT * RIGHT, 6);
    const witness = tamper(captured, [{ row: last, col, value: 1n }]);
    const failures = evaluate(captured, witness);
    expect(failures.map(({ what }) => what)).toEqual(
      failures.map(() => expect.stringMatching(/contradicts other reads of the index 11$/)),
    );
    expect(failures).not.toEqual([]);
    expect(judge(captured, witness)).toEqual({ refused: expect.stringMatching(/lookup/) });
  });

  it('an index that the table does not have is refused', () => {
    const witness = tamper(captured, [{ ...read, value: 2n }]);
    expect(
      evaluate(captured, witness).some(({ what }) => /is not in the table 11/.test(what)),
    ).toBe(true);
    expect(judge(captured, witness)).toEqual({ refused: expect.any(String) });
  });
});

describe('fixed tables', () => {
  const pair = (id: bigint, index: bigint, value: bigint) => async () =>
    capture(() => {
      const [table, i, v] = exists(3, () => [id, index, value]) as [Field, Field, Field];
      Gates.lookup(table, i, v, i, v, i, v);
    });

  it.each([
    [0n, 0n, 0n, true], // the padding
    [0n, 3n, 3n, false], // in the xor table, which this circuit does not have
    [1n, 4095n, 0n, true],
    [1n, 4096n, 0n, false],
    [1n, 5n, 1n, false],
    [2n, 0n, 0n, false],
  ])('table %d, pair (%d, %d): %s', async (id, index, value, listed) => {
    const lookup = await pair(id, index, value)();
    expect(evaluate(lookup)).toHaveLength(listed ? 0 : 3);
    if (id === 0n) expect(judge(lookup) === 'accepted').toBe(listed);
  });
});

describe('structure', () => {
  it('refuses two lookup patterns on one row', async () => {
    const collision = await capture(() => {
      const zeros = exists(7, () => [0n, 0n, 0n, 0n, 0n, 0n, 0n]) as [Field, ...Field[]];
      Gates.raw(GATE.rangeCheck1, zeros, []);
      const [z] = zeros;
      Gates.lookup(z, z, z, z, z, z, z);
    });
    expect(() => evaluate(collision)).toThrow('looks up on this row');
  });

  it('refuses to judge a gate kind without rules', async () => {
    const unknown = await capture(() =>
      Gates.raw(
        3,
        exists(7, () => Array(7).fill(0n)),
        [],
      ),
    );
    expect(() => evaluate(unknown)).toThrow('no rules for gate kind 3');
  });
});

describe('scan', () => {
  it('finds nothing in a circuit that binds everything', () => {
    expect(scanUnbound(captured)).toEqual([]);
  });

  it('finds exactly the variables that are free', async () => {
    const leaky = await capture((context) => {
      const bit = existsOne(() => 1n);
      context.assertBit(bit); // range, but no value
      const [small, sign] = [existsOne(() => 77n), existsOne(() => 4n)];
      context.range12(small);
      context.product(sign, sign); // the square hides the sign
      context.assertLinear([[1n, existsOne(() => 55n)]], -55n);
      const table = context.table(TABLE, [0n], { indexOnly: true });
      const index = existsOne(() => 0n);
      const value = existsOne(() => 123n); // nothing pins it
      table.read(index, value);
    });
    const found = scanUnbound(leaky);
    expect(found.map(({ honest }) => honest).sort((a, b) => Number(a - b))).toEqual([
      1n,
      4n,
      77n,
      123n,
    ]);
    // they are independent, so the prover takes all the changes in one proof
    const changes = found.map(({ cells, value }) => ({ ...(cells[0] as Cell), value }));
    const witness = tamper(leaky, changes);
    expect(evaluate(leaky, witness)).toEqual([]);
    expect(judge(leaky, witness)).toBe('accepted');
  });

  it('does not start from a witness that is refused itself', () => {
    const { row, col } = tableCell(RIGHT);
    const witness = tamper(captured, [{ row, col, value: 1n }]);
    expect(() => scanUnbound({ ...captured, witness })).toThrow('honest witness fails');
  });
});
