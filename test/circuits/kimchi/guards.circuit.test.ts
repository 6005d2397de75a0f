/** Contexts and tables refuse what would leave a constraint out: unpinned entries, repeated ids, use after the end. */
import { describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import type { CircuitContext } from '../../../src/circuits/kimchi/context.ts';
import { existsOne } from '../../../src/circuits/kimchi/gates.ts';
import type { LookupTable } from '../../../src/circuits/kimchi/table.ts';
import { capture } from '../../support/kimchi/index.ts';

/** Below params.ts's ids nothing else of this circuit uses these. */
const [ID, OTHER] = [900, 901];
const INDICES = [1n, 2n, 3n];

const fill = (table: LookupTable) => {
  for (const index of INDICES) table.insert(index, Field(10n + index));
};

const refused: readonly [string, (context: CircuitContext) => void, string][] = [
  [
    'a table whose entries are not all pinned',
    (c) => c.table(ID, INDICES).insert(1n, Field(5)),
    '2 indices are not pinned',
  ],
  [
    'a table that is only read',
    (c) => c.table(ID, INDICES).read(Field(1), Field(5)),
    '3 indices are not pinned',
  ],
  [
    'an entry that is pinned twice',
    (c) => {
      const table = c.table(ID, INDICES);
      fill(table);
      table.insert(1n, Field(6));
    },
    'index 1 not free',
  ],
  [
    'a pinned index that the table does not have',
    (c) => c.table(ID, INDICES).insert(4n, Field(5)),
    'index 4 not free',
  ],
  [
    'two tables of one id',
    (c) => {
      fill(c.table(ID, INDICES));
      c.table(ID, INDICES);
    },
    'used twice',
  ],
  ['an index that a table has twice', (c) => c.table(ID, [1n, 1n]), 'indices repeat'],
  ['the ids of kimchi', (c) => c.table(1, INDICES), 'reserved by kimchi'],
  [
    'two sets of one id',
    (c) => {
      const x = existsOne(() => 1n);
      c.assertMember(x, { table: ID, numbers: INDICES });
      c.assertMember(x, { table: ID, numbers: INDICES });
    },
    'used twice',
  ],
  [
    'a range of 0 bits',
    (c) =>
      c.rangeBits(
        existsOne(() => 0n),
        0,
      ),
    'rangeBits: 0 bits',
  ],
  [
    'a range of more bits than a field element has for sure',
    (c) =>
      c.rangeBits(
        existsOne(() => 0n),
        253,
      ),
    'rangeBits: 253 bits',
  ],
];

describe('a circuit is refused with', () => {
  test.each(refused)('%s', async (_, circuit, message) => {
    await expect(capture(circuit)).rejects.toThrow(message);
  });

  test('nothing of this: the same circuit in order', async () => {
    await expect(
      capture((context) => {
        const table = context.table(ID, INDICES);
        fill(table);
        table.read(Field(2), Field(12));
        context.assertMember(
          existsOne(() => 1n),
          { table: OTHER, numbers: INDICES },
        );
        context.rangeBits(
          existsOne(() => 5n),
          3,
        );
      }),
    ).resolves.toBeDefined();
  });
});

describe('after the end of a circuit', () => {
  const uses: readonly [
    string,
    (context: CircuitContext, table: LookupTable, x: Field) => unknown,
  ][] = [
    ['range12', (c, _, x) => c.range12(x)],
    ['rangeBits', (c, _, x) => c.rangeBits(x, 20)],
    ['assertEqual', (c, _, x) => c.assertEqual(x, 5n)],
    ['assertMember', (c, _, x) => c.assertMember(x, { table: OTHER, numbers: [5n] })],
    ['table', (c) => c.table(OTHER, [1n])],
    ['beforeFinish', (c) => c.beforeFinish(() => {})],
  ];

  test.each(uses)(
    '%s is refused, so that nothing is queued that is never emitted',
    async (_, use) => {
      let kept: [CircuitContext, LookupTable, Field] | undefined;
      await capture((context) => {
        const table = context.table(ID, INDICES);
        fill(table);
        kept = [context, table, existsOne(() => 5n)];
      });
      expect(() => use(...kept!)).toThrow('used after finish');
    },
  );

  test('a table can neither be read nor written', async () => {
    let kept: LookupTable | undefined;
    await capture((context) => {
      kept = context.table(ID, INDICES);
      fill(kept);
    });
    expect(() => kept!.read(Field(1), Field(11))).toThrow('used after close');
  });
});
