/** What the SM-DP+ refuses in zkCX once a device is known: false openings, possessions and cancellations. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { discloseIdentity } from '../../../src/rsp/zkcx/openings.ts';
import { planPossession } from '../../../src/session/statements.ts';
import { possessionOf } from '../../session/bundles.ts';
import { SERVER_OID, sign } from '../../session/world.ts';
import { madeUpKey } from '../../support/certificates/keys.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import { oneTimeKey } from '../../support/rsp/soft-euicc.ts';
import {
  authenticated,
  begin,
  device,
  disclosure,
  otherDevice,
  outer,
  type Visit,
  ZkcxSmdp,
} from './server-device.ts';

let server: ZkcxSmdp;
beforeAll(async () => {
  server = await ZkcxSmdp.open();
});
afterAll(() => server.close());
beforeEach(() => {
  server.refusals.splice(0);
});

const one = device();
const two = otherDevice();
const order = async () => (await server.smdp.order()).matchingId;

describe('openings', () => {
  const refused = async (
    change: (own: ReturnType<typeof disclosure>) => object | Promise<object>,
  ) => {
    const visit = await begin(server, one, 'zkcx-device');
    await visit.authenticate(await order());
    const request = (await change(disclosure(visit))) as ReturnType<typeof disclosure>;
    const outcome = await refusalOf(visit.call('zkcxDisclose', request));
    expect(await refusalOf(visit.call('zkcxDisclose', disclosure(visit)))).toBe('8.10.1/3.9');
    return [outcome, server.refusals[0]];
  };
  const opening = ['8.1/6.1', 'ERR_PROOF_OPENING'];

  test('of another session, or of another EID, are refused, and no second try is taken', async () => {
    const theirs = disclosure(await begin(server, one, 'zkcx-device'));
    expect(await refused(() => theirs)).toEqual(opening);
    for (const name of ['identity', 'key', 'message'] as const) {
      server.refusals.splice(0);
      expect(await refused((own) => ({ ...own, [name]: theirs[name] }))).toEqual(opening);
    }
    server.refusals.splice(0);
    const lie = (own: ReturnType<typeof disclosure>) => ({
      ...own,
      identity: { ...own.identity, identity: '89049032123451234512345678901299' },
    });
    expect(await refused(lie)).toEqual(opening);
  });

  test('with a signature of another key, or over another digest, are refused', async () => {
    const theirs = await begin(server, one, 'zkcx-device');
    const { euiccSignature1 } = theirs.parts.authenticated;
    const signature = ['8.1/6.1', 'ERR_RSP_SIGNATURE'];
    expect(await refused((own) => ({ ...own, euiccSignature1 }))).toEqual(signature);
    server.refusals.splice(0);
    const point = madeUpKey('another').point;
    const hex = Buffer.from(point).toString('hex');
    const key = { x: hex.slice(2, 66), y: hex.slice(66) };
    expect(await refused((own) => ({ ...own, key: { ...own.key, ...key } }))).toEqual(opening);
  });

  test('are not taken before the presentation, nor those of the other mode', async () => {
    const early = await begin(server, one, 'zkcx-device');
    expect(await refusalOf(early.call('zkcxDisclose', disclosure(early)))).toBe('8.10.1/3.9');
    const visit = await begin(server, one, 'zkcx-device');
    await visit.authenticate(await order());
    const identity = discloseIdentity(visit.parts.plan.presentation.plan.openings);
    expect(await refusalOf(visit.call('zkcxDisclose', identity))).toBe('8.10.1/3.9');
  });
});

describe('possession', () => {
  test('of another device, even over the messages of this session, gets no package', async () => {
    const { visit, smdpSignature2 } = await authenticated(server, one);
    const { visit: theirs } = await authenticated(server, two);
    const { euiccSigned2, message } = visit.prepared(smdpSignature2);
    const { request } = await planPossession({
      session: { ...visit.parts.plan.session, key: theirs.parts.plan.session.key },
      kind: 'prepareDownload',
      message,
      context: { serverOid: SERVER_OID, serverSignature: smdpSignature2 },
      sign: (signed) => sign(signed, two.euicc.key.secret),
    });
    const possession = possessionOf(request);
    const call = visit.call('getBoundProfilePackage', {
      kind: 'possession',
      euiccSigned2,
      possession,
    });
    expect(await refusalOf(call)).toBe('8.1/6.1');
    expect(server.refusals).toEqual(['ERR_PROOF_STATEMENT']);
  });

  test('of another session, one-time key or kind gets no package', async () => {
    const theirs = await authenticated(server, one);
    const attempts = async (visit: Visit, smdpSignature2: Uint8Array) => {
      const own = visit.prepared(smdpSignature2);
      const other = theirs.visit.prepared(theirs.smdpSignature2);
      const context = { serverSignature: theirs.smdpSignature2 };
      const foreign = await theirs.visit.possession('prepareDownload', other.message, context);
      const cancelled = visit.cancellation(0).euiccCancelSessionSigned;
      const mine = { serverSignature: smdpSignature2 };
      const proof = await visit.possession('prepareDownload', own.message, mine);
      const otherKey = visit.prepared(smdpSignature2, oneTimeKey('of the LPA'));
      return [
        { euiccSigned2: own.euiccSigned2, possession: foreign },
        { euiccSigned2: other.euiccSigned2, possession: foreign },
        {
          euiccSigned2: own.euiccSigned2,
          possession: await visit.possession('cancelSession', cancelled),
        },
        { euiccSigned2: otherKey.euiccSigned2, possession: proof },
      ];
    };
    const codes = ['ERR_PROOF_STATEMENT', 'ERR_SESSION_MESSAGE', 'ERR_PROOF_STATEMENT'];
    for (const [i, code] of [...codes, 'ERR_PROOF_STATEMENT'].entries()) {
      server.refusals.splice(0);
      const { visit, smdpSignature2 } = await authenticated(server, one);
      const request = (await attempts(visit, smdpSignature2))[i]!;
      const call = visit.call('getBoundProfilePackage', { kind: 'possession', ...request });
      expect(await refusalOf(call)).toBe('8.1/6.1');
      expect(server.refusals).toEqual([code]);
      // and the session is over
      expect(await refusalOf(visit.fetch(smdpSignature2))).toBe('8.10.1/3.9');
    }
  });
});

describe('a cancellation', () => {
  test('before consent is a reason, never a signature', async () => {
    const { iccid, matchingId } = await server.smdp.order();
    const visit = await begin(server, one, 'zkcx-device');
    await visit.authenticate(matchingId);
    const signed = { kind: 'signature' as const, cancelSessionResponse: visit.cancellation(0) };
    expect(await refusalOf(visit.call('cancelSession', signed))).toBe('8.10.1/3.9');
    await visit.call('cancelSession', { kind: 'reason', reason: 1 });
    expect((await server.smdp.storedOrder(iccid))?.state).toBe('released');
    expect(visit.record).toBeUndefined();
  });

  test('after consent is signed, or proven', async () => {
    const { iccid, matchingId } = await server.smdp.order();
    const visit = await begin(server, one, 'zkcx-device');
    await visit.authenticate(matchingId);
    await visit.call('zkcxDisclose', disclosure(visit));
    const reason = { kind: 'reason' as const, reason: 0 };
    expect(await refusalOf(visit.call('cancelSession', reason))).toBe('8.10.1/3.9');
    const cancelSessionResponse = visit.cancellation(0);
    await visit.call('cancelSession', { kind: 'signature', cancelSessionResponse });
    expect((await server.smdp.storedOrder(iccid))?.state).toBe('error');
  });

  test('in zkcx is proven, and only once', async () => {
    const { iccid, matchingId } = await server.smdp.order();
    const { visit } = await authenticated(server, one, matchingId);
    const signed = visit.cancellation(0).euiccCancelSessionSigned;
    const possession = await visit.possession('cancelSession', signed);
    const request = { kind: 'possession' as const, euiccCancelSessionSigned: signed, possession };
    const other = {
      ...request,
      euiccCancelSessionSigned: visit.cancellation(1).euiccCancelSessionSigned,
    };
    expect(await refusalOf(visit.call('cancelSession', other))).toBe('8.1/6.1');
    expect((await server.smdp.storedOrder(iccid))?.state).toBe('released');
    await visit.call('cancelSession', request);
    expect((await server.smdp.storedOrder(iccid))?.state).toBe('error');
    const sealed = await visit.seal('cancelSession', request);
    expect(await outer(visit.send('cancelSession', sealed))).toBe('8.10.1/3.9');
  });
});
