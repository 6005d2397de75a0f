/** The verifier index of a plain circuit: what kimchi checks proofs with, and the shape that they have. */
import type { Srs } from '../points.ts';
import { loadPlainBackend } from './backend.ts';
import type { Ml } from './codec.ts';
import { ProofCodec, type ProofShape } from './proof.ts';
import { PLAIN_LOG2 } from './srs.ts';

/** Random rows at the end of every column that depends on the witness. */
const ZERO_KNOWLEDGE_ROWS = 3;

/** An index that proofs of this package cannot be of. */
export class IndexError extends Error {}

export interface VerifierIndex {
  /** For a call of kimchi. */
  readonly ml: Ml;
  readonly publicInputs: number;
  readonly domainLog2: number;
  readonly proofs: ProofCodec;
}

/**
 * Index of an SRS from kimchi's own text of it. Throws IndexError.
 *
 * @param text pinned in the package, or made in this process: kimchi does not check points in it
 */
export async function readVerifierIndex(text: string, srs: Srs): Promise<VerifierIndex> {
  const { rust, conversion } = await loadPlainBackend();
  const index = rust.caml_pasta_fp_plonk_verifier_index_deserialize(srs, text);
  return describe(conversion.fp.verifierIndexFromRust(index));
}

/** Kimchi's own text of an index, without its SRS. */
export async function writeVerifierIndex(index: Ml): Promise<string> {
  const { rust, conversion } = await loadPlainBackend();
  return rust.caml_pasta_fp_plonk_verifier_index_serialize(
    conversion.fp.verifierIndexToRust(index),
  );
}

/** What an index says of itself, if it is one that may be used. Throws IndexError. */
export function describe(ml: Ml): VerifierIndex {
  const [, domain, maxPolySize, publicInputs, previousChallenges, , , , , zkRows] = ml;
  const domainLog2 = (domain as [0, number])[1];
  if (zkRows !== ZERO_KNOWLEDGE_ROWS) throw new IndexError('the index hides other rows than 3');
  if (maxPolySize !== 2 ** PLAIN_LOG2) throw new IndexError('the index is of another SRS');
  if (domainLog2 > PLAIN_LOG2) throw new IndexError('the domain is larger than the SRS');
  if (previousChallenges !== 0) throw new IndexError('the index takes challenges of other proofs');
  return {
    ml,
    publicInputs: publicInputs as number,
    domainLog2,
    proofs: new ProofCodec(shapeOf(ml)),
  };
}

/** OCaml's booleans and options: 0 is false, or nothing. */
const isThere = (value: unknown): boolean => value !== 0;

function shapeOf(index: Ml): ProofShape {
  const [, , , , , , commitments, , lookup] = index as readonly Ml[];
  const [xor, rangeCheck0, rangeCheck1, foreignFieldAdd, foreignFieldMul, rot] = commitments!
    .slice(9)
    .map(isThere) as [boolean, boolean, boolean, boolean, boolean, boolean];
  return {
    rounds: PLAIN_LOG2,
    selectors: { rangeCheck0, rangeCheck1, foreignFieldAdd, foreignFieldMul, xor, rot },
    lookup: isThere(lookup) ? lookupOf((lookup as unknown as [0, Ml])[1]) : undefined,
  };
}

function lookupOf(lookup: Ml): ProofShape['lookup'] {
  const [, isJoint, , selectors, tableIds, info, runtimeSelector] = lookup;
  const [, maxPerRow, , features] = info as [0, number, number, Ml];
  const [, , , usesRuntimeTables] = features;
  if (!isThere(isJoint) || !isThere(tableIds)) {
    throw new IndexError('tables are told apart by their number only where lookups are joint');
  }
  if (isThere(usesRuntimeTables) !== isThere(runtimeSelector)) {
    throw new IndexError('the index contradicts itself about runtime tables');
  }
  const [lookups, xor, rangeCheck, foreignFieldMul] = (selectors as Ml).slice(1).map(isThere) as [
    boolean,
    boolean,
    boolean,
    boolean,
  ];
  return {
    sorted: maxPerRow + 1,
    runtimeTable: isThere(usesRuntimeTables),
    patterns: { xor, lookup: lookups, rangeCheck, foreignFieldMul },
  };
}
