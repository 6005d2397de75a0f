import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Certificate } from '../../../src/asn1/index.ts';
import { ZkcxError } from '../../../src/errors.ts';
import { MAX_BASES } from '../../../src/params.ts';
import { narrow as plainNarrow } from '../../../src/pki/constraints.ts';
import type { Role } from '../../../src/roles.ts';
import { evaluate, judge, scanUnbound } from '../../support/kimchi/index.ts';
import type { Captured } from '../../support/kimchi/index.ts';
import { acceptedLies, hintsOf, witnessWithLies } from '../../support/lying-prover.ts';
import type { Base } from '../../support/certificates/fields.ts';
import {
  allNumbers,
  numbersOf,
  InsideCircuit,
  latin,
  NarrowCircuit,
} from './constraint-circuits.ts';
import type { InsideInput, NarrowInput } from './constraint-circuits.ts';

const EID = '89049032123451234512345678901235';
/** The hints that choose a base of the parent. */
const CHOICES = /chooseBase/;

const plainBases = (bases: readonly Base[]) =>
  bases.map(({ organisation, iin }) => ({
    organisation: organisation === undefined ? undefined : latin(organisation.toLowerCase()),
    iin,
  }));

/** What pki says of the same. */
function plain(
  parent: readonly Base[],
  role: Role,
  organisation: string,
  own: Partial<Certificate>,
  eid?: string,
): readonly Base[] | undefined {
  try {
    const certificate = own as Certificate;
    const identity = eid === undefined ? undefined : ({ kind: 'eid', digits: eid } as const);
    const child = { certificate, role, organisation: latin(organisation.toLowerCase()), identity };
    return plainNarrow(plainBases(parent), child).map((base) => ({
      organisation: base.organisation && Buffer.from(base.organisation).toString('latin1'),
      iin: base.iin,
    }));
  } catch (error) {
    if (error instanceof ZkcxError) return undefined;
    throw error;
  }
}

/** All lists of up to two bases over few values, a fixed sample of them. */
function sample(step: number): Base[][] {
  const single: Base[] = [undefined, 'Acme', 'Other'].flatMap((organisation) =>
    [undefined, '8', '89', '9'].map((iin) => ({ organisation, iin })),
  );
  const bases = single.filter(({ organisation, iin }) => organisation ?? iin);
  const lists = [
    [],
    ...bases.map((base) => [base]),
    ...bases.flatMap((a) => bases.map((b) => [a, b])),
  ];
  return lists.filter((_, i) => i % step === 0);
}

describe('assertInside and readEid', () => {
  const circuit = new InsideCircuit();
  let captured: Captured;

  const verdict = async (input: InsideInput) => {
    try {
      const { witness, values } = await circuit.run(circuit.bytesOf(input));
      return evaluate(captured, witness).length === 0 ? values : undefined;
    } catch {
      return undefined;
    }
  };

  beforeAll(async () => {
    captured = await circuit.build(
      circuit.bytesOf({
        parent: [{ organisation: 'Other' }, { organisation: 'ACME', iin: '8904' }],
        organisation: 'acme',
        isEuicc: true,
        serial: EID,
      }),
    );
  });

  test('has a pinned number of rows, memory included', () => {
    expect(captured.gates.length).toBe(520);
  });

  test('leaves nothing unbound but the parent bases that are not chosen', () => {
    // they are inputs here; a link opens them from a commitment
    const unbound = scanUnbound(captured).map(({ honest }) => honest);
    const inputs = [{ organisation: 'Other' }, {}, {}].flatMap((base) => numbersOf(base));
    expect(unbound.map(String).sort()).toEqual(inputs.map(String).sort());
  });

  test('no lie about a choice is accepted', async () => {
    const hints = await hintsOf(captured, circuit.circuit, CHOICES);
    expect(hints.length).toBe(MAX_BASES);
    expect(await acceptedLies(captured, circuit.circuit, hints)).toEqual([]);
  });

  test.each(sample(9).map((parent) => ({ parent })))('agrees with pki: %j', async ({ parent }) => {
    for (const [organisation, isEuicc] of [
      ['ACME', true],
      ['Nobody', true],
      ['aCmE', false],
    ] as const) {
      const serial = isEuicc ? EID : undefined;
      const role = isEuicc ? 'euicc-v2' : 'dp-auth-v2';
      const accepted = plain(parent, role, organisation, {}, serial) !== undefined;
      const input = { parent, organisation, isEuicc, serial };
      expect({ input, found: await verdict(input) }).toEqual({
        input,
        found: accepted ? (isEuicc ? BigInt(EID) : 0n) : undefined,
      });
    }
  });

  test('a base of 31 digits and an organisation of 64 bytes', async () => {
    const parent = [{ organisation: 'O'.repeat(64), iin: EID.slice(0, 31) }];
    const input = { parent, organisation: 'o'.repeat(64), isEuicc: true, serial: EID };
    expect(await verdict(input)).toBe(BigInt(EID));
    expect(await verdict({ ...input, organisation: 'o'.repeat(63) })).toBeUndefined();
    expect(await verdict({ ...input, organisation: 'o'.repeat(63) + 'p' })).toBeUndefined();
    const other = [{ organisation: 'O'.repeat(64), iin: EID.slice(0, 30) + '4' }];
    expect(await verdict({ ...input, parent: other })).toBeUndefined();
  });

  test.each([
    ['none', undefined],
    ['31 digits', EID.slice(1)],
    ['33 digits', `${EID}1`],
    ['a letter', `a${EID.slice(1)}`],
    ['a letter at the end', `${EID.slice(1)}a`],
    ['a colon, which follows 9', `${EID.slice(1)}:`],
    ['a slash, which precedes 0', `/${EID.slice(1)}`],
  ])('refuses an eUICC whose serialNumber is %s', async (_, serial) => {
    expect(await verdict({ parent: [], organisation: 'a', isEuicc: true, serial })).toBeUndefined();
  });

  test('has no EID for others, whatever their serialNumber', async () => {
    for (const serial of [undefined, 'anything', EID]) {
      expect(await verdict({ parent: [], organisation: 'a', isEuicc: false, serial })).toBe(0n);
    }
  });

  test('a base beyond the count cannot be chosen', async () => {
    const input = { parent: [{ organisation: 'Other' }], organisation: 'a', isEuicc: false };
    expect(await verdict(input)).toBeUndefined();
    const bits = await hintsOf(captured, circuit.circuit, CHOICES);
    circuit.load(circuit.bytesOf(input));
    const lies = new Map(bits.map(({ number }, i) => [number, i === 1 ? 1n : 0n]));
    const witness = await witnessWithLies(captured, circuit.circuit, lies);
    expect(evaluate(captured, witness)).not.toEqual([]);
    expect(judge(captured, witness)).not.toBe('accepted');
  });
});

describe('narrow', () => {
  const circuit = new NarrowCircuit();
  let captured: Captured;

  const verdict = async (input: NarrowInput) => {
    try {
      const { witness, values } = await circuit.run(circuit.bytesOf(input));
      return evaluate(captured, witness).length === 0 ? values : undefined;
    } catch {
      return undefined;
    }
  };

  beforeAll(async () => {
    captured = await circuit.build(
      circuit.bytesOf({
        parent: [{ organisation: 'Other' }, { organisation: 'ACME', iin: '89' }],
        own: [{ organisation: 'acme', iin: '8904' }, { organisation: 'Other' }],
      }),
    );
  });

  test.each(
    sample(13).flatMap((parent, i) =>
      sample(7 + (i % 5))
        .filter((_, j) => j % 8 === i % 8)
        .map((own) => ({ parent, own })),
    ),
  )('agrees with pki: %j', async ({ parent, own }) => {
    const nameConstraints = own.length === 0 ? undefined : plainBases(own);
    // the child's own organisation is `assertInside`'s affair: one that fits
    const organisation = parent[0]?.organisation ?? 'Acme';
    const effective = plain(parent, 'ci-subca', organisation, { nameConstraints });
    expect(await verdict({ parent, own })).toEqual(
      effective && { count: effective.length, bases: allNumbers(effective) },
    );
  });

  test('has a pinned number of rows, memory and the reading of the bases included', () => {
    expect(captured.gates.length).toBe(1169);
  });

  test('leaves nothing unbound but parent bases that are not chosen, and inverses of zero', () => {
    const unbound = scanUnbound(captured).map(({ honest }) => honest);
    // two bases of six numbers, and `equals` for the two own bases that are not used
    expect(unbound).toEqual(Array.from({ length: 14 }, () => 0n));
  });

  test('permittedEins narrow in the same way', async () => {
    const own = [{ iin: '8904' }, { iin: '891' }];
    const wanted = { count: 2, bases: allNumbers(own) };
    expect(await verdict({ parent: [], own, eins: true })).toEqual(wanted);
    expect(await verdict({ parent: [{ iin: '89' }], own, eins: true })).toEqual(wanted);
    expect(await verdict({ parent: [{ iin: '890' }], own, eins: true })).toBeUndefined();
    const named = [{ organisation: 'a', iin: '89' }];
    expect(await verdict({ parent: named, own, eins: true })).toBeUndefined();
  });

  test('no lie about a choice is accepted', async () => {
    circuit.load(
      circuit.bytesOf({
        parent: [{ organisation: 'Other' }, { organisation: 'ACME', iin: '89' }],
        own: [{ organisation: 'acme', iin: '8904' }],
      }),
    );
    const hints = await hintsOf(captured, circuit.circuit, CHOICES);
    expect(hints.length).toBe(MAX_BASES * MAX_BASES);
    const some = hints.filter((_, i) => i % 4 === 1);
    expect(await acceptedLies(captured, circuit.circuit, some)).toEqual([]);
  });
});
