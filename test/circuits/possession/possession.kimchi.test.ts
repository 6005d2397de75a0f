/** A possession proof is of one kind, session, key and message. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Field } from 'o1js';
import { PossessionWitness } from '../../../src/circuits/possession.program.ts';
import { P256_ORDER } from './sign-message.ts';
import { digestOf } from '../../../src/witness/message.ts';
import { limbs, signature } from '../../../src/witness/encode.ts';
import {
  capture,
  type Captured,
  evaluate,
  judge,
  scanUnbound,
  type Witness,
  witnessOf,
} from '../../support/kimchi/index.ts';
import { message } from '../sha256/messages.ts';
import {
  honest,
  type PossessionCase,
  possessionCircuit,
  statementOf,
} from './possession-circuit.ts';

const good = honest();
const other = honest(2);

class Judged {
  private current: PossessionCase = good;
  private captured!: Captured;
  private readonly circuit;

  constructor(verified?: Parameters<typeof possessionCircuit>[1]) {
    this.circuit = possessionCircuit(() => this.current, verified);
  }

  async capture(): Promise<Captured> {
    return (this.captured ??= await capture(this.circuit));
  }

  async witness(input: PossessionCase): Promise<Witness> {
    const captured = await this.capture();
    this.current = input;
    return witnessOf(captured, this.circuit, { unchecked: true });
  }

  async accepts(input: PossessionCase): Promise<boolean> {
    try {
      return evaluate(await this.capture(), await this.witness(input)).length === 0;
    } catch {
      return false; // no hint leads anywhere: no witness
    }
  }
}

const changed = (witness: Partial<PossessionWitness>, from = good): PossessionCase => ({
  statement: from.statement,
  witness: new PossessionWitness({ ...from.witness, ...witness }),
});

/** The same witness under the statement that fits it: only the signature can refuse. */
const restated = (witness: Partial<PossessionWitness>): PossessionCase => {
  const { witness: whole } = changed(witness);
  return { statement: statementOf(whole), witness: whole };
};

describe('with its signature', () => {
  const judged = new Judged();
  beforeAll(() => judged.capture(), 120_000);

  it('what is true is accepted', async () => {
    expect(await judged.accepts(good)).toBe(true);
    expect(await judged.accepts(other)).toBe(true);
  });

  it('both s and n - s', async () => {
    const [r, s] = [good.witness.signature.r, good.witness.signature.s].map((parts) =>
      parts.reduceRight((sum, limb) => (sum << 88n) + limb.toBigInt(), 0n),
    ) as [bigint, bigint];
    const flipped = signature({ r, s: P256_ORDER - s });
    expect(await judged.accepts(changed({ signature: flipped }))).toBe(true);
  });

  const { key, blind } = good.witness;
  it.each<[string, PossessionCase]>([
    ['another kind', changed({ kind: Field(4) })],
    ['another session', changed({ session: Field(1) })],
    ['another blind', changed({ blind: blind.add(1) })],
    ['the statement of another key', { ...good, statement: other.statement }],
    [
      'another key that signed it',
      changed({ key: other.witness.key, signature: other.witness.signature }),
    ],
    ['another key, stated as such', restated({ key: other.witness.key })],
    ['another message', changed({ digest: digestOf(message(78)) })],
    ['another message, stated as such', restated({ digest: digestOf(message(78)) })],
    ['the signature of another key', changed({ signature: other.witness.signature })],
    ['no signature', changed({ signature: signature({ r: 0n, s: 0n }) })],
    ['a key that is no point', restated({ key: { x: key.x, y: limbs(5n) } })],
  ])('%s is refused', async (_, input) => {
    expect(await judged.accepts(input)).toBe(false);
  });
});

describe('without its signature', () => {
  const judged = new Judged(() => {});

  // each leaves the packed digest, and so the statement, as it is
  const { limbs: digest } = good.witness.digest;
  const moved = (low: bigint, middle: bigint): Partial<PossessionWitness> => ({
    digest: { limbs: [digest[0]!.add(low), digest[1]!.add(middle), digest[2]!] },
  });
  it.each([
    ['2^88 moved from the middle limb to the low one', moved(1n << 88n, -1n)],
    ['2^88 moved from the low limb to the middle one', moved(-(1n << 88n), 1n)],
  ])('%s is refused', async (_, change) => {
    const input = changed(change);
    expect(statementOf(input.witness).equals(good.statement).toBoolean()).toBe(true);
    expect(await judged.accepts(good)).toBe(true);
    expect(await judged.accepts(input)).toBe(false);
  });

  it('a high limb of 81 bits is refused', async () => {
    const limbs = [digest[0]!, digest[1]!, digest[2]!.add(1n << 80n)];
    expect(await judged.accepts(restated({ digest: { limbs } }))).toBe(false);
  });

  it('kimchi itself refuses a limb that is too long', async () => {
    const witness = await judged.witness(changed(moved(1n << 88n, -1n)));
    expect(judge(await judged.capture(), witness)).not.toBe('accepted');
    expect(judge(await judged.capture())).toBe('accepted');
  }, 120_000);

  it('nothing is unbound', async () => {
    expect(scanUnbound(await judged.capture())).toEqual([]);
  });
});
