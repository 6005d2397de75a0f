/**
 * The SRS of plain proofs: the first 2^14 points of the one that o1js uses, whose 2^16 would be opened and checked for
 * nothing. Bases of domains within it are the same points.
 */
import { loadBackend, POINT_BYTES, type Srs } from '../points.ts';
import { type Basis, BASES, type SetupPart } from '../setup.ts';

/** log2 of the number of points, the base of blinding aside. No domain is larger. */
export const PLAIN_LOG2 = 14;

const PLAIN_BASES = ['lagrange-fp-13', 'lagrange-fp-14'] as const satisfies Basis[];

/** What it is made of. */
export const PLAIN_PARTS = ['srs-fp', ...PLAIN_BASES] as const satisfies SetupPart[];

let made: Promise<Srs> | undefined;

/** The SRS of this process, made once. Only parts that the package pins may be passed. */
export function plainSrs(read: (part: SetupPart) => Uint8Array): Promise<Srs> {
  return (made ??= make(read));
}

async function make(read: (part: SetupPart) => Uint8Array): Promise<Srs> {
  const { rust, toRust } = await loadBackend();
  // the base of blinding comes first
  const points = read('srs-fp').subarray(0, POINT_BYTES * (1 + 2 ** PLAIN_LOG2));
  const srs = rust.caml_fp_srs_set(toRust.points('fp', points));
  for (const part of PLAIN_BASES) {
    const basis = toRust.commitments('fp', read(part));
    rust.caml_fp_srs_set_lagrange_basis(srs, 2 ** BASES[part].log2, basis);
  }
  return srs;
}
