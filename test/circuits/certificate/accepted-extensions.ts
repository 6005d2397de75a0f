/** Lists of extensions with one permitted variation each, and what they say. */
import { ascii, oid, sequence, TAG, tlv } from '../../support/certificates/der.ts';
import {
  attribute,
  authorityKeyIdentifier,
  basicConstraints,
  crlDistributionPoint,
  extension,
  keyUsage,
  name,
  nameConstraints,
  OID,
  permittedEins,
  policies,
  registeredId,
  rolePolicy,
  subjectKeyIdentifier,
  subtree,
} from '../../support/certificates/fields.ts';
import { expected } from './extension-circuit.ts';
import type { ExtensionValues } from './extension-circuit.ts';
import {
  hex,
  bytes,
  hexOf,
  eum,
  euicc,
  role,
  QUALIFIER,
  usage,
  policyValue,
  alternative,
  permitted,
  authority,
  serialRdn,
  organisationRdn,
  base,
  issuerField,
  unknown,
} from './extension-parts.ts';

export interface Accepted {
  readonly name: string;
  readonly extensions: readonly Uint8Array[];
  readonly values: ExtensionValues;
}

export const ACCEPTED: readonly Accepted[] = [
  { name: 'a role alone', extensions: [euicc], values: expected({ role }) },
  {
    name: 'the role of four zeros',
    extensions: [rolePolicy('0.0.0.0')],
    values: expected({ role: 'eum-subca' }),
  },
  {
    name: 'the longest role OID',
    extensions: [rolePolicy('0.0.0.0.0')],
    values: expected({ role: 'euicc' }),
  },
  {
    name: 'all slots used, known ones last, long values',
    extensions: [
      ...Array.from({ length: 10 }, (_, i) => unknown(i)),
      crlDistributionPoint('http://example.com/' + 'x'.repeat(110)),
      policies(`${OID.role}.0`),
    ],
    values: expected({ role: 'ci' }),
  },
  {
    name: 'every part of a CA',
    extensions: [
      basicConstraints(true, 126),
      keyUsage('cRLSign', 'keyCertSign'),
      subjectKeyIdentifier(bytes(31)),
      authorityKeyIdentifier(bytes(1)),
      eum,
      registeredId('2.999.10'),
      nameConstraints({ organisation: 'ACME gmbh', iin: '89049032' }),
    ],
    values: expected({
      role: 'eum-v2',
      cA: 1,
      pathLen: 126,
      keyUsage: [0, 1, 1],
      subjectKeyIdentifier: hexOf(bytes(31)),
      authorityKeyIdentifier: '01',
      registeredId: '88370a',
      bases: [{ organisation: 'ACME gmbh', iin: '89049032' }],
    }),
  },
  {
    name: 'key identifier of one zero byte, authority without keyIdentifier',
    extensions: [euicc, subjectKeyIdentifier(hex('00')), authority(issuerField, hex('82 01 07'))],
    values: expected({ role, subjectKeyIdentifier: '00' }),
  },
  {
    name: 'authority with issuer and serial number, list of form 81',
    extensions: [euicc, authority(tlv(0x80, bytes(20)), issuerField, tlv(0x82, bytes(20)))],
    values: expected({ role, authorityKeyIdentifier: hexOf(bytes(20)) }),
  },
  {
    name: 'key usage with all nine bits',
    extensions: [euicc, usage('03 03 07 ff 80')],
    values: expected({ role, keyUsage: [1, 1, 1] }),
  },
  {
    name: 'key usage decipherOnly alone',
    extensions: [euicc, usage('03 03 07 00 80')],
    values: expected({ role }),
  },
  {
    name: 'key usage with the eighth bit',
    extensions: [euicc, usage('03 02 00 81')],
    values: expected({ role, keyUsage: [1, 0, 0] }),
  },
  {
    name: 'critical cA FALSE',
    extensions: [euicc, basicConstraints(false)],
    values: expected({ role }),
  },
  {
    name: 'cA without limit',
    extensions: [eum, basicConstraints(true)],
    values: expected({ role: 'eum-v2', cA: 1 }),
  },
  {
    name: 'other policies around the role, with qualifiers',
    extensions: [
      policyValue(
        sequence(oid('2.5.29.32.0')),
        sequence(oid('2.23.146.1.2.2'), sequence(QUALIFIER)),
        sequence(oid('2.23.146.1.2.1.4')),
        sequence(oid('2.23.146.1.2')),
      ),
    ],
    values: expected({ role: 'dp-auth-v2' }),
  },
  {
    name: 'other alternative names, registeredID last',
    extensions: [
      euicc,
      alternative(
        tlv(0x82, ascii('a.example.com')),
        tlv(0xa4, name(attribute(OID.commonName, 'n'.repeat(120)))),
        tlv(0x86, ascii('u:')),
        hex('88 01 2a'),
      ),
    ],
    values: expected({ role, registeredId: '2a' }),
  },
  {
    name: 'no registeredID',
    extensions: [euicc, alternative(tlv(0x82, ascii('a')))],
    values: expected({ role }),
  },
  {
    name: 'four bases, parts and string types mixed',
    extensions: [
      eum,
      permitted(
        subtree({ organisation: 'O'.repeat(64), iin: '1'.repeat(31) }),
        base(serialRdn('89'), organisationRdn('serial first')),
        subtree({ organisation: 'Z', tag: TAG.printableString }),
        subtree({ iin: '8' }),
      ),
    ],
    values: expected({
      role: 'eum-v2',
      bases: [
        { organisation: 'O'.repeat(64), iin: '1'.repeat(31) },
        { organisation: 'serial first', iin: '89' },
        { organisation: 'Z' },
        { iin: '8' },
      ],
    }),
  },
  {
    name: 'organisations of 31, 32 and 62 bytes',
    extensions: [
      eum,
      nameConstraints(...[31, 32, 62].map((n) => ({ organisation: 'x'.repeat(n) }))),
    ],
    values: expected({
      role: 'eum-v2',
      bases: [31, 32, 62].map((n) => ({ organisation: 'x'.repeat(n) })),
    }),
  },
  {
    name: 'four permitted EINs',
    extensions: [rolePolicy('0.0.0'), permittedEins('8', '89', '890'.repeat(10), '1')],
    values: expected({
      role: 'eum',
      bases: ['8', '89', '890'.repeat(10), '1'].map((iin) => ({ iin })),
    }),
  },
  {
    name: 'known ones critical, unknown ones not',
    extensions: [
      extension(OID.subjectAltName, sequence(tlv(0x82, ascii('a'))), true),
      extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.1')), true),
      euicc,
      unknown(1),
    ],
    values: expected({ role }),
  },
];
