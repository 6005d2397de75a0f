/** The SM-DP+ in both modes of zkCX: what is delivered, to whom, and what is known of the device by then. */
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ZkcxError } from '../../../src/errors.ts';
import { openBoundProfile } from '../../../src/sgp22/bpp/index.ts';
import { eidBytes, hexToBytes } from '../../../src/sgp22/messages/identifiers.ts';
import { NO_CERTIFICATE } from '../../../src/sgp22/messages/zkcx-server.ts';
import { zkcxKdfValue } from '../../../src/sgp22/messages/zkcx-firmware.ts';
import { sealNotification } from '../../../src/rsp/zkcx/channel.ts';
import { encodeZkcxRequest, type ZkcxRequest } from '../../../src/rsp/zkcx/messages.ts';
import { discloseIdentity } from '../../../src/rsp/zkcx/openings.ts';
import { blindOrderOf } from '../../../src/session/blind-order.ts';
import { serverIdentity } from '../../../src/session/scope.ts';
import { SERVER_OID } from '../../session/world.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import { testPackage } from '../../support/rsp/smdpp.ts';
import {
  eidOf,
  installationResult,
  notification,
  oneTimeKey,
  sgp26Euicc,
} from '../../support/rsp/soft-euicc.ts';
import { authenticated, begin, device, otherDevice, type Visit } from './server-device.ts';
import { ZkcxSmdp } from './zkcx-smdp.ts';

let server: ZkcxSmdp;
beforeAll(async () => {
  server = await ZkcxSmdp.open();
});
afterAll(() => server.close());
beforeEach(() => void server.refusals.splice(0));

const one = device();
const two = otherDevice();
const EID = eidOf(one.euicc);

type Notification = ZkcxRequest<'handleNotification'>['pendingNotification'];

async function notify(
  visit: Visit,
  key: Uint8Array,
  pendingNotification: Notification,
  transactionId?: string,
): Promise<number> {
  const body = encodeZkcxRequest('handleNotification', { pendingNotification });
  const sealed = await sealNotification(key, visit.parts.transcript.session, body);
  return (await visit.send('handleNotification', sealed, transactionId)).status;
}

function opened(visit: Visit, bpp: Uint8Array, kdfValue: Uint8Array) {
  return openBoundProfile(bpp, {
    transactionId: visit.signedId,
    euiccOtsk: oneTimeKey().secret,
    eid: kdfValue,
    smdpKey: server.smdp.trust.identities[0]!.pb.certificate.publicKey,
  }).profile;
}

const stateOf = async (iccid: string) => (await server.smdp.storedOrder(iccid))?.state;

describe('zkcx-device', () => {
  test('delivers after consent, to the EID that was opened', async () => {
    const { iccid, matchingId } = await server.smdp.order();
    const visit = await begin(server, one, 'zkcx-device');
    const answer = await visit.authenticate(matchingId);
    expect(answer.next).toBe('challenge');
    // nothing but the pseudonym is known until the eUICC has signed for the order
    expect(await stateOf(iccid)).toBe('released');
    const { smdpSignature2 } = await visit.call('zkcxDisclose', visit.disclosure(matchingId));
    const { boundProfilePackage, notificationKey } = await visit.fetch(smdpSignature2);
    expect(opened(visit, boundProfilePackage, eidBytes(EID))).toEqual(testPackage(iccid));
    const order = await server.smdp.storedOrder(iccid);
    expect(order?.delivery?.eid).toBe(EID);

    const result = installationResult(one.euicc, visit.signedId, iccid);
    expect(await notify(visit, notificationKey, result)).toBe(204);
    expect(await stateOf(iccid)).toBe('installed');
  });

  test('asks the eUICC to sign for another session than the one that is presented', async () => {
    const { matchingId } = await server.smdp.order();
    const visit = await begin(server, one, 'zkcx-device');
    await visit.authenticate(matchingId);
    const first = visit.second!;
    expect(first.transactionId).not.toEqual(visit.parts.transcript.transactionId);
    await visit.again();
    expect(visit.second!.transactionId).not.toEqual(first.transactionId);
    const { smdpSignature2 } = await visit.call('zkcxDisclose', visit.disclosure(matchingId));
    await visit.fetch(smdpSignature2);
  });

  test('takes a result in the open too, if the disclosed key signed it for the second session', async () => {
    const { visit, smdpSignature2, matchingId } = await authenticated(server, one, 'zkcx-device');
    const { context } = server.smdp.server;
    const sequence = (await context.store.byMatchingId(matchingId!))!;
    const { iccid } = (await context.store.order(sequence))!;
    await visit.fetch(smdpSignature2);
    const { transactionId } = visit.parts.transcript;
    const send = (...args: Parameters<typeof installationResult>) =>
      server.smdp.server.handleNotification({ pendingNotification: installationResult(...args) });
    expect(await send(two.euicc, visit.signedId, iccid, { signer: visit.sessionKey })).toBe(
      'ignored',
    );
    expect(await send(one.euicc, transactionId, iccid, { signer: visit.sessionKey })).toBe(
      'ignored',
    );
    expect(await send(one.euicc, visit.signedId, iccid)).toBe('recorded');
  });

  test('takes a confirmation code that is hashed with the second transactionId, and no other', async () => {
    const { iccid, matchingId } = await server.smdp.order({ confirmationCode: '2468' });
    const { visit, smdpSignature2 } = await authenticated(server, one, 'zkcx-device', matchingId);
    const { transactionId } = visit.parts.transcript;
    const code = '2468';
    const outer = visit.fetch(smdpSignature2, { code, transactionId });
    expect(await refusalOf(outer)).toBe('8.10.1/3.9');
    const other = await authenticated(server, one, 'zkcx-device', matchingId);
    const wrong = other.visit.fetch(other.smdpSignature2, { code: '1357' });
    expect(await refusalOf(wrong)).toBe('8.2.7/3.8');
    await other.visit.fetch(other.smdpSignature2, { code });
    expect(await stateOf(iccid)).toBe('downloaded');
  });

  test('refuses a device whose EID is not that of the order, which stays as it was', async () => {
    const { iccid, matchingId } = await server.smdp.order({ eid: EID });
    const visit = await begin(server, two, 'zkcx-device');
    await visit.authenticate(matchingId);
    const disclosed = visit.call('zkcxDisclose', visit.disclosure(matchingId));
    expect(await refusalOf(disclosed)).toBe('8.1.1/3.8');
    await visit.call('cancelSession', visit.cancellation(0));
    const order = await server.smdp.storedOrder(iccid);
    expect([order?.state, order?.attempts]).toEqual(['released', 0]);
  });
});

describe('zkcx', () => {
  /** What an eUICC signs about its profile later, with nothing in the places of its certificates. */
  const event = (visit: Visit, iccid: string, seqNumber: number, signer = visit.sessionKey) =>
    notification(
      { ...one.euicc, euiccCertificate: NO_CERTIFICATE, eumCertificate: NO_CERTIFICATE },
      iccid,
      'enable',
      seqNumber,
      signer,
    );

  test('delivers to a key that nobody has seen, and takes its results', async () => {
    const { iccid, matchingId } = await server.smdp.order();
    const { visit, smdpSignature2 } = await authenticated(server, one, 'zkcx', matchingId);
    const { boundProfilePackage, notificationKey } = await visit.fetch(smdpSignature2);
    const kdfValue = zkcxKdfValue(visit.parts.transcript.serverSigned1, oneTimeKey().point);
    expect(opened(visit, boundProfilePackage, kdfValue)).toEqual(testPackage(iccid));
    const stored = JSON.stringify(await server.smdp.storedOrder(iccid));
    expect(stored).not.toContain(EID);
    const { x } = one.euicc.key.publicKey;
    expect(stored).not.toContain(x.toString(16));

    const { signer } = visit;
    const result = installationResult(one.euicc, visit.signedId, iccid, { signer });
    // a disk that is full for a while loses nothing
    const { store } = server.smdp.server.context;
    const change = jest.spyOn(store, 'change').mockImplementationOnce(() => {
      throw new ZkcxError('ERR_RSP_STORE', 'no space');
    });
    expect(await notify(visit, notificationKey, result)).toBe(503);
    change.mockRestore();
    expect(await stateOf(iccid)).toBe('downloaded');
    expect(await notify(visit, notificationKey, result)).toBe(204);
    expect(await stateOf(iccid)).toBe('installed');

    for (let i = 0; i < 2; i++) {
      expect(await notify(visit, notificationKey, event(visit, iccid, 4))).toBe(204);
    }
    const lines = (await server.smdp.storedOrder(iccid))!.history.map((line) => line.event);
    expect(lines.filter((line) => line.startsWith('enable'))).toHaveLength(1);
  });

  test('takes nothing about a profile that another key signed than that of its session', async () => {
    const { iccid, matchingId } = await server.smdp.order();
    const { visit, smdpSignature2 } = await authenticated(server, one, 'zkcx', matchingId);
    const { notificationKey } = await visit.fetch(smdpSignature2);
    const another = await server.smdp.order();
    const other = await authenticated(server, one, 'zkcx', another.matchingId);
    const theirs = await other.visit.fetch(other.smdpSignature2, { key: oneTimeKey('another') });
    const { signer } = other.visit;
    const result = (from: Visit, ...more: [Parameters<typeof installationResult>[3]?]) =>
      installationResult(one.euicc, from.signedId, iccid, ...more);
    // by the eUICC's own key, by the key of another profile, about another session
    await notify(visit, notificationKey, result(visit));
    await notify(visit, notificationKey, result(visit, { signer }));
    await notify(visit, notificationKey, result(other.visit, { signer }));
    await notify(other.visit, theirs.notificationKey, result(visit, { signer }));
    await notify(other.visit, theirs.notificationKey, event(other.visit, iccid, 7));
    await notify(visit, notificationKey, event(visit, iccid, 8, signer));
    // right, but sealed to a key of another session, or addressed to one
    const right = result(visit, { signer: visit.sessionKey });
    await notify(visit, theirs.notificationKey, right);
    await notify(visit, notificationKey, right, other.visit.id);
    const order = await server.smdp.storedOrder(iccid);
    expect(order?.state).toBe('downloaded');
    expect(order?.history.filter((line) => line.event.startsWith('enable'))).toEqual([]);
    await notify(visit, notificationKey, right);
    expect(await stateOf(iccid)).toBe('installed');
  });

  test('asks for the EID where an order is bound to one, and for nothing else', async () => {
    const { iccid, matchingId } = await server.smdp.order({ eid: EID });
    const visit = await begin(server, one, 'zkcx');
    expect((await visit.authenticate(matchingId)).next).toBe('identity');
    const opening = discloseIdentity(visit.parts.prepared.openings);
    const { smdpSignature2 } = await visit.call('zkcxDisclose', opening);
    await visit.fetch(smdpSignature2);
    const { delivery } = (await server.smdp.storedOrder(iccid))!;
    expect(delivery?.eid).toBe(EID);
    expect(JSON.stringify(delivery)).not.toContain(one.euicc.key.publicKey.x.toString(16));
  });

  test('gives a bound order to no other EID, nor without one', async () => {
    const { iccid, matchingId } = await server.smdp.order({ eid: EID });
    const visit = await begin(server, two, 'zkcx');
    await visit.authenticate(matchingId);
    expect(await refusalOf(visit.fetch(new Uint8Array(64)))).toBe('8.10.1/3.9');
    const opening = discloseIdentity(visit.parts.prepared.openings);
    expect(await refusalOf(visit.call('zkcxDisclose', opening))).toBe('8.1.1/3.8');
    await visit.call('cancelSession', visit.cancellation(0));
    const order = await server.smdp.storedOrder(iccid);
    expect([order?.state, order?.attempts, order?.delivery]).toEqual(['released', 0, undefined]);
  });

  test('binds to no one-time key a second time', async () => {
    const { matchingId } = await server.smdp.order();
    const outcomes: string[] = [];
    for (const key of ['one', 'one', 'another']) {
      const { visit, smdpSignature2 } = await authenticated(server, one, 'zkcx', matchingId);
      outcomes.push(await refusalOf(visit.fetch(smdpSignature2, { key: oneTimeKey(key) })));
    }
    expect(outcomes).toEqual(['accepted', '8.2/3.7', 'accepted']);
  });
});

describe('orders', () => {
  const SALT = new Uint8Array(16).fill(9);
  const proven = (salt: Uint8Array = SALT) => ({
    server: serverIdentity(SERVER_OID).toBigInt(),
    salt: BigInt(`0x${Buffer.from(salt).toString('hex')}`),
  });
  const blindOrder = String(blindOrderOf(SERVER_OID, SALT, EID));

  test.each(['zkcx', 'zkcx-device'] as const)(
    'for a device that only proves it are delivered in %s without its EID being asked for',
    async (mode) => {
      const { iccid, matchingId } = await server.smdp.order({ blindOrder });
      const visit = await begin(server, one, mode);
      const bundle = visit.bundle(visit.possession({ order: proven() }));
      const answer = await visit.authenticate(matchingId, {}, bundle);
      expect(answer.next).toBe(mode === 'zkcx' ? 'prepare' : 'challenge');
      const { smdpSignature2 } =
        answer.next === 'prepare'
          ? answer
          : await visit.call('zkcxDisclose', visit.disclosure(matchingId));
      await visit.fetch(smdpSignature2);
      expect(await stateOf(iccid)).toBe('downloaded');
    },
  );

  test('of a device are, to a device that proves another binding or none, like none', async () => {
    const { matchingId } = await server.smdp.order({ blindOrder });
    const plain = (await server.smdp.order()).matchingId;
    const unreleased = await server.smdp.order({ blindOrder, release: false });
    const wrong = hexToBytes('0a'.repeat(16), 'salt');
    const unknown = await refusalOf((await begin(server, one, 'zkcx')).authenticate('NONE'));
    const answers = new Set<string>();
    const attempts: [string | undefined, typeof one, ReturnType<typeof proven> | undefined][] = [
      [matchingId, one, undefined],
      [matchingId, one, proven(wrong)],
      [matchingId, one, { ...proven(), server: 5n }],
      // of another EID
      [matchingId, two, proven()],
      // and where the order asks for none
      [plain, one, proven()],
      [unreleased.matchingId, one, undefined],
    ];
    for (const [id, owner, order] of attempts) {
      const visit = await begin(server, owner, 'zkcx');
      const bundle = visit.bundle(visit.possession({ order }));
      let thrown: unknown;
      await visit.authenticate(id, {}, bundle).catch((error: unknown) => (thrown = error));
      answers.add(String(thrown));
    }
    let asUnknown: unknown;
    const visit = await begin(server, one, 'zkcx');
    await visit.authenticate('NONE').catch((error: unknown) => (asUnknown = error));
    expect(unknown).toBe('8.2.6/3.8');
    expect([...answers]).toEqual([String(asUnknown)]);
    expect(await refusalOf(server.smdp.authenticate(sgp26Euicc(), matchingId))).toBe('8.2.6/3.8');
  });

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
    expect(await refusalOf(server.smdp.authenticate(two.euicc))).toBe('8.1.1/3.8');
    await second.fetch(answer.smdpSignature2);
    // and the device that has it finds it again
    expect((await (await begin(server, one, 'zkcx')).authenticate()).next).toBe('prepare');
    expect(await stateOf(iccid)).toBe('downloaded');
  });

  test('once per device are counted by pseudonym', async () => {
    const orders = await Promise.all([1, 2].map(() => server.smdp.order({ oncePerDevice: true })));
    const get = async (owner: typeof one, index: number, key: string) => {
      const { matchingId } = orders[index]!;
      const { visit, smdpSignature2 } = await authenticated(server, owner, 'zkcx', matchingId);
      await visit.fetch(smdpSignature2, { key: oneTimeKey(key) });
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
