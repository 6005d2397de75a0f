/**
 * An SRS as large as the domain of a circuit, from the points that the package pins. Openings and their checks
 * cost by its size, and o1js's own has 2^16 points whatever the circuit.
 */
import './bindings.ts';
import { BASES } from '../../../src/circuits/kimchi/setup.ts';
import { loadBackend, POINT_BYTES, type Srs } from '../../../src/circuits/kimchi/points.ts';
import { pinnedPart } from '../../../src/prover/keys.ts';

const { rust, toRust } = await loadBackend();
const known = new Map<number, Srs>();

export function srsOfSize(log2: number): Srs {
  let srs = known.get(log2);
  if (srs === undefined) {
    // the base of blinding comes first
    const bytes = pinnedPart('srs-fp').subarray(0, POINT_BYTES * (1 + 2 ** log2));
    srs = rust.caml_fp_srs_set(toRust.points('fp', bytes));
    const part = `lagrange-fp-${log2}`;
    if (isPinned(part)) {
      rust.caml_fp_srs_set_lagrange_basis(
        srs,
        2 ** log2,
        toRust.commitments('fp', pinnedPart(part)),
      );
    }
    known.set(log2, srs);
  }
  return srs;
}

const isPinned = (part: string): part is keyof typeof BASES => Object.hasOwn(BASES, part);
