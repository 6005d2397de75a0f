/** How a bound of the circuits for certificates is written down. */
import type { ErrorCode } from '../../../src/errors.ts';
import { sgp26Device } from '../certificates/chains.ts';
import type { DraftChain } from '../certificates/chains.ts';
import type { Draft } from '../certificates/draft.ts';
import { caseOf, changed } from '../certificates/faults/row.ts';
import type { Case } from '../certificates/faults/row.ts';
import type { Bound, Origin } from './row.ts';

/** A chain, and the link of it where the bound is. */
export interface BoundChain extends Case {
  readonly link: number;
}

/** Sizes are numbers of bytes or elements, or the bytes or text that differ. */
export type CertificateBound = Bound<number, BoundChain> | Bound<string, BoundChain>;

export const ORGANISATION = 'RSP Test EUM';
export const EID = '89049032123451234512345678901235';
export const [EUM, EUICC, SERVER] = [1, 2, 1];

type Edge<Size> = readonly [near: Size, far: Size];

/** A bound of one link; `chain` makes the whole chain for a size. */
export function chainRow<Size>(
  title: string,
  from: Origin | readonly Origin[],
  [near, far]: Edge<Size>,
  code: ErrorCode,
  link: number,
  chain: (size: Size) => DraftChain,
): Bound<Size, BoundChain> {
  return {
    name: title,
    from: typeof from === 'string' ? [from] : from,
    near,
    far,
    code,
    build: (size) => ({ ...caseOf(`${title}: ${size}`, chain(size)), link }),
  };
}

/** A bound of what one certificate says. */
export function row<Size>(
  title: string,
  from: Origin | readonly Origin[],
  edge: Edge<Size>,
  code: ErrorCode,
  chain: () => DraftChain,
  draft: number,
  change: (draft: Draft, size: Size) => void,
): Bound<Size, BoundChain> {
  const build = (size: Size) => changed(chain(), draft, (d) => change(d, size));
  return chainRow(title, from, edge, code, draft - 1, build);
}

export const most = (limit: number): Edge<number> => [limit, limit + 1];
export const least = (limit: number): Edge<number> => [limit, limit - 1];

/** Rows of a certificate of the SGP.26 chain. */
const of =
  (draft: number) =>
  <Size>(
    title: string,
    from: Origin | readonly Origin[],
    edge: Edge<Size>,
    code: ErrorCode,
    change: (draft: Draft, size: Size) => void,
  ): Bound<Size, BoundChain> =>
    row(title, from, edge, code, sgp26Device, draft, change);

export const euicc = of(EUICC);
export const eum = of(EUM);

export const ofBytes = (size: number, first = 1) =>
  Uint8Array.from({ length: size }, (_, i) => (i === 0 ? first : 0x5a));
