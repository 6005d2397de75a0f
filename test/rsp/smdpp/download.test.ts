import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eidOf, sgp26Euicc, oneTimeKey } from '../../support/rsp/softEuicc.ts';
import { TestSmdp } from '../../support/rsp/smdpp.ts';

let smdp: TestSmdp;
beforeEach(async () => {
  smdp = await TestSmdp.open();
});
afterEach(() => smdp.close());

const euicc = sgp26Euicc();

describe('a download', () => {
  test('by MatchingID', async () => {
    const { iccid, matchingId } = await smdp.order();
    const { boundProfilePackage } = await smdp.download(euicc, matchingId);
    expect(boundProfilePackage.length).toBeGreaterThan(3_000);
    expect(await smdp.storedOrder(iccid)).toMatchObject({
      state: 'downloaded',
      attempts: 1,
      delivery: { eid: eidOf(euicc), euiccOtpk: Buffer.from(oneTimeKey().point).toString('hex') },
    });
  });
});
