/** What `zkcx/circuits` exports refuses what is not of the form that it takes: see arguments.circuit.test.ts. */
import { describe, expect, test } from '@jest/globals';
import { Field, PrivateKey, TokenId } from 'o1js';
import { ChainClaim, Opening, PublicKey } from '../src/circuits/claims.ts';
import { PossessionRequest } from '../src/circuits/session.ts';
import * as contracts from '../src/contracts/index.ts';
import { provenCredential, provenRefresh } from './support/credentials.ts';
import { assertTyped, type OptionRow, testOptions } from './support/arguments.ts';
import { planOf, preparedOf, SLOTS } from './support/contracts/poll.ts';

const key = PrivateKey.random().toPublicKey();
const scope = { address: key, tokenId: TokenId.default, purpose: Field(1) };
const act = { ...scope, action: Field(2), sender: key };
const requirements = {
  trustRoot: Field(1),
  revocationRoot: Field(2),
  roles: ['euicc-v2'],
  period: { from: Field(0), until: Field(0) },
  maxAge: 60n,
};
const clock = { genesis: 5n, slotSeconds: 180 };
const network = { currentSlot: { requireBetween: () => undefined } };
const sign = () => ({ r: 1n, s: 1n });
const plan = planOf(await provenCredential('euicc-1'));
const prepared = preparedOf(plan, provenRefresh('euicc-1'));
const shown = {
  presentation: await contracts.PresentationProof.dummy(plan.request, plan.claim, 1),
  possession: await contracts.PossessionProof.dummy(
    new PossessionRequest({ mode: Field(16), statement: Field(0) }),
    undefined,
    0,
  ),
  pseudonym: Field(3),
};
const chain = new ChainClaim({
  trustRoot: Field(1),
  validFrom: Field(1),
  validUntil: Field(1),
  commitment: Field(1),
});

/** Rows of what is an object of plain members; further members of the first ones do no harm. */
const STRICT: readonly OptionRow[] = [
  [
    'assertActed, requirements',
    requirements,
    Object.keys(requirements),
    (o) => attempt(() => contracts.assertActed(shown, o as never, act)),
  ],
  ['clockField', clock, Object.keys(clock), (o) => contracts.clockField(o as never)],
  [
    'planAct',
    { prepared, act, sign },
    ['prepared', 'act', 'sign'],
    (o) => contracts.planAct(o as never),
  ],
  ['assertOpenings', plan.openings, [], (o) => contracts.assertOpenings(plan.claim, o as never)],
];

/** What a circuit says of values that it does not accept is no ZkcxError. */
function attempt(call: () => unknown): void {
  try {
    call();
  } catch (error) {
    if (!(error instanceof Error) || 'code' in error) throw error;
  }
}

testOptions(STRICT);

describe('any value', () => {
  const { actHash, actMessage, contractScope, assertRole, assertRecent } = contracts;
  const { planAct, proveAct, pinnedVerificationKey, clockField } = contracts;
  const CALLS: Record<string, (...values: never[]) => unknown> = {
    actHash,
    actMessage,
    contractScope,
    assertRole,
    assertRecent,
    planAct,
    proveAct,
    pinnedVerificationKey,
    clockField,
    assertRefresh: contracts.assertRefresh,
    assertAggregate: contracts.assertAggregate,
    assertOpening: contracts.assertOpening,
    assertOpenings: contracts.assertOpenings,
    assertActed: contracts.assertActed,
    requireSlots: contracts.requireSlots,
    'assertActed, act': (value) => contracts.assertActed(shown, requirements as never, value),
    'assertActed, proofs': (value) => contracts.assertActed(value, requirements as never, act),
    'assertOpening, opening': (value) => contracts.assertOpening(chain, value),
    'assertRecent, age': (value) =>
      attempt(() => contracts.assertRecent(Field(1), requirements.period, value)),
    'assertRole, roles': (value) => attempt(() => contracts.assertRole(Field(7), value)),
    'requireSlots, clock': (value) => contracts.requireSlots(network as never, value, SLOTS),
    'proveAct, prover': (value) => contracts.proveAct({ prepared, act, sign } as never, value),
  };

  test.each(Object.entries(CALLS))('passed to %s gives nothing but a ZkcxError', (_, call) =>
    assertTyped(call as never),
  );

  test('is tried on every function', () => {
    const functions = Object.entries(contracts)
      .filter(([, value]) => typeof value === 'function' && !String(value).startsWith('class '))
      .map(([name]) => name);
    expect(functions.filter((name) => CALLS[name] === undefined)).toEqual([]);
  });
});

test('openings open what they are of, and nothing else', () => {
  const { key: leaf, identity, issuer } = plan.openings;
  contracts.assertOpenings(plan.claim, plan.openings);
  const other = { ...leaf, key: new PublicKey({ x: leaf.key.y, y: leaf.key.x }) };
  const claim = plan.claim;
  expect(() => contracts.assertOpenings(claim, { key: other })).toThrow(/the key/);
  expect(() =>
    contracts.assertOpenings(claim, { identity: { ...identity, identity: Field(1) } }),
  ).toThrow(/the identity/);
  expect(() =>
    contracts.assertOpenings(claim, { issuer: { ...issuer, issuer: Field(1) } }),
  ).toThrow(/the issuer/);
});

test('an opening opens the claim of its credential alone', async () => {
  const { opening } = await provenCredential('euicc-1');
  const claim = (commitment: Field) => new ChainClaim({ ...chain, commitment });
  contracts.assertOpening(claim(Opening.commitment(opening)), opening);
  const blinded = new Opening({ ...opening, blind: opening.blind.add(1) });
  expect(() => contracts.assertOpening(claim(Opening.commitment(opening)), blinded)).toThrow(
    /the opening/,
  );
});
