import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parseCertificate } from '../../../src/asn1/index.ts';
import { readExtensions } from '../../../src/asn1/extensions.ts';
import { X509_RULES } from '../../../src/asn1/tags.ts';
import { TlvReader } from '../../../src/asn1/tlv.ts';
import { ZkcxError } from '../../../src/errors.ts';
import { roleOf } from '../../../src/pki/role.ts';
import { evaluate, judge } from '../../support/kimchi/index.ts';
import type { Captured } from '../../support/kimchi/index.ts';
import { concatBytes } from '../../../src/bytes.ts';
import { ACCEPTED } from './accepted-extensions.ts';
import { REFUSED } from './refused-extensions.ts';
import { expected, extensionCircuit, memoryOf } from './extension-circuit.ts';

const FIXTURES = [
  'sgp26/EUM/CERT_EUM_ECDSA_NIST.der',
  'sgp26/eUICC/CERT_EUICC_ECDSA_NIST.der',
  'sgp26/DPauth/CERT_S_SM_DPauth_ECDSA_NIST.der',
  'sgp26/DPauth/CERT_S_SM_DP2auth_ECDSA_NIST.der',
  'sgp26/DPpb/CERT_S_SM_DPpb_ECDSA_NIST.der',
  'sgp26/DPpb/CERT_S_SM_DP2pb_ECDSA_NIST.der',
  'sgp26/DPtls/CERT_S_SM_DP_VARO_TLS_NIST.der',
  'sgp26/DPtls/CERT_S_SM_DP2_TLS.der',
  'sgp26/DPtls/CERT_S_SM_DP4_TLS.der',
  'sgp26/DPtls/CERT_S_SM_DP8_TLS.der',
  'sgp26/CertificateIssuer/CERT_CI_ECDSA_NIST.der',
  'sgp26-2017/CERT_CI_ECDSA_NIST_2017.der',
  'sgp26-2017/CERT_EUM_ECDSA_NIST_2017.der',
  'sgp26-2017/CERT_EUICC_ECDSA_NIST_2017.der',
  'invalid/CERT_EUM_ECDSA_NIST_UNKNOWN_CI.der',
];

const circuit = extensionCircuit();
let captured: Captured;

beforeAll(async () => {
  captured = await circuit.build(memoryOf(...ACCEPTED[0]!.extensions));
});

/** The plain parser and its role; undefined when it refuses. */
function plain(content: Uint8Array) {
  try {
    const { values } = readExtensions(new TlvReader(content, 'extensions', X509_RULES));
    const certificate = values as Parameters<typeof roleOf>[0];
    return { values, role: roleOf(certificate) };
  } catch (error) {
    if (error instanceof ZkcxError) return undefined;
    throw error;
  }
}

test('has a pinned number of rows', () => {
  // 914 of them are the memory
  expect(captured.gates.length).toBe(1994);
});

describe('fixtures', () => {
  test.each(FIXTURES)('%s', async (path) => {
    const { der, extensions } = parseCertificate(new Uint8Array(readFileSync(`fixtures/${path}`)));
    const list = extensions.map(({ span }) => der.slice(span.start, span.end));
    const { values, role } = plain(concatBytes(...list))!;
    const { witness, values: found } = await circuit.run(memoryOf(...list));
    expect(evaluate(captured, witness)).toEqual([]);
    const { keyUsage, basicConstraints, registeredId } = values;
    const hex = (bytes: Uint8Array = new Uint8Array()) => Buffer.from(bytes).toString('hex');
    const wanted = expected({
      role,
      subjectKeyIdentifier: hex(values.subjectKeyIdentifier),
      authorityKeyIdentifier: hex(values.authorityKeyIdentifier),
      keyUsage: [keyUsage!.digitalSignature, keyUsage!.keyCertSign, keyUsage!.cRLSign].map(Number),
      cA: Number(basicConstraints?.cA ?? false),
      pathLen: basicConstraints?.pathLen ?? 127,
      // 2.999.n is 88 37 n
      registeredId: registeredId ? hex(dottedUnder2999(registeredId)) : '',
      bases: (values.nameConstraints ?? []).map(({ organisation, iin }) => ({
        organisation: Buffer.from(organisation ?? []).toString('latin1'),
        iin,
      })),
    });
    expect(found).toEqual(wanted);
  });

  function dottedUnder2999(oid: string): Uint8Array {
    const [first, second, ...rest] = oid.split('.').map(Number);
    expect([first, second]).toEqual([2, 999]);
    return Uint8Array.of(0x88, 0x37, ...rest);
  }
});

describe('accepted', () => {
  test.each(ACCEPTED)('$name', async ({ extensions, values }) => {
    const { witness, values: found } = await circuit.run(memoryOf(...extensions));
    expect(evaluate(captured, witness)).toEqual([]);
    expect(found).toEqual(values);
    expect(plain(concatBytes(...extensions))?.role).toBe(values.roles[0]);
  });
});

describe('refused', () => {
  test.each(REFUSED)('$name', async ({ extensions, plainAccepts }) => {
    expect(await circuit.accepts(memoryOf(...extensions))).toBe(false);
    expect(plain(concatBytes(...extensions)) !== undefined).toBe(plainAccepts !== undefined);
  });
});

test('the real prover agrees', async () => {
  expect(judge(captured)).toBe('accepted');
  const unknownCritical = REFUSED.find(({ name }) => name === 'unknown critical')!;
  const { witness } = await circuit.run(memoryOf(...unknownCritical.extensions));
  expect(judge(captured, witness)).not.toBe('accepted');
});
