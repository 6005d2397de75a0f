/**
 * The rules of a contract that takes zkCX: the poll of the examples, on a chain that checks no proofs, so that what a
 * proof claims is up to the test. What its device shows is what a holder computes, with one thing changed. The proofs
 * themselves are in poll.proof.test.ts.
 */
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Bool, Field, Mina, PublicKey } from 'o1js';
import { type DevicePoll, voteOf, Voters } from '../../examples/device-poll.ts';
import { PossessionRequest, PresentationClaim } from '../../src/circuits/session.ts';
import {
  assertActed,
  MODE,
  PossessionProof,
  PresentationProof,
  PresentationRequest,
  ROLES,
  type ShownDevice,
} from '../../src/contracts/index.ts';
import type { ProofEnvelope } from '../../src/prover/envelope.ts';
import type { PresentationPlan } from '../../src/witness/presentation.ts';
import { slotRange } from '../../src/zkapp/contract/state.ts';
import { provenCredential, PROVEN_AT } from '../support/credentials.ts';
import {
  agreeTo,
  countOf,
  createPoll,
  planOf,
  type PollWorld,
  preparedOf,
  SLOTS,
  votersOf,
  YES,
} from '../support/contracts/poll.ts';

let world: PollWorld;
let plan: PresentationPlan;
let another: PresentationPlan;
let dummies: readonly [PresentationProof, PossessionProof];
/** What the voter shows for a yes. */
let shown: ShownDevice;

beforeAll(async () => {
  const credential = await provenCredential('euicc-1');
  [plan, another] = [planOf(credential), planOf(credential, 2)];
  dummies = [
    await PresentationProof.dummy(plan.request, plan.claim, 1),
    await PossessionProof.dummy(
      new PossessionRequest({ mode: Field(0), statement: Field(0) }),
      undefined,
      0,
    ),
  ];
});

beforeEach(async () => {
  world = await createPoll(false);
  shown = await shownBy(plan);
});

/** A presentation of these values. */
function presentationWith(
  of: PresentationPlan,
  changed: Partial<PresentationRequest> = {},
): PresentationProof {
  return new PresentationProof({
    ...dummies[0],
    publicInput: new PresentationRequest({ ...of.request, ...changed }),
    publicOutput: new PresentationClaim(of.claim),
  });
}

async function shownBy(
  of: PresentationPlan,
  { isYes = YES, sender = world.voter.address, poll = world.poll } = {},
): Promise<ShownDevice> {
  const prepared = preparedOf(of, { program: 'presentation' } as ProofEnvelope);
  const { request, values } = await agreeTo(prepared, voteOf(poll, sender, isYes));
  return {
    presentation: presentationWith(of),
    possession: new PossessionProof({ ...dummies[1], publicInput: request }),
    pseudonym: Field(values.pseudonym),
  };
}

interface Vote {
  readonly by?: PollWorld['voter'];
  readonly isYes?: Bool;
  readonly poll?: DevicePoll;
  readonly voters?: Voters;
  readonly slots?: typeof SLOTS;
}

const vote = (
  { presentation, possession, pseudonym }: ShownDevice,
  {
    by = world.voter,
    isYes = YES,
    poll = world.poll,
    voters = new Voters(),
    slots = SLOTS,
  }: Vote = {},
) => world.send(by, () => poll.vote(presentation, possession, pseudonym, isYes, voters, slots));

test('a device votes, once', async () => {
  await vote(shown);
  expect(countOf(world.poll)).toEqual({ yes: 1n, no: 0n });
  const voters = votersOf(shown.pseudonym);
  expect(world.poll.voters.get()).toEqual(voters.root);
  // by another presentation, for another vote, it has the same pseudonym
  const again = await shownBy(another, { isYes: Bool(false) });
  expect(again.pseudonym).toEqual(shown.pseudonym);
  await expect(vote(again, { isYes: Bool(false), voters })).rejects.toThrow(/Key already exists/);
  // in front of a map without it, the poll has another root
  await expect(vote(again, { isYes: Bool(false) })).rejects.toThrow(/app_state_precondition/i);
  expect(countOf(world.poll)).toEqual({ yes: 1n, no: 0n });
});

describe('what a device agreed to does not count', () => {
  const agreed = /the device agreed to this act/;

  test('for another sender', async () => {
    await expect(vote(shown, { by: world.stranger })).rejects.toThrow(agreed);
  });

  test('for another action', async () => {
    await expect(vote(shown, { isYes: Bool(false) })).rejects.toThrow(agreed);
  });

  test('in another contract, where it has another pseudonym', async () => {
    const poll = await world.deploy();
    await expect(vote(shown, { poll })).rejects.toThrow(agreed);
    const there = await shownBy(another, { poll });
    expect(there.pseudonym).not.toEqual(shown.pseudonym);
    await vote(there, { poll });
  });

  test('under another pseudonym', async () => {
    for (const pseudonym of [Field(0), shown.pseudonym.add(1)]) {
      await expect(vote({ ...shown, pseudonym })).rejects.toThrow(agreed);
    }
  });
});

describe('a presentation does not count', () => {
  test('without a possession of its own', async () => {
    const { possession } = await shownBy(another);
    await expect(vote({ ...shown, possession })).rejects.toThrow(/agreed to this act/);
    const none = new PossessionProof({
      ...dummies[1],
      publicInput: new PossessionRequest({ mode: Field(MODE.possession), statement: Field(0) }),
    });
    await expect(vote({ ...shown, possession: none })).rejects.toThrow(/agreed to this act/);
  });

  test.each<[string, () => Partial<PresentationRequest>, RegExp]>([
    ['of another mode', () => ({ mode: Field(MODE.registryPresentation) }), /a presentation/],
    ['from a registry', () => ({ registryRoot: Field(5) }), /of no registry/],
    ['under other CIs', () => ({ trustRoot: Field(5) }), /under the CIs/],
    ['under another map', () => ({ revocationRoot: Field(5) }), /under the revocation map/],
    ['of a server', () => ({ role: Field(ROLES['dp-auth'].number) }), /a role that is accepted/],
    ['of no role', () => ({ role: Field(0) }), /a role that is accepted/],
    // slots 20 to 30: from PROVEN_AT + 1,800 to PROVEN_AT + 3,780
    ['of a later time', () => ({ time: Field(PROVEN_AT + 1_801n) }), /of no later time/],
    ['that is old', () => ({ time: Field(PROVEN_AT + 3_779n - 86_400n) }), /is recent/],
  ])('%s', async (_, changed, message) => {
    const presentation = presentationWith(plan, changed());
    await expect(vote({ ...shown, presentation })).rejects.toThrow(message);
  });

  test('but at both ends of its time', async () => {
    const first = presentationWith(plan, { time: Field(PROVEN_AT + 1_800n) });
    await vote({ ...shown, presentation: first });
    const poll = await world.deploy();
    const last = presentationWith(another, { time: Field(PROVEN_AT + 3_780n - 86_400n) });
    const there = await shownBy(another, { poll });
    await vote({ ...there, presentation: last }, { poll });
  });

  test('in slots that the network is not in', async () => {
    await expect(vote(shown, { slots: slotRange({ first: 26, last: 30 }) })).rejects.toThrow(
      /valid_while/i,
    );
    world.at(31);
    await expect(vote(shown)).rejects.toThrow(/valid_while/i);
  });
});

test('a possession of sessions is none of a contract', async () => {
  const { statement } = shown.possession.publicInput;
  const possession = new PossessionProof({
    ...dummies[1],
    publicInput: new PossessionRequest({ mode: Field(MODE.sessionPossession), statement }),
  });
  await expect(vote({ ...shown, possession })).rejects.toThrow(/a possession/);
});

test('the empty key, for which o1js asks no signature, is no sender', () => {
  const { trustRoot, revocationRoot } = plan.request;
  const period = { from: Field(PROVEN_AT), until: Field(PROVEN_AT) };
  expect(() =>
    assertActed(
      shown,
      { trustRoot, revocationRoot, roles: ['euicc-v2'], period, maxAge: 60n },
      voteOf(world.poll, PublicKey.empty(), YES),
    ),
  ).toThrow(/the sender has a key/);
});

test('the admin alone puts in the root of another map', async () => {
  const { poll, admin, stranger } = world;
  await expect(world.send(stranger, () => poll.setRevocationRoot(Field(7)))).rejects.toThrow(
    /the admin/,
  );
  await world.send(admin, () => poll.setRevocationRoot(Field(7)));
  expect(poll.revocationRoot.get()).toEqual(Field(7));
  await expect(vote(shown)).rejects.toThrow(/under the revocation map/);
});

test('the account is locked', () => {
  const { permissions } = Mina.getAccount(world.poll.address);
  expect(permissions.editState.signatureSufficient.toBoolean()).toBe(false);
  expect(permissions.setPermissions.constant.toBoolean()).toBe(true);
});
