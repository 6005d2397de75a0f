import { readFileSync } from 'node:fs';
import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { bytesToBigint } from '../../../src/bytes.ts';
import { nameHash, nameHashInput } from '../../../src/circuits/gadgets/certificate/name-hash.ts';
import { walkTbs } from '../../../src/circuits/gadgets/certificate/tbs.ts';
import type { TbsFacts } from '../../../src/circuits/gadgets/certificate/facts.ts';
import {
  parseCertificate,
  subjectOrganisation,
  subjectSerialNumber,
} from '../../../src/asn1/index.ts';
import { readLoose } from '../../support/certificates/der.ts';
import { draftOf, tbsOf } from '../../support/certificates/draft.ts';
import { evaluate, judge, scanUnbound } from '../../support/kimchi/index.ts';
import type { Captured } from '../../support/kimchi/index.ts';
import { MemoryCircuit } from '../memory-circuit.ts';
import { tbsCases } from './tbs-cases.ts';

const SIZE = 768;
const fixture = (path: string) => new Uint8Array(readFileSync(`fixtures/${path}`));
const EUICC = fixture('sgp26/eUICC/CERT_EUICC_ECDSA_NIST.der');

const FIXTURES = [
  'sgp26/CertificateIssuer/CERT_CI_ECDSA_NIST.der',
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
  'sgp26-2017/CERT_CI_ECDSA_NIST_2017.der',
  'sgp26-2017/CERT_EUM_ECDSA_NIST_2017.der',
  'sgp26-2017/CERT_EUICC_ECDSA_NIST_2017.der',
  'invalid/CERT_EUM_ECDSA_NIST_EXPIRED.der',
  'invalid/CERT_EUM_ECDSA_NIST_UNKNOWN_CI.der',
  'invalid/CERT_EUICC_ECDSA_NIST_EXPIRED.der',
  'invalid/CERT_EUICC_ECDSA_NIST_INVALID_EID.der',
];

/** Plain values of what the walk found, in the prover. */
function read(facts: TbsFacts) {
  const limbs = ([low, middle, high]: TbsFacts['key']['x']) =>
    low.toBigInt() + (middle.toBigInt() << 88n) + (high.toBigInt() << 176n);
  return {
    length: facts.length.toBigInt(),
    serialNumber: facts.serialNumber.toBigInt(),
    issuerName: facts.issuerName.toBigInt(),
    subjectName: facts.subjectName.toBigInt(),
    notBefore: facts.notBefore.toBigInt(),
    notAfter: facts.notAfter.toBigInt(),
    organisation: {
      length: facts.organisation.length.toBigInt(),
      chunks: facts.organisation.chunks.map((chunk) => chunk.toBigInt()),
    },
    eid: {
      present: facts.serialAttribute.present.toBigInt(),
      start: facts.serialAttribute.start.index.toBigInt(),
      length: facts.serialAttribute.length.toBigInt(),
    },
    x: limbs(facts.key.x),
    y: limbs(facts.key.y),
    extensions: [facts.extensions.start.index.toBigInt(), facts.extensions.end.index.toBigInt()],
  };
}

/** The same by OpenSSL (node:crypto), by the loose test reader, and of the subject by src/asn1. */
function expected(der: Uint8Array) {
  const tbs = tbsOf(draftOf(der));
  const openssl = new X509Certificate(der);
  const jwk = openssl.publicKey.export({ format: 'jwk' });
  const number = (text: string | undefined) => bytesToBigint(Buffer.from(text!, 'base64url'));
  const seconds = (text: string) => BigInt(Date.parse(text) / 1000);
  const draft = draftOf(der);
  const { subject } = parseCertificate(der);
  const folded = Buffer.from(subjectOrganisation(subject)).map((byte) =>
    byte >= 65 && byte <= 90 ? byte + 32 : byte,
  );
  const eid = subjectSerialNumber(subject);
  const extensions = readLoose(
    readLoose(draft.wrapExtensions(Buffer.concat(draft.extensions))).content,
  );
  return {
    length: BigInt(tbs.length),
    serialNumber: BigInt(`0x${openssl.serialNumber}`),
    issuerName: nameHash(draft.issuer).toBigInt(),
    subjectName: nameHash(draft.subject).toBigInt(),
    notBefore: seconds(openssl.validFrom),
    notAfter: seconds(openssl.validTo),
    organisation: {
      length: BigInt(folded.length),
      chunks: [0, 31, 62].map((start) => bytesToBigint(folded.subarray(start, start + 31))),
    },
    eid: {
      present: eid === undefined ? 0n : 1n,
      start: eid === undefined ? 0n : BigInt(Buffer.from(tbs).lastIndexOf(eid)),
      length: BigInt(eid?.length ?? 0),
    },
    x: number(jwk.x),
    y: number(jwk.y),
    extensions: [BigInt(tbs.length - extensions.content.length), BigInt(tbs.length)],
  };
}

describe('walkTbs', () => {
  const walk = new MemoryCircuit(SIZE, walkTbs, read);
  let captured: Captured;
  beforeAll(async () => {
    captured = await walk.build(tbsOf(draftOf(EUICC)));
  });

  test.each(FIXTURES)('reads %s as OpenSSL does', async (path) => {
    const der = fixture(path);
    const { witness, values } = await walk.run(tbsOf(draftOf(der)));
    expect(values).toEqual(expected(der));
    expect(evaluate(captured, witness)).toEqual([]);
  });

  test('has a pinned number of rows', async () => {
    const memory = await new MemoryCircuit(SIZE, () => undefined).build(new Uint8Array(SIZE));
    expect({ memory: memory.gates.length, withWalk: captured.gates.length }).toEqual({
      memory: 2036,
      withWalk: 2563,
    });
  });

  test('leaves nothing unbound but two inverses of zero', () => {
    // `equals` needs no inverse where the attribute type is the one that is looked for
    const unbound = scanUnbound(captured);
    expect(unbound.map(({ gates, honest }) => ({ gates, honest }))).toEqual([
      { gates: ['Generic'], honest: 0n },
      { gates: ['Generic'], honest: 0n },
    ]);
  });

  test('is accepted by kimchi', () => {
    expect(judge(captured)).toBe('accepted');
  });
});

describe('walkTbs and the strict parser agree', () => {
  const walk = new MemoryCircuit(512, walkTbs);
  const cases = tbsCases(EUICC);
  const outer = readLoose(EUICC).content;
  const signature = outer.subarray(readLoose(outer).end);
  const parses = (tbs: Uint8Array): boolean => {
    const content = Buffer.concat([tbs, signature]);
    const length = [0x82, content.length >> 8, content.length & 255];
    try {
      const { subject } = parseCertificate(Uint8Array.of(0x30, ...length, ...content));
      subjectOrganisation(subject);
      subjectSerialNumber(subject);
      return true;
    } catch {
      return false;
    }
  };
  beforeAll(() => walk.build(tbsOf(draftOf(EUICC))));

  test.each(cases)('$what', async ({ tbs, accepted, outOfProfile }) => {
    expect(parses(tbs)).toBe(accepted || outOfProfile === true);
    expect(await walk.accepts(tbs)).toBe(accepted);
  });
});

describe('nameHashInput', () => {
  test('is the length and chunks of 31 bytes', () => {
    const name = Uint8Array.from({ length: 33 }, (_, i) => i + 1);
    const full = bytesToBigint(name.slice(0, 31));
    expect(nameHashInput(name)).toEqual([33n, full, 0x2021n, 0n, 0n, 0n, 0n, 0n]);
  });

  test('tells a Name from the same with a leading zero', () => {
    const name = Uint8Array.of(1, 2, 3);
    expect(nameHash(Uint8Array.of(0, ...name))).not.toEqual(nameHash(name));
  });

  test('takes at most 217 bytes', () => {
    expect(() => nameHashInput(new Uint8Array(217))).not.toThrow();
    expect(() => nameHashInput(new Uint8Array(218))).toThrow(RangeError);
  });
});
