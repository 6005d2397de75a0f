/** What the SM-DP+ refuses in zkCX from a device that was offered an order: signatures, cancellations. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cancelOrder } from '../../../src/rsp/smdpp/es2p/orders.ts';
import { madeUpKey } from '../../support/certificates/keys.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import { authenticated, begin, device, outer, type Visit } from './server-device.ts';
import { ZkcxSmdp } from './zkcx-smdp.ts';

let server: ZkcxSmdp;
beforeAll(async () => {
  server = await ZkcxSmdp.open();
});
afterAll(() => server.close());

const one = device();
const stateOf = async (iccid: string) => (await server.smdp.storedOrder(iccid))?.state;

describe.each(['zkcx', 'zkcx-device'] as const)('the request for the package in %s', (mode) => {
  test('gets nothing of a later order of the same profile', async () => {
    const { iccid, matchingId } = await server.smdp.order();
    const { visit, smdpSignature2 } = await authenticated(server, one, mode, matchingId);
    const { context } = server.smdp.server;
    await cancelOrder(context, { iccid, finalProfileStatusIndicator: 'Available' });
    await server.smdp.order({ iccid, matchingId });
    // withdrawn, the order has ended its sessions
    expect(await refusalOf(visit.fetch(smdpSignature2))).toBe('8.10.1/3.9');
    expect(await stateOf(iccid)).toBe('released');
  });

  test.each([
    ['does not end', (visit: Visit) => visit.call('cancelSession', visit.cancellation(0))],
    [
      'uses up no try of',
      (visit: Visit, signature: Uint8Array) => visit.fetch(signature, { code: '9' }),
    ],
  ])('%s a later order of the same profile', async (_, act) => {
    const { iccid, matchingId } = await server.smdp.order({ confirmationCode: '1' });
    const { visit, smdpSignature2 } = await authenticated(server, one, mode, matchingId);
    const { context } = server.smdp.server;
    await cancelOrder(context, { iccid, finalProfileStatusIndicator: 'Available' });
    await server.smdp.order({ iccid, matchingId, confirmationCode: '2' });
    const before = await server.smdp.storedOrder(iccid);
    expect(await refusalOf(act(visit, smdpSignature2))).toBe('8.10.1/3.9');
    expect(await server.smdp.storedOrder(iccid)).toEqual(before);
  });

  test('is taken from the key of the session only, for its transaction and its server signature', async () => {
    const other = await authenticated(server, one, mode);
    const attempts: ((visit: Visit, smdpSignature2: Uint8Array) => Promise<unknown>)[] = [
      (visit, signature) => visit.fetch(signature, { signer: madeUpKey('another') }),
      (visit, signature) => visit.fetch(signature, { signer: other.visit.sessionKey }),
      (visit) => visit.fetch(other.smdpSignature2),
      (visit, signature) => visit.fetch(signature, { transactionId: other.visit.signedId }),
    ];
    if (mode === 'zkcx') {
      // the eUICC's own key signs once in a session, and nothing of this kind
      attempts.push((visit, signature) => visit.fetch(signature, { signer: one.euicc.key }));
    }
    const outcomes: string[] = [];
    for (const attempt of attempts) {
      const { visit, smdpSignature2 } = await authenticated(server, one, mode);
      outcomes.push(await refusalOf(attempt(visit, smdpSignature2)));
      // and the session is over
      expect(await refusalOf(visit.fetch(smdpSignature2))).toBe('8.10.1/3.9');
    }
    expect(new Set(outcomes)).toEqual(new Set(['8.1/6.1', '8.10.1/3.9']));
    expect(outcomes.filter((outcome) => outcome === '8.10.1/3.9')).toHaveLength(1);
  });

  test('is taken once', async () => {
    const { visit, smdpSignature2 } = await authenticated(server, one, mode);
    await visit.fetch(smdpSignature2);
    expect(await refusalOf(visit.fetch(smdpSignature2))).toBe('8.10.1/3.9');
  });
});

describe('a cancellation', () => {
  test('before consent is a reason, never a signature', async () => {
    const { iccid, matchingId } = await server.smdp.order();
    const visit = await begin(server, one, 'zkcx-device');
    await visit.authenticate(matchingId!);
    expect(await refusalOf(visit.call('cancelSession', visit.cancellation(0)))).toBe('8.10.1/3.9');
    await visit.call('cancelSession', { kind: 'reason', reason: 1 });
    expect(await stateOf(iccid)).toBe('released');
    const sealed = await visit.seal('cancelSession', { kind: 'reason', reason: 1 });
    expect(await outer(visit.send('cancelSession', sealed))).toBe('8.10.1/3.9');
  });

  test('that says no before consent ends the order', async () => {
    const { iccid, matchingId } = await server.smdp.order();
    const visit = await begin(server, one, 'zkcx-device');
    await visit.authenticate(matchingId!);
    await visit.call('cancelSession', { kind: 'reason', reason: 0 });
    expect(await stateOf(iccid)).toBe('error');
  });

  test.each(['zkcx', 'zkcx-device'] as const)('afterwards is signed in %s, once', async (mode) => {
    const { iccid, matchingId } = await server.smdp.order();
    const { visit } = await authenticated(server, one, mode, matchingId);
    const { transactionId } = visit.parts.transcript;
    const wrong = [
      { kind: 'reason', reason: 0 } as const,
      visit.cancellation(0, { signer: madeUpKey('another') }),
      visit.cancellation(0, { smdpOid: '2.999.11' }),
      visit.cancellation(0, { id: mode === 'zkcx' ? new Uint8Array(16) : transactionId }),
    ];
    const outcomes: string[] = [];
    for (const request of wrong) {
      outcomes.push(await refusalOf(visit.call('cancelSession', request)));
      expect(await stateOf(iccid)).toBe('released');
    }
    expect(outcomes).toEqual(['8.10.1/3.9', '8.1/6.1', '8.8/3.10', '8.10.1/3.9']);
    await visit.call('cancelSession', visit.cancellation(0));
    expect(await stateOf(iccid)).toBe('error');
    const sealed = await visit.seal('cancelSession', visit.cancellation(0));
    expect(await outer(visit.send('cancelSession', sealed))).toBe('8.10.1/3.9');
  });
});
