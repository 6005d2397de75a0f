/**
 * Plain proofs that are changed in one place and in several: each is refused, in time, by one process that has verified
 * all the others before it and is still there at the end.
 */
import { type ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Field, Scalar } from 'o1js';
import type { PlainEnvelope } from '../../../src/prover/envelope.ts';
import { forkModule } from '../../../src/prover/fork.ts';
import type { Verdict } from '../../../src/prover/guard.ts';
import { pinnedKey } from '../../../src/prover/keys.ts';
import type { PlainName } from '../../../src/prover/program-shapes.ts';
import type { VerifyReport } from '../../../src/rsp/zkcx/server/verify-process.ts';
import { plainLinkingProof } from '../../support/linking/proofs.ts';
import {
  bytesOf,
  doubled,
  NUMBER_BYTES,
  numberAt,
  POINTS,
  scalarsOf,
  swapped,
  withBytes,
  withNumber,
  without,
} from '../../support/plain.ts';

const honest = plainLinkingProof('possession-1');
const other = plainLinkingProof('possession-2');
const published = plainLinkingProof('registry-presentation-1');
const bytes = bytesOf(honest);
const count = bytes.length / NUMBER_BYTES;
const scalars = scalarsOf(bytes);

let worker: ChildProcess;
let id = 0;
let ends = 0;
const reports = new Map<number, (verdicts: readonly Verdict[]) => void>();

beforeAll(async () => {
  worker = forkModule(new URL('../../../src/rsp/zkcx/server/verify-worker.ts', import.meta.url));
  worker.on('exit', () => ends++);
  await new Promise<void>((ready, fail) => {
    worker.on('message', (report: VerifyReport) => {
      if (report.type === 'ready') ready();
      else if (report.type === 'broken') fail(Error(report.problem));
      else reports.get(report.id)!(report.verdicts);
    });
  });
}, 120_000);

afterAll(() => void worker.kill());

/** What the process says of each alone. A proof takes a tenth of a second; one may take ten. */
async function verdictOf(
  { proof }: PlainEnvelope,
  program: PlainName = 'sessionPossession',
): Promise<Verdict | undefined> {
  id++;
  const asked = new Promise<readonly Verdict[]>((resolve) => reports.set(id, resolve));
  worker.send({ id, proofs: [{ proof, key: pinnedKey(program) }] });
  const late = new Promise<never>((_, reject) => setTimeout(reject, 10_000, Error('late')).unref());
  const [verdict] = await Promise.race([asked, late]);
  return verdict;
}

const refused = async (changed: Uint8Array) =>
  expect(await verdictOf(withBytes(honest, changed))).toBe('invalid');

test('honest proofs are valid', async () => {
  expect(await verdictOf(honest)).toBe('valid');
  expect(await verdictOf(other)).toBe('valid');
  expect(await verdictOf(published, 'registryPresentation')).toBe('valid');
  expect(2 * POINTS.length + scalars.length).toBe(count);
});

describe('a proof is refused', () => {
  test('with another number in the place of any one', async () => {
    const [p, q] = [Field.ORDER, Scalar.ORDER];
    for (const i of scalars) await refused(withNumber(bytes, i, (numberAt(bytes, i) + 1n) % p));
    for (const i of POINTS) {
      // the negative is on the curve, the others are not
      await refused(withNumber(bytes, i + 1, q - numberAt(bytes, i + 1)));
      await refused(withNumber(bytes, i, (numberAt(bytes, i) + 1n) % q));
      await refused(withNumber(bytes, i + 1, (numberAt(bytes, i + 1) + 1n) % q));
    }
  }, 120_000);

  test('with a number that is not canonical, though it is the same', async () => {
    for (let i = 0; i < count; i++) {
      const order = scalars.includes(i) ? Field.ORDER : Scalar.ORDER;
      const same = numberAt(bytes, i) + order;
      await refused(withNumber(bytes, i, same));
      await refused(withNumber(bytes, i, (1n << 256n) - 1n));
      await refused(withNumber(bytes, i, order));
    }
  }, 60_000);

  test('with a point at infinity, however that is written', async () => {
    for (const i of POINTS) {
      await refused(withNumber(withNumber(bytes, i, 0n), i + 1, 0n));
      await refused(withNumber(withNumber(bytes, i, 0n), i + 1, 1n));
    }
  });

  test('with a part left out or doubled: a number, a point, a round, a pair of evaluations', async () => {
    for (let i = 0; i < count; i++) {
      for (const size of [1, 2, 4]) {
        if (i + size > count) continue;
        await refused(without(bytes, i, size));
        await refused(doubled(bytes, i, size));
      }
    }
    expect(ends).toBe(0);
  }, 60_000);

  test('with neighbours in another order', async () => {
    for (const i of POINTS.slice(0, -2)) await refused(swapped(bytes, i, i + 2, 2));
    const pairs = scalars.filter((i) => scalars.includes(i + 3));
    // zeta and zeta * omega; an evaluation and the next one's
    for (const i of pairs.filter((_, k) => k % 8 === 0)) {
      for (const changed of [swapped(bytes, i, i + 1), swapped(bytes, i, i + 2, 2)]) {
        // selectors of gates that a circuit does not have evaluate to the same
        if (!changed.equals(bytes)) await refused(changed);
      }
    }
  }, 60_000);

  test('one byte shorter or longer, empty, or of other bytes altogether', async () => {
    await refused(bytes.subarray(1));
    await refused(bytes.subarray(0, -1));
    await refused(Buffer.concat([bytes, Buffer.from([0])]));
    await refused(Buffer.alloc(0));
    await refused(Buffer.alloc(bytes.length));
    await refused(Buffer.alloc(bytes.length, 255));
    await refused(Buffer.from(JSON.stringify(honest)));
  });

  test('changed in two places that fit each other', async () => {
    const theirs = bytesOf(other);
    const take = (from: number, to: number) => {
      const mixed = Buffer.from(bytes);
      theirs.copy(mixed, NUMBER_BYTES * from, NUMBER_BYTES * from, NUMBER_BYTES * to);
      return mixed;
    };
    const [opening, evaluations] = [60, 60 + 4 * 14 + 6];
    for (const [from, to] of [
      [0, opening],
      [opening, evaluations],
      [evaluations, count],
      [0, evaluations],
      [opening, count],
    ] as const) {
      await refused(take(from, to));
    }
  });
});

describe('a proof of', () => {
  test.each<[string, PlainEnvelope, PlainName]>([
    ['the other program is refused', published, 'sessionPossession'],
    ['the other program is refused, the other way round', honest, 'registryPresentation'],
    [
      'the other program with fitting public inputs is refused',
      { ...published, proof: { ...published.proof, publicInput: honest.proof.publicInput } },
      'sessionPossession',
    ],
    [
      'another session is refused',
      { ...honest, proof: { ...honest.proof, publicInput: other.proof.publicInput } },
      'sessionPossession',
    ],
  ])('%s', async (_, envelope, program) => {
    expect(await verdictOf(envelope, program)).toBe('invalid');
  });

  test('any other public input is refused, and of another number of them', async () => {
    for (const envelope of [honest, published]) {
      const { publicInput } = envelope.proof;
      const program = envelope.program as PlainName;
      const changes = [
        ...publicInput.map((value, i) =>
          publicInput.with(i, String((BigInt(value) + 1n) % Field.ORDER)),
        ),
        ...publicInput.map((value, i) => publicInput.with(i, String(BigInt(value) + Field.ORDER))),
        ...publicInput.map((_, i) => publicInput.with(i, '-1')),
        publicInput.slice(1),
        publicInput.slice(0, -1),
        [...publicInput, '0'],
        ['0', ...publicInput],
        [],
        publicInput.toReversed(),
      ];
      for (const changed of changes) {
        const proof = { ...envelope.proof, publicInput: changed };
        expect(await verdictOf({ ...envelope, proof }, program)).toBe('invalid');
      }
    }
  }, 60_000);
});

test('the process has survived all of it', async () => {
  expect(ends).toBe(0);
  expect(await verdictOf(honest)).toBe('valid');
});
