/**
 * Multiplication modulo p and n with kimchi's ForeignFieldMul gate, in fewer rows than the usual
 * gadget takes: sums stay unreduced, remainders are given instead of computed, and carries are
 * checked in batches. docs/gadgets/p256.md derives every bound.
 */
import { Field } from 'o1js';
import { type Limbs, limbsOf } from '../limbs.ts';
import type { CircuitContext, NumberSet, Term } from '../../kimchi/context.ts';
import { Gates, exists } from '../../kimchi/gates.ts';
import { TABLE } from '../../../params.ts';
import { BATCH, LIMB, LOW, P_OFFSET, batchWeight, fromLimbs, toLimbs } from './constants.ts';
import type { LimbValues, Modulus } from './constants.ts';
import { mod } from './curve.ts';
import type { Hints } from './hints.ts';
import { RangeQueue, multiRangeCheck } from './range.ts';

/** The top 12 bits of a quotient below 2^259, and of an element below 2^256. */
const QUOTIENT_TOP = numbersBelow(128, TABLE.p256.quotientTop);
const ELEMENT_TOP = numbersBelow(16, TABLE.p256.elementTop);

/** An integer low + 2^176 high in two variables, unreduced and of any sign. */
export interface Pair {
  readonly low: Field;
  readonly high: Field;
}

/**
 * A factor of a product: limbs in [0, 2^88) and the top one in [0, 2^80), or a sum of two such, whose
 * limbs are below 2^89 + 2^9 and the top one in (-2^49, 2^82).
 */
export class Factor {
  readonly limbs: Limbs;
  readonly isSum: boolean;

  constructor(limbs: Limbs, isSum = false) {
    this.limbs = limbs;
    this.isSum = isSum;
  }
}

/** A factor below 2^256 whose low two limbs are there as one variable too. */
export class Element extends Factor implements Pair {
  readonly low: Field;

  constructor(limbs: Limbs, low: Field) {
    super(limbs);
    this.low = low;
  }

  get high(): Field {
    return this.limbs[2];
  }
}

const arithmetics = new WeakMap<CircuitContext, FieldArithmetic>();

/** Emits products and their checks. Checks that wait for company are emitted when the context ends. */
export class FieldArithmetic {
  readonly context: CircuitContext;
  readonly hints: Hints;
  private readonly ranges: RangeQueue;
  private carries: Field[] = [];
  private nonZeros: Field | undefined;
  private finished = false;

  private constructor(context: CircuitContext, hints: Hints) {
    this.context = context;
    this.hints = hints;
    this.ranges = new RangeQueue(context);
    context.beforeFinish(() => this.finish());
  }

  /** The arithmetic of a context; all gadgets of a circuit share it and its tables. */
  static of(context: CircuitContext, hints: Hints): FieldArithmetic {
    let arithmetic = arithmetics.get(context);
    if (arithmetic === undefined) {
      arithmetic = new FieldArithmetic(context, hints);
      arithmetics.set(context, arithmetic);
    }
    if (arithmetic.hints !== hints) throw Error('P-256: one circuit, one source of hints');
    return arithmetic;
  }

  /** Assert x in [0, 2^88). 4/3 rows, emitted with others. */
  range88(x: Field): void {
    this.assertOpen();
    this.ranges.add(x);
  }

  /** Check limbs to be below 2^88, 2^88, 2^80. 4 1/3 rows. */
  factor(limbs: Limbs): Factor {
    this.checkLimbs(limbs);
    return new Factor(limbs);
  }

  /** The same, and `low` shown equal to the low two limbs. 4 1/3 rows. */
  element(limbs: Limbs, low: Field): Element {
    this.checkLimbs(limbs, low);
    return new Element(limbs, low);
  }

  /** A constant in [0, 2^256). At most two rows, once a circuit. */
  constant(value: bigint): Element {
    const limbs = limbsOf(toLimbs(value).map((limb) => this.context.constant(limb)));
    return new Element(limbs, this.context.constant(value & ((1n << LOW) - 1n)));
  }

  /** a + b as a factor. 1.5 rows. */
  sum(a: Factor, b: Factor): Factor {
    return this.combineLimbs(a, b, 1n, [0n, 0n, 0n]);
  }

  /** a - b + p as a factor. 1.5 rows. */
  difference(a: Factor, b: Factor): Factor {
    return this.combineLimbs(a, b, -1n, P_OFFSET);
  }

  /** sum(c_i x_i) + constant over low and high parts. n - 1 rows. */
  linear(
    terms: readonly (readonly [bigint, Pair])[],
    constant: { low: bigint; high: bigint } = { low: 0n, high: 0n },
  ): Pair {
    const low = terms.map(([c, pair]): Term => [c, pair.low]);
    const high = terms.map(([c, pair]): Term => [c, pair.high]);
    return {
      low: this.context.linear(low, constant.low),
      high: this.context.linear(high, constant.high),
    };
  }

  /** a + b. One row. */
  plus(a: Pair, b: Pair): Pair {
    return this.linear([
      [1n, a],
      [1n, b],
    ]);
  }

  /** a - b. One row. */
  minus(a: Pair, b: Pair): Pair {
    return this.linear([
      [1n, a],
      [-1n, b],
    ]);
  }

  /**
   * Assert that x != 0, together with all others at the end. Half a row. What is multiplied up are
   * field elements, so the product is zero only if one of them is.
   */
  nonZero(x: Field): void {
    this.assertOpen();
    this.nonZeros = this.nonZeros === undefined ? x : this.context.product(this.nonZeros, x);
  }

  /**
   * Assert that a != b mod p, given their `difference`. One row.
   *
   * Requires a < 2^256; b < p; and a < p or the low limb of b not zero. Let delta = a0 - b0.
   * If a = b mod p, then a = b, so delta = 0; or a = b + p, where b < 2^224, and because
   * p = -1 mod 2^88 and b0 >= 1, delta = -1. Both are refused. (b0 = 0 would give 2^88 - 1.)
   */
  distinct(difference: Factor): void {
    const [x] = difference.limbs;
    const shift = P_OFFSET[0]; // x = delta + shift
    const value = this.context.quadratic(x, x, {
      mul: 1n,
      left: 1n - 2n * shift,
      constant: shift * shift - shift,
    }); // delta (delta + 1)
    this.nonZero(value);
  }

  /**
   * Assert a b = r mod m, with a strict carry: needs nothing of r, and shows that its parts are
   * integers with |low| < 2^178, |high| < 2^180. An honest r has low in (-2^176, 2^176). 8.7 rows.
   */
  assertProduct(a: Factor, b: Factor, r: Pair, modulus: Modulus): void {
    this.ranges.add(this.multiply(a, b, r, modulus, false));
  }

  /**
   * Assert a b = r mod p where r.low is already known to be an integer of less than 2^180, for
   * instance a small sum of range-checked values and of results of strict products. 8.3 rows.
   */
  assertProductOfKnown(a: Factor, b: Factor, r: Pair, modulus: Modulus): void {
    this.carries.push(this.multiply(a, b, r, modulus, true));
    if (this.carries.length === BATCH) this.emitCarries();
  }

  /** a b mod m as a pair; bounded as in `assertProduct`, not reduced. 8.7 rows. */
  product(a: Factor, b: Factor, modulus: Modulus): Pair {
    const [low, high] = exists(2, () => {
      const r = this.hints.remainder(valueOf(a), valueOf(b), modulus.value);
      return [r & ((1n << LOW) - 1n), r >> LOW];
    });
    const r = { low: low!, high: high! };
    this.assertProduct(a, b, r, modulus);
    return r;
  }

  /** Emit the gate and all its checks but the one of p10, which is returned. */
  private multiply(a: Factor, b: Factor, r: Pair, modulus: Modulus, batched: boolean): Field {
    this.assertOpen();
    if (b.isSum) throw Error('P-256: only the first factor of a product may be a sum');
    if (a.isSum && !modulus.takesSum) throw Error('P-256: this modulus takes no sums');
    const [q0, q1, q2, qBound, p10, p110, p111, carry0, ...carry1] = exists(19, () => {
      const hint = this.hints.product({
        a: limbValues(a),
        b: limbValues(b),
        low: signed(r.low),
        high: signed(r.high),
        modulus,
        batched,
      });
      const chunk = (at: number, size: number) =>
        (hint.carry1 >> BigInt(at)) & ((1n << BigInt(size)) - 1n);
      return [
        ...hint.q,
        hint.q[2] + (1n << LIMB) - (modulus.value >> LOW) - 1n,
        hint.p10,
        hint.p110,
        hint.p111,
        hint.carry0,
        ...[0, 12, 24, 36, 48, 60, 72].map((at) => chunk(at, 12)),
        ...[84, 86, 88].map((at) => chunk(at, 2)),
        chunk(90, 1),
      ];
    }) as [Field, Field, Field, Field, Field, Field, Field, Field, ...Field[]];
    Gates.foreignFieldMul({
      left: a.limbs,
      right: b.limbs,
      remainder: [r.low, r.high],
      quotient: [q0, q1, q2],
      quotientHiBound: qBound,
      product1: [p10, p110, p111],
      carry0,
      carry1p: carry1.slice(0, 7),
      carry1c: carry1.slice(7),
      foreignFieldModulus2: modulus.value >> LOW,
      negForeignFieldModulus: [...modulus.negated],
    });
    // q < 2^259: limbs of 88 bits, and the top 12 of the 264 below 2^7
    const top = multiRangeCheck(this.context, [q2, q0, q1]);
    this.context.assertMember(top, QUOTIENT_TOP);
    this.ranges.add(p110);
    return p10;
  }

  /** sum(2^(14 i) p10_i) + 2^163 in [0, 2^164). */
  private emitCarries(): void {
    const carries = this.carries;
    if (carries.length > BATCH) throw Error('P-256: too many carries in a batch');
    this.carries = [];
    if (carries.length === 0) return;
    const [u0, u1] = exists(2, () => {
      const sum = carries.reduce((total, c, i) => total + signed(c) * batchWeight(i), 0n);
      const shifted = sum + (1n << 163n);
      return [shifted & ((1n << LIMB) - 1n), shifted >> LIMB];
    }) as [Field, Field];
    const weighted = carries.map((carry, i): Term => [batchWeight(i), carry]);
    this.context.assertLinear([...weighted, [-1n, u0], [-(1n << LIMB), u1]], 1n << 163n);
    this.ranges.addPair(u1, u0);
  }

  private combineLimbs(a: Factor, b: Factor, sign: bigint, constant: LimbValues): Factor {
    if (a.isSum || b.isSum) throw Error('P-256: a factor is a sum of at most two elements');
    const limb = (i: 0 | 1 | 2) =>
      this.context.linear(
        [
          [1n, a.limbs[i]],
          [sign, b.limbs[i]],
        ],
        constant[i],
      );
    return new Factor([limb(0), limb(1), limb(2)], true);
  }

  private checkLimbs([x0, x1, x2]: Limbs, packed?: Field): void {
    this.assertOpen();
    const options = packed === undefined ? {} : { packed };
    const top = multiRangeCheck(this.context, [x2, x0, x1], options);
    this.context.assertMember(top, ELEMENT_TOP);
  }

  private finish(): void {
    this.emitCarries();
    this.ranges.flush();
    if (this.nonZeros !== undefined) this.context.assertNonZero(this.nonZeros);
    this.finished = true;
  }

  private assertOpen(): void {
    if (this.finished) throw Error('P-256: used after the end of the circuit');
  }
}

function numbersBelow(size: number, table: number): NumberSet {
  return { table, numbers: Array.from({ length: size }, (_, i) => BigInt(i)) };
}

/** In the prover: a variable as an integer of least absolute value. */
export function signed(x: Field): bigint {
  const value = x.toBigInt();
  return value > Field.ORDER / 2n ? value - Field.ORDER : value;
}

/** In the prover: the integer that a pair stands for. */
export function pairValue({ low, high }: Pair, modulus: bigint): bigint {
  return mod(signed(low) + (signed(high) << LOW), modulus);
}

/** In the prover: the integer that a factor stands for. */
export function valueOf(factor: Factor): bigint {
  return fromLimbs(limbValues(factor));
}

function limbValues({ limbs }: Factor): LimbValues {
  return [signed(limbs[0]), signed(limbs[1]), signed(limbs[2])];
}
