/**
 * Gadgets on inputs that are pinned: all freedom that is left in these circuits is what the gadget
 * leaves to the prover.
 */
import type { Field } from 'o1js';
import { readUnsigned, SERIAL_LENGTHS } from '../../../src/circuits/gadgets/certificate/tbs.ts';
import { monthTable, readTime } from '../../../src/circuits/gadgets/certificate/times.ts';
import { readEntryExtensions } from '../../../src/circuits/gadgets/crl/entry.ts';
import { readLargeHeader } from '../../../src/circuits/gadgets/crl/large-header.ts';
import { G, scale } from '../../../src/circuits/gadgets/p256/curve.ts';
import { assertPoint } from '../../../src/circuits/gadgets/p256/index.ts';
import { digestLimbs, selectDigest } from '../../../src/circuits/gadgets/sha256/digest.ts';
import { assertPadding } from '../../../src/circuits/gadgets/sha256/padding.ts';
import {
  bigSigma0,
  bigSigma1,
  smallSigma0,
  smallSigma1,
} from '../../../src/circuits/gadgets/sha256/rotate.ts';
import {
  plain,
  raise,
  raised,
  reduce,
  type Word,
} from '../../../src/circuits/gadgets/sha256/word.ts';
import { toLimbs } from '../../../src/circuits/gadgets/p256/constants.ts';
import { readShortTlv, readTlv } from '../../../src/circuits/gadgets/tlv.ts';
import { walkOver, type Walk } from '../../../src/circuits/gadgets/walk.ts';
import type { CircuitContext } from '../../../src/circuits/kimchi/context.ts';
import { inRange } from '../../../src/circuits/kimchi/integer.ts';
import type { XorRows } from '../../../src/circuits/kimchi/xor.ts';
import { limbsOf } from '../../../src/circuits/gadgets/limbs.ts';
import { generalizedTime, sequence, utcTime } from '../../support/certificates/der.ts';
import { extension } from '../../support/certificates/fields.ts';
import { LIST_OID, reasonCode } from '../../support/crl/index.ts';
import type { Circuit } from '../../support/kimchi/index.ts';
import { pinned } from '../../support/kimchi/joint/index.ts';
import { padded, message } from '../sha256/messages.ts';

/** A function of one word; `queued` lookups wait before it, so that tops carry chunks. */
const ofWord =
  (f: (rows: XorRows, x: Word) => Word, queued: number): Circuit =>
  (context) => {
    const rows = context.xorRows;
    const x = plain(pinned(context, 0xdeadbeefn));
    for (let i = 0; i < queued; i++) rows.range12(context.constant(7n));
    f(rows, raise(rows, x));
  };

const pinnedLimbs = (context: CircuitContext, value: bigint) =>
  limbsOf(toLimbs(value).map((limb) => pinned(context, limb)));

/** A gadget over a memory with these bytes. */
const inMemory =
  (content: readonly bigint[], body: (walk: Walk) => void): Circuit =>
  (context) =>
    body(
      walkOver(
        context,
        content.map((byte) => pinned(context, byte)),
      ),
    );

const bytes = (der: Uint8Array, size: number) =>
  Array.from({ length: size }, (_, i) => BigInt(der[i] ?? 0x30));
/** The first byte, as a position that a prover gives. */
const first = ({ context, memory }: Walk) => memory.at(pinned(context, 0n));
const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));

/** States as `compress` returns them: d and h with excess, the others raised. */
function states(context: CircuitContext, count: number) {
  return Array.from({ length: count }, (_, block) =>
    Array.from({ length: 8 }, (_unused, j) => {
      const isRaised = j % 4 !== 3;
      const word = (0x9e3779b9n * BigInt(block + 1) * BigInt(j + 7)) % (1n << 32n);
      const cell = pinned(context, word + ((isRaised ? 1n : BigInt(block + 2)) << 32n));
      return isRaised ? raised(cell) : plain(cell);
    }),
  ) as unknown as Parameters<typeof selectDigest>[1];
}

const words = (context: CircuitContext): Field[] =>
  Array.from({ length: 8 }, (_, i) => pinned(context, (0x9e3779b9n * BigInt(i + 3)) % (1n << 32n)));

const point = scale(G, 77n);

/** crlEntryExtensions: a reason, a date, one that is not known. */
const ENTRY = sequence(
  reasonCode(4),
  extension(LIST_OID.invalidityDate, generalizedTime('20251201000000Z')),
  extension('2.999.1', Uint8Array.of(5)),
);

/** Name and circuit of each. */
export const GADGETS: Readonly<Record<string, Circuit>> = {
  Sigma0: ofWord(bigSigma0, 0),
  'Sigma0 with chunks on top': ofWord(bigSigma0, 4),
  Sigma1: ofWord(bigSigma1, 0),
  'Sigma1 with chunks on top': ofWord(bigSigma1, 4),
  sigma0: ofWord(smallSigma0, 0),
  'sigma0 with chunks on top': ofWord(smallSigma0, 4),
  sigma1: ofWord(smallSigma1, 0),
  'sigma1 with chunks on top': ofWord(smallSigma1, 4),
  reduction: (context) => {
    const rows = context.xorRows;
    const [a, b] = [0xffffffffn, 0xfffffff0n].map((value) => plain(pinned(context, value)));
    const word = reduce(
      rows,
      [
        [1n, a!],
        [1n, b!],
      ],
      1n,
    );
    rows.xor(word.cell, { cell: a!.cell, top: 0n });
  },
  'choice of the digest': (context) => {
    selectDigest(context, states(context, 3), inRange(pinned(context, 2n)));
  },
  'limbs of the digest': (context) => {
    digestLimbs(
      context,
      words(context).map((word) => inRange<32>(word)),
    );
  },
  'range of 30 bits': (context) => {
    context.rangeBits(pinned(context, 0x2bcdef12n), 30);
  },
  'memory and position': inMemory(bytes(hex('41c25aff00'), 7), ({ context, memory }) => {
    const start = memory.at(pinned(context, 1n));
    const length = pinned(context, 3n);
    const end = memory.advance(start, length);
    memory.span(start, end, length);
    memory.foldedSpan(start, end, length);
  }),
  padding: inMemory(padded(message(20), 1), (walk) => {
    assertPadding(walk, pinned(walk.context, 20n));
  }),
  TLV: inMemory(bytes(hex('3003020105'), 8), (walk) => {
    readTlv(walk, first(walk));
  }),
  'short TLV': inMemory(bytes(hex('3003020105'), 8), (walk) => {
    readShortTlv(walk, first(walk));
  }),
  'large header': inMemory(bytes(hex('3082020030'), 8), (walk) => {
    readLargeHeader(walk, first(walk), 0x30, inRange(walk.context.constant(1n)));
  }),
  'serial number': inMemory(bytes(hex('020300f105'), 12), (walk) => {
    readUnsigned(walk, first(walk), SERIAL_LENGTHS);
  }),
  UTCTime: inMemory(bytes(utcTime('000229235958Z'), 16), (walk) => {
    readTime(walk, monthTable(walk.context), first(walk));
  }),
  GeneralizedTime: inMemory(bytes(generalizedTime('20000229235958Z'), 18), (walk) => {
    readTime(walk, monthTable(walk.context), first(walk));
  }),
  'extensions of an entry of a list': inMemory(bytes(ENTRY, 72), (walk) => {
    readEntryExtensions(
      walk,
      first(walk),
      walk.memory.at(pinned(walk.context, BigInt(ENTRY.length))),
    );
  }),
  'a point of P-256': (context) => {
    assertPoint(context, { x: pinnedLimbs(context, point.x), y: pinnedLimbs(context, point.y) });
  },
};
