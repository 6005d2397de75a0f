import { certificateBytes, parseCertificate } from '../../../src/asn1/index.ts';
import { bits, bytes, certificate, ECDSA_SHA256, fixture, hex, int, seq, tlv } from '../der.ts';
import { parsed } from './case.ts';
import type { Case } from './case.ts';

const time = (tag: number, text: string) => parsed(certificate({ notBefore: tlv(tag, text) }));
const eum = fixture('sgp26/EUM/CERT_EUM_ECDSA_NIST.der');
const pem = fixture('sgp26/CertificateIssuer/CERT_CI_ECDSA_NIST.pem');
const pemText = Buffer.from(pem).toString('latin1');

function tbsOf(input: Uint8Array): Uint8Array {
  return parseCertificate(input).tbs;
}

/** The outermost elements, and what is wrong for any of them. */
export const ENCODING: readonly Case[] = [
  // the frame
  ['empty input', parsed(new Uint8Array()), 'ERR_DER_MISSING'],
  ['only a tag', parsed(hex('30')), 'ERR_DER_TRUNCATED'],
  ['a cut length', parsed(hex('3082 02')), 'ERR_DER_TRUNCATED'],
  ['a cut certificate', parsed(eum.subarray(0, -1)), 'ERR_DER_TRUNCATED'],
  ['a byte after the certificate', parsed(bytes(eum, 0)), 'ERR_DER_TRAILING'],
  ['a certificate twice', parsed(bytes(eum, eum)), 'ERR_DER_TRAILING'],
  ['PEM where DER is due', parsed(pem), 'ERR_DER_TAG'],
  ['a SET for the certificate', parsed(bytes(0x31, eum.subarray(1))), 'ERR_DER_TAG'],
  ['indefinite length', parsed(bytes(hex('3080'), eum.subarray(4), 0, 0)), 'ERR_DER_INDEFINITE'],
  [
    'an outer length of 3 bytes with a zero',
    parsed(bytes(hex('308300'), eum.subarray(2))),
    'ERR_DER_LENGTH_MINIMAL',
  ],
  [
    'long form below 128',
    parsed(certificate({ serial: hex('02 81 01 05') })),
    'ERR_DER_LENGTH_MINIMAL',
  ],
  [
    'two length bytes below 256',
    parsed(certificate({ serial: hex('02 82 0001 05') })),
    'ERR_DER_LENGTH_MINIMAL',
  ],
  ['an empty time', time(0x17, ''), 'ERR_CERT_TIME_FORMAT'],
  ['a length of 5 bytes', parsed(hex('3085 0100000000')), 'ERR_DER_LENGTH_SIZE'],
  ['length FF', parsed(hex('30ff 00')), 'ERR_DER_LENGTH_SIZE'],
  ['a tag of two bytes', parsed(hex('3f8101 00')), 'ERR_DER_TAG_LONG'],
  ['a tag of two bytes inside', parsed(seq(hex('bf8101 00'))), 'ERR_DER_TAG_LONG'],
  ['TBS longer than the certificate', parsed(hex('3003 300500')), 'ERR_DER_OVERRUN'],
  ['a header cut by its outer element', parsed(seq(hex('3081'))), 'ERR_DER_OVERRUN'],
  ['a certificate without signature', parsed(seq(tbsOf(certificate()))), 'ERR_DER_MISSING'],
  [
    'an element after the signature',
    parsed(seq(tbsOf(certificate()), ECDSA_SHA256, bits(seq(int(1), int(1))), int(1))),
    'ERR_DER_TRAILING',
  ],

  // PEM
  ['empty text', () => certificateBytes(''), 'ERR_PEM'],
  ['no PEM at all', () => certificateBytes('certificate'), 'ERR_PEM'],
  ['bytes that are neither', () => certificateBytes(hex('ff00')), 'ERR_PEM'],
  ['two blocks', () => certificateBytes(pemText + pemText), 'ERR_PEM'],
  [
    'a block that ends as another',
    () => certificateBytes(pemText.replace('END CERT', 'END X')),
    'ERR_PEM',
  ],
  [
    'a block in a block',
    () => certificateBytes(pemText.replace('MIIC', '-----BEGIN X-----')),
    'ERR_PEM',
  ],
  ['an end alone', () => certificateBytes('-----END CERTIFICATE-----\n' + pemText), 'ERR_PEM'],
  [
    'text inside the block',
    () => certificateBytes(pemText.replace('MIIC', 'a: b\nMIIC')),
    'ERR_PEM',
  ],
  [
    'a private key',
    () => certificateBytes(pemText.replaceAll('CERTIFICATE', 'PRIVATE KEY')),
    'ERR_PEM',
  ],
  ['no end line', () => certificateBytes(pemText.slice(0, -30)), 'ERR_PEM'],
  [
    'a character that is no base64',
    () => certificateBytes(pemText.replace('MIIC', 'MI!C')),
    'ERR_PEM',
  ],
  ['base64url', () => certificateBytes(pemText.replace('MIIC', 'MI-_')), 'ERR_PEM'],
  ['a short line', () => certificateBytes(pemText.replace('MIIC', 'MII')), 'ERR_PEM'],
  ['an empty block', () => certificateBytes(pemText.replace(/\n[^-]*\n-/, '\n-')), 'ERR_PEM'],
  ['stray padding bits', () => certificateBytes(pemText.replace(/(.)(=\s)/, '9$2')), 'ERR_PEM'],
];
