/** The key that sessionKey hides signed the digest of the statement. With its signature: all of the circuit. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Field } from 'o1js';
import { PossessionWitness } from '../../../src/circuits/possession.ts';
import { fromLimbs, limbs, signature } from '../../../src/witness/encode.ts';
import { digestOf } from '../../../src/witness/statement.ts';
import { judge } from '../../support/kimchi/index.ts';
import { message } from '../sha256/messages.ts';
import {
  honest,
  JudgedPossession,
  type PossessionCase,
  statementOf,
} from './possession-circuit.ts';
import { P256_ORDER } from './sign-message.ts';

const good = honest();
const other = honest({}, 2);
const judged = new JudgedPossession(good);
beforeAll(() => judged.capture(), 120_000);

const changed = (change: Partial<PossessionWitness>): PossessionCase => ({
  statement: good.statement,
  witness: new PossessionWitness({ ...good.witness, ...change }),
});

/** The same witness under the statement that fits it: only the signature can refuse. */
const restated = (change: Partial<PossessionWitness>): PossessionCase => {
  const { witness } = changed(change);
  return { statement: statementOf(witness), witness };
};

/** 2^88 more in one limb and one less in the next: packed, the same. */
const carried = ([low, middle, high]: readonly Field[]) => [
  low!.add(1n << 88n),
  middle!.sub(1),
  high!,
];

describe('is accepted:', () => {
  it.each<[string, PossessionCase]>([
    ['everything at once', good],
    ['of another key', other],
    ['no pseudonym', honest({ scope: 0n })],
    ['no identifier', honest({ identifier: undefined })],
    ['no order', honest({ order: undefined })],
    ['the signature alone', honest({ scope: 0n, identifier: undefined, order: undefined })],
  ])('%s', async (_, input) => {
    expect(statementOf(input.witness)).toEqual(input.statement);
    expect(await judged.accepts(input)).toBe(true);
  });

  it('both s and n - s', async () => {
    const { r, s } = good.witness.signature;
    const flipped = signature({ r: fromLimbs(r), s: P256_ORDER - fromLimbs(s) });
    expect(await judged.accepts(changed({ signature: flipped }))).toBe(true);
  });
});

describe('is refused:', () => {
  const { key } = good.witness;
  it.each<[string, PossessionCase]>([
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
  ])('%s', async (_, input) => {
    expect(await judged.accepts(input)).toBe(false);
  });

  // a presentation takes such a key; here its limbs have to be in range
  it.each<[string, Partial<PossessionWitness>]>([
    ['x', { key: { x: carried(key.x), y: key.y } }],
    ['y', { key: { x: key.x, y: carried(key.y) } }],
  ])('a key whose limbs of %s lend to each other, packed the same', async (_, change) => {
    const input = changed(change);
    expect(statementOf(input.witness)).toEqual(good.statement);
    expect(await judged.accepts(input)).toBe(false);
  });
});

it('kimchi itself says the same', async () => {
  const captured = await judged.capture();
  const verdict = async (input: PossessionCase) => judge(captured, await judged.witness(input));
  expect(await verdict(good)).toBe('accepted');
  const refused = { refused: expect.any(String) };
  expect(await verdict({ ...good, statement: other.statement })).toEqual(refused);
  expect(await verdict(changed({ identity: other.witness.identity }))).toEqual(refused);
}, 240_000);
