/**
 * A plain kimchi proof in bytes. What it consists of follows from the verifier index alone, so a proof says nothing of
 * its own shape: it has one length, and in it every point is on the curve and every number canonical.
 *
 *   commitments   witness 15, z, t 7; where there are lookups: sorted, aggregation, runtime table
 *   opening       L and R a round, delta, z1, z2, sg
 *   evaluations   at zeta and zeta * omega each: witness 15, z, sigma 6, coefficients 15, selectors, lookups
 *   ft(zeta * omega)
 *
 * Points are x and y, numbers 32 bytes, little-endian. Public inputs travel beside the proof; what they evaluate to the
 * verifier computes.
 */
import {
  block,
  type Codec,
  CodecError,
  commitment,
  type Ml,
  noElements,
  option,
  point,
  scalar,
  times,
} from './codec.ts';

/** Columns of kimchi. */
const WITNESS = 15;
const COEFFICIENTS = 15;
const PERMUTED = 7;
/** Chunks of the quotient. */
const QUOTIENT = 7;
/** Places for evaluations of sorted columns. */
const MOST_SORTED = 5;

/** What the proofs of a circuit consist of beside what all have. */
export interface ProofShape {
  /** log2 of the SRS. */
  readonly rounds: number;
  readonly selectors: {
    readonly rangeCheck0: boolean;
    readonly rangeCheck1: boolean;
    readonly foreignFieldAdd: boolean;
    readonly foreignFieldMul: boolean;
    readonly xor: boolean;
    readonly rot: boolean;
  };
  /** Undefined in a circuit that reads no table. */
  readonly lookup?: {
    readonly sorted: number;
    readonly runtimeTable: boolean;
    readonly patterns: {
      readonly xor: boolean;
      readonly lookup: boolean;
      readonly rangeCheck: boolean;
      readonly foreignFieldMul: boolean;
    };
  };
}

/** At zeta, and at zeta * omega. */
const evaluations = block(times(1, scalar), times(1, scalar));

export class ProofCodec {
  readonly #codec: Codec;

  constructor({ rounds, selectors, lookup }: ProofShape) {
    const { sorted = 0, runtimeTable = false, patterns } = lookup ?? {};
    const isLookup = lookup !== undefined;
    const evaluated = (isThere: boolean | undefined) => option(isThere === true, evaluations);
    const commitments = block(
      times(WITNESS, commitment()),
      commitment(),
      commitment(QUOTIENT),
      option(
        isLookup,
        block(times(sorted, commitment()), commitment(), option(runtimeTable, commitment())),
      ),
    );
    const opening = block(times(rounds, block(point, point)), point, scalar, scalar, point);
    const evaluation = block(
      times(WITNESS, evaluations),
      evaluations,
      times(PERMUTED - 1, evaluations),
      times(COEFFICIENTS, evaluations),
      // generic, Poseidon, and four of elliptic curves: every index has these
      ...Array.from({ length: 6 }, () => evaluations),
      evaluated(selectors.rangeCheck0),
      evaluated(selectors.rangeCheck1),
      evaluated(selectors.foreignFieldAdd),
      evaluated(selectors.foreignFieldMul),
      evaluated(selectors.xor),
      evaluated(selectors.rot),
      evaluated(isLookup),
      evaluated(isLookup),
      block(...Array.from({ length: MOST_SORTED }, (_, i) => evaluated(i < sorted))),
      evaluated(runtimeTable),
      evaluated(runtimeTable),
      evaluated(patterns?.xor),
      evaluated(patterns?.lookup),
      evaluated(patterns?.rangeCheck),
      evaluated(patterns?.foreignFieldMul),
    );
    this.#codec = block(commitments, opening, evaluation, scalar);
  }

  /** Bytes of a proof. */
  get length(): number {
    return this.#codec.length;
  }

  /**
   * Bytes -> a proof of these public inputs as o1js takes it into kimchi. Throws CodecError.
   */
  read(bytes: Uint8Array, publicInput: readonly bigint[]): Ml {
    if (bytes.length !== this.length) throw new CodecError('the proof has another length');
    const inputs = publicInput.map((x) => scalar.read(scalar.write([0, x])));
    return [0, 0, [...(this.#codec.read(bytes) as Ml), [0, ...inputs], [0]]];
  }

  /** A proof as o1js gets it from kimchi -> bytes. Throws CodecError. */
  write(proof: Ml): Uint8Array {
    const [, , made] = proof as [0, unknown, Ml];
    const previous = made.at(-1);
    noElements.write(previous);
    return this.#codec.write(made.slice(0, -2));
  }
}
