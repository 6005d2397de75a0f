/**
 * The one caller of kimchi's verifier of plain proofs: all proofs that are given at a time as one batch, behind the
 * pinned one. They may be of several circuits, since all have one SRS.
 */
import { base64ToBytes } from '../../../bytes.ts';
import { withThreadPool } from '../bindings.ts';
import { GuardError } from '../native-calls.ts';
import type { Srs } from '../points.ts';
import { loadPlainBackend } from './backend.ts';
import type { Verdict } from '../verify.ts';
import { CodecError, type Ml } from './codec.ts';
import { readVerifierIndex, type VerifierIndex } from './verifier-index.ts';

export interface PlainProof {
  /** Decimal. */
  readonly publicInput: string[];
  /** Base64, see proof.ts. */
  readonly proof: string;
}

export interface PlainProofAndKey {
  readonly proof: PlainProof;
  readonly key: {
    /** Kimchi's text of the verifier index, in base64. */
    readonly data: string;
  };
}

interface Pair {
  readonly index: Ml;
  readonly proof: Ml;
}

/** Verifies plain proofs; throws GuardError while no proof is pinned. */
export class PlainVerifier {
  readonly #srs: Srs;
  readonly #indexes = new Map<string, Promise<VerifierIndex>>();
  #pinned: Pair | undefined;

  private constructor(srs: Srs) {
    this.#srs = srs;
  }

  /** With the proof that goes in front of all batches. Throws GuardError when it cannot be read. */
  static async behind(pinned: PlainProofAndKey, srs: Srs): Promise<PlainVerifier> {
    const verifier = new PlainVerifier(srs);
    verifier.#pinned = await verifier.#read(pinned);
    if (verifier.#pinned === undefined)
      throw new GuardError('the pinned plain proof cannot be read');
    return verifier;
  }

  /** Whether each of some proofs verifies. When the batch of all is false, each is checked alone. */
  async verifyProofs(proofs: readonly PlainProofAndKey[]): Promise<boolean[]> {
    const pairs = await this.#readAll(proofs);
    const batch = pairs.filter((pair) => pair !== undefined);
    if (batch.length > 1 && (await this.#areValid(batch)))
      return pairs.map((pair) => pair !== undefined);
    const verdicts: boolean[] = [];
    for (const pair of pairs) verdicts.push(pair !== undefined && (await this.#areValid([pair])));
    return verdicts;
  }

  /** The same in at most one call of kimchi, see `verifyBatch` of ../verify.ts. */
  async verifyBatch(proofs: readonly PlainProofAndKey[]): Promise<Verdict[]> {
    const pairs = await this.#readAll(proofs);
    const batch = pairs.filter((pair) => pair !== undefined);
    const isValid = batch.length > 0 && (await this.#areValid(batch));
    const open = batch.length > 1 ? 'unknown' : 'invalid';
    return pairs.map((pair) => (pair === undefined ? 'invalid' : isValid ? 'valid' : open));
  }

  #readAll(proofs: readonly PlainProofAndKey[]): Promise<(Pair | undefined)[]> {
    return Promise.all(proofs.map((proof) => this.#read(proof)));
  }

  /** A proof for a batch; undefined where its bytes or its public inputs are none of a proof of this key. */
  async #read({ proof, key }: PlainProofAndKey): Promise<Pair | undefined> {
    const index = await this.#index(key.data);
    if (proof.publicInput.length !== index.publicInputs) return undefined;
    try {
      const bytes = base64ToBytes(proof.proof) ?? new Uint8Array();
      return { index: index.ml, proof: index.proofs.read(bytes, proof.publicInput.map(BigInt)) };
    } catch (error) {
      if (error instanceof CodecError) return undefined;
      throw error;
    }
  }

  /** Whether all of a batch, one or more, verify. */
  async #areValid(batch: readonly Pair[]): Promise<boolean> {
    const { rust, conversion } = await loadPlainBackend();
    const { fp, mapMlArrayToRustVector } = conversion;
    if (this.#pinned === undefined) throw new GuardError('no proof is pinned');
    const pairs = [this.#pinned, ...batch];
    try {
      return await withThreadPool(async () =>
        rust.caml_pasta_fp_plonk_proof_batch_verify(
          mapMlArrayToRustVector([0, ...pairs.map(({ index }) => index)], fp.verifierIndexToRust),
          mapMlArrayToRustVector([0, ...pairs.map(({ proof }) => proof)], fp.proofToRust),
        ),
      );
    } catch {
      // what kimchi throws is about a proof of the batch, and valid is none of those
      return false;
    }
  }

  /** Reading an index takes milliseconds, and there are two. */
  #index(data: string): Promise<VerifierIndex> {
    let index = this.#indexes.get(data);
    if (index === undefined) {
      const text = new TextDecoder().decode(base64ToBytes(data));
      index = readVerifierIndex(text, this.#srs);
      this.#indexes.set(data, index);
    }
    return index;
  }
}
