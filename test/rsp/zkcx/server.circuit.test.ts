/** The SM-DP+ in both modes of zkCX: what is delivered, to whom, and what is known of the device by then. */
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ZkcxError } from '../../../src/errors.ts';
import { openBoundProfile } from '../../../src/sgp22/bpp/index.ts';
import { eidBytes, iccidBytes } from '../../../src/sgp22/messages/identifiers.ts';
import { NotificationMetadata } from '../../../src/sgp22/messages/notification-metadata.ts';
import { PrepareDownloadResponse } from '../../../src/sgp22/messages/prepare-download.ts';
import { zkcxKdfValue } from '../../../src/sgp22/messages/zkcx-firmware.ts';
import { sealNotification } from '../../../src/rsp/zkcx/channel.ts';
import { encodeZkcxRequest, type ZkcxRequest } from '../../../src/rsp/zkcx/messages.ts';
import { discloseIdentity } from '../../../src/rsp/zkcx/openings.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import { testPackage } from '../../support/rsp/smdpp.ts';
import {
  eidOf,
  installationResult,
  oneTimeKey,
  prepareDownload,
  sgp26Euicc,
} from '../../support/rsp/soft-euicc.ts';
import { begin, device, disclosure, otherDevice, type Visit, ZkcxSmdp } from './server-device.ts';

let server: ZkcxSmdp;
beforeAll(async () => {
  server = await ZkcxSmdp.open();
});
afterAll(() => server.close());
beforeEach(() => void server.refusals.splice(0));

const one = device();
const two = otherDevice();
const EID = eidOf(one.euicc);

/** GetBoundProfilePackage of `zkcx-device`. */
function fetchSigned(visit: Visit, smdpSignature2: Uint8Array, otpk = oneTimeKey().point) {
  const { euicc, transcript } = visit.parts;
  const { transactionId } = transcript;
  const response = prepareDownload(euicc, { transactionId, smdpSignature2 }, { otpk });
  return visit.call('getBoundProfilePackage', {
    kind: 'signature',
    prepareDownloadResponse: PrepareDownloadResponse.decode(
      PrepareDownloadResponse.encode(response),
    ),
  });
}

async function notify(
  visit: Visit,
  key: Uint8Array,
  request: ZkcxRequest<'handleNotification'>,
): Promise<number> {
  const body = encodeZkcxRequest('handleNotification', request);
  const sealed = await sealNotification(key, visit.parts.transcript.form.session, body);
  return (await visit.send('handleNotification', sealed)).status;
}

function opened(visit: Visit, bpp: Uint8Array, kdfValue: Uint8Array) {
  const { identity } = { identity: server.smdp.trust.identities[0]! };
  return openBoundProfile(bpp, {
    transactionId: visit.parts.transcript.transactionId,
    euiccOtsk: oneTimeKey().secret,
    eid: kdfValue,
    smdpKey: identity.pb.certificate.publicKey,
  }).profile;
}

describe('zkcx-device', () => {
  test('delivers after consent, to the EID that was opened', async () => {
    const { iccid, matchingId } = await server.smdp.order();
    const visit = await begin(server, one, 'zkcx-device');
    const answer = await visit.authenticate(matchingId);
    expect(answer.next).toBe('disclose');
    // nothing but the pseudonym is known, and nothing was signed
    expect(visit.record?.device).toEqual({ pseudonym: expect.any(String), freeMemory: 262_144 });
    expect(visit.record?.offer?.smdpSignature2).toBe('');
    const { smdpSignature2 } = await visit.call('zkcxDisclose', disclosure(visit));
    const { boundProfilePackage, notificationKey } = await fetchSigned(visit, smdpSignature2);
    expect(opened(visit, boundProfilePackage, eidBytes(EID))).toEqual(testPackage(iccid));
    const order = await server.smdp.storedOrder(iccid);
    expect(order?.delivery?.eid).toBe(EID);

    const { transactionId } = visit.parts.transcript;
    const pendingNotification = installationResult(one.euicc, transactionId, iccid);
    expect(await notify(visit, notificationKey, { kind: 'signature', pendingNotification })).toBe(
      204,
    );
    expect((await server.smdp.storedOrder(iccid))?.state).toBe('installed');
  });

  test('refuses a device whose EID is not that of the order, which stays as it was', async () => {
    const { iccid, matchingId } = await server.smdp.order({ eid: EID });
    const visit = await begin(server, two, 'zkcx-device');
    await visit.authenticate(matchingId);
    expect(await refusalOf(visit.call('zkcxDisclose', disclosure(visit)))).toBe('8.1.1/3.8');
    const response = visit.cancellation(0);
    await visit.call('cancelSession', { kind: 'signature', cancelSessionResponse: response });
    const order = await server.smdp.storedOrder(iccid);
    expect([order?.state, order?.attempts]).toEqual(['released', 0]);
  });
});

describe('zkcx', () => {
  test('delivers to a key that nobody has seen, and takes its results by proof', async () => {
    const { iccid, matchingId } = await server.smdp.order();
    const visit = await begin(server, one, 'zkcx');
    const answer = await visit.authenticate(matchingId);
    if (answer.next !== 'prepare') throw Error('nothing is to be disclosed');
    const { boundProfilePackage, notificationKey } = await visit.fetch(answer.smdpSignature2);
    const kdfValue = zkcxKdfValue(visit.parts.transcript.serverSigned1, oneTimeKey().point);
    expect(opened(visit, boundProfilePackage, kdfValue)).toEqual(testPackage(iccid));
    const stored = JSON.stringify(await server.smdp.storedOrder(iccid));
    expect(stored).not.toContain(EID);

    const { transactionId } = visit.parts.transcript;
    const signedData = installationResult(one.euicc, transactionId, iccid)
      .profileInstallationResultData.der;
    const result = {
      kind: 'possession' as const,
      message: 'installationResult' as const,
      signed: signedData,
      possession: await visit.possession('installationResult', signedData),
    };
    // a disk that is full for a while loses nothing
    const { store } = server.smdp.server.context;
    const change = jest.spyOn(store, 'change').mockImplementationOnce(() => {
      throw new ZkcxError('ERR_RSP_STORE', 'no space');
    });
    expect(await notify(visit, notificationKey, result)).toBe(503);
    change.mockRestore();
    expect((await server.smdp.storedOrder(iccid))?.state).toBe('downloaded');
    expect(await notify(visit, notificationKey, result)).toBe(204);
    expect((await server.smdp.storedOrder(iccid))?.state).toBe('installed');

    const signed = NotificationMetadata.encode({
      seqNumber: 4,
      profileManagementOperation: 'enable',
      notificationAddress: 'smdpp.example.com',
      iccid,
    });
    const possession = await visit.possession('notification', signed, {
      iccid: iccidBytes(iccid),
    });
    const event = {
      kind: 'possession' as const,
      message: 'notification' as const,
      signed,
      possession,
    };
    for (let i = 0; i < 2; i++) expect(await notify(visit, notificationKey, event)).toBe(204);
    const lines = (await server.smdp.storedOrder(iccid))!.history.map(({ event }) => event);
    expect(lines.filter((line) => line.startsWith('enable'))).toHaveLength(1);
  });

  test('takes no result under another key, nor one that its own eUICC signed in the open', async () => {
    const { iccid, matchingId } = await server.smdp.order();
    const visit = await begin(server, one, 'zkcx');
    const answer = await visit.authenticate(matchingId);
    if (answer.next !== 'prepare') throw Error('nothing is to be disclosed');
    const { notificationKey } = await visit.fetch(answer.smdpSignature2);
    const { transactionId } = visit.parts.transcript;
    const result = installationResult(one.euicc, transactionId, iccid);
    const other = await begin(server, one, 'zkcx');
    const { iccid: othersIccid } = await server.smdp.order();
    const theirs = installationResult(one.euicc, other.parts.transcript.transactionId, othersIccid);
    const possession = await other.possession(
      'installationResult',
      theirs.profileInstallationResultData.der,
    );
    const message = 'installationResult';
    const requests: ZkcxRequest<'handleNotification'>[] = [
      { kind: 'signature', pendingNotification: result },
      { kind: 'possession', message, signed: result.profileInstallationResultData.der, possession },
      { kind: 'possession', message, signed: theirs.profileInstallationResultData.der, possession },
    ];
    for (const request of requests) await notify(visit, notificationKey, request);
    // sealed to a key of another session
    await notify(other, notificationKey, requests[0]!);
    expect((await server.smdp.storedOrder(iccid))?.state).toBe('downloaded');
  });

  test('asks for the EID where an order is bound to one, and for nothing else', async () => {
    const { iccid, matchingId } = await server.smdp.order({ eid: EID });
    const visit = await begin(server, one, 'zkcx');
    expect((await visit.authenticate(matchingId)).next).toBe('disclose');
    const { openings } = visit.parts.plan.presentation.plan;
    const { smdpSignature2 } = await visit.call('zkcxDisclose', discloseIdentity(openings));
    expect(visit.record?.device).toMatchObject({ eid: EID });
    expect(visit.record?.device?.euiccKey).toBeUndefined();
    await visit.fetch(smdpSignature2);
    expect((await server.smdp.storedOrder(iccid))?.state).toBe('downloaded');
  });

  test('gives a bound order to no other EID, nor without one', async () => {
    const { iccid, matchingId } = await server.smdp.order({ eid: EID });
    const visit = await begin(server, two, 'zkcx');
    await visit.authenticate(matchingId);
    expect(await refusalOf(visit.fetch(new Uint8Array(64)))).toBe('8.10.1/3.9');
    const { openings } = visit.parts.plan.presentation.plan;
    const opening = discloseIdentity(openings);
    expect(await refusalOf(visit.call('zkcxDisclose', opening))).toBe('8.1.1/3.8');
    const cancelled = visit.cancellation(0);
    const message = cancelled.euiccCancelSessionSigned;
    await visit.call('cancelSession', {
      kind: 'possession',
      euiccCancelSessionSigned: message,
      possession: await visit.possession('cancelSession', message),
    });
    const order = await server.smdp.storedOrder(iccid);
    expect([order?.state, order?.attempts, order?.delivery]).toEqual(['released', 0, undefined]);
  });

  test('binds to no one-time key a second time', async () => {
    const { matchingId } = await server.smdp.order();
    const visits = [await begin(server, one, 'zkcx'), await begin(server, one, 'zkcx')];
    const outcomes: string[] = [];
    for (const visit of visits) {
      const answer = await visit.authenticate(matchingId);
      if (answer.next !== 'prepare') throw Error('nothing is to be disclosed');
      outcomes.push(await refusalOf(visit.fetch(answer.smdpSignature2)));
    }
    expect(outcomes).toEqual(['accepted', '8.2/3.7']);
    const again = await begin(server, one, 'zkcx');
    const answer = await again.authenticate(matchingId);
    if (answer.next !== 'prepare') throw Error('nothing is to be disclosed');
    await again.fetch(answer.smdpSignature2, oneTimeKey('another'));
  });
});

describe('orders', () => {
  test('that require zkCX are refused to a device with certificates', async () => {
    const { matchingId } = await server.smdp.order({ requireZkcx: true });
    expect(await refusalOf(server.smdp.authenticate(sgp26Euicc(), matchingId))).toBe('8.2.6/3.8');
    const visit = await begin(server, one, 'zkcx');
    expect((await visit.authenticate(matchingId)).next).toBe('prepare');
  });

  test('without MatchingID are found if any device may have them', async () => {
    await server.smdp.order({ matchingId: '', eid: EID });
    const first = await begin(server, one, 'zkcx');
    expect(await refusalOf(first.authenticate())).toBe('8.2.6/3.8');
    const { iccid } = await server.smdp.order({ matchingId: '', anyDevice: true });
    const second = await begin(server, one, 'zkcx');
    const answer = await second.authenticate();
    if (answer.next !== 'prepare') throw Error('nothing is to be disclosed');
    // on offer to one device, it is shown to no other, whatever that one uses
    const third = await begin(server, two, 'zkcx');
    expect(await refusalOf(third.authenticate())).toBe('8.2.6/3.8');
    expect(await refusalOf(server.smdp.authenticate(two.euicc))).toBe('8.2.6/3.8');
    await second.fetch(answer.smdpSignature2);
    // and the device that has it finds it again
    expect((await (await begin(server, one, 'zkcx')).authenticate()).next).toBe('prepare');
    expect((await server.smdp.storedOrder(iccid))?.state).toBe('downloaded');
  });

  test('once per device are counted by pseudonym', async () => {
    const orders = await Promise.all([1, 2].map(() => server.smdp.order({ oncePerDevice: true })));
    const get = async (owner: typeof one, index: number, key: string) => {
      const visit = await begin(server, owner, 'zkcx');
      const answer = await visit.authenticate(orders[index]!.matchingId);
      if (answer.next !== 'prepare') throw Error('nothing is to be disclosed');
      await visit.fetch(answer.smdpSignature2, oneTimeKey(key));
    };
    expect(await refusalOf(get(one, 0, 'a'))).toBe('accepted');
    expect(await refusalOf(get(one, 1, 'b'))).toBe('8.2.6/3.8');
    expect(await refusalOf(get(one, 0, 'c'))).toBe('accepted');
    expect(await refusalOf(get(two, 1, 'd'))).toBe('accepted');
    expect(await refusalOf(server.smdp.authenticate(sgp26Euicc(), orders[1]!.matchingId))).toBe(
      '8.2.6/3.8',
    );
  });

  test('for which a device has, as it says, too little of something are refused', async () => {
    const { matchingId } = await server.smdp.order({}, { memory: 40_000 });
    const old = await begin(server, one, 'zkcx');
    expect(await refusalOf(old.authenticate(matchingId, { svn: '1.9.0' }))).toBe('8.2.5/4.3');
    const format = await begin(server, one, 'zkcx');
    expect(await refusalOf(format.authenticate(matchingId, { profileVersion: '2.0.0' }))).toBe(
      '8.2.5/4.3',
    );
    const full = await begin(server, one, 'zkcx');
    const answer = await full.authenticate(matchingId, { freeMemory: 32 * 1024 });
    if (answer.next !== 'prepare') throw Error('nothing is to be disclosed');
    expect(await refusalOf(full.fetch(answer.smdpSignature2))).toBe('8.1/4.8');
  });
});
