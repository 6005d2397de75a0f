/** Lists of extensions with one fault each. */
import { concatBytes } from '../../../src/bytes.ts';
import {
  append,
  ascii,
  lieAboutLength,
  nonMinimal,
  oid,
  rewrite,
  sequence,
  TAG,
  tlv,
} from '../../support/certificates/der.ts';
import {
  attribute,
  authorityKeyIdentifier,
  basicConstraints,
  extension,
  keyUsage,
  nameConstraints,
  OID,
  permittedEins,
  policies,
  rolePolicy,
  subjectKeyIdentifier,
  subtree,
} from '../../support/certificates/fields.ts';

import {
  hex,
  bytes,
  UNKNOWN,
  eum,
  euicc,
  QUALIFIER,
  usage,
  basic,
  policyValue,
  alternative,
  constraintsValue,
  permitted,
  authority,
  serialRdn,
  organisationRdn,
  base,
  issuerField,
  type Refused,
  unknown,
  RDN,
} from './extension-parts.ts';

const profile = 'outside the profile, named before proving';

export const REFUSED: readonly Refused[] = [
  { name: 'no extension', extensions: [] },
  { name: 'no role', extensions: [keyUsage('digitalSignature')] },
  {
    name: 'thirteen extensions',
    extensions: [euicc, ...Array.from({ length: 12 }, (_, i) => unknown(i))],
    plainAccepts: profile,
  },
  { name: 'a known extension twice', extensions: [euicc, keyUsage('digitalSignature'), euicc] },
  { name: 'an unknown extension twice', extensions: [unknown(1), euicc, unknown(1)] },
  { name: 'unknown critical', extensions: [euicc, extension(UNKNOWN, bytes(2), true)] },
  {
    name: 'unknown critical beside a known one that is not',
    extensions: [
      extension(OID.certificatePolicies, sequence(sequence(oid(`${OID.role}.1`)))),
      extension(UNKNOWN, bytes(2), true),
    ],
  },
  {
    name: 'known OID with a zero arc more, critical',
    extensions: [euicc, extension(`${OID.keyUsage}.0`, hex('03020780'), true)],
  },
  {
    name: 'known OID cut, critical',
    extensions: [euicc, extension('2.5.29', hex('03020780'), true)],
  },
  {
    name: 'critical FALSE encoded',
    extensions: [euicc, sequence(oid(UNKNOWN), hex('01 01 00'), hex('04 01 00'))],
  },
  {
    name: 'critical TRUE as 01',
    extensions: [sequence(oid(OID.keyUsage), hex('01 01 01'), hex('04 04 03 02 07 80')), euicc],
  },
  {
    name: 'critical twice',
    extensions: [
      euicc,
      sequence(oid(OID.keyUsage), hex('01 01 ff 01 01 ff'), hex('04 04 03 02 07 80')),
    ],
  },
  { name: 'no extnValue', extensions: [euicc, sequence(oid(UNKNOWN))] },
  {
    name: 'bytes after extnValue',
    extensions: [euicc, append(keyUsage('digitalSignature'), hex('05 00'))],
  },
  {
    name: 'extnValue shorter than its extension',
    extensions: [euicc, rewrite(unknown(1), [1], (octets) => lieAboutLength(octets, -1))],
  },
  {
    name: 'extnValue longer than its extension',
    extensions: [rewrite(unknown(1), [1], (octets) => lieAboutLength(octets, 1)), euicc],
  },
  {
    name: 'last extension longer than the list',
    extensions: [euicc, lieAboutLength(unknown(1), 1)],
  },
  { name: 'extension length not minimal', extensions: [euicc, nonMinimal(unknown(1))] },
  { name: 'extnID length not minimal', extensions: [euicc, rewrite(unknown(1), [0], nonMinimal)] },
  { name: 'extnValue length not minimal', extensions: [rewrite(euicc, [2], nonMinimal)] },
  {
    name: 'form 82 for a length of one byte',
    extensions: [euicc, nonMinimal(extension(UNKNOWN, bytes(130)))],
  },
  { name: 'extnID empty', extensions: [euicc, sequence(hex('06 00'), hex('04 01 00'))] },
  {
    name: 'extnID of 31 bytes',
    extensions: [euicc, sequence(tlv(TAG.oid, bytes(31)), hex('04 01 00'))],
    plainAccepts: profile,
  },
  { name: 'extnID with another tag', extensions: [euicc, sequence(hex('0d 01 2a'), hex('04 00'))] },
  {
    name: 'extension with another tag',
    extensions: [euicc, tlv(0x31, oid(UNKNOWN), hex('04 00'))],
  },
  { name: 'extnValue with another tag', extensions: [euicc, sequence(oid(UNKNOWN), hex('24 00'))] },

  // subjectKeyIdentifier, authorityKeyIdentifier
  { name: 'SKI empty', extensions: [euicc, subjectKeyIdentifier(bytes(0))] },
  { name: 'SKI of 32 bytes', extensions: [euicc, subjectKeyIdentifier(bytes(32))] },
  {
    name: 'SKI followed by a byte',
    extensions: [euicc, extension(OID.subjectKeyIdentifier, hex('04 01 07 00'))],
  },
  {
    name: 'SKI length not minimal',
    extensions: [euicc, extension(OID.subjectKeyIdentifier, hex('04 81 01 07'))],
  },
  {
    name: 'SKI shorter than its value',
    extensions: [euicc, extension(OID.subjectKeyIdentifier, hex('04 01 07 08'))],
  },
  { name: 'AKI of 32 bytes', extensions: [euicc, authorityKeyIdentifier(bytes(32))] },
  { name: 'AKI empty', extensions: [euicc, authorityKeyIdentifier(bytes(0))] },
  {
    name: 'AKI with a second keyIdentifier',
    extensions: [euicc, authority(hex('800101'), hex('800101'))],
  },
  { name: 'AKI with issuer alone', extensions: [euicc, authority(hex('800101'), issuerField)] },
  { name: 'AKI with serial alone', extensions: [euicc, authority(hex('800101'), hex('820101'))] },
  {
    name: 'AKI with parts in another order',
    extensions: [euicc, authority(issuerField, hex('820101'), hex('800101'))],
  },
  {
    name: 'AKI with an empty issuer',
    extensions: [euicc, authority(hex('800101'), hex('a100'), hex('820101'))],
  },
  {
    name: 'AKI followed by a byte',
    extensions: [euicc, extension(OID.authorityKeyIdentifier, hex('30 03 80 01 07 00'))],
  },

  // keyUsage
  { name: 'key usage without bits', extensions: [euicc, usage('03 01 00')] },
  { name: 'key usage of a zero byte', extensions: [euicc, usage('03 02 07 00')] },
  { name: 'key usage with too few unused bits', extensions: [euicc, usage('03 02 06 80')] },
  { name: 'key usage with too many unused bits', extensions: [euicc, usage('03 02 03 84')] },
  { name: 'key usage with nine unused bits', extensions: [euicc, usage('03 02 09 80')] },
  { name: 'key usage ninth bit zero', extensions: [euicc, usage('03 03 07 80 00')] },
  { name: 'key usage of ten bits', extensions: [euicc, usage('03 03 06 80 c0')] },
  { name: 'key usage of three bytes', extensions: [euicc, usage('03 04 07 80 80 80')] },
  { name: 'key usage followed by a byte', extensions: [euicc, usage('03 02 07 80 00')] },
  { name: 'key usage as OCTET STRING', extensions: [euicc, usage('04 02 07 80')] },
  { name: 'key usage constructed', extensions: [euicc, usage('23 02 07 80')] },
  { name: 'key usage length not minimal', extensions: [euicc, usage('03 81 02 07 80')] },

  // basicConstraints
  { name: 'cA FALSE encoded', extensions: [euicc, basic('30 03 01 01 00')] },
  { name: 'cA TRUE as 01', extensions: [eum, basic('30 03 01 01 01')] },
  { name: 'pathLen without cA', extensions: [euicc, basic('30 03 02 01 00')] },
  { name: 'pathLen 127', extensions: [eum, basicConstraints(true, 127)] },
  { name: 'pathLen 128', extensions: [eum, basicConstraints(true, 128)] },
  { name: 'pathLen negative', extensions: [eum, basic('30 06 01 01 ff 02 01 ff')] },
  { name: 'pathLen padded', extensions: [eum, basic('30 07 01 01 ff 02 02 00 00')] },
  { name: 'cA twice', extensions: [eum, basic('30 06 01 01 ff 01 01 ff')] },
  { name: 'basicConstraints followed by a byte', extensions: [eum, basic('30 03 01 01 ff 00')] },
  {
    name: 'basicConstraints shorter than its parts',
    extensions: [eum, basic('30 03 01 01 ff 02 01 00')],
  },

  // certificatePolicies
  { name: 'two roles', extensions: [policies(`${OID.role}.1`, `${OID.role}.2`)] },
  { name: 'one role twice', extensions: [policies(`${OID.role}.1`, `${OID.role}.1`)] },
  {
    name: 'another policy twice',
    extensions: [policies('2.5.29.32.0', `${OID.role}.1`, '2.5.29.32.0')],
  },
  { name: 'role with a zero arc more', extensions: [rolePolicy('1.0')] },
  { name: 'role of three zeros and a one', extensions: [rolePolicy('0.0.0.1')] },
  { name: 'role of six zeros', extensions: [rolePolicy('0.0.0.0.0.0')] },
  { name: 'role without its last arc', extensions: [policies(OID.role)] },
  { name: 'a role and id-rspRole', extensions: [policies(`${OID.role}.1`, OID.role)] },
  { name: 'unknown role', extensions: [rolePolicy('8')] },
  { name: 'role number of two bytes', extensions: [rolePolicy('130')] },
  { name: 'no role among policies', extensions: [policies('2.5.29.32.0', '2.23.146.1.2')] },
  { name: 'no policy', extensions: [policyValue()] },
  {
    name: 'five policies',
    extensions: [policies(`${OID.role}.1`, '1.2.3', '1.2.4', '1.2.5', '1.2.6')],
    plainAccepts: profile,
  },
  {
    name: 'policy followed by NULL',
    extensions: [policyValue(sequence(oid(`${OID.role}.1`), hex('05 00')))],
  },
  {
    name: 'empty qualifiers',
    extensions: [policyValue(sequence(oid(`${OID.role}.1`), sequence()))],
  },
  {
    name: 'bytes after qualifiers',
    extensions: [policyValue(sequence(oid(`${OID.role}.1`), sequence(QUALIFIER), hex('05 00')))],
  },
  {
    name: 'policy length not minimal',
    extensions: [policyValue(nonMinimal(sequence(oid(`${OID.role}.1`))))],
  },
  {
    name: 'role OID length not minimal',
    extensions: [policyValue(sequence(nonMinimal(oid(`${OID.role}.1`))))],
  },
  {
    name: 'policies followed by a byte',
    extensions: [
      extension(
        OID.certificatePolicies,
        concatBytes(sequence(sequence(oid(`${OID.role}.1`))), hex('00')),
        true,
      ),
    ],
  },

  // subjectAltName
  { name: 'two registeredIDs', extensions: [euicc, alternative(hex('88012a'), hex('88012b'))] },
  { name: 'registeredID empty', extensions: [euicc, alternative(hex('8800'))] },
  {
    name: 'registeredID of 31 bytes',
    extensions: [euicc, alternative(tlv(0x88, bytes(31)))],
    plainAccepts: profile,
  },
  { name: 'registeredID constructed', extensions: [euicc, alternative(hex('a8012a'))] },
  { name: 'name of an unknown kind', extensions: [euicc, alternative(hex('89012a'))] },
  { name: 'name with tag zero', extensions: [euicc, alternative(hex('0000'))] },
  { name: 'no name', extensions: [euicc, alternative()] },
  {
    name: 'five names',
    extensions: [euicc, alternative(...Array.from({ length: 5 }, () => hex('820161')))],
    plainAccepts: profile,
  },
  {
    name: 'name longer than the list',
    extensions: [euicc, alternative(hex('82026100').subarray(0, 3))],
  },
  { name: 'registeredID length not minimal', extensions: [euicc, alternative(hex('8881012a'))] },

  // nameConstraints, permittedEins
  {
    name: 'both kinds of constraints',
    extensions: [eum, nameConstraints({ iin: '89' }), permittedEins('89')],
  },
  {
    name: 'excludedSubtrees',
    extensions: [eum, constraintsValue(tlv(0xa1, subtree({ iin: '1' })))],
  },
  {
    name: 'excludedSubtrees beside permitted ones',
    extensions: [
      eum,
      constraintsValue(tlv(0xa0, subtree({ iin: '89' })), tlv(0xa1, subtree({ iin: '1' }))),
    ],
  },
  { name: 'no subtree', extensions: [eum, permitted()] },
  { name: 'no permittedSubtrees', extensions: [eum, constraintsValue()] },
  {
    name: 'five bases',
    extensions: [eum, nameConstraints(...['1', '2', '3', '4', '5'].map((iin) => ({ iin })))],
    plainAccepts: profile,
  },
  {
    name: 'five EINs',
    extensions: [eum, permittedEins('1', '2', '3', '4', '5')],
    plainAccepts: profile,
  },
  {
    name: 'base with minimum',
    extensions: [eum, permitted(append(subtree({ iin: '89' }), hex('80 01 00')))],
  },
  { name: 'base without a name', extensions: [eum, permitted(sequence())] },
  { name: 'base with an empty Name', extensions: [eum, permitted(base())] },
  {
    name: 'base with two organisations',
    extensions: [eum, permitted(base(organisationRdn('a'), organisationRdn('b')))],
  },
  {
    name: 'base with two IINs',
    extensions: [eum, permitted(base(serialRdn('89'), serialRdn('88')))],
  },
  {
    name: 'base with three attributes',
    extensions: [
      eum,
      permitted(base(organisationRdn('a'), serialRdn('89'), attribute(OID.country, 'DE'))),
    ],
  },
  {
    name: 'base with another attribute',
    extensions: [eum, permitted(base(attribute(OID.commonName, 'a')))],
  },
  {
    name: 'base with another kind of name',
    extensions: [eum, permitted(sequence(tlv(0x82, ascii('a'))))],
  },
  {
    name: 'base with two attributes in one RDN',
    extensions: [
      eum,
      permitted(sequence(tlv(0xa4, sequence(tlv(TAG.set, organisationRdn('a'), serialRdn('89')))))),
    ],
  },
  {
    name: 'IIN as UTF8String',
    extensions: [eum, permitted(base(attribute(OID.serialNumber, '89')))],
  },
  {
    name: 'organisation as IA5String',
    extensions: [eum, permitted(base(attribute(OID.organisation, 'a', 0x16)))],
  },
  { name: 'IIN with a letter', extensions: [eum, nameConstraints({ iin: '89a' })] },
  { name: 'IIN with a slash, which precedes 0', extensions: [eum, nameConstraints({ iin: '/9' })] },
  { name: 'EIN with a colon, which follows 9', extensions: [eum, permittedEins('8904', '8:')] },
  { name: 'IIN empty', extensions: [eum, permitted(base(serialRdn('')))] },
  { name: 'organisation empty', extensions: [eum, permitted(base(organisationRdn('')))] },
  {
    name: 'organisation of 65 bytes',
    extensions: [eum, nameConstraints({ organisation: 'x'.repeat(65) })],
    plainAccepts: profile,
  },
  {
    name: 'IIN of 32 digits',
    extensions: [eum, nameConstraints({ iin: '8'.repeat(32) })],
    plainAccepts: profile,
  },
  {
    name: 'EIN of 32 digits',
    extensions: [eum, permittedEins('8'.repeat(32))],
    plainAccepts: profile,
  },
  { name: 'EIN empty', extensions: [eum, permittedEins('89', '')] },
  { name: 'no EIN', extensions: [eum, permittedEins()] },
  {
    name: 'EIN as UTF8String',
    extensions: [
      eum,
      extension(OID.permittedEins, sequence(tlv(TAG.utf8String, ascii('89'))), true),
    ],
  },
  {
    name: 'SET longer than its attribute',
    extensions: [eum, permitted(rewrite(RDN, [0, 0, 0], (set) => lieAboutLength(set, 1)))],
  },
  {
    name: 'attribute longer than its SET',
    extensions: [eum, permitted(rewrite(RDN, [0, 0, 0, 0], (one) => lieAboutLength(one, 1)))],
  },
  {
    name: 'string shorter than its attribute',
    extensions: [eum, permitted(rewrite(RDN, [0, 0, 0, 0, 1], (one) => lieAboutLength(one, -1)))],
  },
  {
    name: 'Name shorter than the subtree',
    extensions: [eum, permitted(rewrite(RDN, [0], (one) => append(one, hex('05 00'))))],
  },
  { name: 'subtree length not minimal', extensions: [eum, permitted(nonMinimal(RDN))] },
  {
    name: 'Name length not minimal',
    extensions: [eum, permitted(rewrite(RDN, [0, 0], nonMinimal))],
  },
  {
    name: 'string length not minimal',
    extensions: [eum, permitted(rewrite(RDN, [0, 0, 0, 0, 1], nonMinimal))],
  },
];
