import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  BoundProfilePackage,
  InitialiseSecureChannelRequest,
} from '../../../src/sgp22/messages/bound-profile-package.ts';
import { madeUpKey } from '../../support/certificates/keys.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import {
  euiccInfo,
  eidOf,
  oneTimeKey,
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
const other = otherEuicc('89049032123451234512345678901236');

/** Authenticate for a new order, then ask for its package. */
async function ask(
  order: Parameters<TestSmdp['order']>[0] = {},
  options: Parameters<TestSmdp['bind']>[2] = {},
): Promise<string> {
  const { matchingId } = await smdp.order(order);
  return refusalOf(smdp.download(euicc, matchingId, options));
}

describe('getBoundProfilePackage', () => {
  test('delivers, and says so in the order', async () => {
    const { iccid, matchingId } = await smdp.order();
    const { boundProfilePackage } = await smdp.download(euicc, matchingId);
    expect(BoundProfilePackage.decode(boundProfilePackage).configureISDP).toHaveLength(1);
    const delivery = { eid: eidOf(euicc) };
    expect(await smdp.storedOrder(iccid)).toMatchObject({ state: 'downloaded', delivery });
  });

  describe('signature and transaction', () => {
    test('8.1/6.1 for the signature of another key', async () => {
      expect(await ask({}, { signer: madeUpKey('another') })).toBe('8.1/6.1');
    });

    test('8.1/6.1 for a signature that covers another smdpSignature2', async () => {
      const { matchingId } = await smdp.order();
      const first = await smdp.authenticate(euicc, matchingId);
      const second = await smdp.authenticate(euicc, matchingId);
      const { smdpSignature2 } = first;
      const options = { transactionId: second.transactionId };
      expect(await refusalOf(smdp.bind(euicc, { ...second, smdpSignature2 }, options))).toBe(
        '8.1/6.1',
      );
    });

    test('8.1/6.1 for a one-time key that is no point of the curve', async () => {
      const otpk = new Uint8Array(65).fill(1);
      otpk[0] = 4;
      expect(await ask({}, { otpk })).toBe('8.1/6.1');
    });

    test('8.1/6.1 when the eUICC refused the download', async () => {
      const { matchingId } = await smdp.order();
      const { transactionId } = await smdp.authenticate(euicc, matchingId);
      const prepareDownloadResponse = {
        result: 'error' as const,
        transactionId,
        downloadErrorCode: 1,
        der: new Uint8Array(),
      };
      const request = { transactionId, prepareDownloadResponse };
      expect(await refusalOf(smdp.server.getBoundProfilePackage(request))).toBe('8.1/6.1');
    });

    test('8.10.1/3.9 for the signed id of another transaction', async () => {
      expect(await ask({}, { transactionId: new Uint8Array(16) })).toBe('8.10.1/3.9');
    });

    test('8.10.1/3.9 before AuthenticateClient', async () => {
      const { transactionId } = await smdp.initiate(euicc);
      const answer = { transactionId, smdpSignature2: new Uint8Array(64) };
      expect(await refusalOf(smdp.bind(euicc, answer))).toBe('8.10.1/3.9');
    });

    test('8.10.1/3.9 the second time, after a refusal, and after the time of the session', async () => {
      const { matchingId } = await smdp.order();
      const used = await smdp.authenticate(euicc, matchingId);
      await smdp.bind(euicc, used);
      expect(await refusalOf(smdp.bind(euicc, used))).toBe('8.10.1/3.9');
      const refused = await smdp.authenticate(euicc, matchingId);
      await refusalOf(smdp.bind(euicc, refused, { signer: madeUpKey('another') }));
      expect(await refusalOf(smdp.bind(euicc, refused))).toBe('8.10.1/3.9');
      const late = await smdp.authenticate(euicc, matchingId);
      smdp.time += 1_800n;
      expect(await refusalOf(smdp.bind(euicc, late))).toBe('8.10.1/3.9');
    });
  });

  describe('confirmation code', () => {
    test('8.2.7/2.2 when it is missing; then the right one in the same session', async () => {
      const { matchingId } = await smdp.order({ confirmationCode: '4711' });
      const answer = await smdp.authenticate(euicc, matchingId);
      expect(await refusalOf(smdp.bind(euicc, answer))).toBe('8.2.7/2.2');
      expect(await refusalOf(smdp.bind(euicc, answer, { code: '4711' }))).toBe('accepted');
    });

    test('8.2.7/3.8 when it is wrong, 8.2.7/6.4 when it was wrong too often', async () => {
      const { matchingId, iccid } = await smdp.order({ confirmationCode: '4711' });
      const first = await smdp.authenticate(euicc, matchingId);
      const second = await smdp.authenticate(euicc, matchingId);
      const bind = (answer: typeof first, code: string) =>
        refusalOf(smdp.bind(euicc, answer, { code }));
      expect(await bind(first, '4712')).toBe('8.2.7/3.8');
      expect(await bind(second, '4713')).toBe('8.2.7/3.8');
      expect(await bind(first, '4714')).toBe('8.2.7/6.4');
      // the right one comes too late, in every session
      expect(await bind(second, '4711')).toBe('8.2.7/6.4');
      expect(await smdp.storedOrder(iccid)).toMatchObject({ state: 'error' });
      expect(await refusalOf(smdp.authenticate(euicc, matchingId))).toBe('8.2.6/3.8');
    });

    test('is hashed with the transaction: that of another session is wrong', async () => {
      const { matchingId } = await smdp.order({ confirmationCode: '4711' });
      const answer = await smdp.authenticate(euicc, matchingId);
      const code = 'anything else';
      expect(await refusalOf(smdp.bind(euicc, answer, { code }))).toBe('8.2.7/3.8');
    });

    test('may be given where none is needed', async () => {
      expect(await ask({}, { code: '4711' })).toBe('accepted');
    });

    test('counts as digits where the server is set so', async () => {
      const hex = await TestSmdp.open({ confirmationCodeForm: 'hex' });
      const { matchingId } = await hex.order({ confirmationCode: '4711' });
      const bind = async (form: 'text' | 'hex') =>
        refusalOf(hex.download(euicc, matchingId, { code: '4711', form }));
      expect([await bind('text'), await bind('hex')]).toEqual(['8.2.7/3.8', 'accepted']);
      await hex.close();
    });
  });

  describe('binding', () => {
    const channel = (bytes: Uint8Array) => {
      const { initialiseSecureChannel, ...segments } = BoundProfilePackage.decode(bytes);
      return { ...InitialiseSecureChannelRequest.decode(initialiseSecureChannel), segments };
    };

    test('the same one-time key gets the same segments in a new session', async () => {
      const { matchingId } = await smdp.order();
      const first = await smdp.download(euicc, matchingId);
      const second = await smdp.download(euicc, matchingId);
      const [a, b] = [channel(first.boundProfilePackage), channel(second.boundProfilePackage)];
      expect(b.smdpOtpk).toEqual(a.smdpOtpk);
      expect(b.segments.loadProfileElements).toEqual(a.segments.loadProfileElements);
      expect(b.segments.storeMetadata).toEqual(a.segments.storeMetadata);
      expect(b.transactionId).toEqual(second.transactionId);
      expect(b.smdpSign).not.toEqual(a.smdpSign);
    });

    test('another one-time key gets new keys', async () => {
      const { matchingId } = await smdp.order();
      const first = await smdp.download(euicc, matchingId);
      const otpk = oneTimeKey('two').point;
      const second = await smdp.download(euicc, matchingId, { otpk });
      const [a, b] = [channel(first.boundProfilePackage), channel(second.boundProfilePackage)];
      expect(b.smdpOtpk).not.toEqual(a.smdpOtpk);
      expect(b.segments.loadProfileElements).not.toEqual(a.segments.loadProfileElements);
    });

    test('8.2/3.7 for another one-time key where the order forbids it', async () => {
      const { matchingId } = await smdp.order({ rebinding: false });
      await smdp.download(euicc, matchingId);
      const otpk = oneTimeKey('two').point;
      expect(await refusalOf(smdp.download(euicc, matchingId, { otpk }))).toBe('8.2/3.7');
      expect(await refusalOf(smdp.download(euicc, matchingId))).toBe('accepted');
    });

    test('8.2/3.7 when another device was faster', async () => {
      const { matchingId } = await smdp.order();
      const mine = await smdp.authenticate(euicc, matchingId);
      const theirs = await smdp.authenticate(other, matchingId);
      expect(await refusalOf(smdp.bind(other, theirs))).toBe('accepted');
      expect(await refusalOf(smdp.bind(euicc, mine))).toBe('8.2/3.7');
    });

    test('8.8.5/4.10 when the order expired meanwhile', async () => {
      const { matchingId } = await smdp.order({ expiresAt: Number(smdp.time) + 60 });
      const answer = await smdp.authenticate(euicc, matchingId);
      smdp.time += 60n;
      expect(await refusalOf(smdp.bind(euicc, answer))).toBe('8.8.5/4.10');
    });

    test('ReplaceSessionKeys where the server is set so, and the same ones again', async () => {
      const protecting = await TestSmdp.open({ replaceSessionKeys: true });
      const { matchingId } = await protecting.order();
      const first = await protecting.download(euicc, matchingId);
      const second = await protecting.download(euicc, matchingId);
      const [a, b] = [channel(first.boundProfilePackage), channel(second.boundProfilePackage)];
      expect(a.segments.replaceSessionKeys).toHaveLength(1);
      expect(b.segments.replaceSessionKeys).toEqual(a.segments.replaceSessionKeys);
      await protecting.close();
    });
  });

  describe('memory', () => {
    test('8.1/4.8 when the eUICC has too little', async () => {
      const small = sgp26Euicc({ info: euiccInfo({}, 2_000) });
      const { matchingId } = await smdp.order();
      expect(await refusalOf(smdp.download(small, matchingId))).toBe('8.1/4.8');
      expect(await refusalOf(smdp.download(euicc, matchingId))).toBe('accepted');
    });

    test('8.1/4.8 when the profile is known to need more than its size', async () => {
      const { matchingId } = await smdp.order({}, { memory: 600_000 });
      expect(await refusalOf(smdp.download(euicc, matchingId))).toBe('8.1/4.8');
    });

    test('is no reason when the eUICC does not tell', async () => {
      const silent = sgp26Euicc({ info: euiccInfo({ extCardResource: new Uint8Array() }) });
      const { matchingId } = await smdp.order();
      expect(await refusalOf(smdp.download(silent, matchingId))).toBe('accepted');
    });
  });
});
