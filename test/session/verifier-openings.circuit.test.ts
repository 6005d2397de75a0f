/** What a bundle tells beside its proofs: orders and openings, and what a possession of them is made of. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { commitIdentity, commitKey } from '../../src/circuits/session.ts';
import { blindOrderOf } from '../../src/session/blind-order.ts';
import type { PresentationBundle } from '../../src/session/envelopes.ts';
import { planPossession, presentationBundle } from '../../src/session/answer.ts';
import { verifyPresentation } from '../../src/session/verifier.ts';
import { possessionWitness } from '../../src/witness/possession.ts';
import { type AnsweredSession, sessionWith, possessionOf, commitmentsIn } from './bundles.ts';
import { asIfValid, EID, SERVER_OID, sign, verifiers } from './world.ts';

const made = verifiers();
afterAll(() => made.close());

/** With a pseudonym, and with everything opened. */
let plain: AnsweredSession;
let open: AnsweredSession;

beforeAll(async () => {
  const verifier = await made.make();
  plain = await sessionWith(verifier, { purpose: 'download' });
  open = await sessionWith(verifier, { disclosures: ['identity', 'issuer', 'key'] });
});

type Change = (bundle: PresentationBundle) => unknown;
const presented = (change: Change, session = () => plain) =>
  verifyPresentation(change(structuredClone(session().bundle)), session().expectation);

describe('an order for one device', () => {
  const salt = new Uint8Array(16).fill(9);
  const bound = (order: { serverOid: string; salt: Uint8Array }) => {
    const { prepared, expectation } = plain;
    const { session, message } = expectation;
    const { request, values } = planPossession({
      prepared,
      session,
      message,
      signature: sign(message),
      scope: plain.accepted.scope!,
      order,
    });
    return presentationBundle(prepared, possessionOf(request), values);
  };

  test('is the one of its salt, server and EID', async () => {
    const bundle = bound({ serverOid: SERVER_OID, salt });
    const known = await verifyPresentation(bundle, {
      ...plain.expectation,
      assertProof: asIfValid,
    });
    expect(known.order).toBe(blindOrderOf(SERVER_OID, salt, EID));
  });

  test('is another one for every other salt, server or EID', async () => {
    const { order } = bound({ serverOid: SERVER_OID, salt });
    const others = [
      bound({ serverOid: SERVER_OID, salt: new Uint8Array(16).fill(8) }).order,
      bound({ serverOid: '2.999.1', salt }).order,
      String(blindOrderOf(SERVER_OID, salt, EID.replace(/.$/, '6'))),
    ];
    expect(new Set([order, ...others]).size).toBe(4);
    // told in place of the proven one
    for (const told of others) {
      const changed = verifyPresentation(
        { ...bound({ serverOid: SERVER_OID, salt }), order: told },
        plain.expectation,
      );
      await expect(changed).rejects.toMatchObject({ code: 'ERR_PROOF_STATEMENT' });
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
});

test('a possession is planned with the openings of its presentation', () => {
  const { openings } = plain.prepared;
  const message = Uint8Array.of(1, 2, 3);
  const planned = possessionWitness({
    session: 5n,
    message,
    signature: sign(message),
    openings,
  });
  const { keyBlind, key, identity, identityBlind } = planned.witness;
  expect([commitKey(keyBlind, key), commitIdentity(identityBlind, identity)].map(String)).toEqual(
    commitmentsIn(plain.prepared.presentation).slice(0, 2),
  );
  expect(planned.witness.scope).toEqual(Field(0));
});
