/** Every check of the verifier up to the proofs: honest values pass to ERR_PROOF_INVALID, no others do. */
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MODE } from '../../src/params.ts';
import type { AnyEnvelope } from '../../src/prover/envelope.ts';
import type { AcceptedRoots } from '../../src/session/accepted-roots.ts';
import { verifyCertified } from '../../src/session/certified.ts';
import type { PresentationBundle } from '../../src/session/envelopes.ts';
import { mapFacts } from '../../src/session/map-facts.ts';
import { requestTerms } from '../../src/session/offers.ts';
import { identifierScopeOf, scopeOf } from '../../src/session/scope.ts';
import { type PresentationExpectation, verifyPresentation } from '../../src/session/verifier.ts';
import { publicValues } from '../../src/prover/verify.ts';
import { possessionRequest } from '../../src/witness/statement.ts';
import { unproven, unprovenPlain } from '../support/envelope.ts';
import {
  type AnsweredSession,
  type AnswerOptions,
  sessionWith,
  possessionOf,
  withValue,
  commitmentsIn,
} from './bundles.ts';
import { asIfValid, EID, MAP, mapWith, NOW, rootsOf, SERVER_OID, verifiers } from './world.ts';

const made = verifiers();
afterAll(() => made.close());

/** With a pseudonym, another like it, with everything opened, with an identifier where both may be. */
let plain: AnsweredSession;
let other: AnsweredSession;
let open: AnsweredSession;
let either: AnsweredSession;

beforeAll(async () => {
  const verifier = await made.make();
  const session = (ask: Parameters<typeof sessionWith>[1], options?: AnswerOptions) =>
    sessionWith(verifier, ask, options);
  plain = await session({ purpose: 'download' });
  other = await session({ purpose: 'download' });
  open = await session({ disclosures: ['identity', 'issuer', 'key'] });
  const both = { purpose: 'download', identifierPurpose: 'account' };
  either = await session(both, { identifierSecret: 4711n });
});

type Change = (bundle: PresentationBundle) => unknown;
const presented = (change: Change, session = () => plain) =>
  verifyPresentation(change(structuredClone(session().bundle)), session().expectation);
const expecting = (change: Partial<PresentationExpectation>, session = () => plain) =>
  verifyPresentation(session().bundle, { ...session().expectation, ...change });
const offering = (change: Partial<PresentationExpectation['offered']>, session = () => plain) =>
  expecting({ offered: { ...session().expectation.offered, ...change } }, session);

/** A possession by the right key, with other values in its statement. */
const possessing = (change: Partial<Parameters<typeof possessionRequest>[0]>) => {
  const { session, message } = plain.expectation;
  const [sessionKey, sessionIdentity] = commitmentsOf(plain);
  const request = possessionRequest({
    session,
    message,
    sessionKey: sessionKey!,
    sessionIdentity: sessionIdentity!,
    scope: scopeOf(SERVER_OID, 'download'),
    pseudonym: plain.plan.values.pseudonym,
    identifierScope: 0n,
    identifier: 0n,
    order: 0n,
    ...change,
  });
  return presented((bundle) => ({ ...bundle, possession: possessionOf(request) }));
};
const commitmentsOf = ({ prepared: { presentation } }: AnsweredSession) =>
  commitmentsIn(presentation).map(BigInt);

const REQUEST = ['mode', 'trustRoot', 'revocationRoot', 'registryRoot', 'time', 'role'];

describe('a presentation with the right values', () => {
  test.each([
    ['a pseudonym', () => plain],
    ['everything opened', () => open],
    ['an identifier', () => either],
  ])('and %s is refused for its proof alone', async (_, session) => {
    await expect(presented((bundle) => bundle, session)).rejects.toMatchObject({
      code: 'ERR_PROOF_INVALID',
    });
  });

  test('says, once its proofs hold, what is known by them and nothing else', async () => {
    const known = await expecting({ assertProof: asIfValid });
    const { presentation, terms } = plain.prepared;
    expect(known).toEqual({
      ...terms,
      mode: undefined,
      registryRoot: undefined,
      session: plain.expectation.session,
      sessionKey: BigInt(commitmentsIn(presentation)[0]!),
      sessionIdentity: BigInt(commitmentsIn(presentation)[1]!),
      scope: scopeOf(SERVER_OID, 'download'),
      pseudonym: plain.plan.values.pseudonym,
    });
    expect(known.pseudonym).not.toBe(0n);
    expect(Object.isFrozen(known)).toBe(true);
    const opened = await expecting({ assertProof: asIfValid }, () => open);
    expect(opened).toMatchObject({ identity: { kind: 'eid', digits: EID } });
    expect(Object.keys(opened)).not.toContain('pseudonym');
    const identified = await expecting({ assertProof: asIfValid }, () => either);
    expect(identified).toMatchObject({
      identifierScope: identifierScopeOf(SERVER_OID, 'account'),
      identifier: either.plan.values.identifier,
    });
    expect(Object.keys(identified)).not.toContain('pseudonym');
  });

  test('has both proofs verified together, and its answer when neither is under way', async () => {
    const both = ['sessionPossession', 'presentation'];
    for (const wrong of both) {
      let underWay: string[] = [];
      let most = 0;
      const assertProof = async ({ program }: AnyEnvelope) => {
        underWay.push(program);
        most = Math.max(most, underWay.length);
        await setTimeout(program === wrong ? 1 : 20);
        underWay = underWay.filter((other) => other !== program);
        if (program === wrong) throw Error(`no ${program}`);
      };
      await expect(expecting({ assertProof })).rejects.toThrow(`no ${wrong}`);
      expect(underWay).toEqual([]);
      expect(most).toBe(2);
    }
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
  ])('with another %s', async (name, code) => {
    const i = REQUEST.indexOf(name);
    const changed = presented((bundle) => ({
      ...bundle,
      presentation: withValue(bundle.presentation, i, 4n),
    }));
    await expect(changed).rejects.toMatchObject({ code });
  });

  const another = mapWith({ ca: [5n] });
  const trustSets = [{ root: 5n, ciEnds: [] }];
  test.each([
    ['whose set of CIs was not offered', { trustRoots: ['5'] }, {}, 'ERR_PROOF_TRUST_ROOT'],
    ['whose set of CIs no longer counts', {}, { trustSets }, 'ERR_PROOF_TRUST_ROOT'],
    ['whose map was not offered', { revocationRoots: ['5'] }, {}, 'ERR_PROOF_REVOCATION_ROOT'],
    ['whose map no longer counts', {}, { maps: [mapFacts(another)] }, 'ERR_PROOF_REVOCATION_ROOT'],
    ['of another role than was offered', { role: 'euicc' }, {}, 'ERR_PROOF_ROLE'],
    [
      'where a published credential was asked for',
      { mode: 'registryPresentation', registryRoots: ['5'] },
      { registryRoots: [5n] },
      'ERR_PROOF_PROGRAM',
    ],
    ['for another purpose', { purpose: 'statistics' }, {}, 'ERR_PROOF_STATEMENT'],
    ['with a pseudonym that was not asked for', { purpose: undefined }, {}, 'ERR_PROOF_SCOPE'],
    [
      'with a pseudonym where an identifier was asked for',
      { purpose: undefined, identifierPurpose: 'download' },
      {},
      'ERR_PROOF_SCOPE',
    ],
  ] as [string, object, Partial<AcceptedRoots>, string][])(
    '%s',
    async (_, offered, accepted, code) => {
      const changed = expecting({
        offered: { ...plain.expectation.offered, ...offered },
        accepted: { ...rootsOf(MAP), ...accepted },
      });
      await expect(changed).rejects.toMatchObject({ code });
    },
  );

  test.each([
    ['by another server', { serverOid: '2.999.1' }, 'ERR_PROOF_STATEMENT'],
    ['over another message', { message: new Uint8Array(3) }, 'ERR_PROOF_STATEMENT'],
    ['in another session', { session: 5n }, 'ERR_PROOF_STATEMENT'],
    ['a day later', { now: NOW + 86_400n + 60n }, 'ERR_PROOF_TIME'],
    ['a day earlier', { now: NOW - 86_400n }, 'ERR_PROOF_TIME'],
    ['without the openings that are needed', { disclosures: ['identity'] }, 'ERR_PROOF_OPENING'],
  ] as [string, Partial<PresentationExpectation>, string][])('%s', async (_, change, code) => {
    await expect(expecting(change)).rejects.toMatchObject({ code });
  });

  test('at a time that is no event, however near', async () => {
    const time = plain.prepared.terms.time + 1n;
    const changed = presented((bundle) => ({
      ...bundle,
      presentation: withValue(bundle.presentation, 4, time),
    }));
    await expect(changed).rejects.toMatchObject({ code: 'ERR_PROOF_TIME' });
  });

  const facts = mapFacts(MAP);
  const underMap = (change: Partial<typeof facts>, time = plain.prepared.terms.time) =>
    verifyPresentation(
      { ...plain.bundle, presentation: withValue(plain.bundle.presentation, 4, time) },
      {
        ...plain.expectation,
        now: NOW + 1_000n,
        accepted: { ...rootsOf(), maps: [{ ...facts, ...change }] },
      },
    );

  test('at an event of another map', async () => {
    const beginning = NOW + 101n;
    await expect(underMap({ beginnings: [beginning] }, beginning)).rejects.toMatchObject({
      code: 'ERR_PROOF_INVALID',
    });
    await expect(underMap({}, beginning)).rejects.toMatchObject({ code: 'ERR_PROOF_TIME' });
  });

  test('once a list of its map has ended, however long before it was prepared', async () => {
    await expect(underMap({ ends: [NOW + 700n] })).rejects.toMatchObject({
      code: 'ERR_PROOF_INVALID',
    });
    await expect(underMap({ ends: [NOW + 699n] })).rejects.toMatchObject({
      code: 'ERR_PROOF_TIME',
    });
  });

  test('as a statement, and a statement as a presentation', async () => {
    const expectation = { trustRoot: 1n, mapRoot: 1n, role: 'dp-auth-v2' as const };
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

  test('with proofs of one program offered as those of another', async () => {
    const { publicInput } = plain.bundle.possession.proof;
    const other = unprovenPlain('registryPresentation', publicValues(plain.bundle.presentation));
    const swapped: Change[] = [
      ({ possession, ...rest }) => ({ ...rest, possession, presentation: possession }),
      ({ presentation, ...rest }) => ({ ...rest, presentation, possession: other }),
      ({ possession, ...rest }) => ({ ...rest, possession, presentation: other }),
      ({ presentation, ...rest }) => ({
        ...rest,
        presentation: { ...presentation, program: 'chain' },
      }),
    ];
    for (const change of swapped) {
      await expect(presented(change)).rejects.toMatchObject({ code: 'ERR_PROOF_PROGRAM' });
    }
    const misshapen: Change[] = [
      // as a proof of the form that contracts verify
      (bundle) => ({ ...bundle, possession: unproven('possession', publicInput, []) }),
      (bundle) => ({ ...bundle, possession: { ...other, program: 'sessionPossession' } }),
      (bundle) => ({ ...bundle, presentation: { ...other, program: 'presentation' } }),
    ];
    for (const change of misshapen) {
      await expect(presented(change)).rejects.toMatchObject({ code: 'ERR_PROOF_FORMAT' });
    }
  });
});

describe('its possession is refused', () => {
  test('with another mode or statement', async () => {
    const changed = (i: number, value: bigint) =>
      presented((bundle) => ({ ...bundle, possession: withValue(bundle.possession, i, value) }));
    await expect(changed(0, BigInt(MODE.presentation))).rejects.toMatchObject({
      code: 'ERR_PROOF_MODE',
    });
    await expect(changed(1, 5n)).rejects.toMatchObject({ code: 'ERR_PROOF_STATEMENT' });
  });

  test('of another session, with all that belongs to it', async () => {
    const theirs = presented((bundle) => ({ ...bundle, possession: other.bundle.possession }));
    await expect(theirs).rejects.toMatchObject({ code: 'ERR_PROOF_STATEMENT' });
    const replayed = verifyPresentation(other.bundle, plain.expectation);
    await expect(replayed).rejects.toMatchObject({ code: 'ERR_PROOF_STATEMENT' });
  });

  test('beside another presentation of the same device', async () => {
    const changed = presented((bundle) => ({
      ...bundle,
      presentation: other.bundle.presentation,
    }));
    await expect(changed).rejects.toMatchObject({ code: 'ERR_PROOF_STATEMENT' });
  });

  test('with the key of this presentation and the identity of another', async () => {
    const [, sessionIdentity] = commitmentsOf(other);
    await expect(possessing({})).rejects.toMatchObject({ code: 'ERR_PROOF_INVALID' });
    await expect(possessing({ sessionIdentity })).rejects.toMatchObject({
      code: 'ERR_PROOF_STATEMENT',
    });
    const [sessionKey] = commitmentsOf(other);
    await expect(possessing({ sessionKey })).rejects.toMatchObject({ code: 'ERR_PROOF_STATEMENT' });
  });

  test.each([
    ['another session', { session: 7n }],
    ['another message', { message: Uint8Array.of(1) }],
    ['another scope', { scope: scopeOf(SERVER_OID, 'other') }],
    ["another server's scope", { scope: scopeOf('2.999.1', 'download') }],
    ['no scope', { scope: 0n }],
    ['another pseudonym', { pseudonym: 7n }],
    ['an identifier beside the pseudonym', { identifier: 7n }],
    ['a scope of identifiers', { identifierScope: identifierScopeOf(SERVER_OID, 'download') }],
    ['an order', { order: 7n }],
  ] as [string, Parameters<typeof possessing>[0]][])('about %s than is told', async (_, change) => {
    await expect(possessing(change)).rejects.toMatchObject({ code: 'ERR_PROOF_STATEMENT' });
  });

  test.each([
    ['no pseudonym', { pseudonym: undefined }, 'ERR_PROOF_SCOPE'],
    ['a pseudonym of 0', { pseudonym: '0' }, 'ERR_PROOF_FORMAT'],
    ['another pseudonym', { pseudonym: '7' }, 'ERR_PROOF_STATEMENT'],
    ['an identifier too', { identifier: '7' }, 'ERR_PROOF_SCOPE'],
    ['an identifier of 0', { identifier: '0' }, 'ERR_PROOF_FORMAT'],
    ['an order', { order: '7' }, 'ERR_PROOF_STATEMENT'],
  ])('with %s told', async (_, change, code) => {
    await expect(presented((bundle) => ({ ...bundle, ...change }))).rejects.toMatchObject({ code });
  });

  test.each([
    ['neither', { identifier: undefined }, 'ERR_PROOF_SCOPE'],
    ['both', { pseudonym: '7' }, 'ERR_PROOF_SCOPE'],
    ['the other', { pseudonym: '7', identifier: undefined }, 'ERR_PROOF_STATEMENT'],
  ])('with %s told where either was asked for', async (_, change, code) => {
    const changed = presented(
      (bundle) => ({ ...bundle, ...change }),
      () => either,
    );
    await expect(changed).rejects.toMatchObject({ code });
  });

  test('with an identifier where only a pseudonym was asked for', async () => {
    await expect(offering({ identifierPurpose: undefined }, () => either)).rejects.toMatchObject({
      code: 'ERR_PROOF_SCOPE',
    });
  });

  test('with a value that was not asked for', async () => {
    for (const change of [{ pseudonym: '7' }, { identifier: '7' }]) {
      const changed = presented(
        (bundle) => ({ ...bundle, ...change }),
        () => open,
      );
      await expect(changed).rejects.toMatchObject({ code: 'ERR_PROOF_SCOPE' });
    }
  });
});

describe('an expectation is refused', () => {
  test.each([
    ['without a root', { trustRoots: [] }],
    ['with a root named twice', { revocationRoots: ['5', '5'] }],
    ['with 17 maps', { revocationRoots: Array.from({ length: 17 }, (_, i) => String(i + 1)) }],
    ['with registry roots that belong to another mode', { registryRoots: ['5'] }],
    ['with an age of an hour', { maxAge: 3_600 }],
  ])('%s', async (_, change) => {
    await expect(offering(change)).rejects.toMatchObject({ code: 'ERR_SESSION_VALUE' });
  });

  test('where a value has another form', async () => {
    const wrong: object[] = [{ session: 'x' }, { now: NaN }, { message: 'text' }, { accepted: 5 }];
    for (const change of wrong) {
      await expect(expecting(change)).rejects.toMatchObject({ code: 'ERR_ARGUMENT' });
    }
  });
});

test('what is offered is what counts', () => {
  const accepted = rootsOf(MAP, mapWith({ ca: [5n] }));
  const terms = requestTerms({ accepted, role: 'euicc-v2', now: NOW + 42n });
  expect(terms.revocationRoots).toEqual(accepted.maps.map(({ root }) => String(root)));
  expect(terms.time).toBe(Number(NOW));
  expect(terms.maxAge).toBe(86_400);
});
