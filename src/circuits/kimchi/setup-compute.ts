/** The setup computed from nothing; a verifier never does. */
import { withThreadPool } from './bindings.ts';
import {
  type Backend,
  type Curve,
  fieldBytes,
  loadBackend,
  type MlCommitment,
  type MlPoint,
  type Srs,
} from './points.ts';
import { BASES, type Setup, SETUP_PARTS, type SetupPart, SRS_LOG2 } from './setup.ts';

/** Compute all parts; minutes. */
export async function computeSetup(): Promise<Setup> {
  const backend = await loadBackend();
  const { rust, conversion } = backend;
  return withThreadPool(async () => {
    const srs = { fp: createSrs(backend, 'fp'), fq: createSrs(backend, 'fq') };
    const compute = (part: SetupPart): Uint8Array => {
      if (part === 'srs-fp') return srsBytes(backend, 'fp', srs.fp);
      if (part === 'srs-fq') return srsBytes(backend, 'fq', srs.fq);
      const { curve, log2 } = BASES[part];
      const basis = rust[`caml_${curve}_srs_get_lagrange_basis`](srs[curve], 2 ** log2);
      const [, ...commitments] = conversion[curve].polyCommsFromRust(basis);
      return join(commitments.map(pointOf));
    };
    return Object.fromEntries(SETUP_PARTS.map((part) => [part, compute(part)])) as Setup;
  });
}

/** A computed SRS, without bases. */
export function createSrs({ create }: Backend, curve: Curve): Srs {
  return create[curve](2 ** SRS_LOG2[curve]);
}

export function srsBytes({ rust, conversion }: Backend, curve: Curve, srs: Srs): Uint8Array {
  const [, ...points] = conversion[curve].pointsFromRust(rust[`caml_${curve}_srs_get`](srs));
  return join(points);
}

export function commitmentBytes({ conversion }: Backend, curve: Curve, made: object): Uint8Array {
  return join([pointOf(conversion[curve].polyCommFromRust(made))]);
}

const pointOf = ([, [, point]]: MlCommitment) => point;

const join = (points: MlPoint[]) =>
  Buffer.concat(points.flatMap(([, [, [, x], [, y]]]) => [fieldBytes(x), fieldBytes(y)]));
