/** Servers that say something else inside the seal than they should, and what the eUICC never gets to sign. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { StoreMetadataRequest } from '../../../src/sgp22/messages/metadata.ts';
import { SmdpSigned2 } from '../../../src/sgp22/messages/prepare-download.ts';
import { Signature } from '../../../src/sgp22/messages/signature.ts';
import { DEVICE_INFO } from '../../../src/rsp/zkcx/device/witness.ts';
import { KEYS } from '../../support/certificates/keys.ts';
import { answering, base64, bytesOf, DeviceWorld, failureOf, type Json } from './device-world.ts';

let world: DeviceWorld;
let matchingId: string;
beforeEach(async () => {
  world = await DeviceWorld.open();
  ({ matchingId } = await world.order());
});
afterEach(async () => {
  jest.restoreAllMocks();
  await world.close();
});

describe('inside the seal', () => {
  /** smdpSigned2 of a session with a signature that is none, and maybe a one-time key. */
  const signed2 = (transactionId: Uint8Array, bppEuiccOtpk?: Uint8Array) => ({
    smdpSigned2: base64(SmdpSigned2.encode({ transactionId, ccRequiredFlag: false, bppEuiccOtpk })),
    smdpSignature2: base64(Signature.encode(new Uint8Array(64).fill(1))),
  });
  const signedAnew = (answer: Json, bppEuiccOtpk?: Uint8Array): Json => {
    if (answer.smdpSigned2 === undefined) return answer;
    const { transactionId } = SmdpSigned2.decode(bytesOf(answer.smdpSigned2));
    return { ...answer, ...signed2(transactionId, bppEuiccOtpk) };
  };

  test('a server that goes on without a disclosure in zkcx-device', async () => {
    answering(({ profileMetadata }) => ({
      next: 'prepare',
      profileMetadata,
      ...signed2(new Uint8Array(16)),
    }));
    const consent = jest.fn(async () => 'accept' as const);
    const answer = world.download('zkcx-device', matchingId, { consent });
    expect(await failureOf(answer)).toBe('ERR_RSP_ZKCX_MESSAGE');
    expect(world.asked.slice(1)).toEqual(['authenticateClient', 'cancelSession']);
  });

  test('a server that wants a one-time key again', async () => {
    answering((answer) => signedAnew(answer, KEYS.euicc.point), 2);
    const prepare = jest.spyOn(world.card, 'prepareDownload');
    const answer = world.download('zkcx-device', matchingId);
    expect(await failureOf(answer)).toBe('ERR_RSP_ZKCX_MESSAGE');
    expect(prepare).not.toHaveBeenCalled();
    expect(world.asked.at(-1)).toBe('cancelSession');
  });

  test('a server that did not sign for this eUICC', async () => {
    answering((answer) => signedAnew(answer), 2);
    const answer = world.download('zkcx-device', matchingId);
    expect(await failureOf(answer)).toBe('ERR_RSP_DOWNLOAD invalidSignature');
    expect(world.asked).not.toContain('getBoundProfilePackage');
  });

  test('other metadata than those that were agreed to', async () => {
    answering((answer) => {
      const shown = StoreMetadataRequest.decode(bytesOf(answer.profileMetadata));
      const profileMetadata = base64(
        StoreMetadataRequest.encode({ ...shown, profileName: 'Another' }),
      );
      return { ...answer, profileMetadata };
    });
    const answer = world.download('zkcx-device', matchingId);
    expect(await failureOf(answer)).toBe('ERR_RSP_DOWNLOAD metadataMismatch');
    expect(world.events.at(-1)).toMatchObject({ reason: 'metadataMismatch', failure: undefined });
    expect(await world.card.profiles()).toEqual([]);
  });

  test('members that nobody described', async () => {
    answering((answer) => ({ ...answer, more: 1 }));
    const answer = world.download('zkcx-device', matchingId);
    expect(await failureOf(answer)).toMatch(/^ERR_RSP_ZKCX_MESSAGE/);
    expect(world.asked).not.toContain('zkcxDisclose');
  });
});

describe('what the eUICC signs', () => {
  test('zkcx: matchingId and device stay out', async () => {
    await world.close();
    world = await DeviceWorld.open({ firmware: 'zkcx' });
    ({ matchingId } = await world.order());
    const authenticate = jest.spyOn(world.card, 'authenticateServer');
    await world.download('zkcx', matchingId);
    expect(authenticate.mock.calls.map(([{ ctxParams1 }]) => ctxParams1)).toEqual([
      { deviceInfo: DEVICE_INFO },
    ]);
  });

  test('zkcx-device: the order once the user agrees, and of the device what is the same for all', async () => {
    const authenticate = jest.spyOn(world.card, 'authenticateServer');
    let before = 0;
    const consent = async () => {
      before = authenticate.mock.calls.length;
      return 'accept' as const;
    };
    await world.download('zkcx-device', matchingId, { consent });
    expect(before).toBe(1);
    expect(authenticate.mock.calls.map(([{ ctxParams1 }]) => ctxParams1)).toEqual([
      { deviceInfo: DEVICE_INFO },
      { matchingId, deviceInfo: DEVICE_INFO },
    ]);
    expect(Object.keys(DEVICE_INFO)).toEqual(['tac', 'deviceCapabilities']);
  });

  test('every session has a one-time key of its own', async () => {
    const keys: string[] = [];
    const prepare = world.card.prepareDownload;
    jest.spyOn(world.card, 'prepareDownload').mockImplementation(async (request) => {
      const response = await prepare(request);
      keys.push(base64(response.der));
      return response;
    });
    await world.download('zkcx-device', matchingId);
    await world.download('zkcx-device', (await world.order()).matchingId);
    expect(new Set(keys).size).toBe(2);
  });
});
