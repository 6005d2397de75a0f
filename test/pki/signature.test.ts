/** The plain verifier on public test vectors; the circuit takes the same ones in circuits/p256. */
import { describe, expect, test } from '@jest/globals';
import { isDigestSigned, isOnCurve } from '../../src/pki/index.ts';
import { countByReason, keyVectors, signatureVectors } from '../support/vectors.ts';

/** Order of the group. */
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

describe('public keys of NIST', () => {
  const vectors = keyVectors();

  test('are all there', () => {
    expect(countByReason(vectors)).toEqual({
      valid: 4,
      'Q_x or Q_y out of range': 4,
      'Point not on curve': 4,
    });
  });

  test.each(vectors)('$name: $valid $reason', ({ key, valid }) => {
    expect(isOnCurve(key)).toBe(valid);
  });
});

describe('signatures of NIST and RFC 6979', () => {
  const vectors = signatureVectors();

  test('are all there', () => {
    expect(countByReason(vectors)).toEqual({
      valid: 20,
      'Message changed': 3,
      'R changed': 3,
      'S changed': 3,
      'Q changed': 3,
    });
  });

  test.each(vectors)('$name: $valid $reason', ({ digest, r, s, key, valid }) => {
    expect(isOnCurve(key) && isDigestSigned(digest, { r, s }, key)).toBe(valid);
    // X.509 asks for no low s
    expect(isOnCurve(key) && isDigestSigned(digest, { r, s: N - s }, key)).toBe(valid);
  });

  test('are refused with r or s outside [1, n - 1]', () => {
    const { digest, r, s, key } = vectors[0]!;
    for (const other of [0n, N, r + N, -r, N - 1n + N]) {
      expect(isDigestSigned(digest, { r: other, s }, key)).toBe(false);
      expect(isDigestSigned(digest, { r, s: other }, key)).toBe(false);
    }
  });
});
