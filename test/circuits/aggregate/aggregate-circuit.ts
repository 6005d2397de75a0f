/** Both methods of `aggregate` as circuits for the judge: claims that stand in gates replace verified proofs. */
import { Field, Provable } from 'o1js';
import { AggregateClaim, merge, pair, type Proven, seal } from '../../../src/circuits/aggregate.ts';
import { ChainClaim } from '../../../src/circuits/claims.ts';
import type { CircuitContext } from '../../../src/circuits/kimchi/context.ts';
import { MODE } from '../../../src/params.ts';
import { aggregateClaims, type ChainClaimValues } from '../../../src/witness/aggregate.ts';
import { NOW } from '../../support/certificates/index.ts';
import { capture, type Captured, type Circuit, evaluate } from '../../support/kimchi/index.ts';
import { witnessOf } from '../../support/kimchi/index.ts';
import { standInGates } from '../chain/chain-circuit.ts';
import { chainClaim } from './claims.ts';

export interface PairInput {
  readonly left: Proven<ChainClaim>;
  readonly right: Proven<ChainClaim>;
  readonly present: bigint;
}

export interface MergeInput {
  readonly left: Proven<AggregateClaim>;
  readonly right: Proven<AggregateClaim>;
}

export function pairInput(
  left: ChainClaimValues,
  right: ChainClaimValues,
  present = 1n,
): PairInput {
  const mode = Field(MODE.refresh);
  return {
    left: { mode, claim: chainClaim(left) },
    right: { mode, claim: chainClaim(right) },
    present,
  };
}

export function mergeInput(left: AggregateClaim, right: AggregateClaim): MergeInput {
  const mode = Field(MODE.aggregateMerge);
  return { left: { mode, claim: left }, right: { mode, claim: right } };
}

export const aggregateOf = (claims: readonly ChainClaimValues[]): AggregateClaim =>
  aggregateClaims(claims, { at: NOW }).claim;

/** A method over inputs that can change from run to run, with what it claimed last. */
export class JudgedMethod<Input> {
  private captured: Promise<Captured> | undefined;
  private input: Input;
  private claimed: bigint[] = [];

  constructor(
    honest: Input,
    private readonly method: (context: CircuitContext, input: () => Input) => AggregateClaim,
  ) {
    this.input = honest;
  }

  readonly circuit: Circuit = (context) => {
    const fields = AggregateClaim.toFields(this.method(context, () => this.input));
    standInGates(context, fields);
    Provable.asProver(() => {
      this.claimed = fields.map((field) => field.toBigInt());
    });
  };

  capture(): Promise<Captured> {
    return (this.captured ??= capture(this.circuit));
  }

  /** The witness of a prover that computes what the circuit says, whatever the input. */
  async witness(input: Input) {
    const captured = await this.capture();
    this.input = input;
    return witnessOf(captured, this.circuit, { unchecked: true });
  }

  /** What is claimed of an input, or that the gates refuse it. */
  async verdict(input: Input): Promise<bigint[] | 'refused'> {
    const witness = await this.witness(input);
    return evaluate(await this.capture(), witness).length === 0 ? this.claimed : 'refused';
  }
}

export const judgedPair = (honest: PairInput): JudgedMethod<PairInput> =>
  new JudgedMethod(honest, (context, input) => {
    const left = proven(context, ChainClaim, () => input().left);
    const right = proven(context, ChainClaim, () => input().right);
    const present = Provable.witness(Field, () => Field(input().present));
    return pair(context, left, right, present);
  });

export const judgedMerge = (honest: MergeInput): JudgedMethod<MergeInput> =>
  new JudgedMethod(honest, (context, input) => {
    const left = proven(context, AggregateClaim, () => input().left);
    const right = proven(context, AggregateClaim, () => input().right);
    return merge(context, left, right, [MODE.aggregateMerge, MODE.aggregateMerge]);
  });

export const judgedSeal = (honest: Proven<AggregateClaim>): JudgedMethod<Proven<AggregateClaim>> =>
  new JudgedMethod(honest, (context, input) =>
    seal(context, proven(context, AggregateClaim, input), MODE.aggregatePair),
  );

function proven<Claim>(
  context: CircuitContext,
  type: typeof ChainClaim | typeof AggregateClaim,
  given: () => Proven<Claim>,
): Proven<Claim> {
  const mode = Provable.witness(Field, () => given().mode);
  const fields = Provable.witnessFields(type.sizeInFields(), () =>
    type.toFields(given().claim as never),
  );
  standInGates(context, [mode, ...fields]);
  return { mode, claim: type.fromFields(fields) as Claim };
}
