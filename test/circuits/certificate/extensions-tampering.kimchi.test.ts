import { beforeAll, describe, expect, test } from '@jest/globals';
import { evaluate, judge, scanUnbound } from '../../support/kimchi/index.ts';
import type { Captured } from '../../support/kimchi/index.ts';
import { acceptedLies, hintsOf, witnessWithLies } from '../../support/lying-prover.ts';
import type { Hint } from '../../support/lying-prover.ts';
import { ascii, sequence, tlv } from '../../support/certificates/der.ts';
import {
  authorityKeyIdentifier,
  basicConstraints,
  extension,
  keyUsage,
  nameConstraints,
  OID,
  policies,
  subjectKeyIdentifier,
} from '../../support/certificates/fields.ts';
import { extensionCircuit, memoryOf } from './extension-circuit.ts';

const id = (first: number) => Uint8Array.from({ length: 20 }, (_, i) => first + i);

/** An EUM with every extension that has a value of its own but permittedEins. */
const EUM = [
  subjectKeyIdentifier(id(1)),
  authorityKeyIdentifier(id(101)),
  keyUsage('keyCertSign', 'cRLSign'),
  basicConstraints(true, 0),
  policies('2.5.29.32.0', `${OID.role}.2`),
  nameConstraints({ organisation: 'ACME', iin: '8904' }, { organisation: 'Other' }),
  extension(OID.subjectAltName, sequence(tlv(0x82, ascii('a')), Uint8Array.of(0x88, 1, 0x2a))),
];

const circuit = extensionCircuit();
let captured: Captured;
let hints: readonly Hint[];

beforeAll(async () => {
  captured = await circuit.build(memoryOf(...EUM));
  hints = await hintsOf(captured, circuit.circuit, /gadgets\/certificate\//);
});

/** The hints that one function asks for, in order. */
const hintsIn = (source: string) => hints.filter((hint) => hint.source.includes(source));

test('nothing is unbound but inverses of zero', () => {
  const unbound = scanUnbound(captured);
  // `equals` has a free inverse where the values are equal: 7 found extensions, 1 role policy
  expect(unbound.map(({ cells, honest }) => [cells.length, honest])).toEqual(
    Array.from({ length: 8 }, () => [1, 0n]),
  );
});

describe('one lie about a hint, everything else computed from it', () => {
  test.each([
    ['what is there, and lengths of headers', 'optional.ts', 3],
    ['where a known extension is', 'extension-slots.ts', 2],
    ['usage', 'usage.ts', 2],
    ['the role', 'one-of.ts', 1],
    ['alternative names', 'general-names.ts', 1],
    ['bases', 'name-constraints.ts', 2],
    ['chunks of the organisation', 'organisation.ts', 1],
  ])('%s', async (_, source, count) => {
    const found = hintsIn(source);
    expect(found.length).toBeGreaterThanOrEqual(count);
    const sample = found.filter((__, i) => i % Math.ceil(found.length / count) === 0);
    expect(await acceptedLies(captured, circuit.circuit, sample)).toEqual([]);
  });
});

test('nameConstraints cannot be hidden', async () => {
  // `equals` asks for its bit and an inverse, then the finder for the number of the slot, here 6
  const slot = hintsIn('extension-slots.ts').find(({ value }) => value === 6n)!;
  const present = hints.find(({ number }) => number === slot.number - 2)!;
  expect(present.value).toBe(1n);
  const lies = new Map([
    [present.number, 0n],
    [slot.number, 0n],
  ]);
  // all that follows is computed as for a certificate without them
  const witness = await witnessWithLies(captured, circuit.circuit, lies);
  // refused by `equals`, and because a critical slot is then unknown
  expect(evaluate(captured, witness).map(({ gate }) => gate)).toEqual(['Generic', 'Generic']);
  expect(judge(captured)).toBe('accepted');
  expect(judge(captured, witness)).not.toBe('accepted');
});
