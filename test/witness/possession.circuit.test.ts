/** What a holder proves of a message, and what is refused before anything is proven. */
import { describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { identifierOf, orderOf, pseudonymOf } from '../../src/circuits/session.ts';
import { MODE } from '../../src/params.ts';
import { publicKey } from '../../src/witness/encode.ts';
import { type PossessionInput, possessionWitness } from '../../src/witness/possession.ts';
import { possessionRequest } from '../../src/witness/statement.ts';
import { inputOf, valuesOf } from '../circuits/possession/possession-circuit.ts';
import { P256_ORDER, signMessage } from '../circuits/possession/sign-message.ts';
import { message } from '../circuits/sha256/messages.ts';

const input = inputOf();
const { signature, openings } = input;

describe('is refused as ERR_POSSESSION_SIGNATURE:', () => {
  const withKey = (key: { x: bigint; y: bigint }) => ({
    openings: { ...openings, key: { ...openings.key, key: publicKey(key) } },
  });
  const { key } = signMessage(1, input.message);
  test.each<[string, Partial<PossessionInput>]>([
    ['another message', { message: message(78) }],
    ['no message', { message: new Uint8Array() }],
    ['a signature by another key', { signature: signMessage(2, input.message).signature }],
    ['another key', withKey(signMessage(2, input.message).key)],
    ['a key that is no point', withKey({ x: key.x, y: key.y + 1n })],
    ['a signature of zeros', { signature: { r: 0n, s: 0n } }],
    ['s beyond the order', { signature: { ...signature, s: signature.s + P256_ORDER } }],
    ['r that is no number of 256 bits', { signature: { ...signature, r: 1n << 256n } }],
  ])('%s', (_, change) => {
    expect(() => possessionWitness({ ...input, ...change })).toThrow(
      expect.objectContaining({ code: 'ERR_POSSESSION_SIGNATURE' }),
    );
  });
});

test('a high s and a low one are the same to the verifier', () => {
  const high = { ...signature, s: P256_ORDER - signature.s };
  const [one, two] = [possessionWitness(input), possessionWitness({ ...input, signature: high })];
  expect(two.request).toEqual(one.request);
  expect(two.witness.signature).not.toEqual(one.witness.signature);
});

describe('the values', () => {
  const { key } = openings.key;
  const { identity } = openings.identity;
  const [scope, asked, order] = [input.scope!, input.identifier!, input.order!];
  const pseudonym = pseudonymOf(key, identity, Field(scope)).toBigInt();
  const identifier = identifierOf(
    Field(asked.secret),
    key,
    identity,
    Field(asked.scope),
  ).toBigInt();
  const bound = orderOf(Field(order.server), Field(order.salt), identity).toBigInt();

  test.each<[string, Partial<PossessionInput>, object]>([
    ['of everything', {}, { pseudonym, identifier, order: bound }],
    ['without a scope', { scope: undefined }, { pseudonym: 0n, identifier, order: bound }],
    ['of scope 0', { scope: 0n }, { pseudonym: 0n, identifier, order: bound }],
    ['without a secret', { identifier: undefined }, { pseudonym, identifier: 0n, order: bound }],
    [
      'of identifier scope 0',
      { identifier: { ...asked, scope: 0n } },
      { pseudonym, identifier: 0n, order: bound },
    ],
    ['without an order', { order: undefined }, { pseudonym, identifier, order: 0n }],
  ])('%s are those of the circuit', (_, change, expected) => {
    const { values, witness, request } = possessionWitness({ ...input, ...change });
    expect(values).toEqual(expected);
    // what the circuit will make of the witness, and what a verifier makes of what it is told
    const { digest: _digest, ...fields } = valuesOf(witness);
    const plain = Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, (value as Field).toBigInt()]),
    ) as Record<keyof typeof fields, bigint>;
    expect(plain).toMatchObject(expected);
    expect(possessionRequest({ ...plain, message: input.message })).toEqual(request);
    expect(request.mode.toBigInt()).toBe(BigInt(MODE.sessionPossession));
  });

  test('differ by scope, secret, salt and server, and none is another one', () => {
    const more = (value: bigint) => value + 1n;
    const plans = [
      {},
      { scope: more(scope) },
      { identifier: { ...asked, scope: more(asked.scope) } },
      { identifier: { ...asked, secret: more(asked.secret) } },
      { order: { ...order, salt: more(order.salt) } },
      { order: { ...order, server: more(order.server) } },
    ].map((change) => possessionWitness({ ...input, ...change }).values);
    const distinct = (of: (values: (typeof plans)[0]) => bigint) => new Set(plans.map(of)).size;
    expect(distinct(({ pseudonym: value }) => value)).toBe(2);
    expect(distinct(({ identifier: value }) => value)).toBe(3);
    expect(distinct(({ order: value }) => value)).toBe(3);
    // one scope for both, and still two names
    const same = possessionWitness({ ...input, identifier: { ...asked, scope } }).values;
    expect(same.identifier).not.toBe(same.pseudonym);
  });
});

test('a statement differs by each of its values', () => {
  const { witness } = possessionWitness(input);
  const { digest: _, ...fields } = valuesOf(witness);
  const plain = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, (value as Field).toBigInt()]),
  ) as Record<keyof typeof fields, bigint>;
  const statement = { ...plain, message: input.message };
  const changes = Object.keys(plain).map((name) => ({
    ...statement,
    [name]: plain[name as keyof typeof plain] + 1n,
  }));
  const all = [statement, ...changes, { ...statement, message: message(78) }];
  const hashes = all.map((of) => possessionRequest(of).statement.toBigInt());
  expect(new Set(hashes).size).toBe(10);
});
