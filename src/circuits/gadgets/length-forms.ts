/** The length forms of DER (X.690 8.1.3, 10.1), of which every header reader takes the shortest. */
import { Field } from 'o1js';

export interface LengthForm {
  /** Bytes of the length after its first one. */
  readonly more: bigint;
  /** First byte of the length; in the short form that is the length itself, here 0. */
  readonly first: bigint;
  /** The lengths that have this form as their shortest. */
  readonly least: bigint;
  readonly most: bigint;
}

/** Lengths of up to 2^24 - 1. */
export const LENGTH_FORMS: readonly LengthForm[] = [
  { more: 0n, first: 0n, least: 0n, most: 0x7fn },
  { more: 1n, first: 0x81n, least: 0x80n, most: 0xffn },
  { more: 2n, first: 0x82n, least: 0x100n, most: 0xffffn },
  { more: 3n, first: 0x83n, least: 0x10000n, most: 0xffffffn },
];

/** Largest content of an element that lies in the memory. */
export const MAX_CONTENT = 1023;

/** Every length up to MAX_CONTENT, with its form. */
export const CONTENT_LENGTHS = Array.from({ length: MAX_CONTENT + 1 }, (_, length) => ({
  length: BigInt(length),
  more: LENGTH_FORMS.find(({ most }) => BigInt(length) <= most)!.more,
}));

/** Bytes of an element before its content: tag, first byte of the length, and those after it. */
export const headerBytes = (more: bigint): bigint => 2n + more;

/** The bytes of a form's length as a number, with the length itself as 0; the length is added to it. */
export const lengthBytes = ({ more, first }: LengthForm): bigint => first << (8n * more);

/** In the prover: how many bytes follow a first byte of a length up to 2^16 - 1, if it is one. */
export function bytesAfter(first: bigint): bigint | undefined {
  if (first < 0x80n) return 0n;
  return first === 0x81n || first === 0x82n ? first - 0x80n : undefined;
}

/**
 * c0, c1, c2 such that `lengthBytes` of the forms with 0, 1 and 2 bytes more is c0 + c1 n + c2 256^n,
 * where n is the number of these bytes plus `offset`. Three points that are not on a line determine
 * it; the coefficients are elements of the field, not integers.
 */
export function throughForms(offset: bigint): [bigint, bigint, bigint] {
  const [p0, p1, p2] = LENGTH_FORMS.map((form) => Field(lengthBytes(form))) as [
    Field,
    Field,
    Field,
  ];
  const power = 256n ** offset;
  // second difference: the linear part vanishes, 256^n (256 - 1)^2 stays
  const c2 = p2
    .sub(p1.mul(2))
    .add(p0)
    .div(Field(power * 255n ** 2n));
  const c1 = p1.sub(p0).sub(c2.mul(255n * power));
  const c0 = p0.sub(c1.mul(offset)).sub(c2.mul(power));
  return [c0.toBigInt(), c1.toBigInt(), c2.toBigInt()];
}
