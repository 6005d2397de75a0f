import type { Captured } from '../capture.ts';
import type { Witness } from '../types.ts';
import { Reads } from './reads.ts';
import { System, type Constraint } from './system.ts';

/**
 * The constraints each of which alone refuses a witness: without it, the circuit would accept. Empty where
 * several have to be left out; throws where nothing refuses.
 */
export function refusedAloneBy(captured: Captured, witness: Witness): Constraint[] {
  const system = new System({ ...captured, witness });
  const values = (variable: number) => system.honest[variable]!;
  const numbers = [...system.constraints.keys()];
  const refusals = [
    ...numbers.filter((n) => !system.constraints[n]!.holds(values)).map((n) => [n]),
    ...new Reads(system).contradictions(
      numbers.filter((n) => system.constraints[n]!.read !== undefined),
      values,
    ),
  ];
  if (refusals.length === 0) throw Error('nothing refuses the witness');
  const alone = refusals.reduce((all, some) => all.filter((number) => some.includes(number)));
  return alone.map((number) => system.constraints[number]!);
}
