/** The SM-DP+ at an SM-DS: an event is there while a device can have the order, whatever fails between the two. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { request as requestHttps } from 'node:https';
import { confirmOrder, downloadOrder, releaseProfile } from '../../../src/rsp/smdpp/es2p/orders.ts';
import { cancelOrder } from '../../../src/rsp/smdpp/es2p/orders.ts';
import type { DiscoveryEvent } from '../../../src/rsp/smdpp/discovery.ts';
import { Sweeper } from '../../../src/rsp/smdpp/retention/sweeper.ts';
import { showDevice } from '../../../src/rsp/smdpp/retention/device.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import { eidOf, failure, installationResult, sgp26Euicc } from '../../support/rsp/soft-euicc.ts';
import { CI_PEM, SMDP_TLS, SMDS_ADDRESS, TestSmds } from '../../support/rsp/smds.ts';
import { discover, idsIn } from '../../support/rsp/smds-device.ts';
import { ADDRESS, TestSmdp } from '../../support/rsp/smdpp.ts';
import { httpServer } from '../../support/rsp/http.ts';
import { until } from '../smdpp/operator.ts';

const euicc = sgp26Euicc();
const EID = eidOf(euicc);

const open: { close(): Promise<void> }[] = [];
const events: DiscoveryEvent[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
  events.splice(0);
});
const kept = <T extends { close(): Promise<void> }>(each: T): T => {
  open.push(each);
  return each;
};

const link = (url: string) => ({
  smds: [{ address: SMDS_ADDRESS, url, tls: { ...SMDP_TLS(), ca: CI_PEM } }],
  retryAfter: 20,
  timeout: 500,
  onEvent: (event: DiscoveryEvent) => void events.push(event),
});

async function both() {
  const smds = kept(await TestSmds.open());
  const smdp = kept(await TestSmdp.open({}, undefined, link(smds.es12)));
  return { smds, smdp };
}

const ORDER = { eid: EID, smdsAddress: SMDS_ADDRESS };
const delivered = (count: number) =>
  until(() => events.filter(({ outcome }) => outcome === 'delivered').length === count);
const found = async (smds: TestSmds) => idsIn(await discover(smds, euicc));

describe('an event', () => {
  test('leads the device to its order, and goes when the profile is installed', async () => {
    const { smds, smdp } = await both();
    const { iccid, matchingId } = await smdp.order(ORDER);
    await delivered(1);
    const { body } = await discover(smds, euicc);
    expect(body['eventEntries']).toEqual([{ eventId: matchingId, rspServerAddress: ADDRESS }]);
    const { transactionId } = await smdp.download(euicc, matchingId);
    expect(await found(smds)).toEqual([matchingId]);
    const result = installationResult(euicc, transactionId, iccid);
    await smdp.server.handleNotification({ pendingNotification: result });
    await delivered(2);
    expect(await found(smds)).toEqual([]);
    expect((await smdp.storedOrder(iccid))?.state).toBe('installed');
    expect(JSON.stringify(events)).not.toContain(EID);
  });

  test('waits for the release, and goes with the order', async () => {
    const { smds, smdp } = await both();
    const { context } = smdp.server;
    const iccid = await smdp.profile();
    await downloadOrder(context, { iccid, eid: EID });
    const answer = await confirmOrder(context, { iccid, ...ORDER, releaseFlag: false });
    expect(answer).toMatchObject({ smdsAddress: SMDS_ADDRESS });
    expect(await found(smds)).toEqual([]);
    await releaseProfile(context, { iccid });
    await delivered(1);
    expect(await found(smds)).toEqual([answer.matchingId]);
    await cancelOrder(context, { iccid, eid: EID, finalProfileStatusIndicator: 'Available' });
    await delivered(2);
    expect(await found(smds)).toEqual([]);
  });

  test('stays for a device that may come back, and goes when the order expires', async () => {
    const { smds, smdp } = await both();
    const expiresAt = Number(smdp.time) + 1_000;
    const { iccid, matchingId } = await smdp.order({ ...ORDER, expiresAt });
    const { transactionId } = await smdp.download(euicc, matchingId);
    const finalResult = failure(10);
    const result = installationResult(euicc, transactionId, iccid, { finalResult });
    await smdp.server.handleNotification({ pendingNotification: result });
    await delivered(1);
    const other = await smdp.order({ ...ORDER, expiresAt });
    await delivered(2);
    expect(await found(smds)).toContain(other.matchingId);
    smdp.time += 1_001n;
    await new Sweeper(smdp.server.context).sweep();
    await until(async () => (await found(smds)).length === 0);
    expect((await smdp.storedOrder(other.iccid))?.history.at(-1)?.event).toBe('event withdrawn');
  });

  test('survives servers that are away, and answers that get lost', async () => {
    const { smds, smdp } = await both();
    let calls = 0;
    // carries out the first call, and loses its answer
    const lossy = kept(
      await httpServer(async (path, body) => {
        calls++;
        const answer = await forwarded(smds.es12 + path, body);
        return calls === 1 ? new Response('{}', { status: 502 }) : answer;
      }),
    );
    await smdp.restart(link(`http://127.0.0.1:${lossy.port}`));
    const { matchingId } = await smdp.order(ORDER);
    await delivered(1);
    expect(calls).toBe(2);
    expect(await found(smds)).toEqual([matchingId]);
    await lossy.close();
    const second = await smdp.order(ORDER);
    await until(() => events.some(({ outcome }) => outcome === 'failed'));
    const shown = await showDevice(smdp.server.context, { name: EID });
    expect(shown.calls).toMatchObject([{ call: 'registerEvent', eventId: second.matchingId }]);
    // the call is on the disk: another process sends it
    await smdp.restart(link(smds.es12));
    await delivered(2);
    expect(await found(smds)).toEqual([matchingId, second.matchingId]);
  });
});

describe('an order', () => {
  test.each([
    ['an SM-DS that the server does not know', { ...ORDER, smdsAddress: 'x.example' }, '8.9/5.1'],
    ['no EID', { smdsAddress: SMDS_ADDRESS }, '8.1.1/2.2'],
    ['an empty MatchingID', { ...ORDER, matchingId: '' }, '8.2.6/2.1'],
  ])('is refused %s', async (_, order, code) => {
    const { smds, smdp } = await both();
    expect(await refusalOf(smdp.order(order))).toBe(code);
    expect(await found(smds)).toEqual([]);
  });
});

function forwarded(url: string, body: string): Promise<Response> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const options = { method: 'POST', headers, ca: CI_PEM, agent: false as const, ...SMDP_TLS() };
    const call = requestHttps(url, options, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += String(chunk)));
      response.on('end', () => resolve(new Response(text, { status: response.statusCode! })));
    });
    call.on('error', reject);
    call.end(body);
  });
}
