import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { madeUpKey } from '../../support/certificates/keys.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import {
  cancelSession,
  failure,
  installationResult,
  otherEuicc,
  sgp26Euicc,
} from '../../support/rsp/soft-euicc.ts';
import { TestSmdp } from '../../support/rsp/smdpp.ts';

let smdp: TestSmdp;
beforeAll(async () => {
  smdp = await TestSmdp.open();
});
afterAll(() => smdp.close());

const euicc = sgp26Euicc();

const cancel = (
  transactionId: Uint8Array,
  reason: number,
  options: Parameters<typeof cancelSession>[3] = {},
) => {
  const { cancelSessionResponse } = cancelSession(euicc, transactionId, reason, options);
  const response = { ...cancelSessionResponse, der: new Uint8Array() };
  return refusalOf(smdp.server.cancelSession({ transactionId, cancelSessionResponse: response }));
};

describe('cancelSession', () => {
  test.each([
    [1, 'postponed', 'accepted'],
    [2, 'timeout', 'accepted'],
    [0, 'endUserRejection', '8.2.6/3.8'],
    [3, 'pprNotAllowed', '8.2.6/3.8'],
    [4, 'metadataMismatch', '8.2.6/3.8'],
    [127, 'undefinedReason', '8.2.6/3.8'],
    [77, 'a reason of a later version', '8.2.6/3.8'],
  ])('with reason %i, %s: the next try is %s', async (reason, _, next) => {
    const { matchingId, iccid } = await smdp.order();
    const { transactionId } = await smdp.authenticate(euicc, matchingId);
    expect(await cancel(transactionId, reason)).toBe('accepted');
    expect(await refusalOf(smdp.authenticate(euicc, matchingId))).toBe(next);
    expect((await smdp.storedOrder(iccid))?.state).toBe(next === 'accepted' ? 'released' : 'error');
  });

  test('with reason 5, loadBppExecutionError, after the delivery: the order ends', async () => {
    const { matchingId, iccid } = await smdp.order();
    const { transactionId } = await smdp.download(euicc, matchingId);
    expect(await cancel(transactionId, 5)).toBe('accepted');
    expect((await smdp.storedOrder(iccid))?.state).toBe('error');
    // but for the device that could not load the package
    const other = otherEuicc('89049032123451234512345678901236');
    expect(await refusalOf(smdp.authenticate(other, matchingId))).toBe('8.1.1/3.8');
    expect(await refusalOf(smdp.download(euicc, matchingId))).toBe('accepted');
  });

  test('after a result of failure does not end the order for its device', async () => {
    const { matchingId, iccid } = await smdp.order();
    const { transactionId } = await smdp.download(euicc, matchingId);
    const finalResult = failure(8);
    const pendingNotification = installationResult(euicc, transactionId, iccid, { finalResult });
    await smdp.server.handleNotification({ pendingNotification });
    expect(await cancel(transactionId, 0)).toBe('accepted');
    expect(await refusalOf(smdp.download(euicc, matchingId))).toBe('accepted');
  });

  test('of a session that another one of the device has overtaken changes no order', async () => {
    const { matchingId, iccid } = await smdp.order();
    const first = await smdp.download(euicc, matchingId);
    await smdp.download(euicc, matchingId);
    expect(await cancel(first.transactionId, 5)).toBe('accepted');
    expect((await smdp.storedOrder(iccid))?.state).toBe('downloaded');
  });

  test('does not take the order of a device that has it', async () => {
    const { matchingId, iccid } = await smdp.order();
    const { transactionId } = await smdp.authenticate(euicc, matchingId);
    await smdp.download(otherEuicc('89049032123451234512345678901236'), matchingId);
    expect(await cancel(transactionId, 0)).toBe('accepted');
    expect((await smdp.storedOrder(iccid))?.state).toBe('downloaded');
  });

  test('is possible after AuthenticateClient was refused for the order', async () => {
    const { transactionId, serverSigned1 } = await smdp.initiate(euicc);
    const { authenticateServer } = await import('../../support/rsp/soft-euicc.ts');
    const response = authenticateServer(euicc, serverSigned1, { matchingId: 'UNKNOWN' });
    const authenticateServerResponse = { ...response, der: new Uint8Array() };
    const request = { transactionId, authenticateServerResponse };
    expect(await refusalOf(smdp.server.authenticateClient(request))).toBe('8.2.6/3.8');
    expect(await cancel(transactionId, 0)).toBe('accepted');
    expect(await cancel(transactionId, 0)).toBe('8.10.1/3.9');
  });

  test('8.10.1/3.9 for a transaction that is unknown, cancelled, or over', async () => {
    expect(await cancel(new Uint8Array(16), 0)).toBe('8.10.1/3.9');
    const { matchingId } = await smdp.order();
    const first = await smdp.authenticate(euicc, matchingId);
    expect(await cancel(first.transactionId, 1)).toBe('accepted');
    expect(await cancel(first.transactionId, 1)).toBe('8.10.1/3.9');
    const second = await smdp.authenticate(euicc, matchingId);
    smdp.time += 1_800n;
    expect(await cancel(second.transactionId, 1)).toBe('8.10.1/3.9');
  });

  test.each([
    ['8.10.1/3.9', 'the signed id of another transaction', { id: new Uint8Array(16) }],
    ['8.1/6.1', 'the signature of another key', { signer: madeUpKey('another') }],
    ['8.8/3.10', 'the OID of another server', { smdpOid: '2.999.11' }],
  ])('%s for %s, and the session goes on', async (code, _, options) => {
    const { matchingId } = await smdp.order();
    const answer = await smdp.authenticate(euicc, matchingId);
    expect(await cancel(answer.transactionId, 0, options)).toBe(code);
    expect(await refusalOf(smdp.bind(euicc, answer))).toBe('accepted');
  });

  test('8.1/6.1 before the eUICC has shown its key, and when it reports an error', async () => {
    const { transactionId } = await smdp.initiate(euicc);
    expect(await cancel(transactionId, 0)).toBe('8.1/6.1');
    const { matchingId } = await smdp.order();
    const answer = await smdp.authenticate(euicc, matchingId);
    const cancelSessionResponse = { result: 'error' as const, error: 5, der: new Uint8Array() };
    const request = { transactionId: answer.transactionId, cancelSessionResponse };
    expect(await refusalOf(smdp.server.cancelSession(request))).toBe('8.1/6.1');
  });
});
