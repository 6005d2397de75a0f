/** Notifications about profiles: sealed to the server that they came from, or not at all. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { sendNotifications } from '../../../src/rsp/lpa/index.ts';
import { zkcxDelivery } from '../../../src/rsp/zkcx/device/index.ts';
import { install } from '../../support/rsp/emulator.ts';
import { DeviceWorld } from './device-world.ts';

let world: DeviceWorld;
afterEach(() => world.close());

describe('notifications of a profile that came over zkCX', () => {
  const installed = async (mode: 'zkcx-device' | 'zkcx') => {
    world = await DeviceWorld.open({ firmware: mode === 'zkcx' ? 'zkcx' : 'classic' });
    const { iccid, matchingId } = await world.order();
    await world.download(mode, matchingId);
    world.asked.length = 0;
    world.traffic.length = 0;
    world.made.length = 0;
    await world.card.enableProfile({ iccid });
  };
  const send = async (options: { othersAllowed?: boolean; address?: string } = {}) => {
    const delivery = zkcxDelivery({ sessions: await world.sessions(), ...options });
    return sendNotifications(world.card, { server: () => world.es9p(), delivery });
  };

  test.each(['zkcx-device', 'zkcx'] as const)('%s: go sealed to its server', async (mode) => {
    await installed(mode);
    const sent = await send();
    expect(sent.length).toBeGreaterThan(0);
    expect(sent.every(({ failure }) => failure === undefined)).toBe(true);
    expect(world.made).toEqual([]);
    for (const body of world.traffic.filter((text) => text !== '')) {
      expect(Object.keys(JSON.parse(body) as object)).toEqual(['transactionId', 'zkcx']);
    }
    expect(await world.card.listNotifications()).toEqual([]);
  });

  test('stay here where another server would learn the EID, unless that is allowed', async () => {
    world = await DeviceWorld.open({ firmware: 'zkcx' });
    const profile = { notificationAddress: 'other.example.com' };
    const order = await world.server.smdp.order({}, profile);
    await world.download('zkcx', order.matchingId!);
    await world.card.enableProfile({ iccid: order.iccid });
    world.asked.length = 0;
    const held = await send();
    expect(held.map(({ failure }) => failure?.code)).toContain('ERR_HOLDER_CONSENT');
    expect(world.asked).toEqual([]);
    expect(await world.card.listNotifications()).not.toEqual([]);
    const allowed = await send({ othersAllowed: true });
    expect(allowed.every(({ failure }) => failure === undefined)).toBe(true);
  });

  test('of profiles that came otherwise are not its business', async () => {
    world = await DeviceWorld.open();
    const delivery = zkcxDelivery({ sessions: await world.sessions() });
    await install(world.card);
    const [first] = await world.card.listNotifications();
    const pending = await world.card.retrieveNotification(first!.seqNumber);
    expect(await delivery(pending!, world.es9p())).toBeUndefined();
  });
});
