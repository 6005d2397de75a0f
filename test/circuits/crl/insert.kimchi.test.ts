/** One insertion into the tree of serial numbers: what it gives, and that false witnesses are refused. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Field, Provable } from 'o1js';
import {
  EMPTY_SERIALS,
  insertSerial,
  InsertWitness,
} from '../../../src/circuits/gadgets/crl/insert.ts';
import type { CircuitContext } from '../../../src/circuits/kimchi/context.ts';
import { existsOne } from '../../../src/circuits/kimchi/gates.ts';
import { SERIAL_END } from '../../../src/circuits/revocation.ts';
import { insertion } from '../../../src/witness/crl.ts';
import { SerialTree } from '../../../src/witness/revocation-map.ts';
import {
  capture,
  type Captured,
  evaluate,
  judge,
  scanUnbound,
  type Witness,
  witnessOf,
} from '../../support/kimchi/index.ts';

interface Input {
  readonly root: bigint;
  readonly count: bigint;
  readonly serial: bigint;
  readonly active: bigint;
  readonly witness: InsertWitness;
}

const before = [500n, 7n, (1n << 159n) - 1n, 0n];

/** The honest insertion of a serial number into a tree that holds `before`. */
function inserting(serial: bigint): Input & { readonly after: bigint } {
  const tree = new SerialTree(before);
  const [root, count] = [tree.root.toBigInt(), BigInt(tree.size)];
  const witness = insertion(tree, serial);
  return { root, count, serial, active: 1n, witness, after: tree.root.toBigInt() };
}

let input: Input = inserting(100n);
let output: { root: bigint; count: bigint };

const circuit = (context: CircuitContext) => {
  const [root, count, serial, active] = (['root', 'count', 'serial', 'active'] as const).map(
    (name) => existsOne(() => input[name]),
  ) as [Field, Field, Field, Field];
  const isActive = context.assertBit(active);
  const witness = Provable.witness(InsertWitness, () => input.witness);
  const after = insertSerial(context, { root, count }, serial, isActive, witness);
  Provable.asProver(() => {
    output = { root: after.root.toBigInt(), count: after.count.toBigInt() };
  });
};

let captured: Captured;
beforeAll(async () => {
  captured = await capture(circuit);
});

async function witnessFor(next: Input): Promise<Witness> {
  input = next;
  return witnessOf(captured, circuit, { unchecked: true });
}

async function accepts(next: Input): Promise<boolean> {
  return evaluate(captured, await witnessFor(next)).length === 0;
}

test('the empty tree is that of plain TypeScript', () => {
  expect(new SerialTree().root.toBigInt()).toBe(EMPTY_SERIALS);
});

test.each([1n, 100n, 499n, 501n, (1n << 159n) - 2n, 1n << 100n])('takes %d', async (serial) => {
  const next = inserting(serial);
  expect(await accepts(next)).toBe(true);
  expect(output).toEqual({ root: next.after, count: BigInt(before.length + 1) });
});

test('changes nothing in a slot that is not used, whatever the witness', async () => {
  const next = { ...inserting(100n), active: 0n };
  const zero = new InsertWitness({
    low: Field(0),
    next: Field(0),
    lowSiblings: next.witness.lowSiblings.map(() => Field(0)),
    lowRight: next.witness.lowRight.map(() => Field(0)),
    freeSiblings: next.witness.freeSiblings.map(() => Field(0)),
  });
  for (const witness of [next.witness, zero]) {
    expect(await accepts({ ...next, witness })).toBe(true);
    expect(output).toEqual({ root: next.root, count: next.count });
  }
});

describe('refuses', () => {
  const honest = inserting(100n);
  const variant = (change: Partial<InsertWitness>): Input => ({
    ...honest,
    witness: new InsertWitness({ ...honest.witness, ...change }),
  });
  const pathOf = (serial: bigint) => {
    const { leaf, siblings, right } = new SerialTree(before).pathAtOrBelow(serial);
    return {
      low: Field(leaf.key),
      next: Field(leaf.nextKey),
      lowSiblings: siblings,
      lowRight: right,
    };
  };
  const swap = (fields: Field[], level: number) =>
    fields.map((field, i) => (i === level ? Field(1).sub(field) : field));
  const repeated = { ...honest, serial: 500n };

  const cases: [string, Input][] = [
    ['a leaf that is not the neighbour', variant(pathOf(600n))],
    ['the sentinel of a tree that has entries below', variant(pathOf(0n))],
    ['a low leaf that is not in the tree', variant({ low: Field(50) })],
    ['a next key that is not in the tree', variant({ next: Field(SERIAL_END) })],
    ['a low key above the order of the serials', variant({ low: Field(-1) })],
    ['a swapped bit of the path', variant({ lowRight: swap(honest.witness.lowRight, 0) })],
    ['a swapped bit high in the path', variant({ lowRight: swap(honest.witness.lowRight, 20) })],
    ['a bit that is none', variant({ lowRight: honest.witness.lowRight.with(3, Field(2)) })],
    ['another sibling', variant({ lowSiblings: honest.witness.lowSiblings.with(1, Field(1)) })],
    ['another sibling of the free leaf', variant({ freeSiblings: pathOf(7n).lowSiblings })],
    ['a repeated serial with its own leaf', { ...repeated, ...only(pathOf(500n), repeated) }],
    ['a repeated serial with the leaf below', { ...repeated, ...only(pathOf(499n), repeated) }],
    ['a count too small: a leaf that is not free', { ...honest, count: honest.count - 1n }],
    ['a count too large', { ...honest, count: honest.count + 1n }],
    ['another root', { ...honest, root: honest.root + 1n }],
  ];
  test.each(cases)('%s', async (_, next) => {
    expect(await accepts(next)).toBe(false);
  });

  test('in kimchi too', async () => {
    const verdict = async (next: Input) => {
      const witness = await witnessFor(next);
      return judge(captured, witness);
    };
    expect(await verdict(honest)).toBe('accepted');
    expect(await verdict(repeated)).not.toBe('accepted');
    expect(await verdict(cases[1]![1])).not.toBe('accepted');
  }, 60_000);

  function only(low: Partial<InsertWitness>, { witness }: Input): Pick<Input, 'witness'> {
    return { witness: new InsertWitness({ ...witness, ...low }) };
  }
});

test('leaves nothing unbound', async () => {
  input = inserting(100n);
  expect(scanUnbound(await capture(circuit))).toEqual([]);
}, 60_000);
