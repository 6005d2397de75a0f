import { P, mod } from '../field.ts';
import { inverse, type Variable } from './system.ts';

/** A variable that an equation determines together with others; c is its coefficient. */
export interface Unknown {
  readonly variable: Variable;
  readonly c: bigint;
  readonly honest: bigint;
}

const WORD = 1n << 32n;
const CHUNK = 1n << 12n;

/**
 * The unknowns of sum(c_i x_i) = total as an honest prover finds them:
 *   - coefficients that differ by powers of two: digits of a number;
 *   - two others, as in the rotation of a word: the word and a chunk of 12 bits with it;
 *   - else the last one, the others stay.
 */
export function solve(total: bigint, unknowns: readonly Unknown[]): ReadonlyMap<Variable, bigint> {
  const sorted = unknowns.toSorted((a, b) => (size(a.c) < size(b.c) ? -1 : 1));
  const [unit] = sorted;
  if (unit === undefined) return new Map();
  const weights = sorted.map(({ c }) => signed(mod(c * inverse(unit.c))));
  if (weights.every((w) => w > 0n && (w & (w - 1n)) === 0n)) {
    return digits(mod(total * inverse(unit.c)), weights, sorted);
  }
  const rotated = unknowns.length === 2 ? wordAndChunk(signed(total), unknowns) : undefined;
  if (rotated !== undefined) return rotated;
  const last = unknowns.at(-1)!;
  const rest = unknowns.slice(0, -1).reduce((sum, { c, honest }) => sum - c * honest, total);
  return new Map([[last.variable, mod(rest * inverse(last.c))]]);
}

/**
 * A number as digits of these weights; the last takes what is left. Each digit stays above the multiple
 * of its range at which the honest one lies: a word may be kept as the word and 2^32.
 */
function digits(
  number: bigint,
  weights: readonly bigint[],
  unknowns: readonly Unknown[],
): ReadonlyMap<Variable, bigint> {
  const ranges = weights.slice(1).map((weight, i) => weight / weights[i]!);
  const bases = ranges.map((range, i) => unknowns[i]!.honest - (unknowns[i]!.honest % range));
  let rest = signed(mod(bases.reduce((left, base, i) => left - base * weights[i]!, number)));
  const result = ranges.map((range, i) => {
    const digit = ((rest % range) + range) % range;
    rest = (rest - digit) / range;
    return digit + bases[i]!;
  });
  return new Map([...result, rest].map((digit, i) => [unknowns[i]!.variable, mod(digit)]));
}

/** a word + b chunk = total in integers, the word in 32 bits; it may be kept with 2^32 or the chunk on top. */
function wordAndChunk(
  total: bigint,
  unknowns: readonly Unknown[],
): ReadonlyMap<Variable, bigint> | undefined {
  const [word, chunk] = unknowns as [Unknown, Unknown];
  if (size(word.c) > CHUNK) return undefined;
  const base = word.honest - (word.honest % WORD);
  for (let k = 0n; k < CHUNK; k++) {
    const left = total - chunk.c * k;
    if (left % word.c !== 0n) continue;
    const x = left / word.c;
    const isWord = [base, k * WORD].some((top) => x >= top && x < top + WORD);
    if (isWord)
      return new Map([
        [word.variable, x],
        [chunk.variable, k],
      ]);
  }
  return undefined;
}

/** The integer of least size. */
export function signed(x: bigint): bigint {
  return x > P / 2n ? x - P : x;
}

function size(x: bigint): bigint {
  const value = signed(x);
  return value < 0n ? -value : value;
}
