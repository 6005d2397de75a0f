import { capture, type Captured, evaluate, witnessOf } from '../../support/kimchi/index.ts';
import type { Checks } from '../../../src/circuits/crl.program.ts';
import { crlCircuit, type CrlInput, type CrlMethod } from './crl-circuit.ts';

/** Whether kimchi would take what a method of `crl` makes of an input. */
export type CrlJudge = (input: CrlInput) => Promise<boolean>;

/** Captures a method when it is first asked about, on an input that must be an honest one. */
export function crlJudge(checks?: Checks): CrlJudge {
  let current: CrlInput;
  const captured = new Map<CrlMethod, Captured>();
  return async (input) => {
    current = input;
    const circuit = crlCircuit(input.method, () => current, checks);
    const known = captured.get(input.method);
    if (known === undefined) {
      const first = await capture(circuit);
      captured.set(input.method, first);
      return evaluate(first).length === 0;
    }
    let witness;
    try {
      witness = await witnessOf(known, circuit, { unchecked: true });
    } catch {
      return false; // no hint leads anywhere: no witness
    }
    return evaluate(known, witness).length === 0;
  };
}
