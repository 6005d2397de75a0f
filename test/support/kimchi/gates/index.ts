import { GATE } from '../../../../src/circuits/kimchi/gates.ts';
import { foreignFieldMul } from './foreign-field-mul.ts';
import { generic } from './generic.ts';
import { lookup, zero } from './lookup.ts';
import { poseidon } from './poseidon.ts';
import { rangeCheck0 } from './range-check0.ts';
import { rangeCheck1 } from './range-check1.ts';
import type { GateRules } from './row.ts';
import { xor16 } from './xor16.ts';

const POSEIDON = 2;

const RULES: ReadonlyMap<number, GateRules> = new Map([
  [GATE.zero, zero],
  [GATE.generic, generic],
  [POSEIDON, poseidon],
  [GATE.lookup, lookup],
  [GATE.rangeCheck0, rangeCheck0],
  [GATE.rangeCheck1, rangeCheck1],
  [GATE.foreignFieldMul, foreignFieldMul],
  [GATE.xor16, xor16],
]);

/** The rules of a gate kind; a kind without rules cannot be judged, so it is an error. */
export function rulesOf(kind: number): GateRules {
  const rules = RULES.get(kind);
  if (rules === undefined) throw Error(`no rules for gate kind ${kind}`);
  return rules;
}
