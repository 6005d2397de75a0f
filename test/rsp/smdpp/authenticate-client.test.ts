import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { StoreMetadataRequest } from '../../../src/sgp22/messages/metadata.ts';
import { SmdpSigned2 } from '../../../src/sgp22/messages/prepare-download.ts';
import { utcTime } from '../../support/certificates/der.ts';
import { faults, fixture } from '../../support/certificates/index.ts';
import { madeUpKey } from '../../support/certificates/keys.ts';
import { NOW } from '../../support/certificates/chains.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import {
  authenticateServer,
  cancelSession,
  eidOf,
  euiccInfo,
  oneTimeKey,
  otherEuicc,
  sgp26Euicc,
} from '../../support/rsp/soft-euicc.ts';
import { TestSmdp } from '../../support/rsp/smdpp.ts';
import { checkEuicc } from '../../../src/rsp/server/check-euicc.ts';

let smdp: TestSmdp;
beforeAll(async () => {
  smdp = await TestSmdp.open({ downloadLimit: 2 });
});
afterAll(() => smdp.close());

const euicc = sgp26Euicc();
const EID = eidOf(euicc);
const OTHER_EID = '89049032123451234512345678901236';
const other = otherEuicc(OTHER_EID);
const invalid = (name: string) => fixture(`invalid/CERT_${name}.der`);

describe('authenticateClient', () => {
  test('offers the profile of the MatchingID', async () => {
    const { iccid, matchingId } = await smdp.order();
    const answer = await smdp.authenticate(euicc, matchingId);
    expect(StoreMetadataRequest.decode(answer.profileMetadata)).toMatchObject({
      iccid,
      serviceProviderName: 'Operator',
      profileName: 'Plan',
      profileClass: 'operational',
    });
    const signed = SmdpSigned2.decode(answer.smdpSigned2);
    expect(signed.transactionId).toEqual(answer.transactionId);
    expect(signed.ccRequiredFlag).toBe(false);
    expect(signed.bppEuiccOtpk).toBeUndefined();
  });

  test('says whether a confirmation code is needed, and which key was bound before', async () => {
    const { matchingId } = await smdp.order({ confirmationCode: '1234' });
    const first = await smdp.authenticate(euicc, matchingId);
    expect(SmdpSigned2.decode(first.smdpSigned2).ccRequiredFlag).toBe(true);
    await smdp.bind(euicc, first, { code: '1234' });
    const second = await smdp.authenticate(euicc, matchingId);
    expect(SmdpSigned2.decode(second.smdpSigned2).bppEuiccOtpk).toEqual(oneTimeKey().point);
  });

  test.each([undefined, ''])('offers a default order for the MatchingID %p', async (matchingId) => {
    const device = otherEuicc(`8904903212345123451234567890123${matchingId === '' ? 8 : 9}`);
    await smdp.order({ matchingId: '', eid: OTHER_EID });
    const { iccid } = await smdp.order({ matchingId: '', eid: eidOf(device) });
    const answer = await smdp.authenticate(device, matchingId);
    expect(StoreMetadataRequest.decode(answer.profileMetadata).iccid).toBe(iccid);
  });

  describe('certificates', () => {
    const certificates = async (changes: Parameters<typeof sgp26Euicc>[0]) => {
      const { matchingId } = await smdp.order();
      return refusalOf(smdp.authenticate(sgp26Euicc(changes), matchingId));
    };

    test('8.1.2/6.3 for an EUM that has expired', async () => {
      const expired = otherEuicc(EID, {
        1: (draft) => (draft.notAfter = utcTime('210101000000Z')),
      });
      expect(await certificates(expired)).toBe('8.1.2/6.3');
    });

    test('8.1.3/6.3 for an eUICC certificate that has expired', async () => {
      const expired = otherEuicc(EID, {
        2: (draft) => (draft.notAfter = utcTime('210101000000Z')),
      });
      expect(await certificates(expired)).toBe('8.1.3/6.3');
    });

    test('8.1.2/6.1 for an EUM that is not yet valid, 8.1.3/6.1 for such an eUICC', async () => {
      const late = (link: number) =>
        otherEuicc(EID, { [link]: (draft) => (draft.notBefore = utcTime('400101000000Z')) });
      expect(await certificates(late(1))).toBe('8.1.2/6.1');
      expect(await certificates(late(2))).toBe('8.1.3/6.1');
    });

    test('8.11.1/3.9 for an EUM of another CI', async () => {
      const eumCertificate = invalid('EUM_ECDSA_NIST_UNKNOWN_CI');
      expect(await certificates({ eumCertificate })).toBe('8.11.1/3.9');
    });

    test('8.1.2/6.1 for an EUM that is no certificate, 8.1.3/6.1 for such an eUICC', async () => {
      const nothing = Uint8Array.of(0x30, 0x00);
      expect(await certificates({ eumCertificate: nothing })).toBe('8.1.2/6.1');
      expect(await certificates({ euiccCertificate: nothing })).toBe('8.1.3/6.1');
    });

    test('8.1.3/6.1 for an EID outside the range of the EUM', async () => {
      const euiccCertificate = invalid('EUICC_ECDSA_NIST_INVALID_EID');
      expect(await certificates({ euiccCertificate })).toBe('8.1.3/6.1');
    });

    test('8.1.3/6.1 for a server that calls itself an eUICC', async () => {
      const euiccCertificate = fixture('sgp26/DPauth/CERT_S_SM_DPauth_ECDSA_NIST.der');
      expect(await certificates({ euiccCertificate })).toBe('8.1.3/6.1');
    });

    test('every single fault of a chain is told by its code', async () => {
      const chains = faults().filter(
        ({ chain, window }) => chain.length === 2 && window === undefined,
      );
      expect(chains.length).toBeGreaterThan(100);
      for (const { name, anchor, chain, link, at = NOW } of chains) {
        const [eumCertificate, euiccCertificate] = chain as [Uint8Array, Uint8Array];
        const check = async () => checkEuicc({ eumCertificate, euiccCertificate }, [anchor], at);
        const code = await refusalOf(check());
        const expected = link === 0 ? /^8\.(1\.2\/6\.[13]|11\.1\/3\.9)$/ : /^8\.1\.3\/6\.[13]$/;
        expect({ name, code }).toEqual({ name, code: expect.stringMatching(expected) });
      }
    });
  });

  describe('signature and challenge', () => {
    test.each([
      ['8.1/6.1', 'signed by another key', { signer: madeUpKey('another') }],
      ['8.1/6.1', 'over another challenge', { change: { serverChallenge: new Uint8Array(16) } }],
      ['8.1/6.1', 'for another address', { change: { serverAddress: 'other.example.com' } }],
      ['8.10.1/3.9', 'for another transaction', { change: { transactionId: new Uint8Array(16) } }],
    ])('%s for an answer %s', async (code, _, options) => {
      const { matchingId } = await smdp.order();
      expect(await refusalOf(smdp.authenticate(euicc, matchingId, options))).toBe(code);
    });

    test('8.1/6.1 when the eUICC refused the server', async () => {
      const { transactionId } = await smdp.initiate(euicc);
      const authenticateServerResponse = {
        result: 'error' as const,
        transactionId,
        authenticateErrorCode: 2,
        der: new Uint8Array(),
      };
      const request = { transactionId, authenticateServerResponse };
      expect(await refusalOf(smdp.server.authenticateClient(request))).toBe('8.1/6.1');
    });
  });

  describe('transaction', () => {
    test('8.10.1/3.9 for one that nobody opened, for one that is used, for one that is over', async () => {
      const { matchingId } = await smdp.order();
      const { transactionId, serverSigned1 } = await smdp.initiate(euicc);
      const authenticateServerResponse = {
        ...authenticateServer(euicc, serverSigned1, { matchingId }),
        der: new Uint8Array(),
      };
      const send = (id: Uint8Array) =>
        refusalOf(
          smdp.server.authenticateClient({ transactionId: id, authenticateServerResponse }),
        );
      expect(await send(new Uint8Array(16))).toBe('8.10.1/3.9');
      expect(await send(transactionId)).toBe('accepted');
      expect(await send(transactionId)).toBe('8.10.1/3.9');
    });

    test('8.10.1/3.9 after its time', async () => {
      const { matchingId } = await smdp.order();
      const { transactionId, serverSigned1 } = await smdp.initiate(euicc);
      const authenticateServerResponse = {
        ...authenticateServer(euicc, serverSigned1, { matchingId }),
        der: new Uint8Array(),
      };
      smdp.time += 1_800n;
      const request = { transactionId, authenticateServerResponse };
      expect(await refusalOf(smdp.server.authenticateClient(request))).toBe('8.10.1/3.9');
    });

    test('8.10.1/3.9 after a signature that was wrong: no second guess', async () => {
      const { matchingId } = await smdp.order();
      const { transactionId, serverSigned1 } = await smdp.initiate(euicc);
      const send = (signer = euicc.key) => {
        const response = authenticateServer(euicc, serverSigned1, { matchingId, signer });
        const authenticateServerResponse = { ...response, der: new Uint8Array() };
        return refusalOf(
          smdp.server.authenticateClient({ transactionId, authenticateServerResponse }),
        );
      };
      expect(await send(madeUpKey('another'))).toBe('8.1/6.1');
      expect(await send()).toBe('8.10.1/3.9');
    });
  });

  describe('order', () => {
    const authenticate = (matchingId?: string, device = euicc) =>
      refusalOf(smdp.authenticate(device, matchingId));

    test('8.2.6/3.8 for a MatchingID that is unknown', async () => {
      expect(await authenticate('NO-SUCH-ORDER')).toBe('8.2.6/3.8');
    });

    test('8.2.6/3.8 for one in another case', async () => {
      const { matchingId } = await smdp.order({ matchingId: 'CASE-MATTERS' });
      expect(await authenticate(matchingId!.toLowerCase())).toBe('8.2.6/3.8');
    });

    test('8.1.1/3.8 without MatchingID when no order waits for the EID', async () => {
      const device = otherEuicc('89049032123451234512345678901240');
      const { iccid } = await smdp.order({ matchingId: '', eid: eidOf(device) });
      expect(await authenticate(undefined)).toBe('8.1.1/3.8');
      expect(await authenticate('')).toBe('8.1.1/3.8');
      // nor for one that has ended
      expect(await refusalOf(smdp.download(device, ''))).toBe('accepted');
      const [delivered] = (await smdp.storedOrder(iccid))!.delivery!.sessions;
      const id = new Uint8Array(Buffer.from(delivered!.transactionId, 'hex'));
      const { cancelSessionResponse } = cancelSession(device, id, 0);
      await smdp.server.cancelSession({
        transactionId: id,
        cancelSessionResponse: { ...cancelSessionResponse, der: new Uint8Array() },
      });
      expect(await authenticate('', device)).toBe('8.1.1/3.8');
    });

    test('8.1.1/3.8 for an order of another EID', async () => {
      const { matchingId } = await smdp.order({ eid: OTHER_EID });
      expect(await authenticate(matchingId)).toBe('8.1.1/3.8');
      expect(await authenticate(matchingId, other)).toBe('accepted');
    });

    test('8.1.1/3.8 for an order that another device has fetched', async () => {
      const { matchingId } = await smdp.order();
      await smdp.download(other, matchingId);
      expect(await authenticate(matchingId)).toBe('8.1.1/3.8');
    });

    test('8.2/1.2 for a profile that is not released', async () => {
      const { matchingId } = await smdp.order({ release: false });
      expect(await authenticate(matchingId)).toBe('8.2/1.2');
    });

    test('8.2/1.2 for a default order that is not released, unless another one is', async () => {
      const device = otherEuicc('89049032123451234512345678901237');
      const eid = eidOf(device);
      await smdp.order({ matchingId: '', eid, release: false });
      expect(await authenticate('', device)).toBe('8.2/1.2');
      await smdp.order({ matchingId: '', eid });
      expect(await authenticate('', device)).toBe('accepted');
    });

    test.each([
      ['a newer package than the eUICC knows', { profileVersion: '2.0.0' }, {}],
      [
        'a policy rule that the eUICC forbids',
        { forbiddenProfilePolicyRules: ['ppr1'] as const },
        { policyRules: ['ppr1' as const], mccMnc: '00f110' },
      ],
      ['a test profile', { rspCapability: [] }, { profileClass: 'test' as const }],
    ])('8.2.5/4.3 for %s', async (_, info, profile) => {
      const { matchingId } = await smdp.order({}, profile);
      const device = sgp26Euicc({ info: euiccInfo(info) });
      expect(await authenticate(matchingId, device)).toBe('8.2.5/4.3');
      expect(await authenticate(matchingId)).toBe('accepted');
    });

    test('8.8.5/4.10 for an order that has expired', async () => {
      const { matchingId } = await smdp.order({ expiresAt: Number(smdp.time) + 60 });
      expect(await authenticate(matchingId)).toBe('accepted');
      smdp.time += 60n;
      expect(await authenticate(matchingId)).toBe('8.8.5/4.10');
    });

    test('8.8.5/6.4 for one too many attempts', async () => {
      const { matchingId, iccid } = await smdp.order();
      const codes = [];
      for (let i = 0; i < 4; i++) codes.push(await authenticate(matchingId));
      expect(codes).toEqual(['accepted', 'accepted', '8.8.5/6.4', '8.8.5/6.4']);
      expect((await smdp.storedOrder(iccid))?.attempts).toBe(2);
    });
  });
});
