import { parseEcdsaSignature } from '../../../src/asn1/index.ts';
import { bits, bytes, certificate, fixture, hex, int, oid, seq, spki, tlv } from '../der.ts';
import { parsed } from './case.ts';
import type { Case } from './case.ts';

const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const p256 = hex(P.toString(16));
const one = hex('00'.repeat(31) + '01');
const signed = (...halves: Uint8Array[]) =>
  parsed(certificate({ signature: bits(seq(...halves)) }));

/** Version, serial number, algorithms, signature value, subject key. */
export const FIELDS: readonly Case[] = [
  // version, serial number, algorithms
  ['v1: no version', parsed(certificate({ version: bytes() })), 'ERR_CERT_VERSION'],
  ['v1, encoded', parsed(certificate({ version: tlv(0xa0, int(0)) })), 'ERR_CERT_VERSION'],
  ['v2', parsed(certificate({ version: tlv(0xa0, int(1)) })), 'ERR_CERT_VERSION'],
  ['v4', parsed(certificate({ version: tlv(0xa0, int(3)) })), 'ERR_CERT_VERSION'],
  ['padded version', parsed(certificate({ version: hex('a0040202 0002') })), 'ERR_DER_INTEGER'],
  [
    'something after the version',
    parsed(certificate({ version: tlv(0xa0, int(2), int(2)) })),
    'ERR_DER_TRAILING',
  ],
  ['empty serial', parsed(certificate({ serial: hex('0200') })), 'ERR_DER_INTEGER'],
  ['zero-padded serial', parsed(certificate({ serial: hex('02020012') })), 'ERR_DER_INTEGER'],
  ['FF-padded serial', parsed(certificate({ serial: hex('0202ff80') })), 'ERR_DER_INTEGER'],
  ['negative serial', parsed(certificate({ serial: hex('0201ff') })), 'ERR_CERT_SERIAL_NEGATIVE'],
  [
    'negative serial of 21 bytes',
    parsed(certificate({ serial: tlv(2, 0x80, hex('11'.repeat(20))) })),
    'ERR_CERT_SERIAL_NEGATIVE',
  ],
  [
    'serial of 21 bytes',
    parsed(certificate({ serial: tlv(2, hex('11'.repeat(21))) })),
    'ERR_CERT_SERIAL_SIZE',
  ],
  [
    'serial of 20 bytes and a sign byte',
    parsed(certificate({ serial: tlv(2, 0, hex('88'.repeat(20))) })),
    'ERR_CERT_SERIAL_SIZE',
  ],
  [
    'ecdsa-with-SHA384',
    parsed(certificate({ algorithm: seq(oid('1.2.840.10045.4.3.3')) })),
    'ERR_CERT_SIGNATURE_ALGORITHM',
  ],
  [
    'ecdsa-with-SHA256 with NULL',
    parsed(certificate({ algorithm: seq(oid('1.2.840.10045.4.3.2'), hex('0500')) })),
    'ERR_CERT_SIGNATURE_ALGORITHM',
  ],
  [
    'another algorithm outside the TBS',
    parsed(certificate({ outerAlgorithm: seq(oid('1.2.840.10045.4.3.3')) })),
    'ERR_CERT_SIGNATURE_MISMATCH',
  ],
  [
    'NULL parameters outside the TBS only',
    parsed(certificate({ outerAlgorithm: seq(oid('1.2.840.10045.4.3.2'), hex('0500')) })),
    'ERR_CERT_SIGNATURE_MISMATCH',
  ],

  // the signature value
  ['r negative', signed(hex('0201ff'), int(1)), 'ERR_CERT_SIGNATURE_VALUE'],
  ['s above 256 bits', signed(int(1), int(1n << 256n)), 'ERR_CERT_SIGNATURE_VALUE'],
  ['r padded', signed(hex('02020001'), int(1)), 'ERR_DER_INTEGER'],
  ['s missing', signed(int(1)), 'ERR_DER_MISSING'],
  ['three numbers', signed(int(1), int(1), int(1)), 'ERR_DER_TRAILING'],
  [
    'a byte after the signature',
    parsed(certificate({ signature: bits(seq(int(1), int(1)), 0) })),
    'ERR_DER_TRAILING',
  ],
  [
    'unused bits in the signature',
    parsed(certificate({ signature: tlv(3, 1, seq(int(1), int(2))) })),
    'ERR_DER_BIT_STRING',
  ],
  ['empty signature', parsed(certificate({ signature: hex('0300') })), 'ERR_DER_BIT_STRING'],
  ['a cut Sig-Value', () => parseEcdsaSignature(hex('3006 020101 0201')), 'ERR_DER_TRUNCATED'],
  [
    'Sig-Value with a tail',
    () => parseEcdsaSignature(hex('3006020101020101 00')),
    'ERR_DER_TRAILING',
  ],

  // the subject key
  [
    'RSA key',
    parsed(certificate({ spki: seq(seq(oid('1.2.840.113549.1.1.1'), hex('0500')), bits(1)) })),
    'ERR_CERT_KEY_ALGORITHM',
  ],
  ['P-384', parsed(certificate({ spki: spki(undefined, oid('1.3.132.0.34')) })), 'ERR_CERT_CURVE'],
  ['explicit curve', parsed(certificate({ spki: spki(undefined, seq(int(1))) })), 'ERR_CERT_CURVE'],
  ['no curve', parsed(certificate({ spki: spki(undefined, bytes()) })), 'ERR_CERT_CURVE'],
  ['brainpoolP256r1', parsed(fixture('sgp26/EUM/CERT_EUM_ECDSA_BRP.der')), 'ERR_CERT_CURVE'],
  ['compressed point', parsed(certificate({ spki: spki(bytes(2, one)) })), 'ERR_CERT_KEY_POINT'],
  ['point of 64 bytes', parsed(certificate({ spki: spki(bytes(one, one)) })), 'ERR_CERT_KEY_POINT'],
  ['hybrid point', parsed(certificate({ spki: spki(bytes(6, one, one)) })), 'ERR_CERT_KEY_POINT'],
  [
    'point of 66 bytes',
    parsed(certificate({ spki: spki(bytes(4, one, one, 0)) })),
    'ERR_CERT_KEY_POINT',
  ],
  ['x = p', parsed(certificate({ spki: spki(bytes(4, p256, one)) })), 'ERR_CERT_KEY_COORDINATE'],
  ['y = p', parsed(certificate({ spki: spki(bytes(4, one, p256)) })), 'ERR_CERT_KEY_COORDINATE'],
];
