/** Downloads that succeed: devices that say little, much, or things of a later version; second tries. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { encodeTlv, onlyTlv } from '../../../src/asn1/tlv.ts';
import { cancelOrder } from '../../../src/rsp/smdpp/es2p/orders.ts';
import { AuthenticateServerResponse } from '../../../src/sgp22/messages/authenticate-server.ts';
import { CtxParams1, type DeviceInfo } from '../../../src/sgp22/messages/ctx-params.ts';
import { EuiccInfo1, EuiccInfo2 } from '../../../src/sgp22/messages/euicc-info.ts';
import { PrepareDownloadResponse } from '../../../src/sgp22/messages/prepare-download.ts';
import { euiccSignature2Input, sign } from '../../../src/sgp22/messages/signature.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import {
  authenticateServer,
  cancelSession,
  euiccInfo,
  initiateRequest,
  installationResult,
  prepareDownload,
  sgp26Euicc,
} from '../../support/rsp/soft-euicc.ts';
import { ADDRESS, TestSmdp } from '../../support/rsp/smdpp.ts';

let smdp: TestSmdp;
beforeAll(async () => {
  smdp = await TestSmdp.open();
});
afterAll(() => smdp.close());

/** An element that no version of the standard has, at the end of one of this tag. */
const extended = (tag: number, der: Uint8Array) =>
  encodeTlv(tag, onlyTlv(der, tag, 'a message').content, encodeTlv(0xbf7e, Uint8Array.of(1, 2)));
const asItIs = (_: number, der: Uint8Array) => der;

/** A whole download; `extend` may add to whatever the device sends. Returns the state of the order. */
async function download(
  matchingId: string | undefined,
  iccid: string,
  { info = euiccInfo(), deviceInfo = MINIMAL, extend = asItIs },
) {
  const { server } = smdp;
  const euicc = sgp26Euicc({ info });
  const { euiccInfo1, ...rest } = initiateRequest(euicc, ADDRESS);
  const { transactionId, serverSigned1 } = await server.initiateAuthentication({
    ...rest,
    euiccInfo1: EuiccInfo1.decode(extend(0xbf20, EuiccInfo1.encode(euiccInfo1))),
  });
  const change = {
    euiccInfo2: { der: extend(0xbf22, EuiccInfo2.encode(info)) },
    ctxParams1: { der: extend(0xa0, CtxParams1.encode({ matchingId, deviceInfo })) },
  };
  const authenticated = authenticateServer(euicc, serverSigned1, { change });
  const euiccSigned1 = extend(0x30, authenticated.euiccSigned1);
  const euiccSignature1 = sign(euicc.key.secret, euiccSigned1);
  const answer = await server.authenticateClient({
    transactionId,
    authenticateServerResponse: AuthenticateServerResponse.decode(
      AuthenticateServerResponse.encode({ ...authenticated, euiccSigned1, euiccSignature1 }),
    ),
  });
  const prepared = prepareDownload(euicc, answer);
  const euiccSigned2 = extend(0x30, prepared.euiccSigned2);
  const input = euiccSignature2Input(euiccSigned2, answer.smdpSignature2);
  const euiccSignature2 = sign(euicc.key.secret, input);
  await server.getBoundProfilePackage({
    transactionId,
    prepareDownloadResponse: PrepareDownloadResponse.decode(
      PrepareDownloadResponse.encode({ ...prepared, euiccSigned2, euiccSignature2 }),
    ),
  });
  await server.handleNotification({
    pendingNotification: installationResult(euicc, transactionId, iccid),
  });
  return (await smdp.storedOrder(iccid))?.state;
}

const MINIMAL: DeviceInfo = { tac: Uint8Array.of(1, 2, 3, 4), deviceCapabilities: {} };
const FULL: DeviceInfo = {
  tac: Uint8Array.of(1, 2, 3, 4),
  deviceCapabilities: { gsmSupportedRelease: '15.0.0', nr5gcSupportedRelease: '16.0.0' },
  imei: new Uint8Array(8).fill(0x21),
};
const FULL_INFO: Partial<EuiccInfo2> = {
  ts102241Version: '9.2.0',
  globalplatformVersion: '2.3.0',
  euiccCategory: 2,
  forbiddenProfilePolicyRules: ['ppr1'],
};

describe('a download', () => {
  test.each([
    ['with what is mandatory', {}],
    ['with everything optional', { info: euiccInfo(FULL_INFO), deviceInfo: FULL }],
    [
      'with nothing known of the memory',
      { info: euiccInfo({ extCardResource: new Uint8Array() }) },
    ],
    ['with unknown elements in all that is signed, and beside it', { extend: extended }],
    ['with all of that', { info: euiccInfo(FULL_INFO), deviceInfo: FULL, extend: extended }],
  ])('%s', async (_, options) => {
    const { matchingId, iccid } = await smdp.order();
    expect(await download(matchingId, iccid, options)).toBe('installed');
  });

  test('of a profile with everything optional', async () => {
    const icon = { type: 'png' as const, data: Buffer.alloc(600, 7).toString('base64') };
    const { matchingId, iccid } = await smdp.order(
      {},
      { icon, policyRules: ['ppr2'], mccMnc: '00f110', notificationAddress: 'events.example.com' },
    );
    expect(await download(matchingId, iccid, {})).toBe('installed');
  });
});

describe('after a cancelled session', () => {
  const euicc = sgp26Euicc();

  async function cancelled(reason: number) {
    const order = await smdp.order();
    const { transactionId } = await smdp.authenticate(euicc, order.matchingId);
    const { cancelSessionResponse } = cancelSession(euicc, transactionId, reason);
    const response = { ...cancelSessionResponse, der: new Uint8Array() };
    await smdp.server.cancelSession({ transactionId, cancelSessionResponse: response });
    return order;
  }

  test.each([
    [1, 'postponed'],
    [2, 'timeout'],
  ])('with reason %i, %s, the order can be downloaded', async (reason) => {
    const { matchingId, iccid } = await cancelled(reason);
    expect(await download(matchingId, iccid, {})).toBe('installed');
  });

  test.each([
    [0, 'endUserRejection'],
    [3, 'pprNotAllowed'],
    [4, 'metadataMismatch'],
    [127, 'undefinedReason'],
  ])('with reason %i, %s, a new order of the profile can', async (reason) => {
    const { matchingId, iccid } = await cancelled(reason);
    expect(await refusalOf(smdp.authenticate(euicc, matchingId))).toBe('8.2.6/3.8');
    const { context } = smdp.server;
    await cancelOrder(context, { iccid, finalProfileStatusIndicator: 'Available' });
    const again = await smdp.order({ iccid });
    expect(again.matchingId).not.toBe(matchingId);
    expect(await download(again.matchingId, iccid, {})).toBe('installed');
  });
});
