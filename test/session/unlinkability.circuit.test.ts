/**
 * Several presentations of one credential to several verifiers, every public field of each: what
 * repeats is listed here with its reason, and nothing else does. The proofs themselves are compared elsewhere.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import {
  commitIdentity,
  commitIssuer,
  commitKey,
  PossessionRequest,
  PresentationClaim,
  PresentationRequest,
} from '../../src/circuits/session.ts';
import { publicValues } from '../../src/prover/verify.ts';
import { CLIENT_OFFER } from '../../src/session/offers.ts';
import { type Answer, answerTo, commitmentsIn } from './bundles.ts';
import { credentialOf, MAP, NOW, PEER, verifiers } from './world.ts';

/** Fields that may be the same in two presentations, and why. */
const MAY_REPEAT = {
  'request.mode': 'constant of the program',
  'request.trustRoot': 'offered by the verifier, the same for all that it serves',
  'request.revocationRoot': 'the same for all that rely on these lists',
  'request.registryRoot': 'the same for all; 0 in a presentation of a refresh',
  'request.time': 'an event: the same for everybody with this map and these CIs',
  'request.role': 'named by the verifier: a kind of device, not one',
  'possession.mode': 'constant of the program',
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

async function answered({ purpose, ...peer }: (typeof PEERS)[number], now = NOW): Promise<Answer> {
  const verifier = await made.make({ ...peer, now: () => now });
  const { serverOffer } = verifier.challenge({ clientOffer: CLIENT_OFFER, purpose });
  return answerTo(serverOffer, { peer, policy: { now: () => now } });
}

let answers: Answer[];
beforeAll(async () => {
  answers = [];
  for (const peer of PEERS) answers.push(await answered(peer));
});

const REQUEST = ['mode', 'trustRoot', 'revocationRoot', 'registryRoot', 'time', 'role'];
const CLAIM = ['sessionKey', 'sessionIdentity', 'sessionIssuer'];
const NAMES = [
  ...REQUEST.map((name) => `request.${name}`),
  ...CLAIM.map((name) => `claim.${name}`),
  'possession.mode',
  'possession.statement',
];

/** Every public field of a presentation with its possession, by name. */
function publicFields({ bundle }: Answer): Map<string, bigint> {
  const values = [...publicValues(bundle.presentation), ...publicValues(bundle.possession)];
  return new Map(NAMES.map((name, i) => [name, values[i]!]));
}

describe('presentations of one credential', () => {
  test('are compared in all of their public fields', () => {
    const sizes = [PresentationRequest, PresentationClaim, PossessionRequest].map((type) =>
      type.sizeInFields(),
    );
    const { presentation, possession } = answers[0]!.bundle;
    const count = publicValues(presentation).length + publicValues(possession).length;
    expect([NAMES.length, count]).toEqual(Array(2).fill(sizes.reduce((sum, size) => sum + size)));
  });

  test('share no value but those that may repeat', () => {
    const seen = new Set<bigint>();
    for (const answer of answers) {
      for (const [name, value] of publicFields(answer)) {
        if (name in MAY_REPEAT) continue;
        expect(seen).not.toContain(value);
        seen.add(value);
      }
    }
    expect(seen.size).toBe(4 * PEERS.length);
  });

  test('tell a pseudonym in a scope only, and another in each', () => {
    const pseudonyms = answers.map(({ bundle }) => bundle.pseudonym);
    expect(pseudonyms.slice(0, 2)).toEqual([undefined, undefined]);
    expect(new Set(pseudonyms.slice(2)).size).toBe(4);
    expect(pseudonyms.slice(2)).not.toContain(undefined);
  });

  test('tell the same pseudonym at the same server for the same purpose: that is its use', async () => {
    const again = await answered(PEERS[2]!, NOW + 60n);
    expect(again.bundle.pseudonym).toBe(answers[2]!.bundle.pseudonym);
  });

  test('open with their own blinds only: no opening of one helps with another', () => {
    const commitments = (of: Answer, by: Answer) => {
      const { key, identity, issuer } = of.prepared.openings;
      const blinds = by.prepared.openings;
      return [
        commitKey(blinds.key.blind, key.key),
        commitIdentity(blinds.identity.blind, identity.identity),
        commitIssuer(blinds.issuer.blind, issuer.organisation, issuer.issuer),
      ].map(String);
    };
    for (const answer of answers) {
      const claim = commitmentsIn(answer.bundle.presentation);
      expect(commitments(answer, answer)).toEqual(claim);
      const others = answers.filter((other) => other !== answer);
      const opened = others.flatMap((by) => commitments(answer, by));
      expect(opened.filter((value) => claim.includes(value))).toEqual([]);
    }
  });

  test('have blinds that are all different and none of the credential', () => {
    const blinds = answers.flatMap(({ prepared }) =>
      Object.values(prepared.openings).map(({ blind }) => (blind as Field).toBigInt()),
    );
    expect(new Set([...blinds, credential.opening.blind.toBigInt()]).size).toBe(
      3 * PEERS.length + 1,
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
    for (const answer of answers) {
      for (const value of publicFields(answer).values()) expect(own).not.toContain(value);
    }
  });

  test('were made under one map, set and event, so that these alone cannot tell them apart', () => {
    const terms = answers.map(({ prepared }) => prepared.terms);
    for (const one of terms) expect(one).toEqual(terms[0]);
    expect(terms[0]!.revocationRoot).toBe(MAP.root.toBigInt());
  });
});
