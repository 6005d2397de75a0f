/** Bundles of another type, size or version, and fields that are not theirs. */
import { describe, expect, test } from '@jest/globals';
import {
  checkCertifiedBundle,
  checkPresentationBundle,
  formatBundle,
  MAX_BUNDLE_BYTES,
  parseBundle,
  type PresentationBundle,
} from '../../src/session/envelopes.ts';

const proof = (program: string) => ({
  format: 'zkcx-proof' as const,
  version: 1 as const,
  program,
  verificationKeyHash: '1',
  proof: { publicInput: ['1'], publicOutput: [], maxProofsVerified: 0 as const, proof: 'AAAA' },
});
const certified = {
  format: 'zkcx-certified' as const,
  version: 1 as const,
  proof: proof('certify'),
};
const x = 'ab'.repeat(32);
const bundle: PresentationBundle = {
  format: 'zkcx-presentation',
  version: 3,
  presentation: proof('presentation'),
  possession: {
    ...proof('sessionPossession'),
    version: 2,
    verificationKeyHash: x,
    proof: { publicInput: ['1'], proof: 'AAAA' },
  },
  pseudonym: '5',
  openings: {
    identity: { blind: '1', identity: '2' },
    issuer: { blind: '1', organisation: 'Z3NtYQ==', issuer: '3' },
    key: { blind: '1', x, y: x },
  },
};

describe('a bundle', () => {
  test('is read back as it was written', () => {
    expect(checkPresentationBundle(parseBundle(formatBundle(bundle)))).toEqual(bundle);
    const { pseudonym, ...rest } = bundle;
    const identified = { ...rest, identifier: pseudonym, order: '7' };
    expect(checkPresentationBundle(parseBundle(formatBundle(identified)))).toEqual(identified);
    expect(checkCertifiedBundle(parseBundle(formatBundle(certified)))).toEqual(certified);
  });

  const issuer = (change: object) => ({
    ...bundle,
    openings: { issuer: { ...bundle.openings.issuer, ...change } },
  });
  test.each([
    ['nothing', undefined],
    ['text', 'zkcx-presentation'],
    ['a list', [bundle]],
    ['another format', certified],
    ['a version that is no number', { ...bundle, version: '1' }],
    ['an unknown field', { ...bundle, eid: '8904' }],
    ['no presentation', { ...bundle, presentation: undefined }],
    ['no possession', { ...bundle, possession: undefined }],
    ['a message to open', { ...bundle, message: { kind: 'opening', blind: '1' } }],
    ['a pseudonym of 0', { ...bundle, pseudonym: '0' }],
    ['an identifier of 0', { ...bundle, identifier: '0' }],
    ['an order of 0', { ...bundle, order: '0' }],
    ['a pseudonym that is a number', { ...bundle, pseudonym: 5 }],
    ['no openings', { ...bundle, openings: undefined }],
    ['base64 with a second spelling', issuer({ organisation: 'AB==' })],
    ['base64 without padding', issuer({ organisation: 'AA' })],
    ['an unknown opening', { ...bundle, openings: { eid: { blind: '1' } } }],
    ['a blind that is a number', issuer({ blind: 1 })],
    ['a blind above the field', issuer({ blind: '9'.repeat(77) })],
    ['a name of 65 bytes', issuer({ organisation: btoa('x'.repeat(65)) })],
    [
      'a coordinate of 31 bytes',
      { ...bundle, openings: { key: { blind: '1', x: 'ab'.repeat(31), y: x } } },
    ],
  ])('is refused as %s', (_, json) => {
    expect(() => checkPresentationBundle(json)).toThrow(
      expect.objectContaining({ code: 'ERR_PROOF_FORMAT' }),
    );
  });

  test.each([
    [checkPresentationBundle, bundle.format, 2],
    [checkPresentationBundle, bundle.format, 4],
    [checkCertifiedBundle, certified.format, 2],
  ])('of another version is refused as such', (check, format, version) => {
    expect(() => check({ format, version })).toThrow(
      expect.objectContaining({ code: 'ERR_PROOF_VERSION' }),
    );
  });

  test('that is too large, or no JSON, is refused unread and unquoted', () => {
    for (const text of [' '.repeat(MAX_BUNDLE_BYTES + 1), '{"blind": "4711"', '']) {
      expect(() => parseBundle(text)).toThrow(
        expect.objectContaining({
          code: 'ERR_PROOF_FORMAT',
          message: expect.not.stringContaining('4711'),
        }),
      );
    }
  });
});
