import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { formatActivationCode, parseActivationCode } from '../../../src/rsp/lpa/index.ts';
import type { SmdpContext } from '../../../src/rsp/smdpp/context.ts';
import {
  cancelOrder,
  confirmOrder,
  downloadOrder,
  releaseProfile,
} from '../../../src/rsp/smdpp/es2p/orders.ts';
import { readProfileHeader } from '../../../src/rsp/smdpp/profile.ts';
import { fixture } from '../../support/certificates/index.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import { eidOf, sgp26Euicc } from '../../support/rsp/soft-euicc.ts';
import { ADDRESS, TestSmdp } from '../../support/rsp/smdpp.ts';

let smdp: TestSmdp;
let context: SmdpContext;
beforeAll(async () => {
  smdp = await TestSmdp.open({ orderLifetime: 3_600 });
  ({ context } = smdp.server);
});
afterAll(() => smdp.close());

const EID = '89049032123451234512345678901235';
const OTHER_EID = '89049032123451234512345678901236';
const euicc = sgp26Euicc();

async function ordered(eid?: string): Promise<string> {
  const iccid = await smdp.profile();
  await downloadOrder(context, { iccid, eid });
  return iccid;
}

const stateOf = async (iccid: string) => (await smdp.storedOrder(iccid))?.state;
const cancel = (iccid: string, more: object = {}) =>
  refusalOf(cancelOrder(context, { iccid, finalProfileStatusIndicator: 'Available', ...more }));

describe('the way of an order', () => {
  test('ordered, confirmed, released, downloaded', async () => {
    const iccid = await ordered();
    expect(await stateOf(iccid)).toBe('allocated');
    const answer = await confirmOrder(context, { iccid, releaseFlag: false });
    expect(answer).toEqual({
      eid: undefined,
      matchingId: expect.stringMatching(/^([0-9A-Z]{5}-){3}[0-9A-Z]{5}$/),
      smdpAddress: ADDRESS,
    });
    expect(await refusalOf(smdp.authenticate(euicc, answer.matchingId))).toBe('8.2/1.2');
    await releaseProfile(context, { iccid });
    await smdp.download(euicc, answer.matchingId);
    expect(await smdp.storedOrder(iccid)).toMatchObject({
      state: 'downloaded',
      expiresAt: Number(smdp.time) + 3_600,
    });
  });

  test('with an EID it is linked, and the EID is in the answer', async () => {
    const iccid = await ordered(EID);
    expect(await stateOf(iccid)).toBe('linked');
    const answer = await confirmOrder(context, { iccid, releaseFlag: true });
    expect(answer.eid).toBe(EID);
    expect(await stateOf(iccid)).toBe('released');
  });

  test('an EID can come with the confirmation, for a device without MatchingID', async () => {
    const iccid = await ordered();
    const request = { iccid, eid: eidOf(euicc), matchingId: '', releaseFlag: true };
    expect(await confirmOrder(context, request)).toMatchObject({ matchingId: '' });
    expect(await refusalOf(smdp.download(euicc, ''))).toBe('accepted');
    expect(await stateOf(iccid)).toBe('downloaded');
  });

  test('by profile type: the ones in stock, one after the other', async () => {
    const changes = { profileType: 'by-type' };
    const stock = [await smdp.profile(changes), await smdp.profile(changes)];
    const orders = [
      await downloadOrder(context, { profileType: 'by-type' }),
      await downloadOrder(context, { profileType: 'by-type' }),
    ];
    expect(orders.map(({ iccid }) => iccid).sort()).toEqual(stock.sort());
    const third = downloadOrder(context, { profileType: 'by-type' });
    expect(await refusalOf(third)).toBe('8.2.5/3.7');
  });

  test('two orders at the same time get different profiles', async () => {
    const changes = { profileType: 'race' };
    for (let i = 0; i < 5; i++) await smdp.profile(changes);
    const orders = await Promise.all(
      Array.from({ length: 5 }, () => downloadOrder(context, { profileType: 'race' })),
    );
    expect(new Set(orders.map(({ iccid }) => iccid)).size).toBe(5);
  });

  test('cancelled: its MatchingID is unknown, and the profile can be ordered again', async () => {
    const { iccid, matchingId } = await smdp.order();
    expect(await cancel(iccid, { matchingId })).toBe('accepted');
    expect(await refusalOf(smdp.authenticate(euicc, matchingId))).toBe('8.2.6/3.8');
    const again = await smdp.order({ iccid, matchingId });
    expect(again.state).toBe('released');
  });

  test('cancelled as unavailable: the profile stays out of stock', async () => {
    const { iccid } = await smdp.order();
    await cancel(iccid, { finalProfileStatusIndicator: 'Unavailable' });
    expect(await refusalOf(downloadOrder(context, { iccid }))).toBe('8.2.1/3.3');
  });
});

describe('downloadOrder', () => {
  test('8.2.1/3.9 for an ICCID that is unknown', async () => {
    const iccid = '8944999999999999999';
    expect(await refusalOf(downloadOrder(context, { iccid }))).toBe('8.2.1/3.9');
  });

  test('8.2.1/3.3 for an ICCID that is ordered', async () => {
    const iccid = await ordered();
    expect(await refusalOf(downloadOrder(context, { iccid }))).toBe('8.2.1/3.3');
  });

  test('8.2.5/3.9 for an unknown type, 8.2.5/3.8 for an ICCID of another type', async () => {
    expect(await refusalOf(downloadOrder(context, { profileType: 'none' }))).toBe('8.2.5/3.9');
    const iccid = await smdp.profile({ profileType: 'one' });
    const request = { iccid, profileType: 'another' };
    expect(await refusalOf(downloadOrder(context, request))).toBe('8.2.5/3.8');
  });
});

describe('confirmOrder', () => {
  const confirm = (iccid: string, more: object = {}) =>
    refusalOf(confirmOrder(context, { iccid, releaseFlag: true, ...more }));

  test('8.2.1/3.9 for an ICCID without order', async () => {
    expect(await confirm(await smdp.profile())).toBe('8.2.1/3.9');
  });

  test('8.2.1/3.3 for an order that is confirmed', async () => {
    const iccid = await ordered();
    expect(await confirm(iccid)).toBe('accepted');
    expect(await confirm(iccid)).toBe('8.2.1/3.3');
  });

  test('8.2.6/3.3 for a MatchingID that another order has', async () => {
    const { matchingId } = await smdp.order();
    const iccid = await ordered();
    expect(await confirm(iccid, { matchingId })).toBe('8.2.6/3.3');
    expect(await confirm(iccid)).toBe('accepted');
  });

  test('of two orders that want one MatchingID at the same time one gets it', async () => {
    const [a, b] = [await ordered(), await ordered()];
    const more = { matchingId: 'CONTESTED' };
    const codes = await Promise.all([confirm(a, more), confirm(b, more)]);
    expect(codes.sort()).toEqual(['8.2.6/3.3', 'accepted']);
  });

  test('8.2.6/2.1 for a MatchingID that fits into no activation code', async () => {
    const longest = 'x'.repeat(255 - `LPA:1$${ADDRESS}$$$1`.length);
    expect(await confirm(await ordered(), { matchingId: `${longest}x` })).toBe('8.2.6/2.1');
    expect(await confirm(await ordered(), { matchingId: longest })).toBe('accepted');
    const code = formatActivationCode({
      address: ADDRESS,
      matchingId: longest,
      confirmationCodeRequired: true,
    });
    expect(parseActivationCode(code).matchingId).toBe(longest);
  });

  test('8.1.1/2.2 for an empty MatchingID without EID', async () => {
    expect(await confirm(await ordered(), { matchingId: '' })).toBe('8.1.1/2.2');
  });

  test('8.1.1/3.10 for another EID', async () => {
    expect(await confirm(await ordered(EID), { eid: OTHER_EID })).toBe('8.1.1/3.10');
  });

  test('8.9/5.1 for an SM-DS, which nobody would be told by', async () => {
    const iccid = await ordered(EID);
    expect(await confirm(iccid, { smdsAddress: 'smds.example.com' })).toBe('8.9/5.1');
  });
});

describe('releaseProfile', () => {
  const release = (iccid: string) => refusalOf(releaseProfile(context, { iccid }));

  test('8.2.1/3.9 for an ICCID without order', async () => {
    expect(await release(await smdp.profile())).toBe('8.2.1/3.9');
  });

  test('8.2.1/3.5 before it is confirmed, and once it is released', async () => {
    const iccid = await ordered();
    expect(await release(iccid)).toBe('8.2.1/3.5');
    await confirmOrder(context, { iccid, releaseFlag: false });
    expect([await release(iccid), await release(iccid)]).toEqual(['accepted', '8.2.1/3.5']);
  });
});

describe('cancelOrder', () => {
  test('8.2.1/3.9 for an ICCID without order, and for a second time', async () => {
    expect(await cancel(await smdp.profile())).toBe('8.2.1/3.9');
    const iccid = await ordered();
    expect([await cancel(iccid), await cancel(iccid)]).toEqual(['accepted', '8.2.1/3.9']);
  });

  test('8.2.6/3.10 for another MatchingID', async () => {
    const { iccid } = await smdp.order();
    expect(await cancel(iccid, { matchingId: 'ANOTHER' })).toBe('8.2.6/3.10');
  });

  test('8.1.1/2.2 without the EID of the order, 8.1.1/3.10 with another one', async () => {
    const { iccid } = await smdp.order({ eid: EID });
    expect(await cancel(iccid)).toBe('8.1.1/2.2');
    expect(await cancel(iccid, { eid: OTHER_EID })).toBe('8.1.1/3.10');
    expect(await cancel(iccid, { eid: EID })).toBe('accepted');
  });

  test('8.1.1/3.10 with an EID for an order that has none', async () => {
    const { iccid } = await smdp.order();
    expect(await cancel(iccid, { eid: EID })).toBe('8.1.1/3.10');
  });

  test('8.2.1/3.3 once a device may have the profile', async () => {
    const { iccid, matchingId } = await smdp.order();
    await smdp.download(euicc, matchingId);
    expect(await cancel(iccid)).toBe('8.2.1/3.3');
  });
});

describe('a profile', () => {
  test('can be put in stock once', async () => {
    const iccid = await smdp.profile();
    const { testPackage } = await import('../../support/rsp/smdpp.ts');
    const again = smdp.profile({ package: Buffer.from(testPackage(iccid)).toString('base64') });
    await expect(again).rejects.toMatchObject({ code: 'ERR_RSP_PROFILE' });
  });

  test.each([
    ['is empty', ''],
    ['has no header', 'gAEA'],
    ['is cut off', Buffer.from([0xa0, 0x20, 0x80, 0x01, 0x02]).toString('base64')],
  ])('is refused when it %s', async (_, bad) => {
    await expect(smdp.profile({ package: bad })).rejects.toMatchObject({ code: 'ERR_RSP_PROFILE' });
  });

  test.each([
    ['TS48v3_SAIP2.1_BERTLV.der', '89000123456789012341', [2, 1]],
    ['TS48v7_SAIP2.3_BERTLV_SUCI.der', '89000123456789012341', [2, 3]],
  ])('is read from %s', (file, iccid, version) => {
    expect(readProfileHeader(fixture(`rsp/profiles/${file}`))).toMatchObject({ iccid, version });
  });

  test('with a name or an icon that devices refuse is refused', async () => {
    const icon = { type: 'png' as const, data: Buffer.alloc(1_025).toString('base64') };
    await expect(smdp.profile({ icon })).rejects.toMatchObject({ code: 'ERR_RSP_VALUE' });
    const profileName = 'two\nlines';
    await expect(smdp.profile({ profileName })).rejects.toMatchObject({ code: 'ERR_RSP_VALUE' });
  });

  test('with policy rules needs an owner', async () => {
    const added = smdp.profile({ policyRules: ['ppr1'] });
    await expect(added).rejects.toMatchObject({ code: 'ERR_RSP_PROFILE' });
  });
});
