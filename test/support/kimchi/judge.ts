import { native, snarky, tableColumns, withHooks, type ProverIndex } from './bindings.ts';
import { COLUMNS, encodeFields } from './field.ts';
import { RuntimeReads, lookupsOf, patternsOf } from './lookups.ts';
import { PADDING } from './evaluate.ts';
import type { Captured } from './capture.ts';
import type { Witness } from './types.ts';

export type Verdict = 'accepted' | { refused: string };

const indices = new WeakMap<Captured, ProverIndex>();

/** Built on first use, seconds; after that a verdict takes as long as one proof of the size. */
function indexOf({ gateVector, tables }: Captured): ProverIndex {
  return native.caml_pasta_fp_plonk_index_create(
    gateVector,
    0,
    [],
    tableColumns(tables),
    0,
    srs(),
    false,
  );
}

let known: unknown;

/** The SRS of step proofs, as o1js keeps it: taken from the compilation of an empty circuit. */
function srs(): unknown {
  known ??= withHooks(
    {
      caml_pasta_fp_plonk_index_create: (...args) => {
        [, , , , , known] = args;
        return {};
      },
      caml_pasta_fp_plonk_verifier_index_create: () =>
        native.caml_pasta_fp_plonk_verifier_index_dummy(),
    },
    () => {
      snarky.circuit.compile(() => {}, 0, false);
      return known;
    },
  );
  return known;
}

/** What real kimchi says to a witness: the prover makes a proof of it, the verifier checks it. */
export function judge(captured: Captured, witness: Witness = captured.witness): Verdict {
  let index = indices.get(captured);
  if (index === undefined) indices.set(captured, (index = indexOf(captured)));
  const matrix = new native.WasmVecVecFp(COLUMNS);
  for (let col = 0; col < COLUMNS; col++) {
    matrix.push(encodeFields(witness.map((row) => row[col] ?? 0n)));
  }
  let proof: object;
  try {
    proof = native.caml_pasta_fp_plonk_proof_create(
      index,
      matrix,
      runtimeTables(captured, witness),
      new Uint8Array(),
      [],
    );
  } catch (error) {
    return { refused: error instanceof Error ? error.message : String(error) };
  }
  const verifierIndex = native.caml_pasta_fp_plonk_verifier_index_create(index);
  return native.caml_pasta_fp_plonk_proof_verify(verifierIndex, proof)
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
