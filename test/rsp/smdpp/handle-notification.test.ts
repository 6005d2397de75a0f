import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { madeUpKey } from '../../support/certificates/keys.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import {
  cancelSession,
  eidOf,
  failure,
  installationResult,
  notification,
  oneTimeKey,
  otherEuicc,
  sgp26Euicc,
} from '../../support/rsp/soft-euicc.ts';
import { TestSmdp } from '../../support/rsp/smdpp.ts';
import { cancelOrder } from '../../../src/rsp/smdpp/es2p/orders.ts';
import { SmdpSigned2 } from '../../../src/sgp22/messages/prepare-download.ts';
import type { Received } from '../../../src/sgp22/codec/codec.ts';
import type { PendingNotification } from '../../../src/sgp22/messages/notifications.ts';

let smdp: TestSmdp;
beforeAll(async () => {
  smdp = await TestSmdp.open();
});
afterAll(() => smdp.close());

const euicc = sgp26Euicc();
const other = otherEuicc('89049032123451234512345678901236');
const handle = (pendingNotification: Received<PendingNotification>) =>
  smdp.server.handleNotification({ pendingNotification });

async function delivered() {
  const { iccid, matchingId } = await smdp.order();
  const { transactionId } = await smdp.download(euicc, matchingId);
  return { iccid, matchingId, transactionId };
}

const stateOf = async (iccid: string) => (await smdp.storedOrder(iccid))?.state;

describe('a ProfileInstallationResult', () => {
  test('of success ends the order, once', async () => {
    const { iccid, matchingId, transactionId } = await delivered();
    const result = installationResult(euicc, transactionId, iccid);
    expect(await handle(result)).toBe('recorded');
    expect(await stateOf(iccid)).toBe('installed');
    expect(await handle(result)).toBe('ignored');
    expect(await refusalOf(smdp.authenticate(euicc, matchingId))).toBe('8.2.6/3.8');
  });

  test('counts long after its session', async () => {
    const { iccid, transactionId } = await delivered();
    smdp.time += 86_400n;
    expect(await handle(installationResult(euicc, transactionId, iccid))).toBe('recorded');
    expect(await stateOf(iccid)).toBe('installed');
  });

  test.each([
    [10, 'insufficient memory'],
    [11, 'interruption'],
  ])('of error %i, %s, releases the order again, for any device', async (reason) => {
    const { iccid, matchingId, transactionId } = await delivered();
    const result = installationResult(euicc, transactionId, iccid, {
      finalResult: failure(reason),
    });
    expect(await handle(result)).toBe('recorded');
    expect(await stateOf(iccid)).toBe('released');
    const otpk = oneTimeKey('two').point;
    expect(await refusalOf(smdp.download(other, matchingId, { otpk }))).toBe('accepted');
  });

  test.each([1, 9, 12, 15, 99, 127])('of error %i ends the order', async (reason) => {
    const { iccid, transactionId } = await delivered();
    const result = installationResult(euicc, transactionId, iccid, {
      finalResult: failure(reason),
    });
    expect(await handle(result)).toBe('recorded');
    expect(await stateOf(iccid)).toBe('error');
  });

  test.each([5, 6, 8, 1, 9, 12, 13, 15, 99, 127])(
    'of error %i leaves the order to the same device, and to no other',
    async (reason) => {
      // also where a package that got lost would not be bound again
      const { iccid, matchingId } = await smdp.order({ rebinding: reason % 2 === 0 });
      const fetched = await smdp.download(euicc, matchingId);
      const { transactionId } = fetched;
      const finalResult = failure(reason);
      await handle(installationResult(euicc, transactionId, iccid, { finalResult }));
      expect(await refusalOf(smdp.authenticate(other, matchingId))).toBe('8.1.1/3.8');
      // a new package, whatever its one-time key: the one that failed would fail again
      const otpk = reason % 3 === 0 ? undefined : oneTimeKey('two').point;
      const offered = await smdp.authenticate(euicc, matchingId);
      expect(SmdpSigned2.decode(offered.smdpSigned2).bppEuiccOtpk).toBeUndefined();
      const again = await smdp.bind(euicc, offered, { ...(otpk && { otpk }) });
      const half = (bytes: Uint8Array) => bytes.slice(-1_000);
      expect(half(again.boundProfilePackage)).not.toEqual(half(fetched.boundProfilePackage));
      expect(await stateOf(iccid)).toBe('downloaded');
      expect(await handle(installationResult(euicc, again.transactionId, iccid))).toBe('recorded');
      expect(await smdp.storedOrder(iccid)).toMatchObject({ state: 'installed' });
      expect(await refusalOf(smdp.authenticate(euicc, matchingId))).toBe('8.2.6/3.8');
    },
  );

  test('of an error can be tried again as often as an order is shown, or until it is withdrawn', async () => {
    const { iccid, matchingId } = await smdp.order();
    const finalResult = failure(8);
    const fail = async () => {
      const { transactionId } = await smdp.download(euicc, matchingId);
      return handle(installationResult(euicc, transactionId, iccid, { finalResult }));
    };
    for (let i = 0; i < 10; i++) expect(await fail()).toBe('recorded');
    expect(await refusalOf(fail())).toBe('8.8.5/6.4');
    const answer = { iccid, finalProfileStatusIndicator: 'Available' } as const;
    await cancelOrder(smdp.server.context, answer);
    expect(await refusalOf(fail())).toBe('8.2.6/3.8');
  });

  test('of an error, for a device without MatchingID: a fresh order first, then this one', async () => {
    const bound = { matchingId: '', eid: eidOf(other) };
    const first = await smdp.order(bound);
    const { transactionId } = await smdp.download(other);
    const finalResult = failure(6);
    const result = installationResult(other, transactionId, first.iccid, { finalResult });
    expect(await handle(result)).toBe('recorded');
    const fresh = await smdp.order(bound);
    const next = await smdp.download(other);
    expect(await stateOf(fresh.iccid)).toBe('downloaded');
    await handle(installationResult(other, next.transactionId, fresh.iccid));
    await smdp.download(other);
    expect(await stateOf(first.iccid)).toBe('downloaded');
  });

  test('of a passing error leaves the order to others only if no other package is out', async () => {
    const { iccid, matchingId, transactionId } = await delivered();
    const late = await smdp.download(euicc, matchingId);
    const finalResult = failure(11);
    await handle(installationResult(euicc, late.transactionId, iccid, { finalResult }));
    // the first one may be installed, and its result under way
    expect(await refusalOf(smdp.authenticate(other, matchingId))).toBe('8.1.1/3.8');
    expect(await handle(installationResult(euicc, transactionId, iccid))).toBe('recorded');
    expect(await stateOf(iccid)).toBe('installed');
  });

  test('of an error comes again, and changes nothing', async () => {
    const { iccid, matchingId, transactionId } = await delivered();
    await smdp.download(euicc, matchingId);
    const result = installationResult(euicc, transactionId, iccid, { finalResult: failure(12) });
    expect(await handle(result)).toBe('recorded');
    const before = await smdp.storedOrder(iccid);
    expect(await handle(result)).toBe('ignored');
    expect(await smdp.storedOrder(iccid)).toEqual(before);
  });

  test('of success counts after the device has given up', async () => {
    const { iccid, transactionId } = await delivered();
    const { cancelSessionResponse } = cancelSession(euicc, transactionId, 5);
    const response = { ...cancelSessionResponse, der: new Uint8Array() };
    await smdp.server.cancelSession({ transactionId, cancelSessionResponse: response });
    expect(await stateOf(iccid)).toBe('error');
    const finalResult = failure(12);
    const failed = installationResult(euicc, transactionId, iccid, { finalResult });
    expect(await handle(failed)).toBe('ignored');
    expect(await handle(installationResult(euicc, transactionId, iccid))).toBe('recorded');
    expect(await stateOf(iccid)).toBe('installed');
  });

  test('of an earlier try: its failure changes nothing, its success counts', async () => {
    const { iccid, matchingId, transactionId } = await delivered();
    await smdp.download(euicc, matchingId);
    const finalResult = failure(12);
    await handle(installationResult(euicc, transactionId, iccid, { finalResult }));
    expect(await stateOf(iccid)).toBe('downloaded');
    await handle(installationResult(euicc, transactionId, iccid));
    expect(await stateOf(iccid)).toBe('installed');
  });

  test.each([
    ['signed by another key', { signer: madeUpKey('another') }],
    ['with the OID of another server', { smdpOid: '2.999.11' }],
  ])('%s changes nothing', async (_, options) => {
    const { iccid, transactionId } = await delivered();
    expect(await handle(installationResult(euicc, transactionId, iccid, options))).toBe('ignored');
    expect(await stateOf(iccid)).toBe('downloaded');
  });

  test('of another profile or an unknown transaction changes nothing', async () => {
    const { iccid, transactionId } = await delivered();
    const foreign = await delivered();
    expect(await handle(installationResult(euicc, transactionId, foreign.iccid))).toBe('ignored');
    expect(await handle(installationResult(euicc, new Uint8Array(16), iccid))).toBe('ignored');
    expect(await stateOf(iccid)).toBe('downloaded');
    expect(await stateOf(foreign.iccid)).toBe('downloaded');
  });
});

describe('another notification', () => {
  test('of the device that has the profile goes into the history, once; number 0 too', async () => {
    const { iccid, transactionId } = await delivered();
    await handle(installationResult(euicc, transactionId, iccid));
    const enabled = notification(euicc, iccid, 'enable', 0);
    expect(await handle(enabled)).toBe('recorded');
    expect(await handle(enabled)).toBe('ignored');
    expect(await handle(notification(euicc, iccid, 'delete', 7))).toBe('recorded');
    const events = (await smdp.storedOrder(iccid))?.history.map(({ event }) => event);
    expect(events?.slice(-2)).toEqual(['enable (notification 0)', 'delete (notification 7)']);
  });

  test('of another device, with another signature or certificate, changes nothing', async () => {
    const { iccid } = await delivered();
    expect(await handle(notification(other, iccid, 'enable', 1))).toBe('ignored');
    const forged = notification(euicc, iccid, 'enable', 1, madeUpKey('another'));
    expect(await handle(forged)).toBe('ignored');
    const eumCertificate = Uint8Array.of(0x30, 0x00);
    const broken = sgp26Euicc({ eumCertificate });
    expect(await handle(notification(broken, iccid, 'enable', 1))).toBe('ignored');
    expect(await handle(notification(euicc, '8944999999999999999', 'enable', 1))).toBe('ignored');
  });
});
