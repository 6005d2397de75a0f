/**
 * What a proof shows, as numbers: every field element, coordinate of a point and challenge that is written in it, and
 * what two proofs have in common, in whatever encoding.
 */
import { Field } from 'o1js';
import type { AnyEnvelope } from '../../../src/prover/envelope.ts';
import { publicValues } from '../../../src/prover/verify.ts';

/** Below this a number is a size, a bit or a mode, and says nothing. */
const SMALL = 1n << 32n;

/** A proof as text: the S-expression of o1js, or the bytes of a plain proof. */
const textOf = ({ proof }: AnyEnvelope) => Buffer.from(proof.proof, 'base64').toString('latin1');

/** Where each number of a proof stands in it, by the names of the lists around it. */
export function valuesOf(envelope: AnyEnvelope): ReadonlyMap<bigint, string> {
  const values = new Map<bigint, string>();
  const note = (value: bigint, place: string) => {
    if (value >= SMALL && !values.has(value)) values.set(value, place);
  };
  publicValues(envelope).forEach((value, i) => note(value, `public value ${i}`));
  if (envelope.version === 2) {
    const bytes = Buffer.from(envelope.proof.proof, 'base64');
    for (let at = 0; at < bytes.length; at += NUMBER_BYTES) {
      const number = Buffer.from(bytes.subarray(at, at + NUMBER_BYTES)).reverse();
      note(BigInt(`0x${number.toString('hex')}`), `number ${at / NUMBER_BYTES}`);
    }
    return values;
  }
  const path: string[] = [];
  const here = () => path.filter((name) => name !== '').join('/');
  /** Limbs of 64 bits, first one lowest, that follow each other in a list. */
  let limbs: bigint[] = [];
  const endLimbs = () => {
    if (limbs.length > 1) note(joined(limbs), `${here()}${JOINED}`);
    limbs = [];
  };
  for (const [token] of textOf(envelope).matchAll(/[()]|"[^"]*"|[^\s()"]+/g)) {
    if (token === '(') path.push('');
    else if (token === ')') {
      endLimbs();
      path.pop();
    } else if (/^0x[0-9A-F]{64}$/.test(token)) note(BigInt(token), here());
    else if (/^[0-9a-f]{16}$/.test(token)) {
      limbs.push(BigInt(`0x${token}`));
      note(limbs.at(-1)!, here());
    } else if (path.at(-1) === '' && /^[a-z][a-z0-9_]*$/.test(token)) path[path.length - 1] = token;
    else if (!NO_VALUE.test(token)) throw Error(`the proof has something unknown in it: ${token}`);
  }
  return values;
}

/** Of a coordinate or a field element in a plain proof, which is nothing else. */
const NUMBER_BYTES = 32;

/** Ends the place of a number that is written in several limbs, each of which is a value, too. */
const JOINED = ', joined';

/** How many of them are written as they are. */
export const written = (values: ReadonlyMap<bigint, string>): number =>
  [...values.values()].filter((place) => !place.endsWith(JOINED)).length;

/** Flags, the number of proofs verified, the size of the domain: one character, named or as a code. */
const NO_VALUE = /^(true|false|N[012]|"(\\[0-9]{3}|\\?.)")$/;

const joined = (limbs: readonly bigint[]) =>
  limbs.reduceRight((sum, limb) => (sum << 64n) | limb, 0n);

/**
 * Numbers of `a` that stand in `b` too: as they are, negated, or expanded from a challenge, and as decimal or
 * hexadecimal digits, bytes in either order, or base64 of them anywhere in its text.
 */
export function sharedValues(a: AnyEnvelope, b: AnyEnvelope): ReadonlyMap<bigint, string> {
  const others = valuesOf(b);
  const derived = new Set([...others.keys()].flatMap(relatives));
  const texts = [textOf(b), JSON.stringify(b)].map((text) => text.toLowerCase());
  const encoded = JSON.stringify(b);
  return new Map(
    [...valuesOf(a)].filter(
      ([value]) =>
        derived.has(value) ||
        relatives(value).some((relative) => others.has(relative)) ||
        digits(value).some((form) => texts.some((text) => text.includes(form))) ||
        base64Forms(value).some((form) => encoded.includes(form)),
    ),
  );
}

const FIELDS = [Field.ORDER, 0x40000000000000000000000000000000224698fc0994a8dd8c46eb2100000001n];

/** The value itself, its negatives, and what a challenge of 128 bits stands for. */
function relatives(value: bigint): bigint[] {
  const negatives = FIELDS.map((order) => (order - value) % order);
  return [value, ...negatives, ...(value < 1n << 128n ? expanded(value) : [])];
}

/** A challenge as the field elements that it is a short form of: a * endo + b, with either root of unity. */
function expanded(challenge: bigint): bigint[] {
  let [a, b] = [2n, 2n];
  for (let i = 63n; i >= 0n; i--) {
    const sign = (challenge >> (2n * i)) & 1n ? 1n : -1n;
    const isFirst = (challenge >> (2n * i + 1n)) & 1n;
    a = 2n * a + (isFirst ? sign : 0n);
    b = 2n * b + (isFirst ? 0n : sign);
  }
  return FIELDS.flatMap((order) =>
    rootsOfUnity(order).map((root) => (((a * root + b) % order) + order) % order),
  );
}

/** Both cube roots of unity beside 1. */
function rootsOfUnity(order: bigint): bigint[] {
  const known = ROOTS.get(order);
  if (known !== undefined) return known;
  for (let base = 2n; ; base++) {
    const root = power(base, (order - 1n) / 3n, order);
    if (root === 1n) continue;
    const roots = [root, (root * root) % order];
    ROOTS.set(order, roots);
    return roots;
  }
}

const ROOTS = new Map<bigint, bigint[]>();

function power(base: bigint, exponent: bigint, order: bigint): bigint {
  let result = 1n;
  for (let bit = exponent, square = base; bit > 0n; bit >>= 1n) {
    if (bit & 1n) result = (result * square) % order;
    square = (square * square) % order;
  }
  return result;
}

const bytesOf = (value: bigint): Buffer[] => {
  const hex = value.toString(16);
  const bigEndian = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  return [bigEndian, Buffer.from(bigEndian).reverse()];
};

/** Decimal, and hexadecimal of both orders of bytes. */
const digits = (value: bigint): string[] => [
  value.toString(),
  ...bytesOf(value).map((bytes) => bytes.toString('hex')),
];

/** What base64 of some text has in it that holds these bytes, at each of the three ways they can lie. */
const base64Forms = (value: bigint): string[] =>
  bytesOf(value).flatMap((bytes) =>
    [0, 1, 2].map((before) => {
      const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
      // the first and the last characters depend on what stands around the bytes
      const first = Math.ceil((before * 8) / 6);
      return whole.slice(first, Math.floor(((before + bytes.length) * 8) / 6));
    }),
  );
