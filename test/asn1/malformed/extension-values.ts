import {
  bool,
  certificate,
  extension,
  hex,
  int,
  octets,
  oid,
  rdn,
  seq,
  tlv,
  withExtension,
} from '../der.ts';
import { parsed } from './case.ts';
import type { Case } from './case.ts';

const O = '2.5.4.10';
const SERIAL = '2.5.4.5';
const one = hex('00'.repeat(31) + '01');
const keyUsage = (...content: number[]) => parsed(withExtension('2.5.29.15', tlv(3, ...content)));
const basic = (...content: Uint8Array[]) => parsed(withExtension('2.5.29.19', seq(...content)));
const policies = (...content: Uint8Array[]) => parsed(withExtension('2.5.29.32', seq(...content)));
const san = (...names: Uint8Array[]) => parsed(withExtension('2.5.29.17', seq(...names)));
const aki = (...content: Uint8Array[]) => parsed(withExtension('2.5.29.35', seq(...content)));
const eins = (...content: Uint8Array[]) => parsed(withExtension(EINS, seq(...content)));
const EINS = '2.23.146.1.2.2.0';
const constraints = (...content: Uint8Array[]) =>
  parsed(withExtension('2.5.29.30', seq(...content), true));
const subtree = (name: Uint8Array, ...rest: Uint8Array[]) =>
  tlv(0xa0, seq(tlv(0xa4, name), ...rest));
const base = (...rdns: Uint8Array[]) => constraints(subtree(seq(...rdns)));
const nested = (levels: number): Uint8Array => (levels === 0 ? int(1) : seq(nested(levels - 1)));
const qualified = (qualifier: Uint8Array) =>
  policies(seq(oid('2.23.146.1.2.1.1'), seq(seq(oid('1.3.6.1.5.5.7.2.1'), qualifier))));

/** Values of the known extensions. */
export const EXTENSION_VALUES: readonly Case[] = [
  // keyUsage, basicConstraints
  ['keyUsage without bits', keyUsage(0), 'ERR_CERT_KEY_USAGE'],
  ['keyUsage with a trailing zero bit', keyUsage(6, 0x80), 'ERR_CERT_KEY_USAGE'],
  ['keyUsage of a zero byte', keyUsage(0, 0x80, 0x00), 'ERR_CERT_KEY_USAGE'],
  ['keyUsage of 10 bits', keyUsage(6, 0x80, 0x40), 'ERR_CERT_KEY_USAGE'],
  ['keyUsage with unused bits set', keyUsage(7, 0x81), 'ERR_DER_BIT_STRING'],
  ['keyUsage with 8 unused bits', keyUsage(8, 0x80), 'ERR_DER_BIT_STRING'],
  ['keyUsage, unused bits of nothing', keyUsage(3), 'ERR_DER_BIT_STRING'],
  ['cA FALSE encoded', basic(bool(false)), 'ERR_DER_DEFAULT'],
  ['cA 01', basic(hex('010101')), 'ERR_DER_BOOLEAN'],
  ['pathLen without cA', basic(int(0)), 'ERR_CERT_PATH_LEN_WITHOUT_CA'],
  ['pathLen negative', basic(bool(true), hex('0201ff')), 'ERR_CERT_PATH_LEN_NEGATIVE'],
  ['pathLen 127', basic(bool(true), int(127)), 'ERR_PROFILE_PATH_LEN'],
  ['pathLen padded', basic(bool(true), hex('02020001')), 'ERR_DER_INTEGER'],
  ['basicConstraints with a third field', basic(bool(true), int(0), int(0)), 'ERR_DER_TRAILING'],

  // policies, purposes, key identifiers
  ['no policy', policies(), 'ERR_DER_MISSING'],
  ['a policy twice', policies(seq(oid('1.2.3')), seq(oid('1.2.3'))), 'ERR_CERT_POLICY_DUPLICATE'],
  ['no qualifier', policies(seq(oid('1.2.3'), seq())), 'ERR_DER_MISSING'],
  [
    'something after the qualifiers',
    policies(seq(oid('1.2.3'), seq(int(1)), int(1))),
    'ERR_DER_TRAILING',
  ],
  [
    'a qualifier that is none',
    policies(seq(oid('1.2.3'), seq(int(1)))),
    'ERR_CERT_EXTENSION_VALUE',
  ],
  ['nesting of 17 levels', qualified(nested(16)), 'ERR_DER_DEPTH'],
  ['NULL with content', qualified(hex('050100')), 'ERR_DER_NULL'],
  ['primitive SEQUENCE', qualified(hex('1000')), 'ERR_DER_FORM'],
  ['constructed OCTET STRING', qualified(tlv(0x24, octets())), 'ERR_DER_FORM'],
  ['end-of-contents', qualified(hex('0000')), 'ERR_DER_TAG'],
  ['bad INTEGER in a qualifier', qualified(seq(hex('0200'))), 'ERR_DER_INTEGER'],
  ['bad BOOLEAN in a qualifier', qualified(seq(hex('010101'))), 'ERR_DER_BOOLEAN'],
  ['bad OID in a qualifier', qualified(seq(hex('060180'))), 'ERR_DER_OID'],
  ['bad BIT STRING in a qualifier', qualified(seq(hex('030109'))), 'ERR_DER_BIT_STRING'],
  ['no purpose', parsed(withExtension('2.5.29.37', seq())), 'ERR_DER_MISSING'],
  ['empty SKI', parsed(withExtension('2.5.29.14', octets())), 'ERR_CERT_KEY_IDENTIFIER'],
  [
    'SKI of 32 bytes',
    parsed(withExtension('2.5.29.14', octets(one))),
    'ERR_PROFILE_KEY_IDENTIFIER',
  ],
  ['empty AKI', aki(tlv(0x80)), 'ERR_CERT_KEY_IDENTIFIER'],
  ['AKI of 32 bytes', aki(tlv(0x80, one)), 'ERR_PROFILE_KEY_IDENTIFIER'],
  [
    'AKI with a serial and no issuer',
    aki(tlv(0x80, one), tlv(0x82, 1)),
    'ERR_CERT_AUTHORITY_ISSUER',
  ],
  ['AKI in the wrong order', aki(tlv(0x82, 1), tlv(0x80, 1)), 'ERR_DER_TRAILING'],
  ['AKI with a bad serial', aki(tlv(0xa1, tlv(0x82, 'a')), tlv(0x82)), 'ERR_DER_INTEGER'],

  // subjectAltName and distribution points
  ['no general name', san(), 'ERR_DER_MISSING'],
  ['general name [9]', san(hex('890100')), 'ERR_CERT_GENERAL_NAME'],
  ['constructed dNSName', san(tlv(0xa2, tlv(0x16, 'a'))), 'ERR_CERT_GENERAL_NAME'],
  ['two registeredIDs', san(hex('88022a03'), hex('88022a04')), 'ERR_CERT_REGISTERED_ID_DUPLICATE'],
  ['registeredID with a padded arc', san(hex('88032a8003')), 'ERR_DER_OID'],
  ['no distribution point', parsed(withExtension('2.5.29.31', seq())), 'ERR_DER_MISSING'],
  [
    'distribution point that is a string',
    parsed(withExtension('2.5.29.31', seq(tlv(12, 'a')))),
    'ERR_CERT_EXTENSION_VALUE',
  ],

  // nameConstraints and permittedEins
  ['empty nameConstraints', constraints(), 'ERR_CERT_NAME_CONSTRAINTS_ABSENT'],
  ['empty permittedSubtrees', constraints(tlv(0xa0)), 'ERR_CERT_NAME_CONSTRAINTS_ABSENT'],
  [
    'excludedSubtrees',
    constraints(tlv(0xa1, seq(tlv(0xa4, seq(rdn(O, 12, 'A')))))),
    'ERR_CERT_NAME_CONSTRAINTS_EXCLUDED',
  ],
  [
    'permitted and excludedSubtrees',
    constraints(subtree(seq(rdn(O, 12, 'A'))), tlv(0xa1, seq(tlv(0xa4, seq(rdn(O, 12, 'B')))))),
    'ERR_CERT_NAME_CONSTRAINTS_EXCLUDED',
  ],
  [
    'a base that is a dNSName',
    constraints(tlv(0xa0, seq(tlv(0x82, 'a')))),
    'ERR_CERT_NAME_CONSTRAINTS_BASE',
  ],
  ['a base of a country', base(rdn('2.5.4.6', 0x13, 'ES')), 'ERR_CERT_NAME_CONSTRAINTS_BASE'],
  [
    'a base of two organisations',
    base(rdn(O, 12, 'A'), rdn(O, 12, 'A')),
    'ERR_CERT_NAME_CONSTRAINTS_BASE',
  ],
  [
    'a base of two IINs',
    base(rdn(SERIAL, 0x13, '1'), rdn(SERIAL, 0x13, '1')),
    'ERR_CERT_NAME_CONSTRAINTS_BASE',
  ],
  ['an organisation as TeletexString', base(rdn(O, 0x14, 'A')), 'ERR_CERT_NAME_CONSTRAINTS_BASE'],
  ['an IIN with a letter', base(rdn(SERIAL, 0x13, '8904A')), 'ERR_CERT_NAME_CONSTRAINTS_BASE'],
  ['an IIN as UTF8String', base(rdn(SERIAL, 0x0c, '8904')), 'ERR_CERT_NAME_CONSTRAINTS_BASE'],
  ['an empty base', base(), 'ERR_CERT_NAME_EMPTY'],
  [
    'minimum',
    constraints(subtree(seq(rdn(O, 12, 'A')), tlv(0x80, 0))),
    'ERR_CERT_NAME_CONSTRAINTS_DISTANCE',
  ],
  [
    'maximum',
    constraints(subtree(seq(rdn(O, 12, 'A')), tlv(0x81, 1))),
    'ERR_CERT_NAME_CONSTRAINTS_DISTANCE',
  ],
  ['no permittedEins', eins(), 'ERR_DER_MISSING'],
  ['a permitted EIN with a letter', eins(tlv(0x13, '8904F')), 'ERR_CERT_PERMITTED_EINS'],
  ['an empty permitted EIN', eins(tlv(0x13)), 'ERR_CERT_PERMITTED_EINS'],
  ['a permitted EIN as UTF8String', eins(tlv(0x0c, '8904')), 'ERR_DER_TAG'],
  [
    'nameConstraints and permittedEins',
    parsed(
      certificate({
        extensions: [
          extension('2.5.29.30', seq(subtree(seq(rdn(O, 12, 'A')))), true),
          extension(EINS, seq(tlv(0x13, '89'))),
        ],
      }),
    ),
    'ERR_CERT_CONSTRAINTS_BOTH',
  ],
];
