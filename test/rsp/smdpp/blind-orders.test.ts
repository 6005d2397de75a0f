/** Orders for one device whose EID the SM-DP+ does not know: how they come to be, and who gets them. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { bytesToHex } from '../../../src/bytes.ts';
import { shown } from '../../../src/rsp/smdpp/shown-order.ts';
import { endSession } from '../../../src/rsp/smdpp/cancel-session.ts';
import type { SmdpContext } from '../../../src/rsp/smdpp/context.ts';
import {
  cancelOrderSchema,
  confirmOrderSchema,
  downloadOrderSchema,
} from '../../../src/rsp/smdpp/es2p/messages.ts';
import { cancelOrder, confirmOrder, downloadOrder } from '../../../src/rsp/smdpp/es2p/orders.ts';
import {
  type Authenticated,
  deliverPackage,
} from '../../../src/rsp/smdpp/get-bound-profile-package.ts';
import { offerOrder } from '../../../src/rsp/smdpp/offer.ts';
import type { DeviceName } from '../../../src/rsp/smdpp/order.ts';
import { offerOf, type Session } from '../../../src/rsp/smdpp/session.ts';
import { type AddOrder, addOrderSchema } from '../../../src/rsp/smdpp/stock.ts';
import { CANCEL_SESSION_REASON } from '../../../src/sgp22/messages/cancel-session.ts';
import { RspRefusal } from '../../../src/sgp22/status-codes.ts';
import { madeUpKey } from '../../support/certificates/keys.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import { eidOf, sgp26Euicc } from '../../support/rsp/soft-euicc.ts';
import { TestSmdp } from '../../support/rsp/smdpp.ts';

const BLIND = '1234567890123456789012345678901234567890';
const OTHER = '1234567890123456789012345678901234567891';
const EID = '89049032123451234512345678901235';
/** Order of the field that blind orders are in. */
const FIELD = '28948022309329048855892746252171976963363056481941560715954676764349967630337';

let smdp: TestSmdp;
let context: SmdpContext;
beforeAll(async () => {
  smdp = await TestSmdp.open();
});
beforeEach(() => {
  ({ context } = smdp.server);
});
afterAll(() => smdp.close());

const euicc = sgp26Euicc();
const Available = 'Available' as const;
const downloadBlind = async () => {
  const iccid = await smdp.profile();
  await downloadOrder(context, { iccid, blindOrder: BLIND });
  return iccid;
};

describe('ES2+', () => {
  test('DownloadOrder links, ConfirmOrder repeats the binding, the store keeps it', async () => {
    const iccid = await downloadBlind();
    expect(await smdp.storedOrder(iccid)).toMatchObject({ state: 'linked', blindOrder: BLIND });
    const answer = await confirmOrder(context, { iccid, releaseFlag: true });
    expect(answer).toMatchObject({ blindOrder: BLIND, eid: undefined });
    await smdp.restart();
    const order = (await smdp.storedOrder(iccid))!;
    expect(order).toMatchObject({ state: 'released', blindOrder: BLIND });
    expect(shown(order)).toMatchObject({ blindOrder: BLIND });
  });

  test('the binding can come with the confirmation, once', async () => {
    const iccid = await smdp.profile();
    await downloadOrder(context, { iccid });
    const request = { iccid, blindOrder: BLIND, releaseFlag: true };
    expect(await confirmOrder(context, request)).toMatchObject({ blindOrder: BLIND });
    expect(await smdp.storedOrder(iccid)).toMatchObject({ blindOrder: BLIND });
  });

  const confirm = (iccid: string, more: object) =>
    refusalOf(confirmOrder(context, { iccid, releaseFlag: true, ...more }));

  test('8.1.1/3.10 for an EID beside it, in one request or two', async () => {
    const iccid = await smdp.profile();
    const both = { eid: EID, blindOrder: BLIND };
    expect(await refusalOf(downloadOrder(context, { iccid, ...both }))).toBe('8.1.1/3.10');
    // nothing was ordered
    expect(await smdp.storedOrder(iccid)).toBeUndefined();
    await downloadOrder(context, { iccid });
    expect(await confirm(iccid, both)).toBe('8.1.1/3.10');
    expect(await confirm(await downloadBlind(), { eid: EID })).toBe('8.1.1/3.10');
    const linked = await smdp.profile();
    await downloadOrder(context, { iccid: linked, eid: EID });
    expect(await confirm(linked, { blindOrder: BLIND })).toBe('8.1.1/3.10');
    expect(await smdp.storedOrder(linked)).toMatchObject({ state: 'linked', eid: EID });
    await expect(smdp.order(both)).rejects.toBeInstanceOf(RspRefusal);
  });

  test('8.1.1/3.10 for another blind order in the confirmation', async () => {
    const iccid = await downloadBlind();
    expect(await confirm(iccid, { blindOrder: OTHER })).toBe('8.1.1/3.10');
    expect(await confirm(iccid, { blindOrder: BLIND })).toBe('accepted');
  });

  test('8.1.1/2.2 for an empty MatchingID: nobody could find the order by it', async () => {
    expect(await confirm(await downloadBlind(), { matchingId: '' })).toBe('8.1.1/2.2');
    const add = (more: AddOrder) => refusalOf(smdp.order({ matchingId: '', ...more }));
    expect(await add({ blindOrder: BLIND })).toBe('8.1.1/2.2');
    expect(await add({ blindOrder: BLIND, anyDevice: true })).toBe('8.1.1/2.2');
  });

  test('an order that cannot be confirmed goes back to stock', async () => {
    const { matchingId } = await smdp.order();
    const iccid = await smdp.profile();
    const order = () => smdp.order({ iccid, matchingId, blindOrder: BLIND });
    expect(await refusalOf(order())).toBe('8.2.6/3.3');
    expect((await smdp.storedOrder(iccid))?.state).toBe('cancelled');
  });

  test('CancelOrder: 8.1.1/2.2 without it, 8.1.1/3.10 with another or with an EID', async () => {
    const { iccid } = await smdp.order({ blindOrder: BLIND });
    const cancel = (more: object) =>
      refusalOf(cancelOrder(context, { iccid, finalProfileStatusIndicator: Available, ...more }));
    expect(await cancel({})).toBe('8.1.1/2.2');
    expect(await cancel({ blindOrder: OTHER })).toBe('8.1.1/3.10');
    expect(await cancel({ eid: EID })).toBe('8.1.1/3.10');
    expect(await cancel({ eid: EID, blindOrder: BLIND })).toBe('8.1.1/3.10');
    expect((await smdp.storedOrder(iccid))?.state).toBe('released');
    expect(await cancel({ blindOrder: BLIND })).toBe('accepted');
  });

  test('CancelOrder: 8.1.1/3.10 for an order that has none', async () => {
    const { iccid } = await smdp.order();
    const request = { iccid, blindOrder: BLIND, finalProfileStatusIndicator: Available };
    expect(await refusalOf(cancelOrder(context, request))).toBe('8.1.1/3.10');
  });

  const iccid = '8944000000000000001';
  describe.each([
    ['downloadOrder', downloadOrderSchema, { iccid }],
    ['confirmOrder', confirmOrderSchema, { iccid, releaseFlag: true }],
    ['cancelOrder', cancelOrderSchema, { iccid, finalProfileStatusIndicator: Available }],
    ['addOrder', addOrderSchema, { iccid }],
  ])('the form of %s', (_, schema, request) => {
    const isRead = (blindOrder: unknown) => schema.safeParse({ ...request, blindOrder }).success;

    test('has a field element in decimal', () => {
      expect(schema.parse({ ...request, blindOrder: BLIND })).toMatchObject({ blindOrder: BLIND });
      expect(isRead(String(BigInt(FIELD) - 1n))).toBe(true);
    });

    test.each([['0'], ['007'], ['-1'], ['0x7'], ['7 '], [''], [FIELD], [7], [null], [[BLIND]]])(
      'has no %j',
      (value) => expect(isRead(value)).toBe(false),
    );
  });
});

/** Status codes, text and all: what a peer is told. */
const told = (work: Promise<unknown>) =>
  work.then(
    () => 'accepted',
    (error: unknown) => {
      if (error instanceof RspRefusal) return { ...error.status, message: error.message };
      throw error;
    },
  );

describe('a device that shows certificates', () => {
  const UNKNOWN = 'NO-SUCH-ORDER';

  test.each<[string, AddOrder]>([
    ['an order of its own', {}],
    ['one for zkCX', { requireZkcx: true }],
    ['one that is not released', { release: false }],
    ['one that has expired', { expiresAt: 1 }],
    ['one with a confirmation code', { confirmationCode: '1234' }],
  ])('is told of %s what it is told of none', async (_, more) => {
    const { iccid, matchingId } = await smdp.order({ blindOrder: BLIND, ...more });
    const before = await smdp.storedOrder(iccid);
    const unknown = await told(smdp.authenticate(euicc, UNKNOWN));
    expect(unknown).toMatchObject({ subjectCode: '8.2.6', reasonCode: '3.8' });
    expect(await told(smdp.authenticate(euicc, matchingId))).toEqual(unknown);
    expect(await smdp.storedOrder(iccid)).toEqual(before);
  });

  test('gets none without MatchingID', async () => {
    await smdp.order({ blindOrder: BLIND });
    expect(await refusalOf(smdp.authenticate(euicc, ''))).toBe('8.1.1/3.8');
  });

  test('that was offered an order gets no blind one that took its profile since', async () => {
    const { iccid, matchingId } = await smdp.order();
    const answer = await smdp.authenticate(euicc, matchingId);
    const session = context.sessions.get(bytesToHex(answer.transactionId))!;
    await cancelOrder(context, { iccid, finalProfileStatusIndicator: Available });
    await smdp.order({ iccid, blindOrder: BLIND });
    expect(await refusalOf(smdp.bind(euicc, answer))).toBe('8.10.1/3.9');
    // nor does it end that order
    await endSession(context, session, CANCEL_SESSION_REASON.endUserRejection);
    expect(await smdp.storedOrder(iccid)).toMatchObject({ state: 'released', attempts: 0 });
  });
});

describe('a device that proves a binding', () => {
  const FACTS = {
    profileVersion: '2.3.1',
    forbiddenProfilePolicyRules: [],
    rspCapability: [],
  } as const;

  /** A session of zkCX with what its device proved; offers the order. Returns the session. */
  async function offered(matchingId: string, name: DeviceName): Promise<Authenticated> {
    const { transactionId } = await smdp.initiate(euicc);
    const record = context.sessions.get(bytesToHex(transactionId))!;
    const applicant = { name, matchingId, facts: FACTS, zkcx: true };
    return offerOrder(context, record, applicant, ({ order }) => {
      const session: Session & Authenticated = {
        ...record,
        state: 'authenticated',
        device: name,
        offer: offerOf(order),
      };
      return { session, answer: session };
    });
  }

  const ask = (matchingId: string, name: DeviceName) => told(offered(matchingId, name));

  const deliver = (session: Authenticated, key = 'one-time key') =>
    deliverPackage(context, {
      session,
      signed: { euiccOtpk: madeUpKey(key).point },
      kdfValue: new Uint8Array(16),
      again: false,
    });

  test('gets the order of that binding', async () => {
    const { iccid, matchingId } = await smdp.order({ blindOrder: BLIND });
    const session = await offered(matchingId!, { blindOrder: BLIND });
    expect((await smdp.storedOrder(iccid))?.attempts).toBe(1);
    await deliver(session);
    const delivery = { blindOrder: BLIND };
    expect(await smdp.storedOrder(iccid)).toMatchObject({ state: 'downloaded', delivery });
    // the same device by nothing but its binding, in its next session
    await deliver(await offered(matchingId!, { blindOrder: BLIND }), 'another key');
    expect((await smdp.storedOrder(iccid))?.delivery?.sessions).toHaveLength(2);
  });

  test.each<[string, AddOrder, DeviceName]>([
    ['another binding', { blindOrder: BLIND }, { blindOrder: OTHER }],
    ['none', { blindOrder: BLIND }, { pseudonym: '7' }],
    ['an EID in its place', { blindOrder: BLIND }, { eid: EID }],
    ['one for an order that has none', {}, { blindOrder: BLIND }],
    ['one for an order for its EID', { eid: EID }, { eid: EID, blindOrder: BLIND }],
  ])('is told what it is told of an unknown MatchingID: %s', async (_, order, name) => {
    const { iccid, matchingId } = await smdp.order(order);
    const before = await smdp.storedOrder(iccid);
    const unknown = await ask('NO-SUCH-ORDER', name);
    expect(unknown).toMatchObject({ subjectCode: '8.2.6', reasonCode: '3.8' });
    expect(await ask(matchingId!, name)).toEqual(unknown);
    expect(await smdp.storedOrder(iccid)).toEqual(before);
  });

  test('gets no default order', async () => {
    const { iccid } = await smdp.order({ matchingId: '', anyDevice: true });
    expect(await ask('', { blindOrder: BLIND })).toMatchObject({ subjectCode: '8.2.6' });
    expect((await smdp.storedOrder(iccid))?.attempts).toBe(0);
    await cancelOrder(context, { iccid, finalProfileStatusIndicator: Available });
  });

  test('gets no order of another binding that took the profile since', async () => {
    const { iccid, matchingId } = await smdp.order({ blindOrder: BLIND });
    const session = await offered(matchingId!, { blindOrder: BLIND });
    const cancelled = { iccid, blindOrder: BLIND, finalProfileStatusIndicator: Available };
    await cancelOrder(context, cancelled);
    await smdp.order({ iccid, blindOrder: OTHER });
    expect(await refusalOf(deliver(session))).toBe('8.10.1/3.9');
    expect((await smdp.storedOrder(iccid))?.state).toBe('released');
  });

  test('ends its own order by cancelling, as others do theirs', async () => {
    const { iccid, matchingId } = await smdp.order({ blindOrder: BLIND });
    const session = await offered(matchingId!, { blindOrder: BLIND });
    await endSession(context, session, CANCEL_SESSION_REASON.endUserRejection);
    expect((await smdp.storedOrder(iccid))?.state).toBe('error');
  });
});

test('the EID of the test device is the one of its certificate', () => {
  expect(eidOf(euicc)).toBe(EID);
});
