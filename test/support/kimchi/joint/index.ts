/** What a single changed value does not show: see `jointScan`. */
import type { Field } from 'o1js';
import type { CircuitContext } from '../../../../src/circuits/kimchi/context.ts';
import { existsOne } from '../../../../src/circuits/kimchi/gates.ts';
import { PIN } from './rules.ts';

export { jointScan, type JointScan, type Move } from './search.ts';
export { refusedAloneBy } from './alone.ts';
export type { Constraint, Kind, System } from './system.ts';

/** An input of a circuit that is scanned: a variable with this value, and known to be given. */
export function pinned(context: CircuitContext, value: bigint): Field {
  const variable = existsOne(() => value);
  context.assertLinear([[PIN, variable]], -PIN * value);
  return variable;
}
