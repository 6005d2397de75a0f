/** The slow and sure way to gates and witness: what o1js gives to kimchi when it compiles and proves. */
import {
  native,
  snarky,
  withHooks,
  type IndexArguments,
  type NativeMatrix,
} from '../../support/kimchi/bindings.ts';
import { enter, readGates } from '../../support/kimchi/capture.ts';
import { COLUMNS, decodeFields } from '../../support/kimchi/field.ts';
import type { Circuit, Gate, RuntimeTable, Witness } from '../../support/kimchi/index.ts';

export function handedToKimchi(circuit: Circuit): {
  gates: Gate[];
  tables: RuntimeTable[];
  witness: Witness;
} {
  let index: IndexArguments | undefined;
  let matrix: NativeMatrix | undefined;
  const main = () => void enter(circuit);
  withHooks(
    {
      caml_pasta_fp_plonk_index_create: (...args) => {
        index = args;
        return {};
      },
      caml_pasta_fp_plonk_verifier_index_create: () =>
        native.caml_pasta_fp_plonk_verifier_index_dummy(),
      caml_pasta_fp_plonk_proof_create: (_index, witness) => {
        matrix = witness;
        return native.caml_pasta_fp_plonk_proof_dummy();
      },
    },
    () => snarky.circuit.prove(main, 0, [0], snarky.circuit.compile(main, 0, false)),
  );
  const [gates, , , tables] = index!;
  const columns = Array.from({ length: COLUMNS }, (_, col) => decodeFields(matrix!.get(col)));
  return {
    gates: readGates(gates),
    tables: tables.map(({ id, firstColumn }) => ({ id, indices: decodeFields(firstColumn) })),
    witness: columns[0]!.map((_, row) => columns.map((column) => column[row]!)),
  };
}
