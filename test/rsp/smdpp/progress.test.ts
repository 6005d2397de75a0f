/** ES2+ HandleDownloadProgressInfo to a real operator, which fails, hangs and comes back. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { confirmOrder, downloadOrder } from '../../../src/rsp/smdpp/es2p/orders.ts';
import type { ProgressEvent, ProgressOptions } from '../../../src/rsp/smdpp/progress/index.ts';
import { showDevice } from '../../../src/rsp/smdpp/retention/device.ts';
import { forgetDevice } from '../../../src/rsp/smdpp/retention/forget.ts';
import { fixture } from '../../support/certificates/index.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import {
  cancelSession,
  eidOf,
  euiccInfo,
  failure,
  installationResult,
  sgp26Euicc,
} from '../../support/rsp/soft-euicc.ts';
import { tlsCertificate } from '../../support/rsp/tls.ts';
import { TestSmdp } from '../../support/rsp/smdpp.ts';
import { Operator, until } from './operator.ts';

const euicc = sgp26Euicc();
const EID = eidOf(euicc);
const PATH = '/gsma/rsp2/es2plus/handleDownloadProgressInfo';

const open: { close(): Promise<void> }[] = [];
const events: ProgressEvent[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
  events.splice(0);
});

const kept = <T extends { close(): Promise<void> }>(each: T): T => {
  open.push(each);
  return each;
};
const operator = async (tls?: object) => kept(await new Operator(tls).listen());

/** A server that tells this operator, or those that are given, and does not wait long. */
async function server(
  told: Operator | ProgressOptions['operators'],
  more: Partial<ProgressOptions> = {},
  settings: Parameters<typeof TestSmdp.open>[0] = {},
) {
  const operators = told instanceof Operator ? [{ url: told.url }] : told;
  const onEvent = (event: ProgressEvent) => void events.push(event);
  const options = { operators, retryAfter: 20, timeout: 300, onEvent, ...more };
  return kept(await TestSmdp.open({ downloadLimit: 3, ...settings }, options));
}

async function waiting({ server: { context } }: TestSmdp): Promise<number> {
  let count = 0;
  for await (const _ of context.store.progress()) count++;
  return count;
}

function cancel(smdp: TestSmdp, transactionId: Uint8Array, reason: number) {
  const { cancelSessionResponse } = cancelSession(euicc, transactionId, reason);
  const response = { ...cancelSessionResponse, der: new Uint8Array() };
  return smdp.server.cancelSession({ transactionId, cancelSessionResponse: response });
}

/** By ES2+, in the name of an operator. */
async function ordered(smdp: TestSmdp, functionRequesterIdentifier?: string): Promise<string> {
  const iccid = await smdp.profile();
  const header = { functionRequesterIdentifier, functionCallIdentifier: '1' };
  await downloadOrder(smdp.server.context, { header, iccid });
  const { matchingId } = await confirmOrder(smdp.server.context, { iccid, releaseFlag: true });
  await smdp.authenticate(euicc, matchingId);
  return iccid;
}

const failed = (subjectCode: string, reasonCode: string) => ({
  status: 'Failed',
  statusCodeData: { subjectCode, reasonCode, message: expect.any(String) },
});

describe('an operator is told', () => {
  test('of eligibility, download and installation, as SGP.22 5.3.5 has it', async () => {
    const told = await operator();
    const smdp = await server(told);
    const { iccid, matchingId } = await smdp.order({}, { profileType: 'plan' });
    const { transactionId } = await smdp.download(euicc, matchingId);
    const result = installationResult(euicc, transactionId, iccid);
    await smdp.server.handleNotification({ pendingNotification: result });
    await until(() => events.length === 3);
    expect(told.points()).toEqual([1, 3, 4]);
    const [first, , last] = told.received;
    expect(first).toMatchObject({ path: PATH, headers: { 'x-admin-protocol': 'gsma/rsp/v2.5.0' } });
    expect(first?.body).toEqual({
      header: {
        functionRequesterIdentifier: '2.999.10',
        functionCallIdentifier: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
      eid: EID,
      iccid,
      profileType: 'plan',
      timestamp: new Date(Number(smdp.time) * 1_000).toISOString().replace('.000', ''),
      notificationPointId: 1,
      notificationPointStatus: { status: 'Executed-Success' },
    });
    expect(last?.body.resultData).toBe(Buffer.from(result.der).toString('base64'));
    expect(events.every(({ outcome, http }) => outcome === 'delivered' && http === 204)).toBe(true);
    expect(await waiting(smdp)).toBe(0);
    const log = JSON.stringify(events);
    expect([log.includes(EID), log.includes(iccid)]).toEqual([false, false]);
  });

  test.each([
    [1, '8.2.5/4.3', 'a device that is not eligible', {}, {}, { profileVersion: '1.0.0' }],
    [1, '8.8.5/4.10', 'an order that has expired', { expiresAt: 1 }, {}, {}],
    [3, '8.1/4.8', 'memory that is short', {}, { memory: 900_000 }, {}],
  ])('at point %i with %s of %s, once an hour', async (point, code, _, order, profile, info) => {
    const told = await operator();
    const smdp = await server(told);
    const { matchingId } = await smdp.order(order, profile);
    const device = sgp26Euicc({ info: euiccInfo(info) });
    const get = () => refusalOf(smdp.download(device, matchingId));
    const failures = () =>
      told.received.filter(({ body }) => JSON.stringify(body).includes('"Failed"'));
    expect([await get(), await get()]).toEqual([code, code]);
    await until(() => failures().length === 1);
    const [subject, reason] = code.split('/');
    expect(failures()[0]?.body).toMatchObject({
      eid: EID,
      notificationPointId: point,
      notificationPointStatus: failed(subject!, reason!),
    });
    smdp.time += 3_600n;
    await get();
    await until(() => failures().length === 2);
  });

  test('of one attempt too many', async () => {
    const told = await operator();
    const smdp = await server(told, {}, { downloadLimit: 1 });
    const { matchingId } = await smdp.order();
    await smdp.authenticate(euicc, matchingId);
    expect(await refusalOf(smdp.authenticate(euicc, matchingId))).toBe('8.8.5/6.4');
    await until(() => told.received.length === 2);
    expect(told.received[1]?.body).toMatchObject({
      notificationPointId: 1,
      notificationPointStatus: failed('8.8.5', '6.4'),
    });
  });

  test('of confirmation codes that were wrong too often, not of each', async () => {
    const told = await operator();
    const smdp = await server(told, {}, { confirmationCodeLimit: 2 });
    const { matchingId } = await smdp.order({ confirmationCode: '1234' });
    const answer = await smdp.authenticate(euicc, matchingId);
    const guess = () => refusalOf(smdp.bind(euicc, answer, { code: '0' }));
    expect([await guess(), await guess()]).toEqual(['8.2.7/3.8', '8.2.7/6.4']);
    await until(() => told.received.length === 2);
    expect(told.received[1]?.body).toMatchObject({
      notificationPointId: 2,
      notificationPointStatus: failed('8.2.7', '6.4'),
    });
  });

  test.each([
    [0, '8.8.5', '3.8'],
    [3, '8.2.8', '1.2'],
    [4, '8.2.9', '3.11'],
    [127, '8', '4.2'],
    [77, '8', '4.2'],
  ])('of a cancellation with reason %i, by %s/%s', async (reason, subject, code) => {
    const told = await operator();
    const smdp = await server(told);
    const { matchingId } = await smdp.order();
    const { transactionId } = await smdp.authenticate(euicc, matchingId);
    await cancel(smdp, transactionId, reason);
    await until(() => told.received.length === 2);
    expect(told.received[1]?.body).toMatchObject({
      notificationPointId: 2,
      notificationPointStatus: failed(subject, code),
    });
  });

  test('of a cancellation after the package as of an installation; of a postponed one not', async () => {
    const told = await operator();
    const smdp = await server(told);
    const { matchingId } = await smdp.order();
    const postponed = await smdp.authenticate(euicc, matchingId);
    await cancel(smdp, postponed.transactionId, 1);
    const { transactionId } = await smdp.download(euicc, matchingId);
    await cancel(smdp, transactionId, 5);
    await until(() => told.received.length === 4);
    expect(told.points()).toEqual([1, 1, 3, 4]);
    expect(told.received[3]?.body).toMatchObject({
      eid: EID,
      notificationPointStatus: failed('8.2.10', '4.2'),
    });
  });

  test.each([
    [10, '8.1', '4.8'],
    [9, '8.2.1', '3.3'],
    [15, '8.2.8', '1.2'],
    [12, '8.2.10', '4.2'],
    [99, '8.2.10', '4.2'],
  ])('of an installation that failed with %i, by %s/%s, once', async (error, subject, reason) => {
    const told = await operator();
    const smdp = await server(told);
    const { iccid, matchingId } = await smdp.order();
    const { transactionId } = await smdp.download(euicc, matchingId);
    const finalResult = failure(error);
    const result = installationResult(euicc, transactionId, iccid, { finalResult });
    await smdp.server.handleNotification({ pendingNotification: result });
    await smdp.server.handleNotification({ pendingNotification: result });
    await until(() => told.received.length >= 3);
    expect(told.points()).toEqual([1, 3, 4]);
    expect(told.received[2]?.body).toMatchObject({
      notificationPointStatus: failed(subject, reason),
      resultData: Buffer.from(result.der).toString('base64'),
    });
  });

  test('of nothing that another device did', async () => {
    const told = await operator();
    const smdp = await server(told);
    const { matchingId } = await smdp.order({ eid: '89049032123451234512345678901236' });
    expect(await refusalOf(smdp.authenticate(euicc, matchingId))).toBe('8.1.1/3.8');
    expect(await refusalOf(smdp.authenticate(euicc, 'UNKNOWN'))).toBe('8.2.6/3.8');
    expect(await waiting(smdp)).toBe(0);
    expect(told.received).toEqual([]);
  });
});

describe('what waits for an operator', () => {
  test('is shown by the name of the device and of the profile, and forgotten with the device', async () => {
    const told = await operator();
    told.replies = Array.from({ length: 1_000 }, () => 503);
    const smdp = await server(told, { retryAfter: 60_000 });
    const { context } = smdp.server;
    const iccid = await ordered(smdp);
    for (const name of [EID, iccid]) {
      expect((await showDevice(context, { name })).messages).toMatchObject([{ iccid, point: 1 }]);
    }
    await until(() => events.length > 0);
    expect((await forgetDevice(context, { name: EID, dryRun: true })).messages).toBe(1);
    expect(await waiting(smdp)).toBe(1);
    expect((await forgetDevice(context, { name: EID, dryRun: false })).messages).toBe(1);
    expect(await waiting(smdp)).toBe(0);
  });
});

describe('which operator', () => {
  const iccids = ({ received }: Operator) => received.map(({ body }) => body.iccid);

  test('is a matter of who ordered; one without a name has the others', async () => {
    const [one, rest] = [await operator(), await operator()];
    const smdp = await server([{ url: one.url, requester: 'one' }, { url: `${rest.url}/es2/` }]);
    const first = await ordered(smdp, 'one');
    const others = [await ordered(smdp, 'two'), await ordered(smdp)];
    await until(() => rest.received.length === 2 && one.received.length === 1);
    expect([iccids(one), iccids(rest).sort()]).toEqual([[first], others.sort()]);
    expect(rest.received[0]?.path).toBe(`/es2${PATH}`);
  });

  test('none, where none is configured', async () => {
    const one = await operator();
    const smdp = await server([{ url: one.url, requester: 'one' }]);
    await ordered(smdp, 'two');
    await ordered(smdp);
    const silent = kept(await TestSmdp.open());
    await ordered(silent, 'one');
    expect([await waiting(smdp), await waiting(silent)]).toEqual([0, 0]);
    expect(one.received).toEqual([]);
  });
});

describe('an operator that has its troubles', () => {
  test.each([
    ['answers 500', 500],
    ['answers 401', 401],
    ['answers 429', 429],
    ['hangs', 'hang' as const],
    ['cuts the connection', 'cut' as const],
  ])('and %s hears it again until it takes it, under the same identifier', async (_, reply) => {
    const told = await operator();
    told.replies = [reply, reply, reply];
    const smdp = await server(told);
    const { matchingId } = await smdp.order();
    await smdp.download(euicc, matchingId);
    await until(() => events.filter(({ outcome }) => outcome === 'delivered').length === 2);
    expect(told.points()).toEqual([1, 1, 1, 1, 3]);
    const calls = told.received.map(({ body }) => body.header.functionCallIdentifier);
    expect(new Set(calls).size).toBe(2);
    expect(await waiting(smdp)).toBe(0);
  });

  test('and is not there is told once it is, although the server was restarted', async () => {
    const gone = await new Operator().listen();
    const { port } = gone;
    await gone.close();
    const smdp = await server([{ url: `http://127.0.0.1:${port}` }]);
    const { iccid, matchingId } = await smdp.order();
    const { transactionId } = await smdp.download(euicc, matchingId);
    await until(() => events.some(({ outcome }) => outcome === 'failed'));
    await smdp.restart();
    const result = installationResult(euicc, transactionId, iccid);
    await smdp.server.handleNotification({ pendingNotification: result });
    expect(await waiting(smdp)).toBe(3);
    const back = kept(await new Operator().listen(port));
    await until(() => back.received.length === 3);
    expect(back.points()).toEqual([1, 3, 4]);
  });

  test('and hangs keeps no server from stopping, and hears it again', async () => {
    const told = await operator();
    told.replies = ['hang'];
    const smdp = await server(told, { timeout: 600_000 });
    const { matchingId } = await smdp.order();
    await smdp.authenticate(euicc, matchingId);
    await until(() => told.received.length === 1);
    await smdp.restart();
    await until(() => told.received.length === 2);
    expect(told.received[1]?.body).toEqual(told.received[0]?.body);
  });

  test('and says that a message is wrong is spared it after five tries; others go on', async () => {
    const told = await operator();
    told.replies = Array.from({ length: 5 }, () => 400);
    const smdp = await server(told);
    const { matchingId } = await smdp.order();
    await smdp.authenticate(euicc, matchingId);
    await until(() => events.some(({ outcome }) => outcome === 'dropped'));
    expect(told.received).toHaveLength(5);
    await smdp.authenticate(euicc, matchingId);
    await until(() => events.at(-1)?.outcome === 'delivered');
  });

  test('and answers Failed has it, and that is all', async () => {
    const told = await operator();
    told.replies = [{ status: 'Failed' }, { status: 'Executed-Success' }];
    const smdp = await server(told);
    const { matchingId } = await smdp.order();
    await smdp.download(euicc, matchingId);
    await until(() => events.length === 2);
    expect(events.map(({ outcome }) => outcome)).toEqual(['refused', 'delivered']);
  });

  test('and never comes back: what is too much or old is dropped, oldest first', async () => {
    const told = await operator();
    told.replies = Array.from({ length: 1_000 }, () => 503);
    const smdp = await server(told, { maxWaiting: 2, maxAge: 60 });
    const { matchingId } = await smdp.order();
    for (let i = 0; i < 3; i++) await smdp.authenticate(euicc, matchingId);
    const dropped = () => events.filter(({ outcome }) => outcome === 'dropped').length;
    await until(() => dropped() === 1);
    expect(await waiting(smdp)).toBe(2);
    smdp.time += 60n;
    await until(() => dropped() === 3);
    expect(await waiting(smdp)).toBe(0);
  });

  test('and hangs keeps no other one waiting', async () => {
    const [bad, good] = [await operator(), await operator()];
    bad.replies = Array.from({ length: 1_000 }, () => 'hang' as const);
    const smdp = await server([{ url: bad.url }, { url: good.url, requester: 'good' }]);
    for (let i = 0; i < 12; i++) await ordered(smdp, 'bad');
    await ordered(smdp, 'good');
    await until(() => good.received.length === 1);
  });
});

describe('over TLS', () => {
  const ca = new TextDecoder().decode(fixture('sgp26/CertificateIssuer/CERT_CI_ECDSA_NIST.pem'));
  const ours = tlsCertificate('TLS client');
  const mutual = { ca, requestCert: true, rejectUnauthorized: true };

  test('an operator that its CA certifies is told by a client with a certificate', async () => {
    const told = await operator({ ...mutual, ...tlsCertificate('TLS', 'localhost') });
    await ordered(await server([{ url: told.url, tls: { ca, ...ours } }]));
    await until(() => events.length === 1);
    expect(events).toMatchObject([{ outcome: 'delivered', operator: told.url }]);
  });

  test.each([
    ['that has another name', 'other.example.com', { ca, ...ours }],
    ['of another CA', 'localhost', ours],
    ['that asks for a certificate which we do not have', 'localhost', { ca }],
  ])('nothing goes to an operator %s', async (_, name, tls) => {
    const told = await operator({ ...mutual, ...tlsCertificate('TLS', name) });
    const smdp = await server([{ url: told.url, tls }]);
    await ordered(smdp);
    await until(() => events.some(({ outcome }) => outcome === 'failed'));
    expect([told.received, await waiting(smdp)]).toEqual([[], 1]);
  });

  test('certificates that are none are refused at the start', async () => {
    const tls = { cert: 'no PEM', key: 'no PEM' };
    const started = server([{ url: 'https://operator.example.com', tls }]);
    await expect(started).rejects.toMatchObject({ code: 'ERR_RSP_TLS' });
  });
});
