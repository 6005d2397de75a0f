/** What is not the message that the verifier asked about is refused. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Field } from 'o1js';
import { commitMessage, prefixHash } from '../../../src/circuits/session.ts';
import { paddedBytes } from '../../../src/witness/encode.ts';
import { digestOf, messagePrefix } from '../../../src/witness/message.ts';
import { judge } from '../../support/kimchi/index.ts';
import { EIGHTH, recordHints, witnessWithLies } from '../sha256/hints.ts';
import { message } from '../sha256/messages.ts';
import { evaluate } from '../../support/kimchi/index.ts';
import {
  BLIND,
  claimedPrefix,
  honest,
  type MessageCase,
  MessageCircuit,
} from './message-circuit.ts';

const BLOCKS = 2;
/** 64 + 20 bytes are known, 30 hidden. */
const PREFIX = 84;
const whole = message(114);
const good = honest(whole, PREFIX, BLOCKS);
const circuit = new MessageCircuit(BLOCKS, good);

beforeAll(() => circuit.capture(), 120_000);

type Changes = Partial<Omit<MessageCase, 'witness'>> & {
  witness?: Partial<MessageCase['witness']>;
};

const changed = ({ witness = {}, ...request }: Changes, from = good): MessageCase => ({
  ...from,
  ...request,
  witness: { ...from.witness, ...witness },
});

const known = (bytes: Uint8Array) => prefixHash(messagePrefix(bytes));
const memoryWith = (changes: Record<number, number>, from = good.witness.memory) =>
  from.map((byte, i) => (changes[i] === undefined ? byte : Field(changes[i])));

it('the case that the attacks change is accepted, by kimchi too', async () => {
  expect(await circuit.accepts(good)).toBe(true);
  expect(judge(await circuit.capture(), await circuit.witness(good))).toBe('accepted');
}, 120_000);

describe('the verifier asks for something else', () => {
  const other = Uint8Array.from(whole);
  other[PREFIX - 1]! ^= 1;
  const earlier = Uint8Array.from(whole);
  earlier[3]! ^= 0x80;
  const cases: [string, Changes][] = [
    ['another byte in the rest of the prefix', { prefix: known(other.subarray(0, PREFIX)) }],
    ['another byte in its whole blocks', { prefix: known(earlier.subarray(0, PREFIX)) }],
    ['a shorter prefix', { prefix: known(whole.subarray(0, PREFIX - 1)) }],
    ['a longer prefix', { prefix: known(whole.subarray(0, PREFIX + 1)) }],
    ['a prefix without its first block', { prefix: known(whole.subarray(64, PREFIX)) }],
    ['one byte more', { length: Field(115) }],
    ['one byte less', { length: Field(113) }],
    ['a block more', { length: Field(178) }],
    ['only the bytes after the whole blocks', { length: Field(50) }],
    ['another message', { sessionMessage: commitMessage(BLIND, digestOf(other).limbs) }],
    ['another blind', { witness: { blind: BLIND.add(1) } }],
    [
      'a commitment with another blind',
      { sessionMessage: commitMessage(Field(1), digestOf(whole).limbs) },
    ],
  ];
  it.each(cases)('%s', async (_, changes) => {
    expect(await circuit.accepts(changed(changes))).toBe(false);
  });
});

describe('the hidden rest repeats the prefix', () => {
  // the holder signed `whole`; the memory begins anew behind the prefix's state
  const short = message(90);
  const start = honest(short, 70, BLOCKS);
  const again = short.subarray(0, 90);

  it('with the true length', async () => {
    const memory = paddedBytes(again, BLOCKS, 90);
    expect(
      await circuit.accepts(
        changed({ witness: { memory, bytes: Field(90), restLength: Field(6) } }, start),
      ),
    ).toBe(false);
  });

  it('with the length that comes of it: the digest is another', async () => {
    const memory = paddedBytes(again, BLOCKS, 154);
    const witness = { ...start.witness, memory, bytes: Field(90) };
    const lie = { length: Field(154), prefix: claimedPrefix(witness, [6, 0, 0]), witness };
    const failures = await circuit.failures(changed(lie, start));
    expect(failures).not.toHaveLength(0);
    // nothing else is wrong with it
    const repeated = new Uint8Array([...short.subarray(0, 64), ...again]);
    const sessionMessage = commitMessage(BLIND, digestOf(repeated).limbs);
    expect(await circuit.accepts(changed({ ...lie, sessionMessage }, start))).toBe(true);
  });

  it('from the beginning, as if there were no blocks before', async () => {
    const witness = { ...honest(short, 0, BLOCKS).witness, restLength: Field(6) };
    expect(await circuit.accepts(changed({ witness }, start))).toBe(false);
  });
});

describe('the padding lies', () => {
  const lengths: [string, number][] = [
    ['the bytes of the memory only', 50],
    ['one byte more', 115],
    ['a block less', 50 + 128],
    ['nothing', 0],
  ];
  it.each(lengths)('about the length: %s', async (_, told) => {
    const memory = paddedBytes(whole.subarray(64), BLOCKS, told);
    expect(await circuit.accepts(changed({ witness: { memory } }))).toBe(false);
    expect(await circuit.accepts(changed({ length: Field(told), witness: { memory } }))).toBe(
      false,
    );
  });

  const bytes: [string, Record<number, number>][] = [
    ['no 0x80', { 50: 0 }],
    ['a byte among the zeros', { 52: 1 }],
    ['a byte after the padding', { 64: 1 }],
    ['the last byte of the memory', { 127: 255 }],
    ['a second padding', { 64: 0x80 }],
  ];
  // 50 bytes end in the first block, so that the second is unused
  it.each(bytes)('%s', async (_, changes) => {
    const memory = memoryWith(changes);
    expect(await circuit.accepts(changed({ witness: { memory } }))).toBe(false);
  });

  it.each([-1, 1, 64])('about the bytes: %i more', async (off) => {
    expect(await circuit.accepts(changed({ witness: { bytes: Field(50 + off) } }))).toBe(false);
  });
});

describe('the opening of the prefix', () => {
  // two words that the hash packs together: one less above, 2^32 more below
  it.each([0, 1, 2, 4, 5, 6])('with word %i one less and the next of 33 bits', async (i) => {
    const state = [...good.witness.state];
    state[i] = state[i]!.sub(1);
    state[i + 1] = state[i + 1]!.add(1n << 32n);
    const lie = changed({ witness: { state } });
    expect(claimedPrefix(lie.witness, [20, 0, 0]).equals(good.prefix).toBoolean()).toBe(true);
    expect(await circuit.accepts(lie)).toBe(false);
  });

  it.each([3, 7])(
    'with word %i, which enters sums only, of 33 bits: the digest is the same',
    async (i) => {
      const state = [...good.witness.state];
      state[i] = state[i]!.add(1n << 32n);
      const witness = { ...good.witness, state };
      const failures = await circuit.failures({
        ...good,
        witness,
        prefix: claimedPrefix(witness, [20, 0, 0]),
      });
      // only the range check refuses it
      expect(failures).not.toHaveLength(0);
      expect(new Set(failures!.map(({ gate }) => gate))).toEqual(new Set(['Lookup']));
    },
  );

  it('with a rest of 64 bytes in place of a block', async () => {
    const start = honest(message(90), 0, BLOCKS);
    const witness = { ...start.witness, restLength: Field(64) };
    const lie = { ...start, witness, prefix: claimedPrefix(witness, [31, 31, 2]) };
    const failures = await circuit.failures(lie);
    expect(failures).not.toHaveLength(0);
    const right = { ...start.witness, restLength: Field(63) };
    expect(
      await circuit.accepts({
        ...start,
        witness: right,
        prefix: claimedPrefix(right, [31, 31, 1]),
      }),
    ).toBe(true);
  });

  it('with a rest that reaches into the padding', async () => {
    const start = honest(message(70), 69, BLOCKS);
    const reaching = (restLength: number) => {
      const witness = { ...start.witness, restLength: Field(restLength) };
      return { ...start, witness, prefix: claimedPrefix(witness, [restLength, 0, 0]) };
    };
    expect(await circuit.accepts(reaching(6))).toBe(true);
    expect(await circuit.accepts(reaching(7))).toBe(false);
  });

  it.each([
    ['2^20', 1n << 20n],
    ['-1', -1n],
    ['1/64', EIGHTH * EIGHTH],
  ])('with %s blocks', async (_, count) => {
    const blocks = Field(count);
    const length = blocks.mul(64).add(50);
    const witness = { ...good.witness, blocks };
    const lie = { ...good, witness, length, prefix: claimedPrefix(witness, [20, 0, 0]) };
    expect(await circuit.accepts(lie)).toBe(false);
  });

  it('divided in another way, which would move zeros', async () => {
    // known: 30 zeros, a 9, fourteen bytes. The memory has the 9 at 13; only where the pieces end differs.
    const bytes = Uint8Array.from({ length: 60 }, (_, i) => (i > 30 ? 100 + i : i === 30 ? 9 : 0));
    const moved = bytes.with(30, 0).with(13, 9);
    const lie = { ...honest(moved, 45, BLOCKS), prefix: known(bytes.subarray(0, 45)) };
    const captured = await circuit.capture();
    circuit.current = lie;
    const hints = await recordHints(captured, circuit.body);
    const at = (i: number) => hints[i]?.join();
    const first = hints.findIndex((_, i) => at(i) === '31' && at(i + 1) === '14');
    expect(first).toBeGreaterThan(0);
    const lies = new Map([[first, () => [14n]]]);
    const witness = await witnessWithLies(captured, circuit.body, lies);
    const failures = evaluate(captured, witness);
    expect(failures.map(({ gate }) => gate)).toEqual(['Generic']);
    expect(judge(captured, witness)).not.toBe('accepted');
  });
});

describe('kimchi itself refuses', () => {
  const cases: [string, Changes][] = [
    ['a length', { length: Field(115) }],
    ['a prefix', { prefix: known(whole.subarray(0, PREFIX - 1)) }],
    ['a byte after the padding', { witness: { memory: memoryWith({ 127: 1 }) } }],
    ['another blind', { witness: { blind: Field(3) } }],
  ];
  it.each(cases)('%s', async (_, changes) => {
    const witness = await circuit.witness(changed(changes));
    expect(judge(await circuit.capture(), witness)).not.toBe('accepted');
  });
});
