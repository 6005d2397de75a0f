import {
  bits,
  bool,
  bytes,
  certificate,
  ECDSA_SHA256,
  extension,
  hex,
  int,
  octets,
  oid,
  rdn,
  seq,
  spki,
  tlv,
  withExtension,
} from '../der.ts';
import { parsed } from './case.ts';
import type { Case } from './case.ts';

const ski = extension('2.5.29.14', octets(hex('0102')));

/** A TBSCertificate that ends after the subject key. */
function certTbs(): Uint8Array {
  const name = seq(rdn('2.5.4.10', 0x0c, 'A'));
  const validity = seq(tlv(0x17, '200401092837Z'), tlv(0x17, '200401092838Z'));
  return seq(tlv(0xa0, int(2)), int(1), ECDSA_SHA256, name, validity, name, spki());
}

/** The list of extensions and each one as such. */
export const EXTENSIONS: readonly Case[] = [
  // unique ids and the list of extensions
  ['issuerUniqueID', parsed(certificate({ uniqueIds: hex('81020055') })), 'ERR_CERT_UNIQUE_ID'],
  ['subjectUniqueID', parsed(certificate({ uniqueIds: hex('82020055') })), 'ERR_CERT_UNIQUE_ID'],
  ['unknown field in the TBS', parsed(certificate({ uniqueIds: hex('84020055') })), 'ERR_DER_TAG'],
  [
    'no extensions field',
    parsed(seq(certTbs(), ECDSA_SHA256, bits())),
    'ERR_CERT_EXTENSIONS_ABSENT',
  ],
  ['empty list of extensions', parsed(certificate({ extensions: [] })), 'ERR_DER_MISSING'],
  [
    'an extension twice',
    parsed(certificate({ extensions: [ski, ski] })),
    'ERR_CERT_EXTENSION_DUPLICATE',
  ],
  [
    'an unknown extension twice',
    parsed(certificate({ extensions: [extension('1.2.3', int(1)), extension('1.2.3', int(2))] })),
    'ERR_CERT_EXTENSION_DUPLICATE',
  ],
  [
    'unknown critical extension',
    parsed(withExtension('1.2.3', int(1), true)),
    'ERR_CERT_EXTENSION_UNKNOWN_CRITICAL',
  ],
  [
    'critical FALSE encoded',
    parsed(certificate({ extensions: [seq(oid('1.2.3'), bool(false), octets(int(1)))] })),
    'ERR_DER_DEFAULT',
  ],
  [
    'critical 01',
    parsed(certificate({ extensions: [seq(oid('1.2.3'), hex('010101'), octets(int(1)))] })),
    'ERR_DER_BOOLEAN',
  ],
  [
    'critical of two bytes',
    parsed(certificate({ extensions: [seq(oid('1.2.3'), hex('0102ffff'), octets(int(1)))] })),
    'ERR_DER_BOOLEAN',
  ],
  [
    'extension with a fourth field',
    parsed(certificate({ extensions: [seq(oid('1.2.3'), octets(int(1)), int(1))] })),
    'ERR_DER_TRAILING',
  ],
  [
    'extnValue that is a BIT STRING',
    parsed(certificate({ extensions: [seq(oid('1.2.3'), bits(1))] })),
    'ERR_DER_TAG',
  ],
  [
    'extnValue longer than its element',
    parsed(withExtension('2.5.29.14', bytes(octets(hex('01')), 0))),
    'ERR_DER_TRAILING',
  ],
  [
    'extnValue shorter than its element',
    parsed(withExtension('2.5.29.14', hex('040501'))),
    'ERR_DER_OVERRUN',
  ],
  ['empty extnValue', parsed(withExtension('2.5.29.14', bytes())), 'ERR_DER_MISSING'],
  [
    'OID cut inside an arc',
    parsed(certificate({ extensions: [seq(hex('060281 82'), octets())] })),
    'ERR_DER_OID',
  ],
  [
    'OID with a padded arc',
    parsed(certificate({ extensions: [seq(hex('06032a8003'), octets())] })),
    'ERR_DER_OID',
  ],
  ['empty OID', parsed(certificate({ extensions: [seq(hex('0600'), octets())] })), 'ERR_DER_OID'],
  [
    'OID of 128 bytes',
    parsed(certificate({ extensions: [seq(tlv(6, hex('2a'.repeat(128))), octets())] })),
    'ERR_DER_OID',
  ],
];
