/** Revocation lists: the tree of serial numbers, and what a chunk hands on to the next one. */
import { Field } from 'o1js';
import { readEntryExtensions } from '../../../../src/circuits/gadgets/crl/entry.ts';
import { insertSerial } from '../../../../src/circuits/gadgets/crl/insert.ts';
import { assertBeginsWith, readTail } from '../../../../src/circuits/gadgets/crl/tail.ts';
import { domainHash } from '../../../../src/circuits/hash.ts';
import { exists, existsOne } from '../../../../src/circuits/kimchi/gates.ts';
import { serialLeaf } from '../../../../src/circuits/revocation.ts';
import { generalizedTime, sequence } from '../../../support/certificates/der.ts';
import { extension } from '../../../support/certificates/fields.ts';
import { LIST_OID, reasonCode } from '../../../support/crl/index.ts';
import type { Circuit } from '../../../support/kimchi/index.ts';
import { CRL_TAIL_BYTES } from '../../../../src/params.ts';
import { pinned } from '../../../support/kimchi/joint/index.ts';
import { type Gadgets, inMemory, pinnedBit, positionAt } from './inputs.ts';

const node = (left: Field, right: Field) => domainHash('node', [left, right]);

/** A tree of two levels, further ones repeat the equations: the sentinel and one key. */
const [LOW, NEXT] = [Field(0), Field(1001)];
const [LOW_LEAF, KEY_LEAF] = [serialLeaf(LOW, NEXT), serialLeaf(NEXT, Field(1n << 161n))];
const EMPTY = Field(0);
const ROOT = node(node(LOW_LEAF, KEY_LEAF), node(EMPTY, EMPTY));
const LINKED = serialLeaf(LOW, Field(501));

/** Serial number 500, between the two, goes to index 2. */
const inserting =
  (active: 0n | 1n): Circuit =>
  (context) => {
    const [root, count, serial] = [ROOT.toBigInt(), 1n, 500n].map((x) => pinned(context, x)) as [
      Field,
      Field,
      Field,
    ];
    const isActive = pinnedBit(context, active);
    const siblings = (of: readonly Field[]) => exists(2, () => of.map((x) => x.toBigInt()));
    const witness = {
      low: existsOne(() => LOW.toBigInt()),
      next: existsOne(() => NEXT.toBigInt()),
      lowSiblings: siblings([KEY_LEAF, node(EMPTY, EMPTY)]),
      lowRight: exists(2, () => [0n, 0n]),
      freeSiblings: siblings([EMPTY, node(LINKED, KEY_LEAF)]),
    };
    insertSerial(context, { root, count }, serial, isActive, witness);
  };

const TAIL = Uint8Array.from({ length: CRL_TAIL_BYTES + 2 }, (_, i) => (7 * i + 3) & 255);

const CHUNKS = [31, 31, 31, 31, 4].map((length, i) =>
  TAIL.subarray(31 * i, 31 * i + length).reduce((sum, byte) => 256n * sum + BigInt(byte), 0n),
);

/** crlEntryExtensions: a reason, a date, one that is not known. */
const ENTRY = sequence(
  reasonCode(4),
  extension(LIST_OID.invalidityDate, generalizedTime('20251201000000Z')),
  extension('2.999.1', Uint8Array.of(5)),
);

export const CRL = {
  'extensions of an entry of a list': inMemory(
    ENTRY,
    (walk) => {
      readEntryExtensions(walk, positionAt(walk, 0), positionAt(walk, ENTRY.length));
    },
    72,
  ),
  'a serial number that is inserted': inserting(1n),
  'an insertion that is not used': inserting(0n),
  'the tail of a chunk': inMemory(TAIL, (walk) => {
    readTail(walk, pinned(walk.context, 1n));
  }),
  'the tail before a chunk': inMemory(TAIL, (walk) => {
    const tail = CHUNKS.map((chunk) => pinned(walk.context, chunk));
    assertBeginsWith(walk, tail);
  }),
} satisfies Gadgets;
