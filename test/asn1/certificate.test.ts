import { describe, expect, test } from '@jest/globals';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { createPublicKey, verify, X509Certificate } from 'node:crypto';
import {
  certificateBytes,
  certificateChainBytes,
  parseCertificate,
  parseEcdsaSignature,
} from '../../src/asn1/index.ts';
import { subjectOrganisation, subjectSerialNumber } from '../../src/asn1/index.ts';
import type { Certificate, Name } from '../../src/asn1/index.ts';
import { bigintToBytes, bytesToHex, concatBytes } from '../../src/bytes.ts';
import { MAX_KEY_IDENTIFIER, PATH_UNLIMITED } from '../../src/params.ts';
import {
  bits,
  bool,
  bytes,
  certificate,
  extension,
  fixture,
  fixtureCertificates,
  hex,
  int,
  octets,
  oid,
  rdn,
  seq,
  set,
  tlv,
  withExtension,
} from './der.ts';

const all = fixtureCertificates();
const brainpool = all.filter(({ path }) => path.includes('_BRP'));
const good = all
  .filter(({ path }) => !path.includes('_BRP'))
  .map(({ path, der }) => ({ path, der, parsed: parseCertificate(der) }));

const CI = parseCertificate(fixture('sgp26/CertificateIssuer/CERT_CI_ECDSA_NIST.der'));
const EUM = parseCertificate(fixture('sgp26/EUM/CERT_EUM_ECDSA_NIST.der'));
const EUICC = parseCertificate(fixture('sgp26/eUICC/CERT_EUICC_ECDSA_NIST.der'));

const ATTRIBUTES: Record<string, string> = {
  '2.5.4.3': 'CN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
};

function lines(name: Name): string {
  return name.attributes
    .map(({ oid: type, value }) => `${ATTRIBUTES[type]}=${Buffer.from(value).toString('utf8')}`)
    .join('\n');
}

function jwk(key: Certificate['publicKey']) {
  const [x, y] = [key.x, key.y].map((c) => Buffer.from(bigintToBytes(c, 32)).toString('base64url'));
  return { kty: 'EC', crv: 'P-256', x, y };
}

function signedBy(child: Certificate, issuer: Certificate): boolean {
  const key = createPublicKey({ key: jwk(issuer.publicKey), format: 'jwk' });
  const { r, s } = child.signature;
  const signature = concatBytes(bigintToBytes(r, 32), bigintToBytes(s, 32));
  return verify('sha256', child.tbs, { key, dsaEncoding: 'ieee-p1363' }, signature);
}

const one = (type: string, value: Uint8Array, critical = false) =>
  parseCertificate(withExtension(type, value, critical));

describe('fixtures', () => {
  test('none is skipped', () => {
    expect([good.length, brainpool.length]).toEqual([18, 8]);
  });

  test.each(good)('$path: the values of node:crypto', ({ der, parsed }) => {
    const node = new X509Certificate(der);
    expect(parsed.der).toEqual(der);
    expect(parsed.serialNumber).toBe(BigInt('0x' + node.serialNumber));
    expect(lines(parsed.issuer)).toBe(node.issuer);
    expect(lines(parsed.subject)).toBe(node.subject.replaceAll('\\+', '+'));
    expect(parsed.notBefore).toBe(BigInt(Date.parse(node.validFrom) / 1000));
    expect(parsed.notAfter).toBe(BigInt(Date.parse(node.validTo) / 1000));
    expect(jwk(parsed.publicKey)).toEqual(node.publicKey.export({ format: 'jwk' }));
    expect(parsed.basicConstraints?.cA ?? false).toBe(node.ca);
  });

  test.each(good)('$path: the extensions of @peculiar/x509', ({ der, parsed }) => {
    const other = new x509.X509Certificate(der);
    expect(parsed.extensions.map(({ oid: type, critical }) => [type, critical])).toEqual(
      other.extensions.map(({ type, critical }) => [type, critical]),
    );
    expect(parsed.extensions.map(({ value }) => bytesToHex(value))).toEqual(
      other.extensions.map(({ value }) => Buffer.from(value).toString('hex')),
    );
    const ski = other.getExtension(x509.SubjectKeyIdentifierExtension);
    expect(parsed.subjectKeyIdentifier && bytesToHex(parsed.subjectKeyIdentifier)).toBe(ski?.keyId);
    const aki = other.getExtension(x509.AuthorityKeyIdentifierExtension);
    expect(parsed.authorityKeyIdentifier && bytesToHex(parsed.authorityKeyIdentifier)).toBe(
      aki?.keyId,
    );
    expect(parsed.policies).toEqual(other.getExtension(x509.CertificatePolicyExtension)?.policies);
    expect(parsed.extendedKeyUsage).toEqual(
      other.getExtension(x509.ExtendedKeyUsageExtension)?.usages,
    );
    const constraints = other.getExtension(x509.BasicConstraintsExtension);
    expect(parsed.basicConstraints?.cA).toBe(constraints?.ca);
    expect(parsed.basicConstraints?.pathLen).toBe(constraints?.pathLength);
    const usages = other.getExtension(x509.KeyUsagesExtension)?.usages ?? 0;
    expect(parsed.keyUsage).toEqual({
      digitalSignature: (usages & x509.KeyUsageFlags.digitalSignature) !== 0,
      keyCertSign: (usages & x509.KeyUsageFlags.keyCertSign) !== 0,
      cRLSign: (usages & x509.KeyUsageFlags.cRLSign) !== 0,
    });
    const names = other.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? [];
    expect(parsed.registeredId).toBe(names.find(({ type }) => type === 'id')?.value);
  });

  test('what is signed, key and signature fit together', () => {
    expect(signedBy(CI, CI)).toBe(true);
    expect(signedBy(EUM, CI)).toBe(true);
    expect(signedBy(EUICC, EUM)).toBe(true);
    expect(signedBy(EUICC, CI)).toBe(false);
  });

  test('the EUM: subject, constraints, distribution point', () => {
    expect(Buffer.from(subjectOrganisation(EUM.subject)).toString()).toBe('RSP Test EUM');
    expect(subjectSerialNumber(EUM.subject)).toBeUndefined();
    expect(EUM.nameConstraints).toEqual([{ organisation: bytes('RSP Test EUM'), iin: '89049032' }]);
    expect(EUM.basicConstraints).toEqual({ cA: true, pathLen: 0 });
    expect(EUM.registeredId).toBe('2.999.5');
    expect(EUM.crlUris).toEqual(['http://ci.test.example.com/CRL-B.crl']);
    expect(CI.crlUris).toHaveLength(2);
  });

  test('the eUICC: EID, a year far away', () => {
    expect(subjectSerialNumber(EUICC.subject)).toBe('89049032123451234512345678901235');
    expect(EUICC.notAfter).toBe(174385734538n);
    expect(EUICC.issuer.der).toEqual(EUM.subject.der);
    expect(EUICC.policies).toEqual(['2.23.146.1.2.1.1']);
  });

  test.each(brainpool)('$path: another curve', ({ der }) => {
    expect(() => parseCertificate(der)).toThrow(
      expect.objectContaining({ code: 'ERR_CERT_CURVE', reason: '1.3.36.3.3.2.8.1.1.7' }),
    );
  });

  test('the input is copied', () => {
    const input = Buffer.from(EUM.der);
    const parsed = parseCertificate(input);
    input.fill(0);
    expect(parsed.der).toEqual(EUM.der);
    expect(parsed.der.constructor).toBe(Uint8Array);
  });
});

describe('variations that must pass', () => {
  const parse = (changes: Parameters<typeof certificate>[0]) =>
    parseCertificate(certificate(changes));

  test('serial numbers of 1 and 20 bytes, and zero', () => {
    expect(parse({ serial: int(1) }).serialNumber).toBe(1n);
    expect(parse({ serial: int(0) }).serialNumber).toBe(0n);
    const largest = (1n << 159n) - 1n;
    expect(parse({ serial: int(largest) }).serialNumber).toBe(largest);
    expect(parse({ serial: int(200) }).serialNumber).toBe(200n);
  });

  test.each([
    [0x17, '700101000000Z', 0n],
    [0x17, '491231235959Z', 2524607999n],
    [0x17, '200229120000Z', 1582977600n],
    [0x18, '19991231235959Z', 946684799n],
    [0x18, '20000229000000Z', 951782400n],
    [0x18, '99991231235959Z', 253402300799n],
  ])('time %#: tag %i, %s', (tag, text, seconds) => {
    expect(parse({ notAfter: tlv(tag, text) }).notAfter).toBe(seconds);
  });

  test('a subject of organisation and serial number only, in either string type', () => {
    for (const tag of [0x0c, 0x13]) {
      const subject = seq(rdn('2.5.4.10', tag, 'A'), rdn('2.5.4.5', 0x13, '8904'));
      const parsed = parse({ subject });
      expect(subjectOrganisation(parsed.subject)).toEqual(bytes('A'));
      expect(subjectSerialNumber(parsed.subject)).toBe('8904');
      expect(parsed.subject.der).toEqual(subject);
    }
  });

  test('names longer than 127 bytes', () => {
    const subject = seq(
      rdn('2.5.4.10', 0x0c, 'A'.repeat(64)),
      rdn('2.5.4.3', 0x0c, 'B'.repeat(90)),
    );
    expect(parse({ subject }).subject.der).toEqual(subject);
  });

  test('an empty basicConstraints, critical', () => {
    expect(one('2.5.29.19', seq(), true).basicConstraints).toEqual({ cA: false });
    expect(one('2.5.29.19', seq(bool(true)), true).basicConstraints).toEqual({ cA: true });
    expect(one('2.5.29.19', seq(bool(true), int(126))).basicConstraints?.pathLen).toBe(126);
  });

  test('keyUsage with and without cRLSign, and of nine bits', () => {
    const usage = (...content: number[]) => one('2.5.29.15', tlv(3, ...content), true).keyUsage;
    expect(usage(2, 0x04)).toEqual({ digitalSignature: false, keyCertSign: true, cRLSign: false });
    expect(usage(1, 0x06)).toEqual({ digitalSignature: false, keyCertSign: true, cRLSign: true });
    expect(usage(7, 0x80)).toEqual({ digitalSignature: true, keyCertSign: false, cRLSign: false });
    expect(usage(7, 0x00, 0x80)).toEqual({
      digitalSignature: false,
      keyCertSign: false,
      cRLSign: false,
    });
  });

  test('AKI with issuer and serial number, AKI without keyIdentifier', () => {
    const issuer = tlv(0xa1, tlv(0xa4, seq(rdn('2.5.4.10', 0x0c, 'CI'))));
    const full = seq(tlv(0x80, 1, 2, 3), issuer, tlv(0x82, 0, 0xff));
    expect(one('2.5.29.35', full).authorityKeyIdentifier).toEqual(bytes(1, 2, 3));
    expect(one('2.5.29.35', seq(issuer, tlv(0x82, 5))).authorityKeyIdentifier).toBeUndefined();
    expect(one('2.5.29.35', seq()).authorityKeyIdentifier).toBeUndefined();
  });

  test('key identifiers of 1 and 31 bytes; the limits are those of the circuits', () => {
    for (const length of [1, 31]) {
      const identifier = bytes(...Array.from({ length }, (_, i) => i));
      expect(one('2.5.29.14', octets(identifier)).subjectKeyIdentifier).toEqual(identifier);
    }
    expect(MAX_KEY_IDENTIFIER).toBe(31);
    expect(PATH_UNLIMITED).toBe(127);
  });

  test('policies with qualifiers', () => {
    const cps = seq(oid('1.3.6.1.5.5.7.2.1'), tlv(0x16, 'http://ci.example/cps'));
    const text = seq(oid('1.3.6.1.5.5.7.2.2'), seq(tlv(0x0c, 'notice')));
    const value = seq(seq(oid('2.23.146.1.2.1.0.0.0'), seq(cps, text)), seq(oid('2.5.29.32.0')));
    expect(one('2.5.29.32', value, true).policies).toEqual(['2.23.146.1.2.1.0.0.0', '2.5.29.32.0']);
  });

  test('several bases, each with an organisation, an IIN or both', () => {
    const subtree = (...rdns: Uint8Array[]) => seq(tlv(0xa4, seq(...rdns)));
    const organisation = rdn('2.5.4.10', 0x13, 'A');
    const iin = rdn('2.5.4.5', 0x13, '8904');
    const value = seq(tlv(0xa0, subtree(organisation), subtree(iin), subtree(iin, organisation)));
    expect(one('2.5.29.30', value, true).nameConstraints).toEqual([
      { organisation: bytes('A') },
      { iin: '8904' },
      { organisation: bytes('A'), iin: '8904' },
    ]);
  });

  test('permittedEins, critical or not', () => {
    const value = seq(tlv(0x13, '89049032'), tlv(0x13, '89049033'));
    for (const critical of [true, false]) {
      const parsed = one('2.23.146.1.2.2.0', value, critical);
      expect(parsed.permittedEins).toEqual(['89049032', '89049033']);
    }
  });

  test('all kinds of general names beside the registeredID', () => {
    const value = seq(
      tlv(0xa0, oid('1.2.3'), tlv(0xa0, tlv(0x0c, 'other'))),
      tlv(0x81, 'a@example.com'),
      tlv(0x82, 'example.com'),
      tlv(0xa4, seq(rdn('2.5.4.10', 0x0c, 'A'))),
      tlv(0x86, 'https://example.com'),
      tlv(0x87, 127, 0, 0, 1),
      tlv(0x88, oid('2.999.5').subarray(2)),
    );
    expect(one('2.5.29.17', value).registeredId).toBe('2.999.5');
  });

  test('an unknown extension that is not critical, whatever is in it', () => {
    const parsed = one('2.25.329800735698586629295641978511506172918', hex('3080ff'));
    expect(parsed.extensions[0]).toMatchObject({
      oid: '2.25.329800735698586629295641978511506172918',
      critical: false,
      value: hex('3080ff'),
    });
  });

  test('extensions in any order', () => {
    const list = [
      extension('2.5.29.19', seq(bool(true)), true),
      extension('2.5.29.14', octets(bytes(1))),
      extension('2.5.29.15', tlv(3, 2, 4), true),
      extension('2.5.29.32', seq(seq(oid('1.2.3')))),
    ];
    for (const extensions of [list, list.toReversed()]) {
      const parsed = parse({ extensions });
      expect(parsed).toMatchObject({ policies: ['1.2.3'], basicConstraints: { cA: true } });
      expect(parsed.extensions).toHaveLength(4);
    }
  });

  test('r and s of any size up to 256 bits', () => {
    const values = { r: (1n << 256n) - 1n, s: 0n };
    const der = seq(int(values.r), int(values.s));
    expect(parseEcdsaSignature(der)).toEqual(values);
    expect(parse({ signature: bits(der) }).signature).toEqual(values);
  });

  test('a string type that nobody compares', () => {
    const subject = seq(set(seq(oid('1.2.840.113549.1.9.1'), tlv(0x16, 'a@example.com'))));
    expect(parse({ subject }).subject.attributes[0]?.tag).toBe(0x16);
  });
});

describe('PEM', () => {
  const pem = fixture('sgp26/CertificateIssuer/CERT_CI_ECDSA_NIST.pem');
  const text = Buffer.from(pem).toString('latin1');

  test('text and bytes, either kind of line end, and DER', () => {
    for (const input of [
      pem,
      text,
      text.replaceAll('\r\n', '\n'),
      `\n${text.trim()}\n\n`,
      CI.der,
    ]) {
      expect(parseCertificate(certificateBytes(input)).tbs).toEqual(CI.tbs);
    }
  });

  const unix = text.replaceAll('\r\n', '\n');
  const body = unix.split('\n').slice(1, -2).join('');
  const block = (base64: string) =>
    `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;

  test.each<[string, string | Uint8Array]>([
    ['text around it', `Certificate:\n  Data: 3\n${unix}subject=CI\n`],
    [
      'bag attributes',
      `Bag Attributes\n    localKeyID: 01 02\nsubject=/CN=CI\nissuer=/CN=CI\n${unix}`,
    ],
    [
      'a key beside it',
      `${unix}-----BEGIN EC PRIVATE KEY-----\nnot: read\n-----END EC PRIVATE KEY-----\n`,
    ],
    ['blanks at the ends of lines', unix.replaceAll('\n', ' \t\n')],
    ['lines of 76 characters', block(body.replaceAll(/.{76}/g, '$&\n'))],
    ['one line', block(body)],
    ['line ends of old systems', unix.replaceAll('\n', '\r')],
    ['a byte order mark', `\uFEFF${unix}`],
    ['a byte order mark, as bytes', Buffer.from(`\uFEFF${unix}`)],
    ['UTF-16', Buffer.from(`\uFEFF${unix}`, 'utf16le')],
    ['its older label', unix.replaceAll('CERTIFICATE', 'X509 CERTIFICATE')],
  ])('with %s', (_, input) => {
    expect(certificateBytes(input)).toEqual(CI.der);
  });

  test('several are a chain, and not one certificate', () => {
    const chain = good.slice(0, 3).map(({ der }) => new Uint8Array(der));
    const many = chain.map((der) => new X509Certificate(der).toString()).join('text\n');
    expect(certificateChainBytes(many)).toEqual(chain);
    expect(certificateChainBytes(chain[0]!)).toEqual([chain[0]]);
    expect(() => certificateBytes(many)).toThrow(expect.objectContaining({ code: 'ERR_PEM' }));
  });

  test.each(good)('$path: as written by node:crypto', ({ der }) => {
    expect(certificateBytes(new X509Certificate(der).toString())).toEqual(der);
  });
});
