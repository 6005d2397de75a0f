/**
 * The two native calls that every verification of o1js ends in: kimchi's verifier of wrap proofs, and its
 * check of the accumulators of step proofs. Both are replaced for the life of the process. Batches of
 * wrap proofs then begin with the pinned proof, and what a `collect` leads to is kept for later instead of
 * being checked on its own.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { joinBytes } from '../../bytes.ts';
import { loadBindings } from './bindings.ts';

const WRAP = '__wrap';

/** The pinned proof is not in its place, or o1js is not as expected: nothing can be verified. */
export class GuardError extends Error {}

/** A value of OCaml as o1js has it in JavaScript. Converting it for a native call leaves it as it is. */
type Ml = readonly unknown[];
type MlArray = [0, ...Ml[]];

/** A wrap proof with its verifier index. */
export interface WrapProof {
  readonly index: Ml;
  readonly proof: Ml;
}

/** The accumulator of a step proof: a commitment, and the challenges of the polynomial in it. */
export interface Accumulator {
  readonly srs: object;
  readonly commitment: Ml;
  readonly challenges: Uint8Array;
}

/** What kimchi has to check of one proof of o1js. */
export interface Collected {
  readonly wrap: WrapProof;
  readonly accumulator: Accumulator;
}

/** Objects on the native backend; on wasm addresses of objects, which a call takes over. */
type RustArray = readonly object[] | Uint32Array;
/** A class of the wasm backend, with wasm-bindgen's way from an address to the object. */
type Class = { readonly [WRAP]: (address: number) => object };

interface Rust {
  caml_pasta_fq_plonk_proof_batch_verify(indexes: RustArray, proofs: RustArray): boolean;
  caml_fp_srs_batch_accumulator_check(
    srs: object,
    commitments: RustArray,
    challenges: Uint8Array,
  ): boolean;
  readonly WasmFqPlonkVerifierIndex?: Class;
  readonly WasmFqProverProof?: Class;
}

interface Conversion {
  readonly fp: {
    pointsToRust(points: MlArray): RustArray;
    pointsFromRust(points: RustArray): MlArray;
  };
  readonly fq: {
    verifierIndexToRust(index: Ml): object;
    verifierIndexFromRust(index: object): Ml;
    proofToRust(proof: Ml): object;
    proofFromRust(proof: object): Ml;
  };
  mapMlArrayToRustVector(array: MlArray, map: (value: Ml) => object): RustArray;
}

/** What one run of o1js's `verify` has asked of kimchi so far. */
interface Run {
  readonly wraps: WrapProof[];
  readonly accumulators: Accumulator[];
  isOver: boolean;
}

export class NativeCalls {
  readonly #rust: Rust;
  readonly #conversion: Conversion;
  readonly #verifyWraps: Rust['caml_pasta_fq_plonk_proof_batch_verify'];
  readonly #checkAccumulators: Rust['caml_fp_srs_batch_accumulator_check'];
  /** Tells calls of a run from those of anybody else who verifies in this process at the same time. */
  readonly #runs = new AsyncLocalStorage<Run>();
  #pinned: WrapProof | undefined;

  private constructor(rust: Rust, conversion: Conversion) {
    this.#rust = rust;
    this.#conversion = conversion;
    this.#verifyWraps = rust.caml_pasta_fq_plonk_proof_batch_verify;
    this.#checkAccumulators = rust.caml_fp_srs_batch_accumulator_check;
    rust.caml_pasta_fq_plonk_proof_batch_verify = (indexes, proofs) => {
      const wraps = this.#wraps(indexes, proofs);
      const run = this.#run();
      if (run === undefined) return this.verifyWraps(this.behindPinned(wraps));
      run.wraps.push(...wraps);
      return true;
    };
    rust.caml_fp_srs_batch_accumulator_check = (srs, commitments, challenges) => {
      const run = this.#run();
      if (run === undefined) return this.#checkAccumulators(srs, commitments, challenges);
      const [, ...points] = conversion.fp.pointsFromRust(commitments);
      run.accumulators.push(...points.map((commitment) => ({ srs, commitment, challenges })));
      return true;
    };
  }

  /**
   * Replace the calls. Those outside of `collect` fail until a proof is pinned, then they have it in front.
   */
  static async replace(): Promise<NativeCalls> {
    const { rust, conversion } = await loadBindings<Rust, Conversion>();
    return new NativeCalls(rust, conversion);
  }

  /** From now on this proof goes in front. */
  pin(first: WrapProof): void {
    this.#pinned = first;
  }

  /** A batch for `verifyWraps`. Throws GuardError while no proof is pinned. */
  behindPinned(wraps: readonly WrapProof[]): WrapProof[] {
    if (this.#pinned === undefined) throw new GuardError('no proof is pinned');
    return [this.#pinned, ...wraps];
  }

  /**
   * Run one verification of o1js and keep what it asks of kimchi, which nobody has checked then. Undefined
   * if the proof is refused for anything else.
   *
   * @throws GuardError when the verification passes without asking kimchi exactly what one proof takes
   */
  async collect(verify: () => Promise<boolean>): Promise<Collected | undefined> {
    const run: Run = { wraps: [], accumulators: [], isOver: false };
    try {
      if (!(await this.#runs.run(run, verify))) return undefined;
    } catch {
      // the proof system throws at bytes that it cannot read, with nothing useful to say
      return undefined;
    } finally {
      run.isOver = true;
    }
    const [[wrap, ...otherWraps], [accumulator, ...others]] = [run.wraps, run.accumulators];
    if (wrap === undefined || accumulator === undefined || otherWraps.length + others.length > 0) {
      throw new GuardError('o1js verified a proof by other native calls than expected');
    }
    return { wrap, accumulator };
  }

  /** Whether all of a batch verify. Throws GuardError unless it is the pinned proof and then others. */
  verifyWraps(batch: readonly WrapProof[]): boolean {
    if (batch[0] === undefined || batch[0] !== this.#pinned || batch.length < 2) {
      throw new GuardError('the pinned proof is not in front of the others');
    }
    const { fq, mapMlArrayToRustVector } = this.#conversion;
    return this.#verifyWraps(
      mapMlArrayToRustVector([0, ...batch.map(({ index }) => index)], fq.verifierIndexToRust),
      mapMlArrayToRustVector([0, ...batch.map(({ proof }) => proof)], fq.proofToRust),
    );
  }

  /** Whether all of these accumulators, one or more, are right. */
  checkAccumulators(accumulators: readonly Accumulator[]): boolean {
    const [first, ...others] = accumulators;
    const isAlike = ({ srs, challenges }: Accumulator) =>
      srs === first!.srs && challenges.length === first!.challenges.length;
    if (first === undefined || !others.every(isAlike)) {
      throw new GuardError('accumulators of different kinds');
    }
    return this.#checkAccumulators(
      first.srs,
      this.#conversion.fp.pointsToRust([0, ...accumulators.map(({ commitment }) => commitment)]),
      joinBytes(accumulators.map(({ challenges }) => challenges)),
    );
  }

  #run(): Run | undefined {
    const run = this.#runs.getStore();
    if (run?.isOver) throw new GuardError('o1js asks kimchi after its answer');
    return run;
  }

  #wraps(indexes: RustArray, proofs: RustArray): WrapProof[] {
    if (indexes.length !== proofs.length) throw new GuardError('indexes and proofs do not pair');
    const { fq } = this.#conversion;
    const { WasmFqPlonkVerifierIndex: Index, WasmFqProverProof: Proof } = this.#rust;
    return [...indexes].map((index: object | number, i) => ({
      index: fq.verifierIndexFromRust(objectAt(index, Index)),
      proof: fq.proofFromRust(objectAt(proofs[i]!, Proof)),
    }));
  }
}

function objectAt(value: object | number, Class: Class | undefined): object {
  if (typeof value !== 'number') return value;
  if (Class === undefined) throw new GuardError('an address of no known class');
  return Class[WRAP](value);
}
