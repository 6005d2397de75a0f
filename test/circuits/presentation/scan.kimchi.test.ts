/**
 * The three programs, variable by variable: each is changed alone, and every gate and
 * lookup it touches is evaluated. And what they share, before the real prover.
 */
import { describe, expect, test } from '@jest/globals';
import { Field, Provable } from 'o1js';
import {
  assertCredential,
  CredentialWitness,
  usedSlots,
} from '../../../src/circuits/credential.ts';
import type { CircuitContext } from '../../../src/circuits/kimchi/context.ts';
import { existsOne, GATE } from '../../../src/circuits/kimchi/gates.ts';
import { TABLE } from '../../../src/params.ts';
import { CertifyRequest } from '../../../src/circuits/session.ts';
import { certifyWitness, type CertifyPlan } from '../../../src/witness/presentation.ts';
import { sgp26Device } from '../../support/certificates/index.ts';
import {
  capture,
  type Cell,
  type Captured,
  evaluate,
  judge,
  P,
  scanUnbound,
  tamper,
  witnessOf,
} from '../../support/kimchi/index.ts';
import { standInGates } from '../chain/chain-circuit.ts';
import { credentialOf, sessionOf } from './credentials.ts';
import { inputOf, PROGRAM_LIST, programCircuit } from './presentation-circuit.ts';

const device = credentialOf('SGP.26 eUICC', sgp26Device());

test.each(PROGRAM_LIST)(
  'nothing in %s is unbound',
  async (program) => {
    const input = inputOf(program, sessionOf(device));
    expect(scanUnbound(await capture(programCircuit(program, () => input)))).toEqual([]);
  },
  600_000,
);

/** In a program of the proof system either every method has a runtime table or none does. */
test.each(['presentation', 'registryPresentation'] as const)(
  '%s has one table, of one value',
  async (program) => {
    const input = inputOf(program, sessionOf(device));
    const { tables } = await capture(programCircuit(program, () => input));
    expect(tables).toEqual([{ id: TABLE.one, indices: [1n] }]);
  },
);

describe('used slots', () => {
  let links = 3n;
  const circuit = (context: CircuitContext) =>
    void usedSlots(
      context,
      existsOne(() => links),
    );

  /** The cells of x in each x^2 - x = 0: the bits in their order; of two on a row the second is first. */
  function bitCells({ gates }: Captured): Cell[] {
    return gates.flatMap(({ kind, coeffs }, row) =>
      kind !== GATE.generic
        ? []
        : [1, 0].flatMap((half) => {
            const [left, right, out, product] = coeffs.slice(5 * half, 5 * half + 4);
            const isBit = left === P - 1n && right === 0n && out === 0n && product === 1n;
            return isBit ? [{ row, col: 3 * half }] : [];
          }),
    );
  }

  test.each([
    // [name, links, bits]; the first two have the right sum
    ['a gap', 2n, [0n, 1n, 0n]],
    ['a number that is no bit', 3n, [2n, 0n, 0n]],
    ['one too few', 3n, [1n, 0n, 0n]],
    ['one too many', 3n, [1n, 1n, 1n]],
  ])('cannot have %s', async (_, of, bits) => {
    links = of;
    const captured = await capture(circuit);
    const cells = bitCells(captured);
    expect(cells).toHaveLength(bits.length);
    const values = cells.map(({ row, col }) => captured.witness[row]![col]);
    expect(values).toEqual([1n, 2n, 3n].map((slot) => (of > slot ? 1n : 0n)));
    const changes = cells.map((cell, i) => ({ ...cell, value: bits[i]! }));
    const failures = evaluate(captured, tamper(captured, changes));
    expect(failures).not.toEqual([]);
  });

  test('are bound', async () => {
    links = 2n;
    const captured = await capture(circuit);
    expect(scanUnbound(captured)).toEqual([]);
  });
});

describe('a credential alone, before the real prover', () => {
  const honest = certifyWitness(sessionOf(device));
  let current: Pick<CertifyPlan, 'request' | 'witness'> = honest;

  const circuit = (context: CircuitContext) => {
    const request = Provable.witness(CertifyRequest, () => current.request);
    const witness = Provable.witness(CredentialWitness, () => current.witness);
    const { opening } = witness;
    standInGates(context, [
      ...CertifyRequest.toFields(request),
      ...opening.handles,
      opening.role,
      opening.ciLeaf,
    ]);
    assertCredential(context, witness, request);
  };

  test('is taken, and refused for a time, a role, a CI and a hidden handle', async () => {
    const captured = await capture(circuit);
    const verdict = async (changed: typeof current) => {
      current = changed;
      return judge(captured, await witnessOf(captured, circuit, { unchecked: true }));
    };
    const refused = { refused: expect.any(String) };
    const { request, witness } = honest;
    expect(await verdict(honest)).toBe('accepted');
    const role = { ...request, role: request.role.add(1) };
    expect(await verdict({ witness, request: role })).toEqual(refused);
    const trustRoot = { ...request, trustRoot: request.trustRoot.add(1) };
    expect(await verdict({ witness, request: trustRoot })).toEqual(refused);
    const late = { ...request, time: witness.opening.validUntil.add(1) };
    expect(await verdict({ witness, request: late })).toEqual(refused);
    const hiding = { ...witness, opening: { ...witness.opening, links: Field(1) } };
    expect(await verdict({ request, witness: hiding })).toEqual(refused);
  }, 600_000);
});
