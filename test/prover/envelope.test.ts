import { describe, expect, test } from '@jest/globals';
import { formatEnvelope, parseEnvelope, type ProofEnvelope } from '../../src/prover/envelope.ts';

const FIELD_ORDER = 0x40000000000000000000000000000000224698fc094cf91b992d30ed00000001n;

const envelope: ProofEnvelope = {
  format: 'zkcx-proof',
  version: 1,
  program: 'chain',
  verificationKeyHash: '12345',
  proof: {
    publicInput: ['1'],
    publicOutput: ['7', '1700000000', '1730000000', String(FIELD_ORDER - 1n)],
    maxProofsVerified: 1,
    proof: 'KCgoc3RhdGU=',
  },
};

const altered = (change: object) => JSON.stringify({ ...envelope, ...change });
const alteredProof = (change: object) => altered({ proof: { ...envelope.proof, ...change } });

describe('a proof envelope', () => {
  test('is read back as it was written', () => {
    expect(parseEnvelope(formatEnvelope(envelope))).toEqual(envelope);
  });

  test.each([
    ['nothing', ''],
    ['no JSON', '{"format":'],
    ['no object', '[]'],
    ['null', 'null'],
    ['another format', altered({ format: 'zkcx-credential' })],
    ['no version', altered({ version: undefined })],
    ['a version that is no number', altered({ version: '1' })],
    ['an unknown field', altered({ note: 'hello' })],
    ['an unknown field of the proof', alteredProof({ witness: '1' })],
    ['a program with a path in its name', altered({ program: '../chain' })],
    ['a missing field', altered({ verificationKeyHash: undefined })],
    ['no proof', altered({ proof: undefined })],
    ['numbers in place of text', alteredProof({ publicInput: [1] })],
    ['a negative number', alteredProof({ publicInput: ['-1'] })],
    ['a second spelling of a number', alteredProof({ publicInput: ['01'] })],
    ['a word in place of a number', alteredProof({ publicInput: ['seven'] })],
    ['an empty number', alteredProof({ publicInput: [''] })],
    ['hexadecimal', alteredProof({ publicInput: ['0x1'] })],
    ['the field order', alteredProof({ publicInput: [String(FIELD_ORDER)] })],
    ['a number of 1000 digits', alteredProof({ publicInput: ['9'.repeat(1000)] })],
    ['too many values', alteredProof({ publicOutput: Array.from({ length: 65 }, () => '1') })],
    ['three proofs verified', alteredProof({ maxProofsVerified: 3 })],
    ['an empty proof', alteredProof({ proof: '' })],
    ['a proof that is not base64', alteredProof({ proof: 'ä$' })],
    ['200,001 bytes', ' '.repeat(200_001)],
  ])('is refused with %s', (_, text) => {
    expect(() => parseEnvelope(text)).toThrow(
      expect.objectContaining({ name: 'ZkcxError', code: 'ERR_PROOF_FORMAT' }),
    );
  });

  test('of a later version is refused as such', () => {
    expect(() => parseEnvelope(altered({ version: 2, more: true }))).toThrow(
      expect.objectContaining({ code: 'ERR_PROOF_VERSION' }),
    );
  });

  test('is refused without quoting it', () => {
    const text = altered({ secretField: 'secret-value', program: 'secret/program' });
    expect(() => parseEnvelope(text)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    );
  });
});
