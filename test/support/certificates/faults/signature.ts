/** Faults in (r, s), and faults in the bytes around TBS, r and s. */
import { concatBytes } from '../../../../src/bytes.ts';
import type { ErrorCode } from '../../../../src/errors.ts';
import { build, sgp26Device } from '../chains.ts';
import {
  append,
  integer,
  nonMinimal,
  oid,
  readLoose,
  rewrite,
  sequence,
  TAG,
  tlv,
} from '../der.ts';
import { GROUP_ORDER, sign, signatureBits } from '../draft.ts';
import type { Change, Signature } from '../draft.ts';
import { forge, POINT_OF_SMALL_X } from '../forge.ts';
import { KEYS, madeUpKey } from '../keys.ts';
import { changed, faultOf } from './row.ts';
import type { Fault } from './row.ts';

const EUICC = 2;

export function signatureFaults(): Fault[] {
  const numbers = (name: string, change: (signature: Signature) => Signature): Fault =>
    faultOf(
      name,
      'ERR_CHAIN_SIGNATURE',
      'signature',
      changed(sgp26Device(), EUICC, (d) => {
        d.wrapSignature = (signature) => signatureBits(change(signature));
      }),
    );
  const forged = (name: string, s: bigint, change: (signature: Signature) => Signature): Fault => {
    const chain = sgp26Device();
    forge(chain[1]!, chain[EUICC]!.draft, POINT_OF_SMALL_X, s, change);
    return faultOf(name, 'ERR_CHAIN_SIGNATURE', 'signature', chain);
  };
  const n = GROUP_ORDER;
  return [
    numbers('r is 0', ({ s }) => ({ r: 0n, s })),
    numbers('s is 0', ({ r }) => ({ r, s: 0n })),
    numbers('r and s are 0', () => ({ r: 0n, s: 0n })),
    numbers('r is n', ({ s }) => ({ r: n, s })),
    numbers('s is n', ({ r }) => ({ r, s: n })),
    numbers('r is 2^256 - 1', ({ s }) => ({ r: 2n ** 256n - 1n, s })),
    numbers('s is 2^256 - 1', ({ r }) => ({ r, s: 2n ** 256n - 1n })),
    numbers('r and s exchanged', ({ r, s }) => ({ r: s, s: r })),
    numbers('r is one more', ({ r, s }) => ({ r: r + 1n, s })),
    numbers('s is one more', ({ r, s }) => ({ r, s: s + 1n })),
    numbers('r negated', ({ r, s }) => ({ r: n - r, s })),
    forged('r + n in place of r', 7n, ({ r, s }) => ({ r: r + n, s })),
    forged('s + n in place of s', 7n, ({ r, s }) => ({ r, s: s + n })),
    ...wrongKeys(),
    ...changedAfterSigning(),
  ];
}

function wrongKeys(): Fault[] {
  const signedBy = (name: string, key: typeof KEYS.ci, index: number): Fault => {
    const chain = sgp26Device();
    const certificates = build(chain).certificates;
    certificates[index - 1] = sign(chain[index]!.draft, key);
    const row = faultOf(name, 'ERR_CHAIN_SIGNATURE', 'signature', sgp26Device(), {
      link: index - 1,
    });
    return { ...row, chain: certificates };
  };
  return [
    signedBy('eUICC signed by a stranger', madeUpKey('stranger'), EUICC),
    signedBy('eUICC signed by itself', KEYS.euicc, EUICC),
    signedBy('eUICC signed by the CI', KEYS.ci, EUICC),
    signedBy('EUM signed by a stranger', madeUpKey('stranger'), 1),
  ];
}

function changedAfterSigning(): Fault[] {
  const row = faultOf(
    'bit of the EID changed after signing',
    'ERR_CHAIN_SIGNATURE',
    'signature',
    sgp26Device(),
  );
  const [eum, euicc] = row.chain as [Uint8Array, Uint8Array];
  const flipped = rewrite(euicc, [0, 5, 2, 0, 1], (der) =>
    der.map((byte, i) => (i === 33 ? byte ^ 1 : byte)),
  );
  const other = changed(sgp26Device(), EUICC, (d) => (d.serialNumber = integer(77n)));
  const [, second] = build(other).certificates;
  const swapped = rewrite(euicc, [2], () => readLast(second!));
  return [
    { ...row, chain: [eum, flipped] },
    { ...row, name: 'signature of another certificate', chain: [eum, swapped] },
  ];
}

function readLast(certificate: Uint8Array): Uint8Array {
  const content = readLoose(certificate).content;
  const algorithm = readLoose(content, readLoose(content).end);
  return readLoose(content, algorithm.end).der;
}

/** A circuit sees none of these: it gets TBS, r and s. */
export function outerFaults(): Fault[] {
  const outer = (name: string, code: ErrorCode, change: Change): Fault =>
    faultOf(name, code, 'outer', changed(sgp26Device(), EUICC, change));
  const pair =
    (make: (r: Uint8Array, s: Uint8Array) => Uint8Array): Change =>
    (d) => {
      d.wrapSignature = ({ r, s }) =>
        tlv(TAG.bitString, Uint8Array.of(0), make(integer(r), integer(s)));
    };
  const padded = (der: Uint8Array): Uint8Array =>
    tlv(TAG.integer, Uint8Array.of(0), readLoose(der).content);
  const after = faultOf('byte after the certificate', 'ERR_DER_TRAILING', 'outer', sgp26Device());
  const [eum, euicc] = after.chain as [Uint8Array, Uint8Array];
  return [
    { ...after, chain: [eum, concatBytes(euicc, Uint8Array.of(0))] },
    {
      ...after,
      name: 'certificate cut by its last byte',
      code: 'ERR_DER_TRUNCATED',
      chain: [eum, euicc.slice(0, -1)],
    },
    {
      ...after,
      name: 'certificate cut inside its TBS',
      code: 'ERR_DER_TRUNCATED',
      chain: [eum, euicc.slice(0, 100)],
    },
    { ...after, name: 'no bytes', code: 'ERR_DER_MISSING', chain: [eum, new Uint8Array(0)] },
    outer('length of the certificate not minimal', 'ERR_DER_LENGTH_MINIMAL', (d) => {
      d.wrapCertificate = (content) => nonMinimal(sequence(content));
    }),
    outer('element after the signature', 'ERR_DER_TRAILING', (d) => {
      d.wrapCertificate = (content) => sequence(content, Uint8Array.of(5, 0));
    }),
    outer('outer algorithm ecdsa-with-SHA384', 'ERR_CERT_SIGNATURE_MISMATCH', (d) => {
      d.outerAlgorithm = sequence(oid('1.2.840.10045.4.3.3'));
    }),
    outer('outer algorithm with parameters', 'ERR_CERT_SIGNATURE_MISMATCH', (d) => {
      d.outerAlgorithm = append(d.outerAlgorithm, Uint8Array.of(5, 0));
    }),
    outer('signature of a bit less', 'ERR_DER_BIT_STRING', (d) => {
      d.wrapSignature = ({ r, s }) =>
        tlv(TAG.bitString, Uint8Array.of(8), sequence(integer(r), integer(s)));
    }),
    outer(
      'r padded',
      'ERR_DER_INTEGER',
      pair((r, s) => sequence(padded(r), s)),
    ),
    outer(
      's padded',
      'ERR_DER_INTEGER',
      pair((r, s) => sequence(r, padded(s))),
    ),
    outer(
      'r negative',
      'ERR_CERT_SIGNATURE_VALUE',
      pair((_, s) => sequence(tlv(TAG.integer, Uint8Array.of(0x80)), s)),
    ),
    outer(
      's of 257 bits',
      'ERR_CERT_SIGNATURE_VALUE',
      pair((r) => sequence(r, integer(2n ** 256n))),
    ),
    outer(
      'third number in the signature',
      'ERR_DER_TRAILING',
      pair((r, s) => sequence(r, s, integer(1n))),
    ),
    outer(
      'element after the signature value',
      'ERR_DER_TRAILING',
      pair((r, s) => concatBytes(sequence(r, s), Uint8Array.of(5, 0))),
    ),
    outer('signature as raw r and s', 'ERR_DER_TAG', (d) => {
      d.wrapSignature = () => tlv(TAG.bitString, new Uint8Array(65));
    }),
  ];
}
