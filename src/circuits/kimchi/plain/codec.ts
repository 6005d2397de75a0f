/**
 * Values of OCaml, as o1js has them in JavaScript, in bytes: a block is an array that begins with its tag, 0; an
 * option is 0, or a block of one. A codec says what one kind of value looks like, and nothing of it is left
 * open: every value has one encoding of a length that is known before, and every encoding one value.
 */
import { Field, Scalar } from 'o1js';
import { joinBytes } from '../../../bytes.ts';
import { fieldBytes, toBigint } from '../points.ts';

export type Ml = readonly unknown[];

/** Bytes that are no value, or a value that is not of this kind. */
export class CodecError extends Error {}

export interface Codec {
  /** Bytes of every value. */
  readonly length: number;
  read(bytes: Uint8Array): unknown;
  write(value: unknown): Uint8Array;
}

const FIELD_BYTES = 32;

function numberBelow(order: bigint): Codec {
  const inRange = (x: bigint): bigint => {
    if (x >= 0n && x < order) return x;
    throw new CodecError('a number is not canonical');
  };
  return {
    length: FIELD_BYTES,
    read: (bytes) => [0, inRange(toBigint(bytes))],
    write: (value) => fieldBytes(inRange((value as [0, bigint])[1])),
  };
}

/** An element of the field of circuits. */
export const scalar = numberBelow(Field.ORDER);

const Q = Scalar.ORDER;
const coordinate = numberBelow(Q);
const affine = block(coordinate, coordinate);

/** A finite point of Vesta, whose coordinates are in the other field: y^2 = x^3 + 5. */
export const point: Codec = {
  length: affine.length,
  read(bytes) {
    const value = affine.read(bytes);
    assertOnCurve(value);
    return [0, value];
  },
  write(value) {
    const [, pair] = asBlock(value, 1);
    assertOnCurve(pair);
    return affine.write(pair);
  },
};

function assertOnCurve(pair: unknown): void {
  const [, [, x], [, y]] = pair as [0, [0, bigint], [0, bigint]];
  if ((y * y - (x * x * x + 5n)) % Q !== 0n) throw new CodecError('a point is not on the curve');
}

/** A block of such values. */
export function block(...parts: readonly Codec[]): Codec {
  return {
    length: parts.reduce((sum, { length }) => sum + length, 0),
    read(bytes) {
      let at = 0;
      return [0, ...parts.map(({ length, read }) => read(bytes.subarray(at, (at += length))))];
    },
    write(value) {
      const [, ...values] = asBlock(value, parts.length);
      return joinBytes(parts.map(({ write }, i) => write(values[i])));
    },
  };
}

export const times = (count: number, codec: Codec): Codec =>
  block(...Array.from({ length: count }, () => codec));

/** An option that has a value, always or never. */
export const option = (isThere: boolean, codec: Codec): Codec => (isThere ? block(codec) : nothing);

/** What is 0, always. */
export const nothing: Codec = {
  length: 0,
  read: () => 0,
  write(value) {
    if (value !== 0) throw new CodecError('there is a value too many');
    return new Uint8Array();
  },
};

/** An array in which there is nothing, always. */
export const noElements = block();

/** A commitment in so many chunks. OCaml has an option behind them that kimchi does not use any more. */
export function commitment(chunks = 1): Codec {
  const points = times(chunks, point);
  return {
    length: points.length,
    read: (bytes) => [0, points.read(bytes)],
    write(value) {
      const [, written, ...rest] = value as [0, unknown, ...unknown[]];
      if (rest.some((other) => other !== 0)) throw new CodecError('a commitment is shifted');
      return points.write(written);
    },
  };
}

function asBlock(value: unknown, size: number): Ml {
  if (!Array.isArray(value) || value[0] !== 0 || value.length !== size + 1) {
    throw new CodecError(`a block of ${size} was expected`);
  }
  return value;
}
