/**
 * What every proof and every verification needs besides circuits and keys, and what is the same for
 * ever: the two SRS (points hashed from nothing), and Lagrange bases of them, by which values on a
 * domain are committed to. Kimchi computes a part when it first needs it: ten seconds and more in a
 * verifier, minutes of CPU time in a prover.
 */
import { type Backend, type Curve, loadBackend, type Srs } from './points.ts';

/** log2 of the number of points, the base of blinding aside. */
export const SRS_LOG2: Readonly<Record<Curve, number>> = { fp: 16, fq: 15 };

/**
 * The bases, by curve and log2 of the domain. Wrap proofs (fq) have 2^13 in programs whose methods
 * verify no proof, else 2^14; step proofs (fp) have that of their circuit.
 */
export const BASES = {
  'lagrange-fq-13': { curve: 'fq', log2: 13 },
  'lagrange-fq-14': { curve: 'fq', log2: 14 },
  'lagrange-fp-13': { curve: 'fp', log2: 13 },
  'lagrange-fp-14': { curve: 'fp', log2: 14 },
  'lagrange-fp-15': { curve: 'fp', log2: 15 },
  'lagrange-fp-16': { curve: 'fp', log2: 16 },
} as const satisfies Record<string, { curve: Curve; log2: number }>;

export type Basis = keyof typeof BASES;
export type SetupPart = `srs-${Curve}` | Basis;

/** Points as `points.ts` has them; of an SRS the base of blinding first. */
export type Setup = Readonly<Record<SetupPart, Uint8Array>>;

/** What a verifier commits to public inputs with. */
export const VERIFIER_PARTS = ['srs-fp', 'srs-fq', 'lagrange-fq-13', 'lagrange-fq-14'] as const;

const PROVER_PARTS = [
  'lagrange-fp-13',
  'lagrange-fp-14',
  'lagrange-fp-15',
  'lagrange-fp-16',
] as const;

/** Each basis behind its SRS. */
export const SETUP_PARTS = [...VERIFIER_PARTS, ...PROVER_PARTS] as const satisfies SetupPart[];

/** Put a basis on an SRS; kimchi computes none that is there. */
function setBasis(backend: Backend, srs: Srs, part: Basis, bytes: Uint8Array): void {
  const { curve, log2 } = BASES[part];
  const basis = backend.toRust.commitments(curve, bytes);
  backend.rust[`caml_${curve}_srs_set_lagrange_basis`](srs, 2 ** log2, basis);
}

const given = new Set<SetupPart>();
const srsOf: Partial<Record<Curve, Srs>> = {};

/**
 * Give this process computed parts before it compiles, proves or verifies; those that it was given
 * before are not read again. The setup decides what is accepted: only one that the package pins may be
 * passed.
 */
export async function presetSetup(
  parts: readonly SetupPart[],
  read: (part: SetupPart) => Uint8Array,
): Promise<void> {
  if (parts.every((part) => given.has(part))) return;
  const backend = await loadBackend();
  for (const part of SETUP_PARTS) {
    if (!parts.includes(part) || given.has(part)) continue;
    if (part === 'srs-fp') offer(backend, 'fp', read(part));
    else if (part === 'srs-fq') offer(backend, 'fq', read(part));
    else setBasis(backend, srsOf[BASES[part].curve]!, part, read(part));
    given.add(part);
  }
}

/** o1js keeps one SRS a size: when it first asks for this one to be made, it gets the one that is there. */
function offer({ rust, create, toRust }: Backend, curve: Curve, bytes: Uint8Array): void {
  const srs = rust[`caml_${curve}_srs_set`](toRust.points(curve, bytes));
  srsOf[curve] = srs;
  const name = `caml_${curve}_srs_create_parallel` as const;
  rust[name] = (size) => {
    if (size !== 2 ** SRS_LOG2[curve]) return create[curve](size);
    rust[name] = create[curve];
    return srs;
  };
}
