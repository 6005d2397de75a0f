/**
 * Lying provers against everything of `possession` but the signature: what the verifier states of session, commitments,
 * pseudonym, identifier and order is what the private values give.
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Bool, Field } from 'o1js';
import { PossessionWitness } from '../../../src/circuits/possession.ts';
import {
  identifierOf,
  orderOf,
  type PossessionStatement,
  pseudonymOf,
} from '../../../src/circuits/session.ts';
import { GATE } from '../../../src/circuits/kimchi/gates.ts';
import { digestOf } from '../../../src/witness/statement.ts';
import { capture, judge, P, scanUnbound } from '../../support/kimchi/index.ts';
import { refusedAloneBy } from '../../support/kimchi/joint/index.ts';
import { hintsOf, isComparison, witnessWithLies } from '../../support/lying-prover.ts';
import { message } from '../sha256/messages.ts';
import {
  honest,
  JudgedPossession,
  type PossessionCase,
  possessionCircuit,
  statementOf,
  valuesOf,
} from './possession-circuit.ts';

const good = honest();
const other = honest({}, 2);
const unsigned = () => {};
const judged = new JudgedPossession(good, unsigned);
beforeAll(() => judged.capture(), 60_000);

const changed = (change: Partial<PossessionWitness>, from = good): PossessionWitness =>
  new PossessionWitness({ ...from.witness, ...change });
const accepts = (witness: PossessionWitness, statement = good.statement) =>
  judged.accepts({ statement, witness });
/** Whether a witness is taken for a statement that is true of it but for the lies. */
const acceptsLies = (witness: PossessionWitness, lies: Partial<PossessionStatement>) =>
  accepts(witness, statementOf(witness, lies));

it('what is true is accepted, by kimchi too', async () => {
  expect(statementOf(good.witness)).toEqual(good.statement);
  expect(await judged.accepts(good)).toBe(true);
  expect(judge(await judged.capture(), await judged.witness(good))).toBe('accepted');
}, 120_000);

describe('the statement of the verifier binds', () => {
  const { witness } = good;
  const one = (field: Field) => field.add(1);
  it.each<[string, Partial<PossessionWitness>]>([
    ['the session', { session: one(witness.session) }],
    ['the digest', { digest: digestOf(message(78)) }],
    ['the blind of the key', { keyBlind: one(witness.keyBlind) }],
    ['the key', { key: other.witness.key }],
    ['the identity', { identity: one(witness.identity) }],
    ['the blind of the identity', { identityBlind: one(witness.identityBlind) }],
    ['the scope', { scope: one(witness.scope) }],
    ['the scope, left out', { scope: Field(0) }],
    ['the scope of the identifier', { identifierScope: one(witness.identifierScope) }],
    ['the scope of the identifier, left out', { identifierScope: Field(0) }],
    ['the secret', { secret: one(witness.secret) }],
    ['the server of the order', { orderServer: one(witness.orderServer) }],
    ['the salt of the order', { orderSalt: one(witness.orderSalt) }],
    ['the order, left out', { isOrdered: Bool(false) }],
  ])('%s', async (_, change) => {
    expect(await accepts(changed(change))).toBe(false);
    // it is all that refuses the change
    const lie = changed(change);
    expect(await accepts(lie, statementOf(lie))).toBe(true);
  });

  it('each limb of the digest', async () => {
    const { limbs } = witness.digest;
    for (const i of limbs.keys()) {
      const digest = { limbs: limbs.map((limb, j) => (i === j ? limb.sub(1) : limb)) };
      expect(await accepts(changed({ digest }))).toBe(false);
    }
  });

  it('each of its values: none may be another', async () => {
    const values = valuesOf(witness);
    const { digest, ...fields } = values;
    for (const [name, value] of Object.entries(fields) as [keyof typeof fields, Field][]) {
      expect(await acceptsLies(witness, { [name]: value.add(1) })).toBe(false);
    }
    for (const i of digest.keys()) {
      const limbs = digest.map((limb, j) => (i === j ? limb.add(1) : limb));
      expect(await acceptsLies(witness, { digest: limbs })).toBe(false);
    }
  });

  it('which value is which: no two may be exchanged', async () => {
    const { digest: _, ...fields } = valuesOf(witness);
    const names = Object.keys(fields) as (keyof typeof fields)[];
    for (const [i, name] of names.entries()) {
      for (const second of names.slice(i + 1)) {
        const lies = { [name]: fields[second], [second]: fields[name] };
        expect(await acceptsLies(witness, lies)).toBe(false);
      }
    }
  });
});

describe('of two presentations', () => {
  const [first, second] = [valuesOf(good.witness), valuesOf(other.witness)];

  it('none has the key of one with the identity of the other', async () => {
    const { key, keyBlind, identity, identityBlind } = other.witness;
    for (const mixed of [changed({ key, keyBlind }), changed({ identity, identityBlind })]) {
      // a verifier has both commitments from one presentation
      for (const { sessionKey, sessionIdentity } of [first, second]) {
        expect(await acceptsLies(mixed, { sessionKey, sessionIdentity })).toBe(false);
      }
      expect(await acceptsLies(mixed, {})).toBe(true);
    }
  });

  it('the possession of one is none of the other, and no value is', async () => {
    expect(await accepts(other.witness)).toBe(false);
    const names = ['sessionKey', 'sessionIdentity', 'pseudonym', 'identifier', 'order'] as const;
    for (const name of names) {
      expect(await acceptsLies(good.witness, { [name]: second[name] })).toBe(false);
      expect(await acceptsLies(other.witness, { [name]: first[name] })).toBe(false);
    }
  });
});

describe('the pseudonym', () => {
  const { witness } = good;
  const { key, identity, scope } = witness;

  it('is that of key, identity and scope, each of them', async () => {
    const lies = [
      pseudonymOf(other.witness.key, identity, scope),
      pseudonymOf(key, other.witness.identity, scope),
      pseudonymOf(key, identity, scope.add(1)),
      pseudonymOf(key, identity, witness.identifierScope),
      valuesOf(witness).identifier,
    ];
    for (const pseudonym of lies) expect(await acceptsLies(witness, { pseudonym })).toBe(false);
  });

  it('is 0 for scope 0, and for no other', async () => {
    const none = changed({ scope: Field(0) });
    expect(await acceptsLies(none, { pseudonym: Field(0) })).toBe(true);
    expect(await acceptsLies(none, { pseudonym: pseudonymOf(key, identity, Field(0)) })).toBe(
      false,
    );
    expect(await acceptsLies(none, { pseudonym: pseudonymOf(key, identity, scope) })).toBe(false);
    expect(await acceptsLies(witness, { pseudonym: Field(0) })).toBe(false);
    // the scope that is stated, with what is right for another one
    expect(await acceptsLies(none, { scope })).toBe(false);
    expect(await acceptsLies(witness, { scope: Field(0), pseudonym: Field(0) })).toBe(false);
  });
});

describe('the identifier', () => {
  const { witness } = good;
  const { secret, key, identity, identifierScope } = witness;

  it('is that of secret, key, identity and scope, each of them', async () => {
    const lies = [
      identifierOf(secret.add(1), key, identity, identifierScope),
      identifierOf(secret, other.witness.key, identity, identifierScope),
      identifierOf(secret, key, other.witness.identity, identifierScope),
      identifierOf(secret, key, identity, identifierScope.add(1)),
      identifierOf(secret, key, identity, witness.scope),
      valuesOf(witness).pseudonym,
    ];
    for (const identifier of lies) expect(await acceptsLies(witness, { identifier })).toBe(false);
  });

  it('is 0 for scope 0, whatever the secret, and for no other', async () => {
    const none = changed({ identifierScope: Field(0) });
    const empty = identifierOf(secret, key, identity, Field(0));
    expect(await acceptsLies(none, { identifier: Field(0) })).toBe(true);
    expect(await acceptsLies(changed({ secret: Field(7) }, { ...good, witness: none }), {})).toBe(
      true,
    );
    expect(await acceptsLies(none, { identifier: empty })).toBe(false);
    expect(await acceptsLies(witness, { identifier: Field(0) })).toBe(false);
    expect(await acceptsLies(none, { identifierScope })).toBe(false);
    expect(await acceptsLies(witness, { identifierScope: Field(0), identifier: Field(0) })).toBe(
      false,
    );
  });

  it('does not depend on the pseudonym, nor that on it', async () => {
    const alone = changed({ scope: Field(0) });
    expect(valuesOf(alone).identifier).toEqual(valuesOf(witness).identifier);
    expect(await accepts(alone, statementOf(alone))).toBe(true);
    const neither = changed({ scope: Field(0), identifierScope: Field(0) });
    const { pseudonym, identifier } = valuesOf(witness);
    expect(await acceptsLies(neither, { pseudonym, identifier })).toBe(false);
    expect(await acceptsLies(witness, { pseudonym: Field(0), identifier: Field(0) })).toBe(false);
  });
});

describe('the order', () => {
  const { witness } = good;
  const { orderServer, orderSalt, identity } = witness;

  it('is that of server, salt and identity, each of them', async () => {
    const lies = [
      orderOf(orderServer.add(1), orderSalt, identity),
      orderOf(orderServer, orderSalt.add(1), identity),
      orderOf(orderServer, orderSalt, other.witness.identity),
      orderOf(orderSalt, orderServer, identity),
      Field(0),
    ];
    for (const order of lies) expect(await acceptsLies(witness, { order })).toBe(false);
  });

  it('is that of no other identity, with its own commitment or that of the presentation', async () => {
    // a device that was told server and salt of another one's order
    const { order } = valuesOf(good.witness);
    const asked = { orderServer, orderSalt };
    const foreign = changed(asked, other);
    expect(await acceptsLies(foreign, { order })).toBe(false);
    const lying = changed({ ...asked, identity }, other);
    const { sessionIdentity } = valuesOf(other.witness);
    expect(await acceptsLies(lying, { sessionIdentity })).toBe(false);
    expect(await acceptsLies(lying, {})).toBe(true);
  });

  it('is 0 without one, or all of it', async () => {
    const none = changed({ isOrdered: Bool(false) });
    const { order } = valuesOf(witness);
    expect(await acceptsLies(none, { order: Field(0) })).toBe(true);
    expect(await acceptsLies(none, { order })).toBe(false);
    // a multiple that a bit of another value would give
    for (const times of [2n, P - 1n, P - 3n]) {
      const odd = changed({ isOrdered: Bool.Unsafe.fromField(Field(times)) });
      expect(statementOf(odd)).toEqual(statementOf(witness, { order: order.mul(times) }));
      expect(await accepts(odd, statementOf(odd))).toBe(false);
    }
  });
});

describe('a prover who lies about', () => {
  /**
   * The constraints that alone refuse this lie in the statement, with both hints of one comparison with 0 to fit it:
   * the other answer, and 0 for the inverse.
   */
  async function told(from: PossessionCase, which: 0 | 1, lies: Partial<PossessionStatement>) {
    const input = { statement: statementOf(from.witness, lies), witness: from.witness };
    const circuit = possessionCircuit(() => input, unsigned);
    const captured = await judged.capture();
    const hints = (await hintsOf(captured, circuit, /./)).filter(isComparison);
    expect(hints).toHaveLength(4);
    const [bit, inverse] = hints.slice(2 * which, 2 * which + 2);
    const numbers = new Map([
      [bit!.number, 1n - bit!.value],
      [inverse!.number, 0n],
    ]);
    const witness = await witnessWithLies(captured, circuit, numbers);
    return refusedAloneBy(captured, witness).map(({ kind }) => kind);
  }

  it('the scope being 0, in bit, inverse and statement at once, is refused by one product', async () => {
    expect(await told(good, 0, { pseudonym: Field(0) })).toEqual(['product']);
    const none = honest({ scope: 0n });
    const { key, identity } = none.witness;
    const pseudonym = pseudonymOf(key, identity, Field(0));
    expect(await told(none, 0, { pseudonym })).toEqual(['product']);
  });

  it('the scope of the identifier being 0, all at once, is refused by one product', async () => {
    expect(await told(good, 1, { identifier: Field(0) })).toEqual(['product']);
    const none = honest({ identifier: undefined });
    const { key, identity, secret } = none.witness;
    const identifier = identifierOf(secret, key, identity, Field(0));
    expect(await told(none, 1, { identifier })).toEqual(['product']);
  });
});

describe('the digest', () => {
  // each leaves the packed digest, and so the statement, as it is
  const { limbs: digest } = good.witness.digest;
  const moved = (low: bigint, middle: bigint) =>
    changed({ digest: { limbs: [digest[0]!.add(low), digest[1]!.add(middle), digest[2]!] } });
  it.each([
    ['2^88 moved from the middle limb to the low one', moved(1n << 88n, -1n)],
    ['2^88 moved from the low limb to the middle one', moved(-(1n << 88n), 1n)],
  ])('with %s is refused, by kimchi too', async (_, witness) => {
    expect(statementOf(witness)).toEqual(good.statement);
    expect(await accepts(witness)).toBe(false);
    const tampered = await judged.witness({ ...good, witness });
    expect(judge(await judged.capture(), tampered)).not.toBe('accepted');
  });

  it('with a high limb of 81 bits is refused', async () => {
    const limbs = [digest[0]!, digest[1]!, digest[2]!.add(1n << 80n)];
    expect(await acceptsLies(changed({ digest: { limbs } }), {})).toBe(false);
  });
});

it('nothing is unbound', async () => {
  expect(scanUnbound(await capture(possessionCircuit(() => good, unsigned)))).toEqual([]);
});

/** Free by design: that a scope is 0 is found with its inverse, and for 0 any number does as its inverse. */
it('without scopes and order, the inverses of the scopes alone are unbound', async () => {
  const none = honest({ scope: 0n, identifier: undefined, order: undefined });
  const captured = await capture(possessionCircuit(() => none, unsigned));
  const unbound = scanUnbound(captured);
  expect(unbound).toHaveLength(2);
  for (const { cells, honest: value } of unbound) {
    expect([value, cells.length]).toEqual([0n, 1]);
    const { row, col } = cells[0]!;
    // x in (x - 0) inverse = 1 - equal
    expect(col % 3).toBe(1);
    expect(captured.gates[row]!.kind).toBe(GATE.generic);
    expect(captured.witness[row]![col - 1]).toBe(0n);
  }
});
