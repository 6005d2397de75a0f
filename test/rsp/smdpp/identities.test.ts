/** Several CIs, and which certificates a server may start with. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bytesEqual } from '../../../src/bytes.ts';
import { smdpIdentity, type SmdpIdentity } from '../../../src/rsp/smdpp/identities.ts';
import { parseSecretKey } from '../../../src/rsp/server/secret-key.ts';
import { SmdpServer } from '../../../src/rsp/smdpp/server.ts';
import { NOW } from '../../support/certificates/chains.ts';
import { fixture } from '../../support/certificates/index.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import { secondCi, SERVER_OID } from '../../support/rsp/second-ci.ts';
import { cancelSession, euiccInfo, sgp26Euicc, TEST_CI } from '../../support/rsp/soft-euicc.ts';
import { TestSmdp, testTrust } from '../../support/rsp/smdpp.ts';

const { anchor, identity, pairs } = secondCi();
const SECOND = identity.ciPkId;

let smdp: TestSmdp;
beforeAll(async () => {
  smdp = await TestSmdp.open();
  const trust = testTrust();
  smdp.trust = {
    anchors: [...trust.anchors, anchor],
    identities: [...trust.identities, identity],
  };
  await smdp.restart();
});
afterAll(() => smdp.close());

/** Which CI the eUICC is to sign under, and which the server shows itself under. */
async function chosen(signing: Uint8Array[], verification: Uint8Array[]) {
  const answer = await smdp.initiate(sgp26Euicc(), undefined, {
    euiccCiPKIdListForSigning: signing,
    euiccCiPKIdListForVerification: verification,
  });
  const { der } = pairs.auth.certificate;
  return {
    signing: bytesEqual(answer.euiccCiPKIdToBeUsed, SECOND) ? 'second' : 'first',
    server: bytesEqual(answer.serverCertificate, der) ? 'second' : 'first',
  };
}

describe('a server under two CIs', () => {
  test('follows the order of preference of the eUICC', async () => {
    const first = await chosen([TEST_CI, SECOND], [TEST_CI, SECOND]);
    expect(first).toEqual({ signing: 'first', server: 'first' });
    const second = await chosen([SECOND, TEST_CI], [TEST_CI, SECOND]);
    expect(second).toEqual({ signing: 'second', server: 'second' });
  });

  test('shows itself under a CI that the eUICC verifies, though it signs under another', async () => {
    expect(await chosen([TEST_CI], [SECOND])).toEqual({ signing: 'first', server: 'second' });
  });

  test('a download under the one, with certificates of the other', async () => {
    const euicc = sgp26Euicc({ info: euiccInfo({ euiccCiPKIdListForVerification: [SECOND] }) });
    const { matchingId, iccid } = await smdp.order();
    const answer = await smdp.authenticate(euicc, matchingId);
    expect(answer.smdpCertificate).toEqual(pairs.pb.certificate.der);
    const { transactionId } = await smdp.bind(euicc, answer);
    const cancel = (smdpOid?: string) => {
      const { cancelSessionResponse } = cancelSession(euicc, transactionId, 5, { smdpOid });
      const response = { ...cancelSessionResponse, der: new Uint8Array() };
      const request = { transactionId, cancelSessionResponse: response };
      return refusalOf(smdp.server.cancelSession(request));
    };
    expect([await cancel('2.999.20'), await cancel(SERVER_OID)]).toEqual(['8.8/3.10', 'accepted']);
    expect((await smdp.storedOrder(iccid))?.state).toBe('error');
  });

  test('8.11.1/3.9 for an EUM of the CI that was not chosen', async () => {
    const info = euiccInfo({ euiccCiPKIdListForSigning: [SECOND] });
    const { matchingId } = await smdp.order();
    const code = await refusalOf(smdp.authenticate(sgp26Euicc({ info }), matchingId));
    expect(code).toBe('8.11.1/3.9');
  });
});

describe('server certificates', () => {
  const [first] = testTrust().identities;
  const { anchors } = testTrust();

  test.each([
    ['another secret key', { auth: { ...first!.auth, secretKey: first!.pb.secretKey } }],
    ['a secret key that is none', { auth: { ...first!.auth, secretKey: new Uint8Array(32) } }],
    ['CERT.DPpb in the place of CERT.DPauth', { auth: first!.pb }],
    ['CERT.DPauth in the place of CERT.DPpb', { pb: first!.auth }],
  ])('are refused with %s', (_, change) => {
    const work = () => smdpIdentity({ auth: first!.auth, pb: first!.pb, ...change }, anchors, NOW);
    expect(work).toThrow(expect.objectContaining({ code: 'ERR_RSP_IDENTITY' }));
  });

  test('are refused with two OIDs, under an unknown CI, and after their time', () => {
    const work = (change: object, at = NOW) =>
      expect(() => smdpIdentity({ auth: pairs.auth, pb: pairs.pb, ...change }, [anchor], at));
    const code = (name: string) => expect.objectContaining({ code: name });
    work({ pb: pairs.pbOfOther }).toThrow(code('ERR_RSP_IDENTITY'));
    work({ auth: first!.auth }).toThrow(code('ERR_RSP_IDENTITY'));
    work({ pb: first!.pb }).toThrow(code('ERR_CHAIN_AKI'));
    work({}, 2_200_000_000n).toThrow(code('ERR_CHAIN_EXPIRED'));
  });

  const opened = (identities: SmdpIdentity[]) => {
    const { store, now, random } = smdp.server.context;
    const trust = { anchors: [...anchors, anchor], identities };
    return SmdpServer.open({ settings: { address: 'x' }, trust, store, now, random });
  };

  test('are refused twice under one CI', async () => {
    await expect(opened([identity, identity])).rejects.toMatchObject({ code: 'ERR_RSP_IDENTITY' });
  });

  test('are taken with one OID under all CIs, and refused with several', async () => {
    await expect(opened([first!, identity])).resolves.toBeInstanceOf(SmdpServer);
    const { identity: other } = secondCi('2.999.20');
    // what the certificates say counts, whatever stands beside them
    for (const second of [other, { ...other, oid: SERVER_OID }, { ...identity, oid: '2.999.20' }]) {
      const refused = { code: 'ERR_RSP_IDENTITY', message: expect.stringContaining('one OID') };
      await expect(opened([first!, second])).rejects.toMatchObject(refused);
    }
  });

  test.each([
    ['brainpool', fixture('sgp26/DPauth/SK_S_SM_DPauth_ECDSA_BRP.pem')],
    ['a certificate', fixture('sgp26/DPauth/CERT_S_SM_DPauth_ECDSA_NIST.der')],
    ['nothing', new Uint8Array()],
  ])('a key file with %s is refused', (_, file) => {
    const code = expect.objectContaining({ code: 'ERR_RSP_IDENTITY' });
    expect(() => parseSecretKey(file)).toThrow(code);
  });
});
