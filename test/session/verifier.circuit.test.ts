/** Every check of the verifier up to the proofs: honest values pass to ERR_PROOF_INVALID, no others do. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MODE } from '../../src/params.ts';
import type { PresentationBundle } from '../../src/session/envelopes.ts';
import { verifyCertified } from '../../src/session/certified.ts';
import { checkRequest } from '../../src/session/holder.ts';
import { CLIENT_OFFER, parseServerRequest, termsOf } from '../../src/session/offers.ts';
import { verifyPossession } from '../../src/session/possession.ts';
import { scopeOf } from '../../src/session/scope.ts';
import { planPossession } from '../../src/session/statements.ts';
import {
  assertMapAge,
  type PresentationExpectation,
  verifyPresentation,
} from '../../src/session/verifier.ts';
import { encodeOid } from '../../src/asn1/oid.ts';
import { TrustSet } from '../../src/witness/trust.ts';
import { encodeTlv } from '../../src/asn1/tlv.ts';
import { concatBytes } from '../../src/bytes.ts';
import { unproven } from '../support/envelope.ts';
import { bundleOf, planFor, possessionOf, withValue } from './bundles.ts';
import { ANCHOR, credentialOf, NOW, PEER, POLICY, SERVER_OID, sign, verifiers } from './world.ts';

const made = verifiers();
afterAll(() => made.close());

/** A session with a purpose, one that asks for every opening, one without hidden bytes. */
interface Session {
  readonly bundle: PresentationBundle;
  readonly expectation: PresentationExpectation;
  readonly plan: Awaited<ReturnType<typeof planFor>>;
}
let plain: Session;
let open: Session;
let other: Session;

beforeAll(async () => {
  const verifier = await made.make();
  const session = async (ask: object, hidden?: Uint8Array): Promise<Session> => {
    const { serverOffer } = verifier.challenge({ clientOffer: CLIENT_OFFER, ...ask });
    const plan = await planFor(serverOffer, hidden);
    const request = parseServerRequest(serverOffer);
    const expectation: PresentationExpectation = {
      terms: termsOf(request, SERVER_OID),
      transcript: plan.accepted.transcript,
      disclosures: request.disclosures,
      mapRootAt: NOW,
      now: NOW,
    };
    return { bundle: bundleOf(plan), expectation, plan };
  };
  plain = await session({ purpose: 'download' });
  other = await session({ purpose: 'download' });
  open = await session({ disclosures: ['identity', 'issuer', 'key', 'message'] });
});

const presented = (change: (bundle: PresentationBundle) => unknown, session = () => plain) =>
  verifyPresentation(change(structuredClone(session().bundle)), session().expectation);
const expecting = (change: Partial<PresentationExpectation>, session = () => plain) =>
  verifyPresentation(session().bundle, { ...session().expectation, ...change });
const wanting = (terms: Partial<PresentationExpectation['terms']>) =>
  expecting({ terms: { ...plain.expectation.terms, ...terms } });

const REQUEST = ['mode', 'trustRoot', 'revocationRoot', 'registryRoot', 'time', 'role', 'scope'];

describe('a presentation with the right values is refused for its proof alone', () => {
  test('with a message proof, and with everything opened', async () => {
    await expect(presented((bundle) => bundle)).rejects.toMatchObject({
      code: 'ERR_PROOF_INVALID',
    });
    const opened = presented(
      (bundle) => bundle,
      () => open,
    );
    await expect(opened).rejects.toMatchObject({ code: 'ERR_PROOF_INVALID' });
  });
});

describe('a presentation is refused', () => {
  test.each([
    ['mode', 'ERR_PROOF_MODE'],
    ['trustRoot', 'ERR_PROOF_TRUST_ROOT'],
    ['revocationRoot', 'ERR_PROOF_REVOCATION_ROOT'],
    ['registryRoot', 'ERR_PROOF_REGISTRY_ROOT'],
    ['time', 'ERR_PROOF_TIME'],
    ['role', 'ERR_PROOF_ROLE'],
    ['scope', 'ERR_PROOF_SCOPE'],
  ])('with another %s', async (name, code) => {
    const i = REQUEST.indexOf(name);
    const changed = presented((bundle) => ({
      ...bundle,
      presentation: withValue(bundle.presentation, i, 4n),
    }));
    await expect(changed).rejects.toMatchObject({ code });
  });

  test.each([
    [
      'another trust root',
      { trustRoot: new TrustSet([ANCHOR]).root.toBigInt() },
      'ERR_PROOF_TRUST_ROOT',
    ],
    ['another map', { revocationRoot: 1n }, 'ERR_PROOF_REVOCATION_ROOT'],
    ['another role', { role: 'euicc' }, 'ERR_PROOF_ROLE'],
    ['a server role', { role: 'dp-auth-v2' }, 'ERR_PROOF_ROLE'],
    ['another purpose', { scope: scopeOf(SERVER_OID, 'statistics') }, 'ERR_PROOF_SCOPE'],
    ['another server', { scope: scopeOf('2.999.1', 'download') }, 'ERR_PROOF_SCOPE'],
    ['no pseudonym', { scope: undefined }, 'ERR_PROOF_SCOPE'],
    ['another minute', { time: NOW - 120n }, 'ERR_PROOF_TIME'],
    ['the registry', { mode: 'registryPresentation', registryRoot: 5n }, 'ERR_PROOF_PROGRAM'],
  ] as const)('by a verifier that wants %s', async (_, terms, code) => {
    await expect(wanting(terms)).rejects.toMatchObject({ code });
  });

  test.each([
    ['6 minutes later', { now: NOW + 400n }, 'ERR_PROOF_TIME'],
    ['6 minutes earlier', { now: NOW - 400n }, 'ERR_PROOF_TIME'],
    ['with a map of two days ago', { mapRootAt: NOW - 172_800n }, 'ERR_PROOF_MAP_AGE'],
    ['with a map of tomorrow', { mapRootAt: NOW + 86_400n }, 'ERR_PROOF_MAP_AGE'],
    [
      'with a map over a stricter age',
      { mapRootAt: NOW - 61n, maximumMapAge: 60n },
      'ERR_PROOF_MAP_AGE',
    ],
    ['without the openings that are needed', { disclosures: ['identity'] }, 'ERR_PROOF_OPENING'],
    ['without the message that is needed', { disclosures: ['message'] }, 'ERR_PROOF_OPENING'],
  ] as const)('%s', async (_, change, code) => {
    await expect(expecting(change)).rejects.toMatchObject({ code });
  });

  test('in another session: replayed, with all that belongs to it', async () => {
    const { transcript, terms } = other.expectation;
    await expect(expecting({ transcript, terms })).rejects.toMatchObject({
      code: 'ERR_PROOF_MESSAGE',
    });
  });

  test('with a pseudonym of 0 where one is asked for', async () => {
    const changed = presented((bundle) => ({
      ...bundle,
      presentation: withValue(bundle.presentation, 7, 0n),
    }));
    await expect(changed).rejects.toMatchObject({ code: 'ERR_PROOF_SCOPE' });
  });

  test('as a statement, and a statement as a presentation', async () => {
    const expectation = { trustRoot: 1n, mapRoots: [], role: 'dp-auth-v2' as const };
    await expect(verifyCertified(plain.bundle, expectation)).rejects.toMatchObject({
      code: 'ERR_PROOF_FORMAT',
    });
    const { presentation } = plain.bundle;
    const relabelled = { format: 'zkcx-certified', version: 1, proof: presentation };
    await expect(verifyCertified(relabelled, expectation)).rejects.toMatchObject({
      code: 'ERR_PROOF_PROGRAM',
    });
    await expect(presented(() => relabelled)).rejects.toMatchObject({ code: 'ERR_PROOF_FORMAT' });
  });
});

describe('its message proof is refused', () => {
  const message = (change: (proof: PresentationBundle['message'] & { kind: 'proof' }) => object) =>
    presented((bundle) => ({
      ...bundle,
      message: { ...bundle.message, ...change(bundle.message as never) },
    }));

  test.each([
    ['from another session', () => other.bundle.message, 'ERR_PROOF_MESSAGE'],
    ['with another total length', () => ({ hiddenLength: 17 }), 'ERR_PROOF_MESSAGE'],
    [
      'with another commitment',
      ({ proof }) => ({ proof: withValue(proof, 1, 5n) }),
      'ERR_PROOF_MESSAGE',
    ],
    [
      'with another length in the proof',
      ({ proof }) => ({ proof: withValue(proof, 2, 5n) }),
      'ERR_PROOF_MESSAGE',
    ],
    [
      'with another prefix',
      ({ proof }) => ({ proof: withValue(proof, 3, 5n) }),
      'ERR_PROOF_MESSAGE',
    ],
    [
      'of the mode of message10',
      ({ proof }) => ({ proof: withValue(proof, 0, BigInt(MODE.message10)) }),
      'ERR_PROOF_MODE',
    ],
    ['of another program', () => ({ proof: plain.bundle.presentation }), 'ERR_PROOF_PROGRAM'],
    ['that hides nothing', () => ({ hiddenLength: 0 }), 'ERR_PROOF_FORMAT'],
    ['that hides too much', () => ({ hiddenLength: 501 }), 'ERR_PROOF_FORMAT'],
  ] as [string, Parameters<typeof message>[0], string][])('%s', async (_, change, code) => {
    await expect(message(change)).rejects.toMatchObject({ code });
  });

  test('for a prefix that the hidden bytes repeat', async () => {
    const { transcript } = plain.expectation;
    const { messagePrefix } = await import('../../src/session/transcript.ts');
    const { messageWitness } = await import('../../src/witness/message-witness.ts');
    const { MessageRequest } = await import('../../src/circuits/session.ts');
    // a true proof about another message: this session's prefix stands in its hidden part
    const prefix = messagePrefix(transcript, 16);
    const signed = concatBytes(messagePrefix(transcript, prefix.length), prefix);
    const { blind } = plain.plan.presentation.plan.openings.message;
    const { program, request } = messageWitness(signed, prefix.length, blind);
    const proof = unproven(program, MessageRequest.toFields(request), []);
    for (const hiddenLength of [16, prefix.length]) {
      await expect(message(() => ({ hiddenLength, proof }))).rejects.toMatchObject({
        code: 'ERR_PROOF_MESSAGE',
      });
    }
  });
});

describe('its openings are refused', () => {
  const opened = (change: (openings: Record<string, Record<string, string>>) => object) =>
    presented(
      (bundle) => ({ ...bundle, openings: change(bundle.openings as never) }),
      () => open,
    );

  test.each([
    ['identity', 'blind'],
    ['identity', 'identity'],
    ['issuer', 'blind'],
    ['issuer', 'issuer'],
    ['key', 'blind'],
  ])('%s with another %s', async (name, field) => {
    const changed = opened((openings) => ({
      ...openings,
      [name]: { ...openings[name], [field]: '7' },
    }));
    await expect(changed).rejects.toMatchObject({ code: 'ERR_PROOF_OPENING' });
  });

  test('issuer with another name, key with another coordinate', async () => {
    const organisation = Buffer.from('gsma').toString('base64');
    const named = opened((openings) => ({
      ...openings,
      issuer: { ...openings.issuer, organisation },
    }));
    await expect(named).rejects.toMatchObject({ code: 'ERR_PROOF_OPENING' });
    const moved = opened((openings) => ({
      ...openings,
      key: { ...openings.key, y: openings.key!.x },
    }));
    await expect(moved).rejects.toMatchObject({ code: 'ERR_PROOF_OPENING' });
  });

  test('where one is missing, and where one was not asked for', async () => {
    const missing = opened(({ identity, issuer }) => ({ identity, issuer }));
    await expect(missing).rejects.toMatchObject({ code: 'ERR_PROOF_OPENING' });
    const { identity } = open.bundle.openings;
    const unasked = presented((bundle) => ({ ...bundle, openings: { identity } }));
    await expect(unasked).rejects.toMatchObject({ code: 'ERR_PROOF_OPENING' });
  });

  test.each([
    ['of other hidden bytes', { hidden: Buffer.from('x').toString('base64') }],
    ['with another blind', { blind: '7' }],
  ])('the message %s', async (_, change) => {
    const changed = presented(
      (bundle) => ({ ...bundle, message: { ...bundle.message, ...change } }),
      () => open,
    );
    await expect(changed).rejects.toMatchObject({ code: 'ERR_PROOF_MESSAGE' });
  });
});

describe('a possession', () => {
  const message = () =>
    encodeTlv(
      0x30,
      concatBytes(
        encodeTlv(0x80, plain.expectation.transcript.transactionId),
        encodeTlv(0x81, encodeOid(SERVER_OID)),
        Uint8Array.of(0x82, 1, 0),
      ),
    );
  const statement = () => ({
    kind: 'cancelSession' as const,
    message: message(),
    context: { ...PEER, transactionId: plain.expectation.transcript.transactionId },
    session: plain.plan.session.session,
    sessionKey: plain.plan.presentation.plan.claim.sessionKey.toBigInt(),
  });
  const planned = async () => {
    const { kind, context } = statement();
    const { session } = plain.plan;
    return possessionOf(
      (await planPossession({ session, kind, message: message(), context, sign })).request,
    );
  };

  test('with the right statement is refused for its proof alone', async () => {
    await expect(verifyPossession(statement(), await planned())).rejects.toMatchObject({
      code: 'ERR_PROOF_INVALID',
    });
  });

  test.each([
    ['of another session', () => ({ session: other.plan.session.session }), 'ERR_PROOF_STATEMENT'],
    [
      'of another key',
      () => ({ sessionKey: other.plan.presentation.plan.claim.sessionKey.toBigInt() }),
      'ERR_PROOF_STATEMENT',
    ],
    ['of another kind', () => ({ kind: 'notification' as const }), 'ERR_SESSION_MESSAGE'],
    [
      'of another message',
      () => ({ message: Uint8Array.from([...message().slice(0, -1), 1]) }),
      'ERR_PROOF_STATEMENT',
    ],
    [
      'of a message with bytes after it',
      () => ({ message: concatBytes(message(), Uint8Array.of(0)) }),
      'ERR_SESSION_MESSAGE',
    ],
  ])('%s is refused', async (_, change, code) => {
    const checked = verifyPossession({ ...statement(), ...change() }, await planned());
    await expect(checked).rejects.toMatchObject({ code });
  });

  test('of another program or mode is refused', async () => {
    const { presentation } = plain.bundle;
    await expect(verifyPossession(statement(), presentation)).rejects.toMatchObject({
      code: 'ERR_PROOF_PROGRAM',
    });
    const moded = withValue(await planned(), 0, BigInt(MODE.presentation));
    await expect(verifyPossession(statement(), moded)).rejects.toMatchObject({
      code: 'ERR_PROOF_MODE',
    });
  });

  test('is not planned for a message that the peer would refuse', async () => {
    const { session } = other.plan;
    const { kind, context } = statement();
    await expect(
      planPossession({ session, kind, message: message(), context, sign }),
    ).rejects.toMatchObject({ code: 'ERR_SESSION_MESSAGE' });
  });
});

test('a request is answered for the time that the server names', async () => {
  const verifier = await made.make({ now: () => NOW + 30n });
  const { serverOffer } = verifier.challenge({ clientOffer: CLIENT_OFFER });
  const request = {
    peer: PEER,
    clientOffer: CLIENT_OFFER,
    serverOffer,
    credential: credentialOf(),
  };
  const { time } = await checkRequest(request, POLICY);
  expect(time % 60n).toBe(0n);
});

test('a map of no time, or an age that is none, is too old', () => {
  const times = [
    [NaN, 60n, NOW],
    [undefined, 60n, NOW],
    [NOW, NaN, NOW],
    [NOW, 60n, 'now'],
  ] as unknown as [bigint, bigint, bigint][];
  for (const [at, age, now] of times) expect(() => assertMapAge(at, age, now, 0n)).toThrow();
  expect(() => assertMapAge(NOW - 60n, 60n, NOW, 0n)).not.toThrow();
});
