/** Bytes, elements and the values of elements. */
import { readUnsigned, SERIAL_LENGTHS } from '../../../../src/circuits/gadgets/certificate/tbs.ts';
import { monthTable, readTime } from '../../../../src/circuits/gadgets/certificate/times.ts';
import { readLargeHeader } from '../../../../src/circuits/gadgets/crl/large-header.ts';
import { readShortTlv, readTlv } from '../../../../src/circuits/gadgets/tlv.ts';
import { walkOver } from '../../../../src/circuits/gadgets/walk.ts';
import { inRange } from '../../../../src/circuits/kimchi/integer.ts';
import { generalizedTime, utcTime } from '../../../support/certificates/der.ts';
import { pinned } from '../../../support/kimchi/joint/index.ts';
import { type Gadgets, hex, inMemory, pinnedAll, positionAt } from './inputs.ts';

export const BYTES = {
  'range of 30 bits': (context) => {
    context.rangeBits(pinned(context, 0x2bcdef12n), 30);
  },
  'memory and position': (context) => {
    const bytes = pinnedAll(context, [0x41n, 0xc2n, 0x5an, 0xffn, 0n, 0x30n, 0x30n]);
    const [index, length] = [pinned(context, 1n), pinned(context, 3n)];
    const { memory } = walkOver(context, bytes);
    const start = memory.at(index);
    const end = memory.advance(start, length);
    memory.span(start, end, length);
    memory.foldedSpan(start, end, length);
  },
  TLV: inMemory(
    hex('3003020105'),
    (walk) => {
      readTlv(walk, positionAt(walk, 0));
    },
    8,
  ),
  'short TLV': inMemory(
    hex('3003020105'),
    (walk) => {
      readShortTlv(walk, positionAt(walk, 0));
    },
    8,
  ),
  'large header': inMemory(
    hex('3082020030'),
    (walk) => {
      readLargeHeader(walk, positionAt(walk, 0), 0x30, inRange(walk.context.constant(1n)));
    },
    8,
  ),
  'serial number': inMemory(
    hex('020300f105'),
    (walk) => {
      readUnsigned(walk, positionAt(walk, 0), SERIAL_LENGTHS);
    },
    12,
  ),
  UTCTime: inMemory(
    utcTime('000229235958Z'),
    (walk) => {
      const start = positionAt(walk, 0);
      readTime(walk, monthTable(walk.context), start);
    },
    16,
  ),
  GeneralizedTime: inMemory(
    generalizedTime('20000229235958Z'),
    (walk) => {
      const start = positionAt(walk, 0);
      readTime(walk, monthTable(walk.context), start);
    },
    18,
  ),
} satisfies Gadgets;
