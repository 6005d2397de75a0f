/** Only the one padding of the standard passes, and nothing may follow it. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Field } from 'o1js';
import { walkOver } from '../../../src/circuits/gadgets/walk.ts';
import { assertPadding } from '../../../src/circuits/gadgets/sha256/index.ts';
import type { CircuitContext } from '../../../src/circuits/kimchi/context.ts';
import { exists, existsOne } from '../../../src/circuits/kimchi/gates.ts';
import {
  capture,
  evaluate,
  judge,
  scanUnbound,
  witnessOf,
  type Captured,
  type Failure,
} from '../../support/kimchi/index.ts';
import { acceptedLies, EIGHTH, MARK, recordHints, witnessWithLies, type Lie } from './hints.ts';
import { message, padded, report } from './messages.ts';

const BLOCKS = 3;
let bytes: bigint[] = [];
let length = 0n;
let blocks = 0n;

function circuit(context: CircuitContext): void {
  const walk = walkOver(
    context,
    exists(bytes.length, () => bytes),
  );
  const claimed = existsOne(() => length);
  existsOne(() => MARK);
  report([assertPadding(walk, claimed)], ([value]) => (blocks = value!));
}

function load(size: number): void {
  bytes = padded(message(size), BLOCKS);
  length = BigInt(size);
}

let captured: Captured;
let start = 0;

beforeAll(async () => {
  load(20);
  captured = await capture(circuit);
  const hints = await recordHints(captured, circuit);
  start = hints.findIndex(([value]) => value === MARK) + 1;
});

/** What refuses the inputs as they are now, with lies at hints counted from the mark. */
async function failures(lies: Record<number, bigint> = {}): Promise<Failure[]> {
  const entries = Object.entries(lies).map(([call, value]): [number, Lie] => [
    start + Number(call),
    () => [value],
  ]);
  return evaluate(captured, await witnessWithLies(captured, circuit, new Map(entries)));
}

/** As `failures`; a run without a witness counts as one. */
async function refused(lies: Record<number, bigint> = {}): Promise<boolean> {
  try {
    return (await failures(lies)).length > 0;
  } catch {
    return true;
  }
}

/** Hints of `assertPadding` for three blocks, in order. */
const HINT = { secondUsed: 0, thirdUsed: 1, blocks: 2, zeros: 3, firstStep: 8, secondStep: 9 };

describe('honest padding', () => {
  it('passes for lengths around every boundary, with the right number of blocks', async () => {
    const lengths = [0, 1, 2, 21, 22, 23, 24, 25, 31, 32, 54, 55, 56, 57, 62, 63, 64, 65, 86, 87];
    lengths.push(88, 118, 119, 120, 121, 126, 127, 128, 129, 150, 151, 152, 181, 182, 183);
    for (const size of lengths) {
      load(size);
      const witness = await witnessOf(captured, circuit);
      expect(blocks).toBe(BigInt(Math.ceil((size + 9) / 64)));
      expect(evaluate(captured, witness)).toEqual([]);
    }
  });
});

describe('a number of blocks that is not theirs', () => {
  it('is refused when it is a fraction: 64 n = 72 with n = 9/8', async () => {
    // message of 20 bytes, its length at byte 64, nothing after 72: digest of a cut block
    load(20);
    bytes[62] = 0n;
    bytes[63] = 0n;
    bytes[70] = 0n;
    bytes[71] = 160n;
    const thirdUsed = Field(-7n).mul(EIGHTH).toBigInt();
    const lies = { [HINT.secondUsed]: 1n, [HINT.thirdUsed]: thirdUsed };
    const found = await failures(lies);
    expect(blocks).toBe(Field(9n).mul(EIGHTH).toBigInt());
    // all else is consistent: what refuses is that the bit is no bit
    expect(found.map(({ gate }) => gate)).toEqual(['Generic']);
    const asHints = Object.entries(lies).map(([call, value]): [number, Lie] => [
      start + Number(call),
      () => [value],
    ]);
    const witness = await witnessWithLies(captured, circuit, new Map(asHints));
    expect(judge(captured, witness)).not.toBe('accepted');
    expect(judge(captured)).toBe('accepted');
  });

  it('is refused when it is one more, with 64 zeros more', async () => {
    load(50);
    bytes[63] = 0n;
    bytes[62] = 0n;
    bytes[126] = 400n >> 8n;
    bytes[127] = 400n & 255n;
    const found = await failures({ [HINT.secondUsed]: 1n });
    expect(blocks).toBe(2n);
    expect(found.map(({ gate }) => gate)).toEqual(['Lookup']);
  });

  it('is refused when the used blocks are not a run', async () => {
    load(100);
    expect(await refused({ [HINT.secondUsed]: 0n, [HINT.thirdUsed]: 1n })).toBe(true);
  });
});

describe('bytes that are not the padding', () => {
  const faults: [string, number, (bytes: bigint[]) => void][] = [
    ['0x80 one later', 20, (b) => ([b[20], b[21]] = [0n, 0x80n])],
    ['0x80 one earlier', 20, (b) => ([b[19], b[20]] = [0x80n, 0n])],
    ['0x81', 20, (b) => (b[20] = 0x81n)],
    ['no 0x80', 20, (b) => (b[20] = 0n)],
    ['first zero', 20, (b) => (b[21] = 1n)],
    ['zero at the end of the first step', 20, (b) => (b[51] = 1n)],
    ['zero at the start of the second step', 20, (b) => (b[52] = 0x80n)],
    ['last zero', 20, (b) => (b[55] = 1n)],
    ['zero in the third step', 120, (b) => (b[183] = 1n)],
    ['length one bit more', 20, (b) => (b[63] = 161n)],
    ['length one byte more', 20, (b) => (b[63] = 168n)],
    ['length with a high byte', 20, (b) => (b[56] = 1n)],
    ['byte after the last block', 20, (b) => (b[64] = 1n)],
    ['byte at the end of the first window', 20, (b) => (b[94] = 1n)],
    ['byte at the start of the second window', 20, (b) => (b[95] = 1n)],
    ['byte at the start of the third window', 20, (b) => (b[126] = 1n)],
    ['byte at the end of a block', 20, (b) => (b[127] = 255n)],
    ['byte at the end of the memory', 100, (b) => (b[191] = 1n)],
    ['second padded message', 20, (b) => ([b[64], b[127]] = [0x80n, 1n])],
    ['bytes 1 and -256 for two zeros', 20, (b) => ([b[30], b[31]] = [1n, -256n])],
    ['bytes 0x7f and 256 for 0x80 and 0', 20, (b) => ([b[20], b[21]] = [0x7fn, 256n])],
    ['bytes 1 and -256 after the end', 20, (b) => ([b[70], b[71]] = [1n, -256n])],
    ['byte 256 in the message', 20, (b) => (b[3] = 256n)],
  ];
  it.each(faults)('%s is refused', async (_, size, change) => {
    load(size);
    change(bytes);
    expect(await refused()).toBe(true);
  });

  it.each([-1n, 1n, 8n, 64n, 1n << 64n])('a length %s off is refused', async (off) => {
    load(20);
    length += off;
    expect(await refused()).toBe(true);
  });

  it('a message that leaves no room is refused', async () => {
    bytes = [...padded(message(183), BLOCKS)];
    length = 184n;
    expect(await refused()).toBe(true);
  });
});

describe('lies at single hints', () => {
  it("change nothing: only the split of the zeros into steps is the prover's", async () => {
    load(90);
    const { accepted, tried } = await acceptedLies(captured, circuit, () => [blocks]);
    expect(tried).toBeGreaterThan(100);
    expect(accepted.filter(({ harmful }) => harmful)).toEqual([]);
    const free = new Set(accepted.map(({ call }) => call));
    expect([...free]).toEqual([HINT.firstStep]);
  });

  it('leave no value unbound, in the memory and the padding', () => {
    expect(scanUnbound(captured)).toEqual([]);
  });
});
