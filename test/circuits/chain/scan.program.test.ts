/**
 * Both methods of `chain`, signature included, variable by variable: each is changed alone, and every
 * gate and lookup it touches is evaluated. What nothing refuses must be explained here.
 */
import { expect, test } from '@jest/globals';
import { GATE } from '../../../src/circuits/kimchi/gates.ts';
import { caseOf, sgp26Device } from '../../support/certificates/index.ts';
import { capture, type Captured, evaluate, P, scanUnbound } from '../../support/kimchi/index.ts';
import { linkCircuit, stepsOf } from './chain-circuit.ts';

/**
 * Free by design: `CircuitContext.equals` asks for an inverse of x - c, and where x = c any number will
 * do, because the half row (x - c) inverse = 1 - equal holds with equal = 1 for all of them. The
 * other half of the test, (x - c) equal = 0, does not read it.
 */
const FREE_INVERSES = { anchor: 10, extend: 13 } as const;

const steps = stepsOf(caseOf('SGP.26 eUICC', sgp26Device()));

test.each(['anchor', 'extend'] as const)(
  'nothing in %s is unbound but inverses of zero',
  async (method) => {
    const step = steps.find((candidate) => candidate.method === method)!;
    const captured = await capture(linkCircuit(method, () => step));
    expect(evaluate(captured)).toEqual([]);
    const unbound = scanUnbound(captured);
    for (const { cells, honest } of unbound) {
      expect(honest).toBe(0n);
      expect(cells).toHaveLength(1);
      expect(isFactorOfZero(captured, cells[0]!)).toBe(true);
    }
    expect(unbound).toHaveLength(FREE_INVERSES[method]);
  },
  300_000,
);

/** Whether a half row (x - c) y + out = constant alone reads the cell, as y, and x = c. */
function isFactorOfZero({ gates, witness }: Captured, { row, col }: { row: number; col: number }) {
  const { kind, coeffs } = gates[row]!;
  const half = col < 3 ? 0 : 1;
  const [left, right, out, product] = coeffs.slice(5 * half, 5 * half + 4);
  const x = witness[row]![3 * half]!;
  return (
    kind === GATE.generic &&
    col === 3 * half + 1 &&
    left === 0n &&
    out === 1n &&
    (product! * x + right!) % P === 0n
  );
}
