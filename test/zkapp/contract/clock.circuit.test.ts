/** Genesis and slot length in one field: the plain functions, and the gates. */
import { describe, expect, test } from '@jest/globals';
import { Field, Provable } from 'o1js';
import {
  assertNetworkClock,
  clockGates,
  type NetworkClock,
  packClock,
  unpackClock,
} from '../../../src/zkapp/contract/clock.ts';
import { codeOf } from '../../pki/code-of.ts';

const MAINNET = { genesis: 1_615_939_200n, slotSeconds: 180 };
const EDGES: NetworkClock[] = [
  MAINNET,
  { genesis: 0n, slotSeconds: 1 },
  { genesis: 2n ** 40n - 1n, slotSeconds: 2 ** 16 - 1 },
];

describe('a clock', () => {
  test.each(EDGES)('of $genesis and $slotSeconds is what was packed', async (clock) => {
    const packed = packClock(clock);
    expect(unpackClock(packed)).toEqual(clock);
    await Provable.runAndCheck(() => {
      const timeOf = clockGates(Provable.witness(Field, () => Field(packed)));
      timeOf(Field(0)).assertEquals(Field(clock.genesis));
      timeOf(Field(7)).assertEquals(Field(clock.genesis + 7n * BigInt(clock.slotSeconds)));
    });
  });

  test.each([
    { genesis: -1n, slotSeconds: 180 },
    { genesis: 2n ** 40n, slotSeconds: 180 },
    { genesis: 0n, slotSeconds: 0 },
    { genesis: 0n, slotSeconds: 2 ** 16 },
    { genesis: 0n, slotSeconds: 0.5 },
    { genesis: 0n, slotSeconds: Number.NaN },
    { genesis: 0n, slotSeconds: -1 },
  ])('of $genesis and $slotSeconds has no room in the state', (clock) => {
    expect(codeOf(() => packClock(clock))).toBe('ERR_REGISTRY_CLOCK');
  });

  test.each([
    ['without a slot length', 1_615_939_200n],
    ['with a slot length of 17 bits', 2n ** 56n],
    ['that is no clock at all', Field.ORDER - 1n],
  ])('in the state %s is refused, by the circuit too', async (_, packed) => {
    expect(codeOf(() => unpackClock(packed))).toBe('ERR_REGISTRY_CLOCK');
    const gates = () => void clockGates(Provable.witness(Field, () => Field(packed)));
    await expect(Provable.runAndCheck(gates)).rejects.toThrow();
  });
});

describe('a client', () => {
  test('compares it with the network', () => {
    const code = (network: NetworkClock) =>
      codeOf(() => assertNetworkClock(packClock(MAINNET), network));
    expect(code(MAINNET)).toBe('none');
    expect(code({ ...MAINNET, slotSeconds: 90 })).toBe('ERR_REGISTRY_CLOCK');
    expect(code({ ...MAINNET, genesis: MAINNET.genesis + 1n })).toBe('ERR_REGISTRY_CLOCK');
    expect(codeOf(() => assertNetworkClock(0n, MAINNET))).toBe('ERR_REGISTRY_CLOCK');
  });
});
