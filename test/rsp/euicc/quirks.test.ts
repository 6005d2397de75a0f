/** The emulator as a card of the field: the LPA works with each, and knows what it cannot read. */
import { describe, expect, test } from '@jest/globals';
import { bytesToHex } from '../../../src/bytes.ts';
import {
  apduOfTcp,
  cardInterface,
  encodeCommand,
  openIsdr,
  serveApduTcp,
} from '../../../src/rsp/apdu/index.ts';
import type { Es10Options } from '../../../src/rsp/apdu/index.ts';
import { CARD_QUIRKS } from '../../../src/rsp/euicc/index.ts';
import type { CardQuirk, EuiccOptions } from '../../../src/rsp/euicc/index.ts';
import { es10 } from '../../../src/rsp/lpa/index.ts';
import { EID, install, METADATA, testEuicc } from '../../support/rsp/emulator.ts';
import { bytesOf, hexOf } from '../../support/rsp/scripted-card.ts';
import { iccidOf, storedProfile, storeProfiles } from '../../support/rsp/stored-profiles.ts';

/** What the LPA is told of a card with a quirk: nothing, where it finds out by itself. */
const OPTIONS: Partial<Record<CardQuirk, Es10Options>> = { 'no-channels': { basicChannel: true } };

const withQuirks = async (quirks: CardQuirk[], options: Partial<EuiccOptions> = {}) => {
  const euicc = await testEuicc({ quirks, ...options });
  const lpa = Object.assign({}, ...quirks.map((quirk) => OPTIONS[quirk])) as Es10Options;
  const channel = await openIsdr(cardInterface(euicc.card), lpa);
  return { euicc, channel, card: es10(channel) };
};

const failure = async (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    ({ code, reason }: { code?: string; reason?: string }) => `${code} ${reason}`,
  );

describe('a whole life', () => {
  const combined: CardQuirk[] = ['proactive', 'exact-le', 'iso-get-response', 'high-channels'];
  const combinations = [
    ...CARD_QUIRKS.map((quirk) => [quirk]),
    combined,
    ['needs-le', 'proactive'],
  ];

  test.each(combinations.map((quirks) => [quirks.join(' and '), quirks as CardQuirk[]] as const))(
    'of a card that is %s',
    async (_, quirks) => {
      const { euicc, channel, card } = await withQuirks(quirks);
      expect(await card.eid()).toBe(EID);
      await card.setDefaultDpAddress('smdp.example.com');
      expect(await card.configuredAddresses()).toMatchObject({
        defaultDpAddress: 'smdp.example.com',
        unreadable: [],
      });
      const aid = await install(card);
      await card.enableProfile({ isdpAid: aid });
      const [profile] = await card.profiles();
      expect(profile).toMatchObject({ iccid: METADATA.iccid, profileState: 'enabled' });
      expect(await failure(card.deleteProfile({ isdpAid: aid }))).toBe(
        'ERR_RSP_CARD profileNotInDisabledState',
      );
      await card.disableProfile({ iccid: METADATA.iccid });
      await card.deleteProfile({ isdpAid: aid });
      expect(await card.profiles()).toEqual([]);
      expect((await card.listNotifications()).length).toBeGreaterThan(2);
      const closes = quirks.includes('close-fails') ? 'ERR_RSP_APDU 6F00' : 'done';
      expect(await failure(channel.close())).toBe(closes);
      await euicc.close();
    },
  );

  test('begins with a change, of a card that answers to Le alone', async () => {
    const store = await storeProfiles([storedProfile(0)]);
    const { card } = await withQuirks(['needs-le'], { store });
    await card.enableProfile({ iccid: iccidOf(0) });
    expect((await store.load()).profiles[0]?.enabled).toBe(true);
  });

  test.each(CARD_QUIRKS.map((quirk) => [quirk]))('over TCP, %s', async (quirk) => {
    const euicc = await testEuicc({ quirks: [quirk] });
    const server = await serveApduTcp(euicc.card);
    const apdu = await apduOfTcp('127.0.0.1', server.port);
    const channel = await openIsdr(apdu, OPTIONS[quirk]);
    const card = es10(channel);
    expect([await card.eid(), await card.profiles()]).toEqual([EID, []]);
    await channel.close().catch(() => {});
    await server.close();
  });
});

describe('without its option', () => {
  test('a card without logical channels is refused, with what to do', async () => {
    const { card } = await testEuicc({ quirks: ['no-channels'] });
    const work = openIsdr(cardInterface(card));
    expect(await failure(work)).toBe('ERR_RSP_APDU 6881');
    await expect(work).rejects.toThrow('--basic-channel');
  });

  test('a card of small commands is refused, with what to do', async () => {
    const { card } = await testEuicc({ maxData: 60 });
    const open = async (blockSize?: number) =>
      es10(await openIsdr(cardInterface(card), { blockSize }));
    const name = 'x'.repeat(64);
    const work = (await open()).setDefaultDpAddress(name);
    expect(await failure(work)).toBe('ERR_RSP_APDU 6700');
    await expect(work).rejects.toThrow('--block-size');
    await (await open(60)).setDefaultDpAddress(name);
  });

  test('a card takes extended lengths only if it is one for them', async () => {
    const address = 'x'.repeat(255);
    for (const [maxData, expected] of [
      [undefined, 'ERR_RSP_APDU 6700'],
      [2_048, 'done'],
    ] as const) {
      const { card } = await testEuicc({ maxData });
      const lpa = es10(await openIsdr(cardInterface(card), { blockSize: 1_000 }));
      expect(await failure(lpa.setDefaultDpAddress(address))).toBe(expected);
    }
  });
});

describe('the ISD-R', () => {
  const ODD = bytesOf('a06573746b6d65ffffffff4953442d58');
  const OTHER = bytesOf('a0000005591010ffffffff8900000101');

  test('is looked for under several AIDs, in their order', async () => {
    const { card } = await testEuicc({ aid: ODD });
    const selected: string[] = [];
    const apdu = cardInterface({
      reset: () => card.reset(),
      transmit: (command) => {
        if (command[1] === 0xa4) selected.push(hexOf(command.subarray(5)));
        return card.transmit(command);
      },
    });
    const channel = await openIsdr(apdu, { aid: [OTHER, ODD] });
    expect(await es10(channel).eid()).toBe(EID);
    expect(selected).toEqual([hexOf(OTHER), hexOf(ODD)]);
    await channel.close();
    // channels that were opened in vain are closed again
    expect(hexOf(await card.transmit(bytesOf('0070000001')))).toBe('019000');
  });

  test('is found on cards with an AID of their own, without an option', async () => {
    for (const aid of ['A0000005591010FFFFFFFF8900050500', 'A06573746B6D65FFFFFFFF4953442D52']) {
      const { card } = await testEuicc({ aid: bytesOf(aid) });
      expect(await es10(await openIsdr(cardInterface(card))).eid()).toBe(EID);
    }
  });

  test('that is not there is refused with the AIDs, on the basic channel too', async () => {
    const { card } = await testEuicc({ aid: ODD });
    for (const basicChannel of [false, true]) {
      const work = openIsdr(cardInterface(card), { aid: [OTHER], basicChannel });
      expect(await failure(work)).toBe('ERR_RSP_APDU 6A82');
      await expect(work).rejects.toThrow(hexOf(OTHER));
    }
  });

  test('says the version of SGP.22 that it is given', async () => {
    const { card } = await withQuirks([], { info: { svn: '3.1.0' } });
    expect([(await card.euiccInfo1()).svn, (await card.euiccInfo2()).svn]).toEqual([
      '3.1.0',
      '3.1.0',
    ]);
  });

  test('of a card that is reset in the middle is lost, with what to do', async () => {
    const { euicc, card } = await withQuirks([]);
    expect(await card.eid()).toBe(EID);
    await euicc.card.reset();
    const work = card.profiles();
    expect(await failure(work)).toBe('ERR_RSP_APDU 6881');
    await expect(work).rejects.toThrow('run the command again');
  });
});

describe('odd profiles', () => {
  const FIELDS = [
    undefined,
    'serviceProviderName',
    'serviceProviderName',
    'icon',
    'iconType',
    'profileName',
    'profileClass',
    'profileState',
    undefined,
  ];

  const opened = async () => {
    const store = await storeProfiles(FIELDS.map((_, i) => storedProfile(i)));
    return withQuirks(['odd-profiles'], { store });
  };

  test('are told apart, and what can be read of them is there', async () => {
    const { card } = await opened();
    const profiles = await card.profiles();
    expect(profiles.map(({ unreadable }) => unreadable[0]?.field)).toEqual(FIELDS);
    expect(profiles[0]).toMatchObject({ iccid: iccidOf(0), profileName: 'Plan' });
    expect(profiles[1]).toMatchObject({
      iccid: iccidOf(1),
      profileState: 'disabled',
      profileName: 'Plan',
      unreadable: [{ field: 'serviceProviderName', text: 'España' }],
    });
    expect(profiles[1]?.serviceProviderName).toBeUndefined();
    expect(profiles[2]?.unreadable[0]?.text).toBe('P'.repeat(33));
    expect(profiles[5]?.unreadable[0]?.text).toBe('Plan');
    expect(profiles[8]?.iccid).toBeUndefined();
    expect(new Set(profiles.map(({ isdpAid }) => bytesToHex(isdpAid!))).size).toBe(FIELDS.length);
  });

  test('are enabled, disabled and deleted by AID', async () => {
    const { card } = await opened();
    for (const { isdpAid } of await card.profiles()) {
      const profile = { isdpAid: isdpAid! };
      await card.enableProfile(profile);
      await card.disableProfile(profile);
      await card.deleteProfile(profile);
    }
    expect(await card.profiles()).toEqual([]);
  });

  test('and by ICCID', async () => {
    const { card } = await opened();
    for (const i of FIELDS.keys()) {
      const profile = { iccid: iccidOf(i) };
      await card.enableProfile(profile);
      await card.disableProfile(profile);
      await card.deleteProfile(profile);
    }
    expect(await card.profiles()).toEqual([]);
  });
});

test('notifications with unswapped ICCIDs are signed and can be read', async () => {
  const store = await storeProfiles([storedProfile(0, { iccid: '8901000000123456789' })]);
  const { card } = await withQuirks(['odd-notifications'], { store });
  await card.enableProfile({ iccid: '8901000000123456789' });
  const [listed] = await card.listNotifications();
  // the digits as they stand, read as if they were swapped
  expect(listed).toMatchObject({ iccid: '981000000021436587f9', unreadable: [] });
  expect(bytesToHex(listed!.der)).toContain('5a0a8901000000123456789f');
  expect(await card.retrieveNotification(listed!.seqNumber)).toMatchObject({
    kind: 'otherSignedNotification',
    tbsOtherNotification: { iccid: '981000000021436587f9' },
  });
});

test('GET RESPONSE with nothing to fetch is refused by every card', async () => {
  const getResponse = { cla: 0, ins: 0xc0, p1: 0, p2: 0, data: new Uint8Array(), le: 256 };
  for (const quirk of CARD_QUIRKS) {
    const { card } = await testEuicc({ quirks: [quirk] });
    expect(hexOf(await card.transmit(encodeCommand(getResponse)))).toBe('6985');
  }
});
