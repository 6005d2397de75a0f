import { native, tableColumns, type ProverIndex, type VerifierIndex } from './bindings.ts';
import { COLUMNS, encodeFields } from './field.ts';
import { RuntimeReads, lookupsOf, patternsOf } from './lookups.ts';
import { PADDING } from './evaluate.ts';
import { srsOfSize } from './srs.ts';
import type { Captured } from './capture.ts';
import type { Witness } from './types.ts';

export type Verdict = 'accepted' | { refused: string };

interface Indices {
  readonly prover: ProverIndex;
  readonly verifier: VerifierIndex;
}

/** The table of 12 bits, which almost every circuit reads, has 2^12 rows by itself. */
const MIN_LOG2 = 13;

const known = new WeakMap<Captured, Indices>();

/** Built on first use, seconds; after that a verdict takes as long as one proof of the size. */
function indicesOf(captured: Captured): Indices {
  let indices = known.get(captured);
  if (indices === undefined) {
    const prover = proverIndex(captured);
    indices = { prover, verifier: native.caml_pasta_fp_plonk_verifier_index_create(prover) };
    known.set(captured, indices);
  }
  return indices;
}

function proverIndex({ gates, gateVector, tables }: Captured): ProverIndex {
  const columns = tableColumns(tables);
  // three rows hide the witness; lookup tables may need a larger domain than the gates
  let log2 = Math.max(MIN_LOG2, Math.ceil(Math.log2(gates.length + 3)));
  for (;;) {
    const srs = srsOfSize(log2);
    const index = native.caml_pasta_fp_plonk_index_create(
      gateVector,
      0,
      [],
      columns,
      0,
      srs,
      false,
    );
    const size = native.caml_pasta_fp_plonk_index_domain_d1_size(index);
    if (size <= 2 ** log2) return index;
    log2 = Math.log2(size);
  }
}

/** What real kimchi says to a witness: the prover makes a proof of it, the verifier checks it. */
export function judge(captured: Captured, witness: Witness = captured.witness): Verdict {
  const { prover, verifier } = indicesOf(captured);
  const matrix = new native.WasmVecVecFp(COLUMNS);
  for (let col = 0; col < COLUMNS; col++) {
    matrix.push(encodeFields(witness.map((row) => row[col] ?? 0n)));
  }
  let proof: object;
  try {
    proof = native.caml_pasta_fp_plonk_proof_create(
      prover,
      matrix,
      runtimeTables(captured, witness),
      new Uint8Array(),
      [],
    );
  } catch (error) {
    return { refused: error instanceof Error ? error.message : String(error) };
  }
  return native.caml_pasta_fp_plonk_proof_verify(verifier, proof)
    ? 'accepted'
    : { refused: 'the verifier' };
}

/** The most favourable runtime tables for a witness: at each index the value its reads want. */
function runtimeTables(captured: Captured, witness: Witness): { id: number; data: Uint8Array }[] {
  const reads = new RuntimeReads();
  patternsOf(captured.gates).forEach((pattern, row) => {
    if (pattern !== 'pairs') return;
    for (const lookup of lookupsOf(pattern, witness[row] ?? PADDING)) reads.add(lookup);
  });
  return captured.tables.map(({ id, indices: listed }) => ({
    id,
    data: encodeFields(listed.map((index) => reads.value(BigInt(id), index))),
  }));
}
