/** What some chains need of a revocation map, small enough to be handed to another process. */
import { Field } from 'o1js';
import { HandleWitness } from '../circuits/revocation.ts';
import { ZkcxError } from '../errors.ts';
import {
  assertFresh,
  type MapPlace,
  type RevocationMap,
  type RevocationWitnesses,
} from './revocation-map.ts';

export type Handle = MapPlace & { readonly serialNumber: bigint };

/** Why there is no witness, whatever the time is. */
const PROBLEMS = ['ERR_REVOCATION_ISSUER_MISSING', 'ERR_REVOCATION_REVOKED'] as const;
type Problem = (typeof PROBLEMS)[number];

type Part = HandleWitness | Problem;

/** JSON of an excerpt, for a process of this package only: it is not checked. */
export interface MapExcerptJson {
  readonly root: string;
  readonly parts: readonly (readonly [key: string, part: unknown])[];
}

export class MapExcerpt implements RevocationWitnesses {
  readonly root: Field;
  readonly #parts: ReadonlyMap<string, Part>;

  constructor(root: Field, parts: ReadonlyMap<string, Part>) {
    this.root = root;
    this.#parts = parts;
  }

  /** @param handles of the certificates that are going to be asked for */
  static of(map: RevocationMap, handles: readonly Handle[]): MapExcerpt {
    const parts = handles.map((handle) => [keyOf(handle), partOf(map, handle)] as const);
    return new MapExcerpt(map.root, new Map(parts));
  }

  static fromJSON({ root, parts }: MapExcerptJson): MapExcerpt {
    const read = parts.map(([key, part]) => {
      const problem = PROBLEMS.find((known) => known === part);
      return [key, problem ?? (HandleWitness.fromJSON(part as never) as HandleWitness)] as const;
    });
    return new MapExcerpt(Field(root), new Map(read));
  }

  toJSON(): MapExcerptJson {
    const parts = [...this.#parts].map(
      ([key, part]) => [key, typeof part === 'string' ? part : HandleWitness.toJSON(part)] as const,
    );
    return { root: this.root.toString(), parts };
  }

  /** As `RevocationMap.witness`. Throws RangeError for a certificate that the excerpt was not made for. */
  witness(place: MapPlace, serialNumber: bigint, time: bigint): HandleWitness {
    const part = this.#parts.get(keyOf({ ...place, serialNumber }));
    if (part === undefined) throw RangeError('the excerpt was not made for this certificate');
    if (typeof part === 'string') {
      throw new ZkcxError(part, 'the revocation map says so of a certificate of this chain');
    }
    assertFresh(part.entry, time);
    return part;
  }
}

const keyOf = ({ issuer, listKind, serialNumber }: Handle) =>
  `${issuer.toString()}/${listKind}/${serialNumber}`;

function partOf(map: RevocationMap, handle: Handle): Part {
  try {
    return map.timelessWitness(handle, handle.serialNumber);
  } catch (error) {
    const problem = PROBLEMS.find((code) => error instanceof ZkcxError && error.code === code);
    if (problem === undefined) throw error;
    return problem;
  }
}
