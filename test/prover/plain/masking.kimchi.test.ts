/**
 * Many proofs of one witness: what each shows of a column is hidden by a mask that is never zero and never the same.
 * The circuit is small, so that there can be many; kimchi hides the columns of a large one by the same rows.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Field, Poseidon, Provable } from 'o1js';
import { loadBindings } from '../../../src/circuits/kimchi/bindings.ts';
import { loadSnarky } from '../../../src/circuits/kimchi/plain/snarky.ts';
import { Gates } from '../../../src/circuits/kimchi/gates.ts';
import { capture, readGates } from '../../support/kimchi/capture.ts';
import {
  native,
  type IndexArguments,
  type ProofArguments,
  type ProverIndex,
  withHooks,
} from '../../support/kimchi/bindings.ts';
import { COLUMNS, decodeFields, mod, P } from '../../support/kimchi/field.ts';
import {
  type Challenges,
  evaluateAt,
  fieldOf,
  type Given,
  inverse,
  knownColumns,
  power,
} from '../../support/kimchi/masking.ts';
import { srsOfSize } from '../../support/kimchi/srs.ts';

const PROOFS = 64;
const LOG2 = 6;
const TABLE = { id: 7, indices: [0n, 1n, 2n, 3n], values: [5n, 6n, 7n, 8n] };

/** A secret that is hashed and looked up, with a runtime table of the prover's. */
function circuit(): void {
  const secret = Provable.witness(Field, () => Field(6));
  Poseidon.hash([secret]);
  secret.mul(secret).assertEquals(Field(36));
  const one = Provable.witness(Field, () => Field(1));
  one.assertEquals(1);
  const [id, zero] = [Field(TABLE.id), Field(0)];
  Gates.addRuntimeTableConfig(TABLE.id, TABLE.indices);
  const row = TABLE.values.map((value) => Provable.witness(Field, () => Field(value)));
  Gates.lookup(id, zero, row[0]!, one, secret, Field(2), row[2]!);
  Gates.lookup(id, Field(3), row[3]!, one, secret, one, secret);
}

type Evaluation = [0, [0, [0, bigint]], [0, [0, bigint]]];
interface Conversion {
  readonly fp: { proofFromRust(proof: object): readonly unknown[] };
}
interface Oracles {
  readonly o: Record<'zeta' | 'beta' | 'gamma' | 'joint_combiner', Uint8Array>;
}
const kimchi = native as unknown as {
  fp_oracles_create(basis: readonly object[], index: object, proof: object): Oracles;
};

let given: Given;
let prove: () => object;
let challengesOf: (proof: object) => Challenges;
let shownBy: (proof: object) => ReadonlyMap<string, readonly [bigint, bigint]>;
let commitmentsOf: (proof: object) => string[];

beforeAll(async () => {
  const { circuit: snarky } = await loadSnarky();
  const { conversion } = await loadBindings<unknown, Conversion>();
  const captured = await capture(circuit);
  expect(captured.gates.length).toBeLessThan(2 ** LOG2 - 3);
  let made: { args: IndexArguments; index: ProverIndex } | undefined;
  const main = inContext(circuit);
  const create = native.caml_pasta_fp_plonk_index_create;
  const srs = srsOfSize(LOG2);
  const keypair = withHooks(
    {
      caml_pasta_fp_plonk_index_create: (...args) => {
        const own = args.with(5, srs) as IndexArguments;
        made = { args: own, index: create(...own) };
        return made.index;
      },
    },
    () => snarky.compile(main, 0, false),
  );
  let asked: ProofArguments | undefined;
  const createProof = native.caml_pasta_fp_plonk_proof_create;
  withHooks(
    {
      caml_pasta_fp_plonk_proof_create: (...args) => {
        const columns = Array.from({ length: COLUMNS }, (_, i) => Uint8Array.from(args[1].get(i)));
        given = { ...given, witness: columns.map(decodeFields) };
        asked = args;
        return createProof(...args);
      },
    },
    () => snarky.prove(main, 0, [0], keypair),
  );
  const { args, index } = made!;
  const verifier = native.caml_pasta_fp_plonk_verifier_index_create(index);
  const described = verifier as unknown as {
    readonly domain: { readonly log_size_of_group: number; readonly group_gen: Uint8Array };
    readonly lookup_index: { readonly lookup_info: { readonly max_per_row: number } };
  };
  given = {
    ...given,
    domainLog2: described.domain.log_size_of_group,
    omega: fieldOf(described.domain.group_gen),
    gates: readGates(args[0]),
    runtimeTables: asked![2].map(({ id, data }) => ({
      id: BigInt(id),
      indices: TABLE.indices,
      values: decodeFields(Uint8Array.from(data)),
    })),
    hasTwelveBits: false,
    maxPerRow: described.lookup_index.lookup_info.max_per_row,
  };
  prove = () => {
    const witness = new native.WasmVecVecFp(COLUMNS);
    for (let i = 0; i < COLUMNS; i++) witness.push(asked![1].get(i));
    const [, , runtimeTables, ...rest] = asked!;
    return createProof(index, witness, runtimeTables, ...rest);
  };
  challengesOf = (proof) => {
    const { o } = kimchi.fp_oracles_create([], verifier, proof);
    return {
      zeta: fieldOf(o.zeta),
      beta: fieldOf(o.beta),
      gamma: fieldOf(o.gamma),
      jointCombiner: fieldOf(o.joint_combiner),
    };
  };
  shownBy = (proof) => {
    const [, , made_] = conversion.fp.proofFromRust(proof) as [0, unknown, readonly unknown[]];
    const evaluations = made_[3] as readonly unknown[];
    const pair = ([, [, [, a]], [, [, b]]]: Evaluation) => [a, b] as const;
    const [, ...columns] = evaluations[1] as [0, ...Evaluation[]];
    const [, ...sorted] = evaluations[19] as [0, ...(0 | [0, Evaluation])[]];
    const optional = (at: number) => pair((evaluations[at] as [0, Evaluation])[1]);
    return new Map([
      ...columns.map((column, i) => [`witness ${i}`, pair(column)] as const),
      ...sorted
        .filter((column) => column !== 0)
        .map((column, i) => [`sorted ${i}`, pair(column[1])] as const),
      ['aggregation', optional(17)],
      ['table', optional(18)],
      ['runtime table', optional(20)],
    ]);
  };
  commitmentsOf = (proof) => {
    const [, , made_] = conversion.fp.proofFromRust(proof) as [0, unknown, readonly unknown[]];
    const text = JSON.stringify(made_[1], (_, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value,
    );
    return text.match(/[0-9]{60,}/g)!;
  };
}, 60_000);

/** Run as a circuit of o1js, outside of a program. */
function inContext(body: () => void): () => void {
  return () => {
    const id = snarkContext.enter({ inCheckedComputation: true });
    try {
      body();
    } finally {
      snarkContext.leave(id);
    }
  };
}
const { snarkContext } = await loadSnarky();

describe('of many proofs of one witness', () => {
  const masks = new Map<string, bigint[]>();
  const commitments: string[][] = [];

  beforeAll(() => {
    for (let i = 0; i < PROOFS; i++) {
      const proof = prove();
      commitments.push(commitmentsOf(proof));
      const challenges = challengesOf(proof);
      const columns = knownColumns(given, challenges);
      const points = [challenges.zeta, mod(challenges.zeta * given.omega)];
      const known = points.map((point) => evaluateAt(columns, point, given));
      for (const [name, shown] of shownBy(proof)) {
        shown.forEach((value, k) => {
          const key = `${name} at ${k === 0 ? 'zeta' : 'zeta * omega'}`;
          const mask = mod(value - known[k]!.get(name)!);
          masks.set(key, [...(masks.get(key) ?? []), mask]);
        });
      }
      jointCombiners.push(challenges.jointCombiner);
      // the products of the lookups and of what they are compared with are the same, so what is known is right
      expect(columns.get('aggregation')!.at(-1)).toBe(1n);
    }
  }, 120_000);
  const jointCombiners: bigint[] = [];

  test('what is computed of them is right: the table shows the mask of its runtime part, and no other', () => {
    for (const point of ['zeta', 'zeta * omega']) {
      const ofRuntime = masks.get(`runtime table at ${point}`)!;
      const ofTable = masks.get(`table at ${point}`)!;
      expect(ofTable).toEqual(ofRuntime.map((mask, i) => mod(mask * jointCombiners[i]!)));
    }
    expect(power(given.omega, BigInt(2 ** given.domainLog2))).toBe(1n);
    expect(mod(inverse(3n) * 3n)).toBe(1n);
    expect(given.witness[0]!.some((value) => value > 1n && value < P)).toBe(true);
  });

  test('every column is masked at both points, each time by another value', () => {
    const names = [...masks.keys()];
    expect(names).toHaveLength(2 * (15 + 1 + given.maxPerRow + 1 + 1 + 1));
    for (const name of names) {
      const values = masks.get(name)!;
      expect(values).toHaveLength(PROOFS);
      expect(values).not.toContain(0n);
      expect(new Set(values).size).toBe(PROOFS);
    }
    expect(new Set([...masks.values()].flat()).size).toBe(names.length * PROOFS);
  });

  test('no commitment is ever the same', () => {
    const all = commitments.flat();
    expect(all.length).toBe(PROOFS * 2 * (15 + 1 + 7 + given.maxPerRow + 1 + 1 + 1));
    expect(new Set(all).size).toBe(all.length);
  });
});
