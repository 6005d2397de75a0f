/** Names, their attributes, and what is made of them. */
import { readAttributes } from '../../../../src/circuits/gadgets/certificate/attributes.ts';
import { assertDigits } from '../../../../src/circuits/gadgets/certificate/digits.ts';
import { readEid } from '../../../../src/circuits/gadgets/certificate/identity.ts';
import { readList } from '../../../../src/circuits/gadgets/certificate/list.ts';
import { lengthAndChunks } from '../../../../src/circuits/gadgets/certificate/name-hash.ts';
import { type NameSlot, walkName } from '../../../../src/circuits/gadgets/certificate/names.ts';
import {
  readOptional,
  readOptionalOctets,
  TAG,
} from '../../../../src/circuits/gadgets/certificate/optional.ts';
import { foldOrganisation } from '../../../../src/circuits/gadgets/certificate/organisation.ts';
import type { Walk } from '../../../../src/circuits/gadgets/walk.ts';
import { NAME_SLOTS } from '../../../../src/params.ts';
import { ascii, TAG as DER } from '../../../support/certificates/der.ts';
import { attribute, name, OID } from '../../../support/certificates/fields.ts';
import { pinned } from '../../../support/kimchi/joint/index.ts';
import { type Gadgets, hex, inMemory, pinnedBit, positionAt } from './inputs.ts';

const NAME = name(
  attribute(OID.organisation, 'A'),
  attribute(OID.serialNumber, '7', DER.printableString),
);

/** A slot as `walkName` reads it: last byte of the OID 2.5.4.x, string tag, where and how long. */
function slot(
  { context }: Walk,
  rdn?: { type: bigint; string: bigint; content: bigint; more: bigint },
): NameSlot {
  const { type, string, content, more } = rdn ?? { type: 0n, string: 0n, content: 0n, more: 0n };
  return {
    active: pinned(context, rdn === undefined ? 0n : 1n),
    type: pinned(context, rdn === undefined ? 0n : (2n << 24n) + 0x550400n + type),
    string: pinned(context, string),
    content: pinned(context, content),
    more: pinned(context, more),
  };
}

const slots = (walk: Walk, ...rdns: Parameters<typeof slot>[1][]): NameSlot[] =>
  Array.from({ length: NAME_SLOTS }, (_, i) => slot(walk, rdns[i]));

export const NAMES = {
  // a slot without an RDN reads on, too
  'RDNs of a Name': inMemory(
    NAME,
    (walk) => {
      walkName(walk, positionAt(walk, 0));
    },
    NAME.length + 10,
  ),
  'attributes of a subject': inMemory(ascii('xAb7'), (walk) => {
    const organisation = { type: 10n, string: 0n, content: 1n, more: 1n };
    const serialNumber = { type: 5n, string: 7n, content: 3n, more: 0n };
    readAttributes(walk, slots(walk, organisation, serialNumber));
  }),
  'attributes without serialNumber': inMemory(ascii('xAb7'), (walk) => {
    readAttributes(walk, slots(walk, { type: 10n, string: 7n, content: 1n, more: 1n }));
  }),
  'hash of a Name': inMemory(name(attribute(OID.organisation, 'A'.repeat(22))), (walk) => {
    const [start, end] = [positionAt(walk, 0), positionAt(walk, 35)];
    lengthAndChunks(walk, start, end);
  }),
  'organisation in chunks': inMemory(ascii('A'.repeat(35)), (walk) => {
    foldOrganisation(walk, pinned(walk.context, 1n), pinned(walk.context, 33n));
  }),
  'EID of an eUICC': inMemory(ascii('89049032123451234512345678901235'), (walk) => {
    const attributeFact = {
      present: pinnedBit(walk.context, 1n),
      start: positionAt(walk, 0),
      length: pinned(walk.context, 32n),
    };
    readEid(walk, attributeFact, pinnedBit(walk.context, 1n));
  }),
  'EID of no eUICC': inMemory(ascii('x'), (walk) => {
    const attributeFact = {
      present: pinnedBit(walk.context, 0n),
      start: positionAt(walk, 0),
      length: pinned(walk.context, 0n),
    };
    readEid(walk, attributeFact, pinnedBit(walk.context, 0n));
  }),
  'digits of an IIN': inMemory(ascii('8'), (walk) => {
    const value = { length: pinned(walk.context, 3n), value: pinned(walk.context, 0x383930n) };
    assertDigits(walk, value);
  }),
  'an optional element that is there': inMemory(hex('3003020105 30'), (walk) => {
    readOptional(walk, positionAt(walk, 0), TAG.sequence, pinnedBit(walk.context, 1n));
  }),
  'an optional element that is not there': inMemory(hex('3003020105 30'), (walk) => {
    readOptional(walk, positionAt(walk, 1), TAG.sequence, pinnedBit(walk.context, 0n));
  }),
  'an optional element of any tag': inMemory(hex('3003020105 30'), (walk) => {
    const tag = pinned(walk.context, 0x30n);
    readOptional(walk, positionAt(walk, 0), tag, pinnedBit(walk.context, 1n));
  }),
  'optional octets that are there': inMemory(hex('0403020105 30'), (walk) => {
    readOptionalOctets(walk, positionAt(walk, 0), 0x04, pinnedBit(walk.context, 1n));
  }),
  'optional octets that are not there': inMemory(hex('0403020105 30'), (walk) => {
    readOptionalOctets(walk, positionAt(walk, 1), 0x04, pinnedBit(walk.context, 0n));
  }),
  'a list of three slots': inMemory(hex('0401aa 0402bbcc 30'), (walk) => {
    const list = { from: positionAt(walk, 0), to: positionAt(walk, 7), slots: 3 };
    readList(walk, list, (at, used) => {
      const { value, end } = readOptionalOctets(walk, at, 0x04, used);
      return { item: value, end };
    });
  }),
  'a list that is there': inMemory(hex('0401aa 0402bbcc 30'), (walk) => {
    const present = pinnedBit(walk.context, 1n);
    const list = { from: positionAt(walk, 0), to: positionAt(walk, 3), slots: 2, present };
    readList(walk, list, (at, used) => {
      const { value, end } = readOptionalOctets(walk, at, 0x04, used);
      return { item: value, end };
    });
  }),
  'a list that is not there': inMemory(hex('0401aa 30'), (walk) => {
    const present = pinnedBit(walk.context, 0n);
    const list = { from: positionAt(walk, 3), to: positionAt(walk, 3), slots: 2, present };
    readList(walk, list, (at, used) => {
      const { value, end } = readOptionalOctets(walk, at, 0x04, used);
      return { item: value, end };
    });
  }),
} satisfies Gadgets;
