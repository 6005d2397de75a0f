/** The walk over extensions, and each extension that is known. */
import {
  readExtensionSlots,
  skipCritical,
  SlotFinder,
} from '../../../../src/circuits/gadgets/certificate/extension-slots.ts';
import { readRegisteredId } from '../../../../src/circuits/gadgets/certificate/general-names.ts';
import {
  readAuthorityKeyIdentifier,
  readSubjectKeyIdentifier,
} from '../../../../src/circuits/gadgets/certificate/key-identifiers.ts';
import {
  readNameConstraints,
  readPermittedEins,
} from '../../../../src/circuits/gadgets/certificate/name-constraints.ts';
import type { ExtensionValue } from '../../../../src/circuits/gadgets/certificate/optional.ts';
import { readRole } from '../../../../src/circuits/gadgets/certificate/policies.ts';
import {
  readBasicConstraints,
  readKeyUsage,
} from '../../../../src/circuits/gadgets/certificate/usage.ts';
import type { Circuit } from '../../../support/kimchi/index.ts';
import type { Walk } from '../../../../src/circuits/gadgets/walk.ts';
import { sequence, tlv } from '../../../support/certificates/der.ts';
import {
  authorityKeyIdentifier,
  basicConstraints,
  extensionValue,
  keyUsage,
  nameConstraints,
  permittedEins,
  registeredId,
  rolePolicy,
  subjectKeyIdentifier,
} from '../../../support/certificates/fields.ts';
import {
  absentValue,
  type Gadgets,
  hex,
  inMemory,
  pinnedBit,
  positionAt,
  presentValue,
} from './inputs.ts';

type Read = (walk: Walk, value: ExtensionValue) => unknown;

/** The value of an extension that is there, and the bytes behind it. */
const present = (value: Uint8Array, read: Read, more = 1): Circuit =>
  inMemory(value, (walk) => void read(walk, presentValue(walk, value.length)), value.length + more);
const absent = (read: Read, size = 2): Circuit =>
  inMemory(hex(''), (walk) => void read(walk, absentValue(walk)), size);
const basic: Read = (walk, value) => readBasicConstraints(walk.context, value);
/** Readers of values, by the name of the extension. */
export const READ = {
  basicConstraints: basic,
  authorityKeyIdentifier: readAuthorityKeyIdentifier,
  certificatePolicies: readRole,
  nameConstraints: readNameConstraints,
} satisfies Record<string, Read>;

const KEY = Uint8Array.of(1, 2, 3);

export const EXTENSIONS = {
  'critical that is set': inMemory(hex('0101ff 04'), (walk) => {
    skipCritical(walk, positionAt(walk, 0), pinnedBit(walk.context, 1n));
  }),
  'critical that is not set': inMemory(hex('0101ff 04'), (walk) => {
    skipCritical(walk, positionAt(walk, 3), pinnedBit(walk.context, 0n));
  }),
  subjectKeyIdentifier: present(
    extensionValue(subjectKeyIdentifier(KEY)),
    readSubjectKeyIdentifier,
  ),
  'no subjectKeyIdentifier': absent(readSubjectKeyIdentifier),
  authorityKeyIdentifier: present(
    extensionValue(authorityKeyIdentifier(KEY)),
    readAuthorityKeyIdentifier,
  ),
  'authorityKeyIdentifier with all fields': present(
    sequence(tlv(0x80, KEY), tlv(0xa1, hex('8201aa')), tlv(0x82, hex('05'))),
    readAuthorityKeyIdentifier,
  ),
  'no authorityKeyIdentifier': absent(readAuthorityKeyIdentifier),
  keyUsage: present(extensionValue(keyUsage('keyCertSign', 'cRLSign')), readKeyUsage),
  'keyUsage of nine bits': present(hex('0303078080'), readKeyUsage),
  'no keyUsage': absent(readKeyUsage, 6),
  'basicConstraints without cA': present(extensionValue(basicConstraints(false)), basic),
  'basicConstraints with cA': present(extensionValue(basicConstraints(true)), basic),
  'basicConstraints with pathLen': present(extensionValue(basicConstraints(true, 1)), basic),
  'no basicConstraints': absent(basic),
  certificatePolicies: present(extensionValue(rolePolicy('2')), readRole, 8),
  nameConstraints: present(
    extensionValue(nameConstraints({ organisation: 'A', iin: '8904' })),
    readNameConstraints,
    12,
  ),
  'no nameConstraints': absent(readNameConstraints, 12),
  permittedEins: present(extensionValue(permittedEins('89')), readPermittedEins),
  'no permittedEins': absent(readPermittedEins),
  subjectAltName: present(extensionValue(registeredId('2.999.1')), readRegisteredId),
  'no subjectAltName': absent(readRegisteredId),
} satisfies Gadgets;

/** The walk of a certificate with three slots instead of twelve: the further ones repeat the equations. */
const SLOTS = 3;
const TWO = Uint8Array.of(...subjectKeyIdentifier(KEY), ...keyUsage('keyCertSign'));

const KNOWN = {
  subjectKeyIdentifier: [0x55, 0x1d, 14],
  keyUsage: [0x55, 0x1d, 15],
  nameConstraints: [0x55, 0x1d, 30],
};

export const WALK = {
  'the walk over extensions': inMemory(
    TWO,
    (walk) => {
      const region = { start: positionAt(walk, 0), end: positionAt(walk, TWO.length) };
      const found = new SlotFinder(walk, readExtensionSlots(walk, region, SLOTS), KNOWN);
      found.value('subjectKeyIdentifier');
      found.value('nameConstraints');
      found.slot('keyUsage');
      found.assertNoUnknownCritical();
    },
    TWO.length + 1,
  ),
} satisfies Gadgets;
