/** The digest is node's, for every way that a message can end and for real certificates. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseCertificate } from '../../../src/asn1/index.ts';
import { digestLimbs } from '../../../src/circuits/gadgets/sha256/index.ts';
import { exists } from '../../../src/circuits/kimchi/gates.ts';
import { inRange } from '../../../src/circuits/kimchi/integer.ts';
import { TBS_BLOCKS, TBS_MAX_BYTES } from '../../../src/params.ts';
import { capture, evaluate, judge, witnessOf } from '../../support/kimchi/index.ts';
import { HashCircuit, message, padded, report, sha256Hex } from './messages.ts';

function hashCircuit(blocks: number): HashCircuit {
  return new HashCircuit(padded(message(0), blocks), 0n);
}

describe('sha256 of a message', () => {
  it('is right for every kind of ending, within three blocks', async () => {
    const circuit = hashCircuit(3);
    const captured = await capture(circuit.body);
    expect(evaluate(captured)).toEqual([]);
    expect(circuit.digest).toBe(sha256Hex(message(0)));
    // one, two and three blocks, full and just begun; all paddings are in padding.kimchi.test.ts
    const lengths = [1, 55, 56, 64, 119, 120, 183];
    for (const length of lengths) {
      circuit.load(message(length));
      const witness = await witnessOf(captured, circuit.body);
      expect([length, circuit.digest]).toEqual([length, sha256Hex(message(length))]);
      expect(evaluate(captured, witness)).toEqual([]);
    }
  });

  it('is right for the TBS of real certificates and for the longest, at full size', async () => {
    const tbs = ['EUM/CERT_EUM', 'eUICC/CERT_EUICC'].map((name) => {
      const path = new URL(`../../../fixtures/sgp26/${name}_ECDSA_NIST.der`, import.meta.url);
      return parseCertificate(readFileSync(path)).tbs;
    });
    const circuit = hashCircuit(TBS_BLOCKS);
    const captured = await capture(circuit.body);
    for (const bytes of [...tbs, message(TBS_MAX_BYTES)]) {
      circuit.load(bytes);
      const witness = await witnessOf(captured, circuit.body);
      expect(circuit.digest).toBe(sha256Hex(bytes));
      expect(evaluate(captured, witness)).toEqual([]);
    }
  });

  it('is what kimchi proves, and a false byte after it is not', async () => {
    const circuit = hashCircuit(2);
    circuit.load(message(50));
    const captured = await capture(circuit.body);
    expect(judge(captured)).toBe('accepted');
    circuit.bytes = circuit.bytes.with(127, 1n);
    const witness = await witnessOf(captured, circuit.body, { unchecked: true });
    expect(circuit.digest).toBe(sha256Hex(message(50)));
    expect(judge(captured, witness)).not.toBe('accepted');
  });

  it('refuses a memory that is not whole blocks', async () => {
    const circuit = new HashCircuit([...padded(message(0), 1), 0n], 0n);
    await expect(capture(circuit.body)).rejects.toThrow('no full block');
  });
});

describe('digestLimbs', () => {
  it('cuts the words into limbs of 88, 88 and 80 bits', async () => {
    const digests = [sha256Hex(message(3)), 'f'.repeat(64), '0'.repeat(64)];
    let words: bigint[] = [];
    let limbs: bigint[] = [];
    const circuit = (context: Parameters<HashCircuit['body']>[0]) => {
      const inputs = exists(8, () => words).map((word) => inRange<32>(word));
      report(digestLimbs(context, inputs), (values) => (limbs = values));
    };
    const take = (hex: string) => (words = hex.match(/.{8}/g)!.map((word) => BigInt(`0x${word}`)));
    take(digests[0]!);
    const captured = await capture(circuit);
    for (const hex of digests) {
      take(hex);
      expect(evaluate(captured, await witnessOf(captured, circuit))).toEqual([]);
      const whole = BigInt(`0x${hex}`);
      const mask = (1n << 88n) - 1n;
      expect(limbs).toEqual([whole & mask, (whole >> 88n) & mask, whole >> 176n]);
    }
  });
});
