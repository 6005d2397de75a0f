import type { Field } from 'o1js';
import { PATH_UNLIMITED } from '../../../params.ts';
import type { CircuitContext, Term } from '../../kimchi/context.ts';
import type { ExtensionFacts } from './facts.ts';
import type { Walk } from '../walk.ts';
import type { ExtensionValue } from './optional.ts';

/** PATH_UNLIMITED means that there is no limit. */
const MAX_PATH_LEN = BigInt(PATH_UNLIMITED - 1);

/**
 * KeyUsage (RFC 5280 4.2.1.3), a named bit list (X.690 11.2): 03 02 uu bb with uu trailing zeros in
 * bb, or 03 03 07 bb 80 when the ninth bit, decipherOnly, is set. ~22 rows.
 *
 * The ninth bit follows from the length of the value, 4 + ninth. With the eight bits of bb and Z
 * trailing zeros, the value as a number is
 *   0x03020000 + 256 Z + bb      or      0x0303070080 + 256 bb.
 * Absent: length, number and bits are all 0.
 */
export function readKeyUsage(
  walk: Walk,
  { present, start, end }: ExtensionValue,
): ExtensionFacts['keyUsage'] {
  const { context, memory } = walk;
  const ninth = context.assertBit(
    context.linear([
      [1n, end.index],
      [-1n, start.index],
      [-4n, present],
    ]),
  );
  context.assertImplies(ninth, present);

  // lowest bit first
  const byteOfBits = () => memory.peek(start.index.toBigInt() + 3n);
  const bits = Array.from({ length: 8 }, (_, i) =>
    context.bit(() => present.toBigInt() === 1n && ((byteOfBits() >> BigInt(i)) & 1n) === 1n),
  );
  const byte = context.linear(bits.map((bit, i) => [1n << BigInt(i), bit]));

  // zeros[i] = 1: bits 0 to i are all zero (none in the two other cases)
  const short = context.sub(present, ninth);
  const zeros: Field[] = [];
  for (const bit of bits) {
    zeros.push(context.quadratic(zeros.at(-1) ?? short, bit, { mul: -1n, left: 1n }));
  }
  // at least one bit is set
  context.assertEqual(zeros[7]!, 0n);

  // the value's number is S(end) - 256^4 S(start), with the ninth bit S(end) - 256^5 S(start)
  const grown = context.quadratic(ninth, start.prefix, { mul: 256n ** 5n - 256n ** 4n });
  const shifted = context.product(ninth, byte);
  context.assertLinear([
    [1n, end.prefix],
    [-(256n ** 4n), start.prefix],
    [-1n, grown],
    [-0x03020000n, present],
    ...zeros.slice(0, 7).map((zero): Term => [-256n, zero]),
    [-1n, byte],
    [0x03020000n - 0x0303070080n, ninth],
    [1n - 256n, shifted],
  ]);
  return { digitalSignature: bits[7]!, keyCertSign: bits[2]!, cRLSign: bits[1]! };
}

/**
 * BasicConstraints (RFC 5280 4.2.1.9): 30 00, 30 03 01 01 ff, or 30 06 01 01 ff 02 01 pp with pp
 * from 0 to 126; cA FALSE must not be encoded (X.690 11.5). ~10 rows.
 *
 * Which of the three follows from the length of the value, 2 present + 3 cA + 3 limited with
 * limited <= cA <= present.
 */
export function readBasicConstraints(
  context: CircuitContext,
  { present, start, end }: ExtensionValue,
): Pick<ExtensionFacts, 'cA' | 'pathLen'> {
  const length = () => end.index.toBigInt() - start.index.toBigInt();
  const cA = context.bit(() => length() > 2n);
  const limited = context.bit(() => length() > 5n);
  context.assertImplies(cA, present);
  context.assertImplies(limited, cA);
  context.assertLinear([
    [1n, end.index],
    [-1n, start.index],
    [-2n, present],
    [-3n, cA],
    [-3n, limited],
  ]);

  const [none, ca, full] = [0x3000n, 0x30030101ffn, 0x30060101ff020100n];
  const grownCa = context.quadratic(cA, start.prefix, { mul: 256n ** 5n - 256n ** 2n });
  const grownFull = context.quadratic(limited, start.prefix, { mul: 256n ** 8n - 256n ** 5n });
  const limit = context.linear([
    [1n, end.prefix],
    [-(256n ** 2n), start.prefix],
    [-1n, grownCa],
    [-1n, grownFull],
    [-none, present],
    [none - ca, cA],
    [ca - full, limited],
  ]);
  context.range12(limit);
  context.range12(context.sub(MAX_PATH_LEN, limit));
  context.assertZeroUnless(limited, limit);
  const pathLen = context.linear(
    [
      [1n, limit],
      [-BigInt(PATH_UNLIMITED), limited],
    ],
    BigInt(PATH_UNLIMITED),
  );
  return { cA, pathLen };
}
