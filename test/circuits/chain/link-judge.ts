import { capture, evaluate, witnessOf } from '../../support/kimchi/index.ts';
import { caseOf, sgp26Device } from '../../support/certificates/index.ts';
import { linkCircuit, type LinkInput, stepsOf, unsigned } from './chain-circuit.ts';

/** Whether kimchi would take what a method of `chain`, without its signature, makes of an input. */
export type LinkJudge = (input: LinkInput) => Promise<boolean>;

/** Captures both methods once, on the SGP.26 chain CI -> EUM -> eUICC. */
export async function linkJudge(): Promise<LinkJudge> {
  const [first, second] = stepsOf(caseOf('SGP.26 eUICC', sgp26Device()));
  let current: LinkInput = first!;
  const circuits = {
    anchor: linkCircuit('anchor', () => current, unsigned),
    extend: linkCircuit('extend', () => current, unsigned),
  };
  const anchor = await capture(circuits.anchor);
  current = second!;
  const captured = { anchor, extend: await capture(circuits.extend) };

  return async (input) => {
    current = input;
    let witness;
    try {
      const circuit = circuits[input.method];
      witness = await witnessOf(captured[input.method], circuit, { unchecked: true });
    } catch {
      return false; // no hint leads anywhere: no witness
    }
    return evaluate(captured[input.method], witness).length === 0;
  };
}
