/**
 * The smallest program with all that the large ones have: a public input, a runtime table in every
 * method, recursion. Proves a counter that starts at 5 and grows by less than 8 in each step.
 */
import { Field, SelfProof, Struct, ZkProgram } from 'o1js';
import { type CircuitContext, withContext } from '../../../src/circuits/kimchi/context.ts';

const MODE = 77;

class Step extends Struct({ by: Field }) {}

function checkStep(context: CircuitContext, by: Field): void {
  const table = context.table(
    90,
    Array.from({ length: 8 }, (_, i) => BigInt(i)),
  );
  for (let i = 0; i < 8; i++) table.insert(BigInt(i), context.constant(BigInt(2 * i)));
  table.read(by, context.linear([[2n, by]]));
}

export const counterProgram = ZkProgram({
  name: 'zkcx-test-counter',
  publicInput: Field,
  publicOutput: Field,
  methods: {
    start: {
      privateInputs: [Step],
      async method(mode: Field, { by }: Step) {
        const publicOutput = await withContext((context) => {
          mode.assertEquals(MODE);
          checkStep(context, by);
          return context.linear([[1n, by]], 5n);
        });
        return { publicOutput };
      },
    },
    grow: {
      privateInputs: [SelfProof, Step],
      async method(mode: Field, earlier: SelfProof<Field, Field>, { by }: Step) {
        const publicOutput = await withContext((context) => {
          mode.assertEquals(MODE);
          earlier.verify();
          earlier.publicInput.assertEquals(MODE);
          checkStep(context, by);
          return context.linear([
            [1n, earlier.publicOutput],
            [1n, by],
          ]);
        });
        return { publicOutput };
      },
    },
  },
});
