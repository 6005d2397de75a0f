/** ES10c: result codes, policy rules, who is told; ES10b notifications. */
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { memoryStore } from '../../../src/rsp/euicc/index.ts';
import type { EuiccStore } from '../../../src/rsp/euicc/index.ts';
import type { Es10 } from '../../../src/rsp/lpa/index.ts';
import { isSignature } from '../../../src/sgp22/messages/signature.ts';
import { KEYS } from '../../support/certificates/keys.ts';
import { EID, es10Of, install, METADATA, testEuicc } from '../../support/rsp/emulator.ts';

const ONE = { iccid: METADATA.iccid };
const TWO = { iccid: '8949000000000000025' };
const NONE = { iccid: '8949000000000000033' };

/** An eUICC with two profiles, made once: installing takes the time of all signatures. */
let installed: { state: Awaited<ReturnType<EuiccStore['load']>>; aids: Uint8Array[] };
beforeAll(async () => {
  const store = memoryStore();
  const es10 = await es10Of(await testEuicc({ store }));
  const aids = [await install(es10), await install(es10, TWO)];
  for (const { seqNumber } of await es10.listNotifications()) {
    await es10.removeNotification(seqNumber);
  }
  installed = { state: await store.load(), aids };
});

let es10: Es10;
beforeEach(async () => {
  const store = memoryStore();
  await store.commit(installed.state);
  es10 = await es10Of(await testEuicc({ store }));
});

const states = async () =>
  Object.fromEntries((await es10.profiles()).map((one) => [one.iccid, one.profileState]));

const told = async () =>
  (await es10.listNotifications()).map(
    ({ profileManagementOperation, notificationAddress, iccid }) =>
      `${profileManagementOperation} ${iccid} ${notificationAddress}`,
  );

const reasonOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => 'ok',
    (thrown: { code: string; reason: string }) => thrown,
  );
  if (typeof error === 'string') return error;
  expect(error.code).toBe('ERR_RSP_CARD');
  return error.reason;
};

describe('EnableProfile and DisableProfile', () => {
  test('one profile is enabled at a time, and servers are told', async () => {
    await es10.enableProfile(ONE);
    expect(await states()).toEqual({ [ONE.iccid]: 'enabled', [TWO.iccid]: 'disabled' });
    await es10.enableProfile({ isdpAid: installed.aids[1]! });
    expect(await states()).toEqual({ [ONE.iccid]: 'disabled', [TWO.iccid]: 'enabled' });
    await es10.disableProfile(TWO);
    expect(await states()).toEqual({ [ONE.iccid]: 'disabled', [TWO.iccid]: 'disabled' });
    expect(await told()).toEqual([
      `enable ${ONE.iccid} a.example.com`,
      `disable ${ONE.iccid} b.example.com`,
      `enable ${TWO.iccid} a.example.com`,
      `disable ${TWO.iccid} b.example.com`,
    ]);
  });

  test('result codes', async () => {
    expect(await reasonOf(es10.enableProfile(NONE))).toBe('iccidOrAidNotFound');
    expect(await reasonOf(es10.disableProfile(NONE))).toBe('iccidOrAidNotFound');
    expect(await reasonOf(es10.disableProfile(ONE))).toBe('profileNotInEnabledState');
    await es10.enableProfile(ONE);
    expect(await reasonOf(es10.enableProfile(ONE))).toBe('profileNotInDisabledState');
    expect(await told()).toHaveLength(1);
  });
});

describe('policy rules', () => {
  test('PPR1: not disabled, neither directly nor by another one', async () => {
    const store = memoryStore();
    es10 = await es10Of(await testEuicc({ store }));
    await install(es10, { profilePolicyRules: ['ppr1'] });
    await install(es10, { ...TWO, profileClass: 'test' });
    await es10.enableProfile(ONE);
    expect(await reasonOf(es10.disableProfile(ONE))).toBe('disallowedByPolicy');
    expect(await reasonOf(es10.enableProfile(TWO))).toBe('disallowedByPolicy');
    expect(await states()).toMatchObject({ [ONE.iccid]: 'enabled' });
    // memory reset does not ask, and takes the classes that it is told
    await es10.memoryReset(['deleteOperationalProfiles']);
    expect(await states()).toEqual({ [TWO.iccid]: 'disabled' });
    await es10.memoryReset(['deleteFieldLoadedTestProfiles']);
    expect(await states()).toEqual({});
  });

  test('PPR2: not deleted', async () => {
    es10 = await es10Of(await testEuicc());
    await install(es10, { profilePolicyRules: ['ppr2'] });
    expect(await reasonOf(es10.deleteProfile(ONE))).toBe('disallowedByPolicy');
    expect(await states()).toEqual({ [ONE.iccid]: 'disabled' });
  });
});

test('DeleteProfile', async () => {
  expect(await reasonOf(es10.deleteProfile(NONE))).toBe('iccidOrAidNotFound');
  await es10.enableProfile(ONE);
  expect(await reasonOf(es10.deleteProfile(ONE))).toBe('profileNotInDisabledState');
  await es10.disableProfile(ONE);
  await es10.deleteProfile(ONE);
  expect(await states()).toEqual({ [TWO.iccid]: 'disabled' });
  expect((await told()).at(-1)).toBe(`delete ${ONE.iccid} b.example.com`);
});

test('SetNickname', async () => {
  expect(await reasonOf(es10.setNickname(NONE.iccid, 'x'))).toBe('iccidNotFound');
  const nickname = async () => (await es10.profiles())[0]!.profileNickname;
  await es10.setNickname(ONE.iccid, 'Père Noël');
  expect(await nickname()).toBe('Père Noël');
  await es10.setNickname(ONE.iccid, '');
  expect(await nickname()).toBeUndefined();
});

test('EuiccMemoryReset with nothing to do, and of the address', async () => {
  expect(await reasonOf(es10.memoryReset(['deleteFieldLoadedTestProfiles']))).toBe(
    'nothingToDelete',
  );
  await es10.setDefaultDpAddress('smdpp.example.com');
  expect((await es10.configuredAddresses()).defaultDpAddress).toBe('smdpp.example.com');
  await es10.memoryReset(['resetDefaultSmdpAddress']);
  expect((await es10.configuredAddresses()).defaultDpAddress).toBeUndefined();
  expect(await states()).toEqual({ [ONE.iccid]: 'disabled', [TWO.iccid]: 'disabled' });
});

describe('notifications', () => {
  test('are signed, numbered for life, and go one by one', async () => {
    await es10.enableProfile(ONE);
    await es10.disableProfile(ONE);
    const [first, second] = (await es10.listNotifications()).map(({ seqNumber }) => seqNumber);
    expect(second).toBe(first! + 1);
    const pending = await es10.retrieveNotification(first!);
    if (pending?.kind !== 'otherSignedNotification') throw Error('another kind');
    const { euiccNotificationSignature, tbsOtherNotification } = pending;
    const key = KEYS.euicc.publicKey;
    expect(isSignature(euiccNotificationSignature, key, tbsOtherNotification.der)).toBe(true);
    await es10.removeNotification(first!);
    expect(await reasonOf(es10.removeNotification(first!))).toBe('nothingToDelete');
    expect(await es10.retrieveNotification(first!)).toBeUndefined();
    await es10.enableProfile(ONE);
    expect((await es10.listNotifications()).map(({ seqNumber }) => seqNumber)).toEqual([
      second,
      second! + 1,
    ]);
  });

  test('number 0 is one like any other', async () => {
    es10 = await es10Of(await testEuicc());
    await install(es10);
    expect(await es10.retrieveNotification(0)).toMatchObject({ kind: 'profileInstallationResult' });
    await es10.removeNotification(0);
    expect((await es10.listNotifications()).map(({ seqNumber }) => seqNumber)).toEqual([1]);
  });
});

test('GetEID', async () => {
  expect(await es10.eid()).toBe(EID);
});
