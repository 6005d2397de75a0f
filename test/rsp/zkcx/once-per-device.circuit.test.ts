/** "Once per device": what a device took is held by the order that it took, until nothing of it can be installed. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ZkcxError } from '../../../src/errors.ts';
import { SmdpServer } from '../../../src/rsp/smdpp/server.ts';
import { cancelOrder, releaseOrderClaim } from '../../../src/rsp/smdpp/es2p/orders.ts';
import { StoreChange } from '../../../src/rsp/smdpp/store-change.ts';
import { assertNotHad } from '../../../src/rsp/zkcx/server/once-per-device.ts';
import { STATUS } from '../../../src/sgp22/status-codes.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import { failure, installationResult, oneTimeKey } from '../../support/rsp/soft-euicc.ts';
import { authenticated, device, otherDevice, type Visit } from './server-device.ts';
import { ZkcxSmdp } from './zkcx-smdp.ts';

let server: ZkcxSmdp;
beforeEach(async () => {
  server = await ZkcxSmdp.open();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await server.close();
});

const one = device();
const two = otherDevice();
type Mode = 'zkcx' | 'zkcx-device';
const MODES: readonly Mode[] = ['zkcx', 'zkcx-device'];

/** Two orders, of each of which a device may have one. */
async function orders() {
  const order = async () => {
    const { iccid, matchingId } = await server.smdp.order({ oncePerDevice: true });
    return { iccid, matchingId: matchingId! };
  };
  return [await order(), await order()] as const;
}

type Ordered = Awaited<ReturnType<typeof orders>>[number];

let keys = 0;

/** A whole download; the session. */
async function get({ matchingId }: Ordered, mode: Mode = 'zkcx', owner = one): Promise<Visit> {
  const { visit, smdpSignature2 } = await authenticated(server, owner, mode, matchingId);
  await visit.fetch(smdpSignature2, { key: oneTimeKey(`once ${keys++}`) });
  return visit;
}

/** The result of an installation; undefined: success. */
function tell(visit: Visit, { iccid }: Ordered, reason?: number) {
  const { signer } = visit;
  const finalResult = reason === undefined ? undefined : failure(reason);
  const pendingNotification = installationResult(visit.parts.euicc, visit.signedId, iccid, {
    signer,
    ...(finalResult && { finalResult }),
  });
  return server.smdp.server.handleNotification({ pendingNotification });
}

const release = ({ iccid }: Ordered) => releaseOrderClaim(server.smdp.server.context, iccid);
const stored = async ({ iccid }: Ordered) => (await server.smdp.storedOrder(iccid))!;

describe('an installation that failed', () => {
  test.each([
    [5, 'zkcx'],
    [6, 'zkcx'],
    [8, 'zkcx'],
    [8, 'zkcx-device'],
  ] as const)(
    'with error %i, in %s: the device may have that order again',
    async (reason, mode) => {
      const [first, second] = await orders();
      expect(await tell(await get(first, mode), first, reason)).toBe('recorded');
      expect(await stored(first)).toMatchObject({ state: 'error' });
      // nobody else has it meanwhile
      expect(await refusalOf(get(first, mode, two))).toBe('8.1.1/3.8');
      const visit = await get(first, mode);
      expect(await stored(first)).toMatchObject({ state: 'downloaded' });
      expect(await refusalOf(get(second, mode))).toBe('8.2.6/3.8');
      await tell(visit, first);
      expect(await stored(first)).toMatchObject({ state: 'installed' });
      expect(await refusalOf(get(second, mode))).toBe('8.2.6/3.8');
    },
  );
});

describe('the claim of a device', () => {
  // memory, which may pass, and what may not; all reasons: handle-notification.test.ts
  test.each([10, 127])('is released by the error %i', async (reason) => {
    const [first, second] = await orders();
    await tell(await get(first), first, reason);
    expect((await stored(first)).takenBy).toBeUndefined();
    expect(await refusalOf(get(second))).toBe('accepted');
    // and held by what it took then
    expect(await refusalOf(get(first))).toBe('8.2.6/3.8');
  });

  test('is released when its eUICC has given up loading the package', async () => {
    const [first, second] = await orders();
    const visit = await get(first);
    await visit.call('cancelSession', visit.cancellation(5));
    expect(await refusalOf(get(first))).toBe('accepted');
    const again = await get(first);
    await again.call('cancelSession', again.cancellation(5));
    // of the package between them nothing was heard
    expect(await refusalOf(get(second))).toBe('8.2.6/3.8');
  });

  test('stands while a package is out of which nothing was heard', async () => {
    const [first, second] = await orders();
    const early = await get(first);
    const late = await get(first);
    await tell(late, first, 8);
    expect(await refusalOf(get(second))).toBe('8.2.6/3.8');
    // it fails as well: nothing is out any more
    await tell(early, first, 11);
    expect(await refusalOf(get(second))).toBe('accepted');
  });

  test('is not shaken off by wrong codes, nor by saying no to the next offer', async () => {
    const [first, second] = await orders();
    await get(first);
    const { visit } = await authenticated(server, one, 'zkcx', first.matchingId);
    await visit.call('cancelSession', visit.cancellation(0));
    expect(await stored(first)).toMatchObject({ state: 'error' });
    expect(await refusalOf(get(second))).toBe('8.2.6/3.8');
    const code = await server.smdp.order({ oncePerDevice: true, confirmationCode: '1' });
    const { visit: other, smdpSignature2 } = await authenticated(
      server,
      two,
      'zkcx',
      code.matchingId,
    );
    await other.fetch(smdpSignature2, { code: '1', key: oneTimeKey('code') });
    const again = await authenticated(server, two, 'zkcx', code.matchingId);
    for (let i = 0; i < 3; i++) {
      const wrong = { code: '2', key: oneTimeKey('wrong') };
      await refusalOf(again.visit.fetch(again.smdpSignature2, wrong));
    }
    expect((await server.smdp.storedOrder(code.iccid))?.state).toBe('error');
    expect(await refusalOf(get(second, 'zkcx', two))).toBe('8.2.6/3.8');
  });

  test('is there again when a device that gave up has the profile all the same', async () => {
    const [first, second] = await orders();
    const visit = await get(first);
    await tell(visit, first, 8);
    await tell(visit, first);
    expect(await stored(first)).toMatchObject({ state: 'installed' });
    expect(await refusalOf(get(second))).toBe('8.2.6/3.8');
  });

  test('is of one pseudonym in both modes, and outlives the process', async () => {
    const [first, second] = await orders();
    await get(first, 'zkcx');
    await server.restart();
    expect(await refusalOf(get(second, 'zkcx-device'))).toBe('8.2.6/3.8');
    expect(await refusalOf(get(second, 'zkcx', two))).toBe('accepted');
  });

  test('is decided by one of two downloads at a time', async () => {
    const [first, second] = await orders();
    const ready = [
      await authenticated(server, one, 'zkcx', first.matchingId),
      await authenticated(server, one, 'zkcx-device', second.matchingId),
    ];
    const outcomes = await Promise.all(
      ready.map(({ visit, smdpSignature2 }, i) =>
        refusalOf(visit.fetch(smdpSignature2, { key: oneTimeKey(`two ${i}`) })),
      ),
    );
    expect(outcomes.sort()).toEqual(['8.2/3.7', 'accepted']);
  });
});

describe('the operator', () => {
  test('releases the claim of a device that lost what it had', async () => {
    const [first, second] = await orders();
    await tell(await get(first), first);
    expect(await refusalOf(get(second))).toBe('8.2.6/3.8');
    const released = await release(first);
    expect(released.history.at(-1)?.event).toBe('claim released');
    expect(released.state).toBe('installed');
    expect(await refusalOf(get(second))).toBe('accepted');
    expect(await refusalOf(release(first))).toBe('8.2.1/3.9');
  });

  test('releases it also by withdrawing the order', async () => {
    const [first, second] = await orders();
    await get(first);
    const { visit } = await authenticated(server, one, 'zkcx', first.matchingId);
    await visit.call('cancelSession', visit.cancellation(0));
    const finalProfileStatusIndicator = 'Unavailable';
    const request = { iccid: first.iccid, finalProfileStatusIndicator } as const;
    await cancelOrder(server.smdp.server.context, request);
    expect(await refusalOf(get(second))).toBe('accepted');
  });

  test('cannot make one device two by another OID', async () => {
    const [first] = await orders();
    await get(first);
    const { store, settings, now, random } = server.smdp.server.context;
    const { anchors, identities } = server.smdp.trust;
    const other = identities.map((identity) => {
      const registeredId = '2.999.77';
      const shown = (pair: typeof identity.auth) => ({
        ...pair,
        certificate: { ...pair.certificate, registeredId },
      });
      return { ...identity, oid: registeredId, auth: shown(identity.auth), pb: shown(identity.pb) };
    });
    const open = () =>
      SmdpServer.open({ settings, trust: { anchors, identities: other }, store, now, random });
    await expect(open()).rejects.toMatchObject({ code: 'ERR_RSP_IDENTITY' });
    await release(first);
    await open();
  });
});

/** What the disk does: nothing, or what it was told to without saying so. */
describe.each([
  ['that does not write', false],
  ['that writes and then fails', true],
])('a store %s at the delivery', (_, writes) => {
  const commit = StoreChange.prototype.commit;

  function failOnce() {
    jest.spyOn(StoreChange.prototype, 'commit').mockImplementationOnce(async function (
      this: StoreChange,
      options,
    ) {
      if (writes) await commit.call(this, options);
      throw new ZkcxError('ERR_RSP_STORE', 'no space');
    });
  }

  test.each(MODES)('locks no device out of its order in %s', async (mode) => {
    const [first, second] = await orders();
    const { visit, smdpSignature2 } = await authenticated(server, one, mode, first.matchingId);
    failOnce();
    const key = oneTimeKey(`failing ${keys++}`);
    await expect(visit.fetch(smdpSignature2, { key })).rejects.toThrow();
    jest.restoreAllMocks();
    await server.restart();
    // claim and delivery are both there, or neither
    const { state, takenBy } = await stored(first);
    expect([state, takenBy !== undefined]).toEqual(
      writes ? ['downloaded', true] : ['released', false],
    );
    expect(await refusalOf(get(second, mode))).toBe(writes ? '8.2.6/3.8' : 'accepted');
    expect(await refusalOf(get(first, mode))).toBe(writes ? 'accepted' : '8.2.6/3.8');
  });
});

test('the same message may come again after a store that did not write', async () => {
  const [first] = await orders();
  const { visit, smdpSignature2 } = await authenticated(server, one, 'zkcx', first.matchingId);
  jest
    .spyOn(StoreChange.prototype, 'commit')
    .mockImplementationOnce(() => Promise.reject(new ZkcxError('ERR_RSP_STORE', 'no space')));
  const sealed = visit.sealFetch(smdpSignature2);
  const name = 'getBoundProfilePackage';
  expect((await visit.send(name, await sealed)).status).toBe(503);
  await visit.open(name, await visit.send(name, await sealed));
  expect(await stored(first)).toMatchObject({ state: 'downloaded' });
});

test('a device without a pseudonym gets no order that is counted by them', async () => {
  const [first] = await orders();
  const status = STATUS.authenticateClient.matchingIdRefused;
  const { context } = server.smdp.server;
  expect(await refusalOf(assertNotHad(context, await stored(first), {}, status))).toBe('8.2.6/3.8');
});
