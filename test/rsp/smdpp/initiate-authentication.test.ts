import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ServerSigned1 } from '../../../src/sgp22/messages/authenticate-server.ts';
import { isSignature } from '../../../src/sgp22/messages/signature.ts';
import { KEYS } from '../../support/certificates/keys.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import { sgp26Euicc, TEST_CI } from '../../support/rsp/soft-euicc.ts';
import { ADDRESS, TestSmdp } from '../../support/rsp/smdpp.ts';

let smdp: TestSmdp;
beforeAll(async () => {
  smdp = await TestSmdp.open();
});
afterAll(() => smdp.close());

const euicc = sgp26Euicc();
const UNKNOWN_CI = new Uint8Array(20).fill(9);

describe('initiateAuthentication', () => {
  test('signs a fresh challenge with the key of CERT.DPauth', async () => {
    const first = await smdp.initiate(euicc);
    const second = await smdp.initiate(euicc);
    const { serverAddress, euiccChallenge, serverChallenge, transactionId } = ServerSigned1.decode(
      first.serverSigned1,
    );
    expect(serverAddress).toBe(ADDRESS);
    expect(euiccChallenge).toEqual(new Uint8Array(16).fill(7));
    expect(transactionId).toEqual(first.transactionId);
    expect(first.euiccCiPKIdToBeUsed).toEqual(TEST_CI);
    const { publicKey } = KEYS.dpAuth;
    expect(isSignature(first.serverSignature1, publicKey, first.serverSigned1)).toBe(true);
    expect(second.transactionId).not.toEqual(first.transactionId);
    expect(ServerSigned1.decode(second.serverSigned1).serverChallenge).not.toEqual(serverChallenge);
  });

  test('takes its address in any case, and the unknown CIs beside a known one', async () => {
    const lists = {
      euiccCiPKIdListForVerification: [UNKNOWN_CI, TEST_CI],
      euiccCiPKIdListForSigning: [UNKNOWN_CI, TEST_CI],
    };
    const { euiccCiPKIdToBeUsed } = await smdp.initiate(euicc, ADDRESS.toUpperCase(), lists);
    expect(euiccCiPKIdToBeUsed).toEqual(TEST_CI);
  });

  test.each([
    ['8.8.1/3.8', 'for another address', 'other.example.com', {}],
    ['8.8.1/3.8', 'for an address that begins like its own', `${ADDRESS}.other.com`, {}],
    ['8.8.3/3.1', 'for an SVN that is too old', ADDRESS, { svn: '1.9.9' }],
    ['8.8.3/3.1', 'for an SVN of the first version', ADDRESS, { svn: '1.0.0' }],
    ['8.8.3/3.1', 'for the lowest SVN of v3', ADDRESS, { svn: '3.0.0' }],
    ['8.8.3/3.1', 'for a later SVN of v3', ADDRESS, { svn: '3.1.0' }],
    ['8.8.3/3.1', 'for the highest SVN', ADDRESS, { svn: '255.0.0' }],
    [
      '8.8.2/3.1',
      'without a CI for signing in common',
      ADDRESS,
      { euiccCiPKIdListForSigning: [UNKNOWN_CI] },
    ],
    ['8.8.2/3.1', 'with no CI for signing at all', ADDRESS, { euiccCiPKIdListForSigning: [] }],
    [
      '8.8.4/3.7',
      'without a CI for verifying in common',
      ADDRESS,
      { euiccCiPKIdListForVerification: [UNKNOWN_CI] },
    ],
  ])('refuses with %s %s', async (code, _, address, changes) => {
    expect(await refusalOf(smdp.initiate(euicc, address, changes))).toBe(code);
  });

  test.each(['2.0.0', '2.0.12', '2.2.1', '2.2.2', '2.3.0', '2.6.0', '2.255.255'])(
    'takes the SVN %s',
    async (svn) => {
      expect(await refusalOf(smdp.initiate(euicc, ADDRESS, { svn }))).toBe('accepted');
    },
  );

  test('the lowest and the highest SVN are settings', async () => {
    const other = await TestSmdp.open({ minimumSvn: '2.2.0', maximumSvn: '3.0.255' });
    const codes = [];
    for (const svn of ['2.1.255', '2.2.0', '3.0.255', '3.1.0']) {
      codes.push(await refusalOf(other.initiate(euicc, ADDRESS, { svn })));
    }
    expect(codes).toEqual(['8.8.3/3.1', 'accepted', 'accepted', '8.8.3/3.1']);
    await other.close();
  });

  test('refuses with 8.8.2/3.1 when the CI has expired', async () => {
    const { time } = smdp;
    smdp.time = 3_000_000_000n;
    expect(await refusalOf(smdp.initiate(euicc))).toBe('8.8.2/3.1');
    smdp.time = time;
  });

  test('refuses with 8.8.4/3.7 when its own certificates have expired', async () => {
    const { time } = smdp;
    // CERT.DPauth ends in 2030, the CI in 2055
    smdp.time = 1_950_000_000n;
    expect(await refusalOf(smdp.initiate(euicc))).toBe('8.8.4/3.7');
    smdp.time = time;
  });
});
