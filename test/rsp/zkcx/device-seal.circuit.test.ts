/** Servers that say something else inside the seal than they should, and what the eUICC never gets to sign. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { StoreMetadataRequest } from '../../../src/sgp22/messages/metadata.ts';
import { SmdpSigned2 } from '../../../src/sgp22/messages/prepare-download.ts';
import { Signature } from '../../../src/sgp22/messages/signature.ts';
import { ServerChannel } from '../../../src/rsp/zkcx/channel.ts';
import { KEYS } from '../../support/certificates/keys.ts';
import { base64, bytesOf, DeviceWorld, failureOf, type Json } from './device-world.ts';

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
  /** The server seals something else than it meant to. */
  const answering = (change: (answer: Json) => Json, times = 1) => {
    const { sealAnswer } = ServerChannel.prototype;
    let left = times;
    jest.spyOn(ServerChannel.prototype, 'sealAnswer').mockImplementation(function (
      this: ServerChannel,
      body: Uint8Array,
    ) {
      const { answer } = JSON.parse(new TextDecoder().decode(body)) as { answer?: Json };
      if (answer === undefined || left-- <= 0) return sealAnswer.call(this, body);
      const changed = new TextEncoder().encode(JSON.stringify({ answer: change(answer) }));
      return sealAnswer.call(this, changed);
    });
  };
  const signed2 = (key?: Uint8Array) => {
    const transactionId = Uint8Array.from(
      Buffer.from(String((JSON.parse(world.traffic.at(-1)!) as Json).transactionId), 'hex'),
    );
    const smdpSigned2 = SmdpSigned2.encode({
      transactionId,
      ccRequiredFlag: false,
      bppEuiccOtpk: key,
    });
    return {
      smdpSigned2: base64(smdpSigned2),
      smdpSignature2: base64(Signature.encode(new Uint8Array(64).fill(1))),
    };
  };

  test('a server that goes on without a disclosure in zkcx-device', async () => {
    answering((answer) => ({ ...answer, next: 'prepare', ...signed2() }));
    const consent = jest.fn(async () => 'accept' as const);
    const answer = world.download('zkcx-device', matchingId, { consent });
    expect(await failureOf(answer)).toBe('ERR_RSP_ZKCX_MESSAGE');
    expect(world.asked.slice(1)).toEqual(['authenticateClient', 'cancelSession']);
  });

  test('a server that wants a one-time key again', async () => {
    answering(
      (answer) => ('smdpSigned2' in answer ? { ...answer, ...signed2(KEYS.euicc.point) } : answer),
      2,
    );
    const prepare = jest.spyOn(world.card, 'prepareDownload');
    const answer = world.download('zkcx-device', matchingId);
    expect(await failureOf(answer)).toBe('ERR_RSP_ZKCX_MESSAGE');
    expect(prepare).not.toHaveBeenCalled();
    expect(world.asked.at(-1)).toBe('cancelSession');
  });

  test('a server that did not sign for this eUICC', async () => {
    answering((answer) => ('smdpSigned2' in answer ? { ...answer, ...signed2() } : answer), 2);
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

describe('what stays out of what the eUICC signs', () => {
  test.each(['zkcx-device', 'zkcx'] as const)('%s: matchingId and IMEI', async (mode) => {
    if (mode === 'zkcx') {
      await world.close();
      world = await DeviceWorld.open({ firmware: 'zkcx' });
      ({ matchingId } = await world.order());
    }
    const authenticate = jest.spyOn(world.card, 'authenticateServer');
    await world.download(mode, matchingId);
    const { ctxParams1 } = authenticate.mock.calls[0]![0];
    expect(Object.keys(ctxParams1)).toEqual(['deviceInfo']);
    expect(Object.keys(ctxParams1.deviceInfo)).toEqual(['tac', 'deviceCapabilities']);
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
