/**
 * Range checks of SHA-256 on which a digest rests: each is left out of the captured circuit, as if its
 * line were not there, and the joint scan then finds another witness. And false inputs that a single
 * constraint refuses.
 */
import { describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { walkName } from '../../../src/circuits/gadgets/certificate/names.ts';
import { merkleRoot } from '../../../src/circuits/gadgets/merkle.ts';
import { walkOver, type Walk } from '../../../src/circuits/gadgets/walk.ts';
import { rotateRight } from '../../../src/circuits/gadgets/sha256/rotate.ts';
import { exists, existsOne } from '../../../src/circuits/kimchi/gates.ts';
import { domainHash } from '../../../src/circuits/hash.ts';
import { ascii, oid, sequence, TAG, tlv } from '../../support/certificates/der.ts';
import { extensionValue, nameConstraints, OID } from '../../support/certificates/fields.ts';
import { capture, type Circuit } from '../../support/kimchi/index.ts';
import {
  jointScan,
  refusedAloneBy,
  type Constraint,
  type Kind,
  type System,
} from '../../support/kimchi/joint/index.ts';
import { hintsOf, witnessWithLies } from '../../support/lying-prover.ts';
import { QUALIFIER } from '../certificate/extension-parts.ts';
import { hex } from './gadgets/inputs.ts';
import { READ } from './gadgets/extensions.ts';
import { SHA256, WORD, WORDS } from './gadgets/sha256.ts';

/** Lookups in the table of 12 bits of a number that is this one in the honest witness. */
const isRangeOf =
  (...numbers: readonly bigint[]) =>
  ({ kind, variables: [table, number] }: Constraint, { honest }: System) =>
    kind === 'member' && honest[table!] === 1n && numbers.includes(honest[number!]!);

const chunks = (number: bigint, bits: number): bigint[] => [
  number & 0xfffn,
  ...(bits > 12 ? [number >> 12n, (number >> 12n) << BigInt(24 - bits)] : []),
  ...(bits < 12 ? [number << BigInt(12 - bits)] : []),
];

describe('without the range check of', () => {
  const inner = rotateRight(11).apply(WORD).result ^ WORD;
  const [high5, low5] = [WORDS[5]! >> 24n, WORDS[5]! & 0xffffffn];
  const [high2, low2] = [WORDS[2]! >> 16n, WORDS[2]! & 0xffffn];
  test.each<[string, keyof typeof SHA256, readonly bigint[]]>([
    ['the carry of the chosen digest', 'choice of the digest', [1n]],
    ['the number of blocks', 'choice of the digest by a number that is range-checked', [2n, 512n]],
    ['the chunk of the first rotation', 'Sigma0', [rotateRight(2).apply(inner).chunk]],
    ['the high part of a word cut at 24 bits', 'limbs of the digest', chunks(high5, 8)],
    ['the low part of a word cut at 24 bits', 'limbs of the digest', chunks(low5, 24)],
    ['the high part of a word cut at 16 bits', 'limbs of the digest', chunks(high2, 16)],
    ['the low part of a word cut at 16 bits', 'limbs of the digest', chunks(low2, 16)],
  ])('%s there is another witness', async (_, name, numbers) => {
    const captured = await capture(SHA256[name]);
    const whole = jointScan(captured);
    const mutant = jointScan(captured, { without: isRangeOf(...numbers) });
    expect(mutant.scanned.length).toBeLessThan(whole.scanned.length);
    expect(mutant.unbound.length).toBeGreaterThan(whole.unbound.length);
  });
});

const NONE = { source: /$^/, values: [] };

/**
 * The kinds of the constraints each of which alone refuses the second input of a circuit, with these values
 * in place of the first hints that a source asks for.
 */
async function alone<T>(
  circuitOf: (input: () => T) => Circuit,
  honest: T,
  lie: T,
  lies: { readonly source: RegExp; readonly values: readonly bigint[] } = NONE,
): Promise<Kind[]> {
  let input = honest;
  const circuit = circuitOf(() => input);
  const captured = await capture(circuit);
  const hints = (await hintsOf(captured, circuit, lies.source)).filter(({ source }) =>
    lies.source.test(source),
  );
  input = lie;
  const byNumber = new Map(lies.values.map((value, i) => [hints[i]!.number, value]));
  const witness = await witnessWithLies(captured, circuit, byNumber);
  return refusedAloneBy(captured, witness).map(({ kind }) => kind);
}

test('a path with a bit that is none, from any leaf to any root, is refused by the bit alone', async () => {
  const [left, right, leaf] = [5n, 7n, 1234n].map(Field) as [Field, Field, Field];
  const root = domainHash('node', [left, right]);
  // leaf + bit (sibling - leaf) = left, sibling - bit (sibling - leaf) = right
  const sibling = left.add(right).sub(leaf);
  const bit = left.sub(leaf).div(sibling.sub(leaf));
  const path =
    (input: () => readonly Field[]): Circuit =>
    (context) => {
      const [node, beside, from] = exists(3, () => input().map((x) => x.toBigInt()));
      const found = merkleRoot(context, node!, { siblings: [beside!], right: [from!] });
      context.assertEqual(found, root.toBigInt());
    };
  expect(await alone(path, [left, right, Field(0)], [leaf, sibling, bit])).toEqual(['bit']);
});

describe('a number outside of its range is refused by one lookup alone:', () => {
  const SIZE = 200;
  /** Bytes from the first one on, and how many of them are meant. */
  const over =
    (read: (walk: Walk, length: Field) => unknown) =>
    (input: () => Uint8Array): Circuit =>
    (context) => {
      const bytes = exists(SIZE, () =>
        Array.from({ length: SIZE }, (_, i) => BigInt(input()[i] ?? 0x30)),
      );
      const length = existsOne(() => BigInt(input().length));
      read(walkOver(context, bytes), length);
    };
  const name = over((walk) => walkName(walk, walk.memory.atConstant(0)));
  const rdn = (type: Uint8Array, value: Uint8Array) =>
    sequence(tlv(TAG.set, sequence(type, value)));
  const text = (size: number, tag: number = TAG.utf8String) => tlv(tag, ascii('x'.repeat(size)));
  /** As `rdn`, with lengths of one byte where DER has two. */
  const shortRdn = (size: number) => {
    const value = Uint8Array.of(
      ...oid(OID.country),
      TAG.utf8String,
      size,
      ...ascii('x'.repeat(size)),
    );
    return sequence(Uint8Array.of(0x31, value.length + 2, 0x30, value.length, ...value));
  };
  const RDN = rdn(oid(OID.country), text(2));

  test.each([
    ['an RDN of 128 bytes', shortRdn(119)],
    ['an attribute that is an UTCTime', rdn(oid(OID.country), text(2, TAG.utcTime))],
  ])('%s', async (_, lie) => {
    expect(await alone(name, RDN, lie)).toEqual(['member']);
  });

  // of the first RDN: SET, bytes of the OID minus 1, two parts of the next three, string, its tag
  test.each([
    ['no bytes in the type', rdn(tlv(TAG.oid), text(2)), [8n, -1n, 0x0c0n, 0x278n, 1n, 0n]],
    ['no bytes in the string', rdn(oid(OID.country), text(0)), [9n, 2n, 0x550n, 0x406n, -1n, 0n]],
  ])('an attribute with %s, or rather -1 more than one', async (_, lie, values) => {
    const lies = { source: /certificate\/names\.ts/, values };
    expect(await alone(name, RDN, lie, lies)).toEqual(['member']);
  });

  const value = (read: (typeof READ)[keyof typeof READ]) =>
    over((walk, length) => {
      const [start, end] = [walk.memory.atConstant(0), walk.memory.at(length)];
      const present = walk.context.bit(() => true);
      read(walk, { present, start, end });
    });
  const OCTETS = Uint8Array.of(1, 2, 3);
  const authority = (issuer: Uint8Array) =>
    sequence(tlv(0x80, OCTETS), tlv(0xa1, issuer), tlv(0x82, OCTETS));
  const role = oid(`${OID.role}.2`);
  const policy = (...qualifiers: Uint8Array[]) => sequence(sequence(role, sequence(...qualifiers)));

  test.each([
    ['pathLen 127', READ.basicConstraints, hex('30060101ff020105'), hex('30060101ff02017f')],
    [
      'pathLen of no bytes',
      READ.basicConstraints,
      hex('30060101ff020105'),
      hex('30060101ff020007'),
    ],
    [
      'an issuer without names',
      READ.authorityKeyIdentifier,
      authority(hex('8201aa')),
      authority(hex('')),
    ],
    ['policyQualifiers without one', READ.certificatePolicies, policy(QUALIFIER), policy()],
    [
      'a permitted organisation of no bytes',
      READ.nameConstraints,
      extensionValue(nameConstraints({ organisation: 'A' })),
      extensionValue(nameConstraints({ organisation: '' })),
    ],
  ])('%s', async (_, read, honest, lie) => {
    expect(await alone(value(read), honest, lie)).toEqual(['member']);
  });
});
