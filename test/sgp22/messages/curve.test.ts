/** Curve arithmetic of RSP against OpenSSL's, on P-256 and on the other curve that SGP.22 v2 allows. */
import {
  createECDH,
  createPrivateKey,
  createPublicKey,
  sign as opensslSign,
  verify as opensslVerify,
} from 'node:crypto';
import { brainpoolP256r1 } from '@noble/curves/misc.js';
import { describe, expect, test } from '@jest/globals';
import { bytesToBigint } from '../../../src/bytes.ts';
import { CURVE, curveOver, pointOf } from '../../../src/sgp22/messages/curve.ts';
import { fixture } from '../../support/certificates/keys.ts';

const message = new TextEncoder().encode('a message');

/** Secret key, point, and both as OpenSSL has them, of a server of SGP.26. */
function keysOf(kind: 'NIST' | 'BRP') {
  const pem = Buffer.from(fixture(`sgp26/DPauth/SK_S_SM_DPauth_ECDSA_${kind}.pem`));
  const key = createPrivateKey(pem);
  // ECPrivateKey (RFC 5915): SEQUENCE, version 1, then OCTET STRING of 32 bytes
  const secret = new Uint8Array(key.export({ type: 'sec1', format: 'der' }).subarray(7, 39));
  const publicKey = createPublicKey(key);
  const point = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }).subarray(-65));
  const xy = { x: bytesToBigint(point.subarray(1, 33)), y: bytesToBigint(point.subarray(33)) };
  return { key, secret, publicKey, point, xy };
}

describe.each([
  ['P-256', 'NIST', 'prime256v1', CURVE],
  ['brainpoolP256r1', 'BRP', 'brainpoolP256r1', curveOver(brainpoolP256r1)],
] as const)('%s', (_, kind, name, curve) => {
  const own = keysOf(kind);
  const foreign = keysOf(kind === 'NIST' ? 'BRP' : 'NIST');

  test('has the keys of SGP.26', () => {
    expect(curve.publicKey(own.secret)).toEqual(own.point);
    expect(pointOf(own.xy)).toEqual(own.point);
    expect([own.point, foreign.point].map((point) => curve.isPoint(point))).toEqual([true, false]);
  });

  test('signs what OpenSSL verifies, and the reverse', () => {
    const format = { dsaEncoding: 'ieee-p1363' } as const;
    const signature = curve.sign(message, own.secret);
    const given = { key: own.publicKey, ...format };
    expect(opensslVerify('sha256', message, given, signature)).toBe(true);
    // any s passes: of 16 signatures some are high
    for (let i = 0; i < 16; i++) {
      const made = new Uint8Array(opensslSign('sha256', message, { key: own.key, ...format }));
      expect(curve.verify(made, message, own.xy)).toBe(true);
      expect(curve.verify(made.with(5, made[5]! ^ 1), message, own.xy)).toBe(false);
    }
  });

  test('refuses keys and signatures that are none, without a throw', () => {
    const signature = curve.sign(message, own.secret);
    expect(curve.verify(signature, message, foreign.xy)).toBe(false);
    expect(curve.verify(new Uint8Array(64), message, own.xy)).toBe(false);
    expect(curve.verify(new Uint8Array(64).fill(255), message, own.xy)).toBe(false);
    expect(curve.isSecretKey(new Uint8Array(32))).toBe(false);
    expect(curve.isSecretKey(new Uint8Array(32).fill(255))).toBe(false);
    expect(curve.isPoint(new Uint8Array(65))).toBe(false);
  });

  test('agrees with OpenSSL on a common point, and makes keys of any seed', () => {
    const peer = createECDH(name);
    const point = new Uint8Array(peer.generateKeys());
    const common = new Uint8Array(peer.computeSecret(own.point));
    expect(curve.agree(own.secret, point)).toEqual(common);
    expect(() => curve.agree(own.secret, foreign.point)).toThrow();
    for (const byte of [0, 1, 255]) {
      expect(curve.isSecretKey(curve.secretKeyFrom(new Uint8Array(48).fill(byte)))).toBe(true);
    }
  });
});
