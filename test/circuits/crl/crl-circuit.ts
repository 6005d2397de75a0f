/** The methods of `crl` as circuits for the judge, signature and hash included. */
import { type Field, Provable } from 'o1js';
import { ChainClaim, Opening } from '../../../src/circuits/claims.ts';
import {
  type Checks,
  finish,
  FinishWitness,
  startCa,
  StartCaWitness,
  startCi,
  StartCiWitness,
  step,
  StepWitness,
} from '../../../src/circuits/crl.program.ts';
import { CrlClaim, CrlState } from '../../../src/circuits/crl.ts';
import type { CircuitContext } from '../../../src/circuits/kimchi/context.ts';
import { inRange } from '../../../src/circuits/kimchi/integer.ts';
import type { CrlStep } from '../../../src/witness/crl.ts';

/** What a run of the circuit takes: the witness, the claim that has to come out, and what came before. */
export type CrlInput = Omit<CrlStep, 'claim'> & {
  readonly claim?: CrlClaim;
  /** `entry` of the earlier claim, where it is not what the state in the witness hashes to. */
  readonly earlier?: Field;
  /** The chain claim of `startCa`. */
  readonly chain?: ChainClaim;
};

/**
 * Leaves hash and signature out: they have tests of their own, and nine tenths of the rows. The chaining
 * words stay what they were, so the claim of a part is not the one that was planned.
 */
export const unhashed: Checks = {
  hash: ({ context }, { words }) => [
    ...(words ?? Array.from({ length: 8 }, () => inRange<32>(context.constant(0n)))),
  ],
  signed: () => {},
};

export type CrlMethod = CrlStep['method'];

/**
 * The circuit of one method over whatever `input` returns at the time it runs. A claim in the input
 * must be the circuit's; without one, any is right.
 */
export function crlCircuit(
  method: CrlMethod,
  input: () => CrlInput,
  checks?: Checks,
): (context: CircuitContext) => void {
  return (context) => {
    const claim = run(context, method, input, checks);
    const expected = Provable.witness(CrlClaim, () => input().claim ?? constantsOf(claim));
    standInGates(context, CrlClaim.toFields(expected));
    CrlClaim.toFields(claim).forEach((field, i) => {
      field.assertEquals(CrlClaim.toFields(expected)[i]!);
    });
  };
}

function run(
  context: CircuitContext,
  method: CrlMethod,
  input: () => CrlInput,
  checks?: Checks,
): CrlClaim {
  if (method === 'startCi') {
    const witness = Provable.witness(StartCiWitness, () => input().witness as StartCiWitness);
    return CrlState.claim(startCi(context, witness, checks));
  }
  if (method === 'startCa') {
    const witness = Provable.witness(StartCaWitness, () => input().witness as StartCaWitness);
    const chain = Provable.witness(ChainClaim, () => input().chain!);
    // the window is read from the opening, which the commitment binds
    standInGates(context, [chain.trustRoot, chain.commitment]);
    return CrlState.claim(startCa(context, chain, witness, checks));
  }
  const earlier = Provable.witness(CrlClaim, () => {
    const { state } = input().witness as StepWitness | FinishWitness;
    const { entry, ...rest } = CrlState.claim(state);
    return new CrlClaim({ ...rest, entry: input().earlier ?? entry });
  });
  standInGates(context, [earlier.entry]);
  if (method === 'step') {
    const witness = Provable.witness(StepWitness, () => input().witness as StepWitness);
    return CrlState.claim(step(context, earlier, witness, checks));
  }
  const witness = Provable.witness(FinishWitness, () => input().witness as FinishWitness);
  return finish(context, earlier, witness, checks);
}

/** Equality is wiring: a value that stands in no cell would equal anything. */
function standInGates(context: CircuitContext, fields: readonly Field[]): void {
  for (const field of fields) context.product(field, context.constant(1n));
}

function constantsOf(claim: CrlClaim): CrlClaim {
  return CrlClaim.fromFields(CrlClaim.toFields(claim).map((field) => field.toConstant()));
}

/** The claim that an opening stands behind. */
export function chainClaim(opening: Opening, trustRoot: Field): ChainClaim {
  const { validFrom, validUntil } = opening;
  return new ChainClaim({
    trustRoot,
    validFrom,
    validUntil,
    commitment: Opening.commitment(opening),
  });
}
