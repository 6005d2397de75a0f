import { beforeAll, describe, expect, test } from '@jest/globals';
import { existsOne } from '../../src/circuits/kimchi/gates.ts';
import { readShortTlv, readTlv } from '../../src/circuits/gadgets/tlv.ts';
import type { Tlv } from '../../src/circuits/gadgets/tlv.ts';
import { tlv } from '../support/certificates/der.ts';
import { evaluate, judge, scanUnbound } from '../support/kimchi/index.ts';
import type { Captured } from '../support/kimchi/index.ts';
import { acceptedLies, hintsOf, witnessWithLies } from '../support/lying-prover.ts';
import { MemoryCircuit } from './memory-circuit.ts';

const SIZE = 272;
const START = 3;
const values = ({ tag, content, end, length }: Tlv) => ({
  tag: tag.toBigInt(),
  content: content.index.toBigInt(),
  end: end.index.toBigInt(),
  length: length.toBigInt(),
});
const start = () => existsOne(() => BigInt(START));

const forms = {
  'any tag': new MemoryCircuit(SIZE, (walk) => readTlv(walk, walk.memory.at(start())), values),
  'tag 30': new MemoryCircuit(SIZE, (walk) => readTlv(walk, walk.memory.at(start()), 0x30), values),
  'short, any tag': new MemoryCircuit(
    SIZE,
    (walk) => readShortTlv(walk, walk.memory.at(start())),
    values,
  ),
  'short, tag 30': new MemoryCircuit(
    SIZE,
    (walk) => readShortTlv(walk, walk.memory.at(start()), 0x30),
    values,
  ),
} as const;

/** Rows of a read, its tables and the position that it starts from. */
const ROWS = { 'any tag': 7, 'tag 30': 5, 'short, any tag': 5, 'short, tag 30': 4 };

let base: number;
beforeAll(async () => {
  base = (await new MemoryCircuit(SIZE, () => undefined).build(new Uint8Array(SIZE))).gates.length;
});

/** Three bytes that look like a header, then the header, then bytes that look like tags. */
function at3(...header: number[]): Uint8Array {
  return Uint8Array.of(0x30, 0x82, 0x01, ...header, ...Array.from({ length: 20 }, () => 0x30));
}

describe.each(Object.entries(forms))('TLV reader, %s', (name, reader) => {
  const short = name.startsWith('short');
  const anyTag = name.endsWith('any tag');
  let captured: Captured;
  beforeAll(async () => {
    captured = await reader.build(at3(0x30, 0x05));
  });

  test.each([0, 127, 128, 255, 256])('content of %i bytes', async (length) => {
    const der = tlv(0x30, new Uint8Array(length).fill(0x30));
    const memory = Uint8Array.of(0x30, 0x82, 0x01, ...der);
    const taken = !short || length < 128;
    expect(await reader.accepts(memory)).toBe(taken);
    if (!taken) return;
    expect((await reader.run(memory)).values).toEqual({
      tag: 0x30n,
      content: BigInt(START + der.length - length),
      end: BigInt(START + der.length),
      length: BigInt(length),
    });
  });

  test('another tag', async () => {
    expect(await reader.accepts(at3(0x31, 0x05))).toBe(anyTag);
  });

  /** Whatever number of length bytes the prover claims. */
  test.each([
    ['81 00', [0x81, 0x00]],
    ['81 05', [0x81, 0x05]],
    ['81 7f', [0x81, 0x7f]],
    ['82 00 05', [0x82, 0x00, 0x05]],
    ['82 00 ff', [0x82, 0x00, 0xff]],
    ['83 00 00 05', [0x83, 0x00, 0x00, 0x05]],
    ['83 00 01 00', [0x83, 0x00, 0x01, 0x00]],
    ['80 (indefinite)', [0x80, 0x00]],
    ['ff', [0xff, 0x05]],
    ['82 40 00 (beyond the memory)', [0x82, 0x40, 0x00]],
  ])('no reading of length %s', async (_, bytes) => {
    const memory = at3(0x30, ...bytes);
    expect(await reader.accepts(memory)).toBe(false);
    if (short || anyTag) return;
    reader.load(at3(0x30, 0x05));
    const [more] = await hintsOf(captured, reader.circuit, /readTlv/);
    reader.load(memory);
    for (const claim of [0n, 1n, 2n, 3n]) {
      const lies = new Map([[more!.number, claim]]);
      const witness = await witnessWithLies(captured, reader.circuit, lies).catch(() => undefined);
      if (witness === undefined) continue;
      expect(evaluate(captured, witness)).not.toEqual([]);
    }
  });

  test('no hint to lie about, nothing unbound', async () => {
    reader.load(at3(0x30, 0x05));
    const hints = (await hintsOf(captured, reader.circuit, /read(Short)?Tlv/)).filter(
      ({ source }) => !source.includes('ByteMemory'),
    );
    expect(hints.length).toBe(Number(!short) + Number(anyTag));
    const lies = (value: bigint) => [2n, 3n, value + 255n, value + 256n, value + 4096n];
    expect(await acceptedLies(captured, reader.circuit, hints, lies)).toEqual([]);
    expect(scanUnbound(captured)).toEqual([]);
  });

  test('rows beyond the memory', () => {
    expect(captured.gates.length - base).toBe(ROWS[name as keyof typeof forms]);
  });
});

test('kimchi agrees on a longer header', async () => {
  const reader = forms['tag 30'];
  const captured = await reader.build(at3(0x30, 0x05));
  expect(judge(captured)).toBe('accepted');
  const { witness } = await reader.run(at3(0x30, 0x81, 0x05));
  expect(judge(captured, witness)).not.toBe('accepted');
});
