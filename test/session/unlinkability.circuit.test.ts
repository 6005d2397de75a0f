/**
 * Several presentations of one credential to several verifiers, every public field of each: what
 * repeats is listed here with its reason, and nothing else does.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import {
  commitIdentity,
  commitIssuer,
  commitKey,
  commitMessage,
  MessageRequest,
  PresentationClaim,
  PresentationRequest,
} from '../../src/circuits/session.ts';
import { type AnswerPlan, planAnswer } from '../../src/session/answer.ts';
import { checkRequest } from '../../src/session/holder.ts';
import { CLIENT_OFFER } from '../../src/session/offers.ts';
import { ANCHORS, credentialOf, MAP, NOW, PEER, POLICY, sign, verifiers } from './world.ts';

/** Fields that may be the same in two presentations, and why. */
const MAY_REPEAT = {
  'request.mode': 'constant of the program',
  'request.trustRoot': 'named by the verifier, the same for all that it serves',
  'request.revocationRoot': 'the same for all that rely on these lists',
  'request.registryRoot': 'the same for all; 0 in a presentation with its chain proof',
  'request.time': 'of the server, rounded to a minute',
  'request.role': 'named by the verifier: a kind of device, not one',
  'request.scope': 'of a server and purpose, not of a device',
  'message.mode': 'constant of the program',
  'message.length': 'address and number of hidden bytes, which the holder keeps constant',
} as const;

const made = verifiers();
afterAll(() => made.close());

const credential = credentialOf();
const PEERS = [
  { ...PEER, purpose: undefined },
  { ...PEER, purpose: undefined },
  { ...PEER, purpose: 'download' },
  { ...PEER, purpose: 'statistics' },
  { serverAddress: 'other.example.org', serverOid: '2.999.1', purpose: 'download' },
  { serverAddress: 'other.example.org', serverOid: '2.999.2', purpose: 'download' },
];

let plans: AnswerPlan[];
beforeAll(async () => {
  plans = [];
  for (const { purpose, ...peer } of PEERS) {
    const verifier = await made.make(peer);
    const { serverOffer } = verifier.challenge({ clientOffer: CLIENT_OFFER, purpose });
    const request = { peer, clientOffer: CLIENT_OFFER, serverOffer, credential };
    const accepted = await checkRequest(request, POLICY);
    plans.push(await planAnswer({ accepted, credential, anchors: ANCHORS, sign }));
  }
});

/** Every public field of a presentation with its message proof, by name. */
function publicFields({ presentation, message }: AnswerPlan): Map<string, bigint> {
  const { request, claim } = presentation.plan;
  const named = (prefix: string, value: object) =>
    Object.entries(value).map(([name, field]) => [`${prefix}.${name}`, field as Field] as const);
  const fields = [
    ...named('request', request),
    ...named('claim', claim),
    ...named('message', message!.request),
  ];
  return new Map(fields.map(([name, field]) => [name, field.toBigInt()]));
}

describe('presentations of one credential', () => {
  test('are compared in all of their public fields', () => {
    const sizes = [PresentationRequest, PresentationClaim, MessageRequest].map((type) =>
      type.sizeInFields(),
    );
    expect(publicFields(plans[0]!).size).toBe(sizes.reduce((sum, size) => sum + size));
  });

  test('share no value but those that may repeat', () => {
    const seen = new Map<bigint, string>();
    for (const [i, plan] of plans.entries()) {
      for (const [name, value] of publicFields(plan)) {
        // no scope, no pseudonym: 0 for every device
        if (name in MAY_REPEAT || (name === 'claim.pseudonym' && PEERS[i]!.purpose === undefined)) {
          continue;
        }
        // within one presentation the message proof names its commitment again
        const place = name === 'message.sessionMessage' ? 'claim.sessionMessage' : name;
        const before = seen.get(value);
        if (before !== undefined) expect(before).toBe(`${i} ${place}`);
        seen.set(value, `${i} ${place}`);
      }
    }
  });

  test('have a pseudonym in a scope only, and another in each', () => {
    const pseudonyms = plans.map(({ presentation }) =>
      presentation.plan.claim.pseudonym.toBigInt(),
    );
    expect(pseudonyms.slice(0, 2)).toEqual([0n, 0n]);
    expect(new Set(pseudonyms.slice(2)).size).toBe(4);
    expect(pseudonyms.slice(2)).not.toContain(0n);
  });

  test('have the same pseudonym at the same server for the same purpose: that is its use', async () => {
    const peer = { serverAddress: PEER.serverAddress, serverOid: PEER.serverOid };
    const verifier = await made.make({ ...peer, now: () => NOW + 60n });
    const { serverOffer } = verifier.challenge({ clientOffer: CLIENT_OFFER, purpose: 'download' });
    const accepted = await checkRequest(
      { peer, clientOffer: CLIENT_OFFER, serverOffer, credential },
      { ...POLICY, now: () => NOW + 60n },
    );
    const again = await planAnswer({ accepted, credential, anchors: ANCHORS, sign });
    const pseudonym = (plan: AnswerPlan) => plan.presentation.plan.claim.pseudonym.toBigInt();
    expect(pseudonym(again)).toBe(pseudonym(plans[2]!));
  });

  test('open with their own blinds only: no opening of one helps with another', () => {
    const commitments = ({ presentation }: AnswerPlan, blindsOf: AnswerPlan) => {
      const { message, key, identity, issuer } = presentation.plan.openings;
      const blinds = blindsOf.presentation.plan.openings;
      return [
        commitMessage(blinds.message.blind, message.digest.limbs),
        commitKey(blinds.key.blind, key.key),
        commitIdentity(blinds.identity.blind, identity.identity),
        commitIssuer(blinds.issuer.blind, issuer.organisation, issuer.issuer),
      ].map((field) => field.toBigInt());
    };
    const claims = plans.map(({ presentation: { plan } }) =>
      [
        plan.claim.sessionMessage,
        plan.claim.sessionKey,
        plan.claim.sessionIdentity,
        plan.claim.sessionIssuer,
      ].map((field) => field.toBigInt()),
    );
    for (const [i, plan] of plans.entries()) {
      expect(commitments(plan, plan)).toEqual(claims[i]);
      const others = plans.filter((_, j) => j !== i).flatMap((by) => commitments(plan, by));
      expect(others.filter((value) => claims[i]!.includes(value))).toEqual([]);
    }
  });

  test('have blinds that are all different and none of the credential', () => {
    const blinds = plans.flatMap(({ presentation }) =>
      Object.values(presentation.plan.openings).map(({ blind }) => (blind as Field).toBigInt()),
    );
    expect(new Set([...blinds, credential.opening.blind.toBigInt()]).size).toBe(
      4 * PEERS.length + 1,
    );
  });

  test('hide what the credential holds: no public field is one of its values', () => {
    const { opening, proof } = credential;
    const own = [
      ...proof.proof.publicOutput.slice(3).map(BigInt),
      opening.blind,
      opening.identity,
      opening.ciLeaf,
      ...opening.handles.filter((handle) => handle.toBigInt() !== 0n),
      ...opening.key.x,
      ...opening.key.y,
      opening.subjectName,
      opening.validFrom,
      opening.validUntil,
      commitIdentity(Field(0), opening.identity),
    ].map((value) => (typeof value === 'bigint' ? value : value.toBigInt()));
    for (const plan of plans) {
      for (const value of publicFields(plan).values()) expect(own).not.toContain(value);
    }
  });

  test('were made under one map and set, so that these alone cannot tell them apart', () => {
    const roots = new Set(
      plans.map(({ presentation: { plan } }) => String(plan.request.trustRoot)),
    );
    expect(roots.size).toBe(1);
    expect(plans[0]!.presentation.plan.request.revocationRoot.toBigInt()).toBe(MAP.root.toBigInt());
  });
});
