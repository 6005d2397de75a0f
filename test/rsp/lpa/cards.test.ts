/** What the LPA makes of answers that real cards gave, element by element. */
import { describe, expect, test } from '@jest/globals';
import { bytesToHex } from '../../../src/bytes.ts';
import { openIsdr } from '../../../src/rsp/apdu/index.ts';
import { es10, es9pClient, sendNotifications } from '../../../src/rsp/lpa/index.ts';
import type { Fetch } from '../../../src/rsp/lpa/index.ts';
import { encodeTlv } from '../../../src/asn1/tlv.ts';
import { StoreMetadataRequest } from '../../../src/sgp22/messages/metadata.ts';
import { es10Of, install, testEuicc } from '../../support/rsp/emulator.ts';
import { bytesOf, hexOf, scriptedCard } from '../../support/rsp/scripted-card.ts';
import { storedProfile, storeProfiles } from '../../support/rsp/stored-profiles.ts';

const tlv = (tag: number, ...content: string[]) => hexOf(encodeTlv(tag, ...content.map(bytesOf)));

/** The ES10 functions of a card that answers these elements, by the tag of the request. */
const cardWith = async (responses: Record<string, string>) =>
  es10(
    await openIsdr(
      scriptedCard((command) => {
        const tag = Object.keys(responses).find((one) => command.slice(10).startsWith(one));
        return tag === undefined ? '6a88' : `${responses[tag]}9000`;
      }),
    ),
  );

const GOOD_ICCID = '5a0a98103254769810325476';
const AID = '4f10a0000005591010ffffffff8900001200';
const OTHER_AID = '4f10a0000005591010ffffffff8900001300';
const GOOD = tlv(0xe3, GOOD_ICCID, AID, '9f700100', '9104476f6f64');

const profilesOf = async (list: string) => (await cardWith({ bf2d: list })).profiles();
const failure = async (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    ({ code }: { code?: string }) => String(code),
  );

describe('a list of profiles', () => {
  test('with an ICCID that has letters, both are there', async () => {
    const hex = tlv(
      0xe3,
      '5a0a98680060b50000000010',
      OTHER_AID,
      '9f700100',
      '9108486578496363 6964',
    );
    expect(await profilesOf(tlv(0xbf2d, tlv(0xa0, GOOD, hex)))).toEqual([
      expect.objectContaining({ iccid: '89012345678901234567', unreadable: [] }),
      expect.objectContaining({
        iccid: '898600065b0000000001',
        serviceProviderName: 'HexIccid',
        profileState: 'disabled',
        unreadable: [],
      }),
    ]);
  });

  test('with a name in Latin-1, the good one is there, and of the other what can be read', async () => {
    const odd = tlv(0xe3, '5a0a98103254769810325486', '9106457370 61f161');
    const [good, other] = await profilesOf(tlv(0xbf2d, tlv(0xa0, GOOD, odd)));
    expect(good).toMatchObject({ serviceProviderName: 'Good', unreadable: [] });
    expect(other).toEqual({
      iccid: '89012345678901234568',
      der: bytesOf(odd),
      unreadable: [{ field: 'serviceProviderName', problem: expect.any(String), text: 'España' }],
    });
  });

  test.each<[string, string, string[]]>([
    ['a provider name of 33 characters', tlv(0x91, '50'.repeat(33)), ['serviceProviderName']],
    ['a profile name of 65', tlv(0x92, '50'.repeat(65)), ['profileName']],
    ['an icon of 1,025 bytes', `930101${tlv(0x94, '00'.repeat(1_025))}`, ['icon']],
    ['an unknown type of icon', '930105940100', ['iconType']],
    ['an unknown class', '950107', ['profileClass']],
    ['an unknown state', '9f700105', ['profileState']],
    ['a name filled up with NUL', tlv(0x92, '506c616e0000'), ['profileName']],
    ['a name with an escape', tlv(0x90, '1b5b324a'), ['profileNickname']],
    ['a short ICCID', '5a0a98103254f6ffffffffff', ['iccid']],
    ['an ICCID of 9 bytes', '5a09981032547698103254', ['iccid']],
    ['an owner of two bytes', tlv(0xb7, '800262f2'), ['profileOwner']],
    [
      'a notification configuration of another form',
      tlv(0xb6, '30038001ff'),
      ['notificationConfigurationInfo'],
    ],
    ['two of them', `950107${tlv(0x91, 'f1')}`, ['profileClass', 'serviceProviderName']],
    ['fields in another order', `9104476f6f64${AID}`, []],
    ['a field twice: the first counts', '9104476f6f649101ff', []],
    ['unknown fields', 'df01025555c30101', []],
    ['NUL bytes between its fields', `0000${AID}0000`, []],
    ['a length in more bytes than needed', '91810447 6f6f64', []],
    ['nothing in it', '', []],
  ])('%s', async (_, fields, unreadable) => {
    const odd = tlv(0xe3, OTHER_AID, fields);
    for (const list of [tlv(0xa0, odd, GOOD), tlv(0xa0, GOOD, odd)]) {
      const profiles = await profilesOf(tlv(0xbf2d, list));
      expect(profiles).toHaveLength(2);
      const good = profiles.find(({ profileState }) => profileState === 'disabled')!;
      expect(good).toMatchObject({ iccid: '89012345678901234567', unreadable: [] });
      const other = profiles.find((one) => one !== good)!;
      expect(bytesToHex(other.isdpAid!)).toBe(OTHER_AID.slice(4));
      expect(other.unreadable.map(({ field }) => field).sort()).toEqual(unreadable);
      expect(other.unreadable.every(({ text = '' }) => !/\p{Cc}/u.test(text))).toBe(true);
    }
  });

  test.each<[string, string]>([
    ['NUL bytes behind it', `${tlv(0xbf2d, tlv(0xa0, GOOD))}000000`],
    ['FF bytes behind it', `${tlv(0xbf2d, tlv(0xa0, GOOD))}ffff`],
    ['NUL bytes between and around', `00${tlv(0xbf2d, '00', tlv(0xa0, '0000', GOOD, '00'), '00')}`],
    ['nothing around the profiles', tlv(0xbf2d, GOOD)],
    [
      'a length in more bytes than needed',
      `bf2d82${(GOOD.length / 2 + 2).toString(16).padStart(4, '0')}${tlv(0xa0, GOOD)}`,
    ],
  ])('%s is the same list', async (_, list) => {
    expect(await profilesOf(list)).toEqual([
      expect.objectContaining({ iccid: '89012345678901234567', unreadable: [] }),
    ]);
  });

  test.each([[tlv(0xbf2d)], [tlv(0xbf2d, 'a000')]])('%s is empty', async (list) => {
    expect(await profilesOf(list)).toEqual([]);
  });

  test('that is cut off inside a profile shows those before', async () => {
    const list = tlv(0xbf2d, tlv(0xa0, GOOD, GOOD.slice(0, 30)));
    const [good, rest] = await profilesOf(list);
    expect(good).toMatchObject({ iccid: '89012345678901234567', unreadable: [] });
    expect(rest).toMatchObject({ unreadable: [{ field: expect.any(String) }] });
  });

  test.each([
    ['something else', tlv(0xbf20, 'a000'), 'ERR_DER_TAG'],
    ['an error', tlv(0xbf2d, '810101'), 'ERR_RSP_CARD'],
    ['a list that is cut off', tlv(0xbf2d, tlv(0xa0, GOOD)).slice(0, -2), 'ERR_DER_TRUNCATED'],
    ['5,000 entries', tlv(0xbf2d, tlv(0xa0, 'e300'.repeat(5_000))), 'ERR_RSP_VALUE'],
  ])('%s is none', async (_, list, code) => {
    expect(await failure(profilesOf(list))).toBe(code);
  });
});

describe('notifications', () => {
  const address = tlv(0x0c, hexOf(Buffer.from('a.example.com')));
  const metadata = (number: number, ...more: string[]) =>
    tlv(0xbf2f, `8001${number.toString(16).padStart(2, '0')}`, ...more);
  const FILLER = '5a0a8901000000123456789f';
  const good = metadata(1, '81020780', address, GOOD_ICCID);
  const signed = (data: string) => tlv(0x30, data, tlv(0x5f37, '11'.repeat(64)), '3000', '3000');
  const BROKEN = tlv(0x30, metadata(2, '81020640', address), '5f370100');

  const listed = async (...entries: string[]) =>
    (await cardWith({ bf28: tlv(0xbf28, tlv(0xa0, ...entries)) })).listNotifications();

  test.each<[string, string, object]>([
    [
      'an ICCID with the filler in the wrong place',
      metadata(2, '81020780', address, FILLER),
      { iccid: '981000000021436587f9' },
    ],
    [
      'an ICCID that is none',
      metadata(2, '81020780', address, '5a0a98ffffffffffffffffff'),
      { unreadable: [{ field: 'iccid', problem: expect.any(String) }] },
    ],
    [
      'two events',
      metadata(2, '810206c0', address),
      { unreadable: [{ field: 'profileManagementOperation', problem: expect.any(String) }] },
    ],
    ['no event', metadata(2, address), { unreadable: [] }],
    [
      'an address in Latin-1',
      metadata(2, '81020780', '0c02 61f1'),
      { unreadable: [{ field: 'notificationAddress', problem: expect.any(String) }] },
    ],
  ])('%s: each is read for itself', async (_, odd, expected) => {
    for (const [one, two] of [
      [odd, good],
      [good, odd],
    ] as const) {
      const list = await listed(one, two);
      expect(list.map(({ seqNumber }) => seqNumber).toSorted()).toEqual([1, 2]);
      expect(list.find(({ seqNumber }) => seqNumber === 2)).toMatchObject(expected);
      expect(list.find(({ seqNumber }) => seqNumber === 1)).toMatchObject({
        iccid: '89012345678901234567',
        notificationAddress: 'a.example.com',
        unreadable: [],
      });
    }
  });

  test('without a number are told apart', async () => {
    const card = await cardWith({
      bf28: tlv(0xbf28, tlv(0xa0, good, tlv(0xbf2f, '8001ff', address))),
    });
    expect((await card.listNotifications()).map(({ seqNumber }) => seqNumber)).toEqual([1]);
    expect(await card.unreadableNotifications()).toEqual([
      expect.objectContaining({ notificationAddress: 'a.example.com' }),
    ]);
  });

  test('are retrieved one by one, from cards that answer with all of them too', async () => {
    const all = tlv(0xbf2b, tlv(0xa0, BROKEN, signed(good)));
    const card = await cardWith({ bf2b: all });
    expect(await card.retrieveNotification(1)).toMatchObject({ kind: 'otherSignedNotification' });
    expect(await card.retrieveNotification(2)).toMatchObject({
      kind: 'unreadable',
      der: bytesOf(BROKEN),
    });
    expect(await card.retrieveNotification(3)).toBeUndefined();
  });

  test('that cannot be read go to their address as they are, and do not stop the others', async () => {
    const lists = [metadata(1, '81020780', address), metadata(2, '81020640', address)];
    const removed: string[] = [];
    const entries = [signed(metadata(1, '81020780', address)), BROKEN];
    const card = es10(
      await openIsdr(
        scriptedCard((command) => {
          const request = command.slice(10);
          if (request.startsWith('bf28'))
            return `${tlv(0xbf28, tlv(0xa0, ...lists.toReversed()))}9000`;
          if (request.startsWith('bf30')) {
            removed.push(request);
            return 'bf30038001009000';
          }
          const number = Number.parseInt(request.slice(-2), 16);
          return request.startsWith('bf2b')
            ? `${tlv(0xbf2b, tlv(0xa0, entries[number - 1]!))}9000`
            : '6a88';
        }),
      ),
    );
    const sent: string[] = [];
    const fetch: Fetch = async (_, { body }) => {
      const { pendingNotification } = JSON.parse(body) as { pendingNotification: string };
      sent.push(hexOf(Buffer.from(pendingNotification, 'base64')));
      return new Response(null, { status: 204 });
    };
    const results = await sendNotifications(card, {
      server: (to) => es9pClient(to, { fetch }),
    });
    expect(results).toEqual([
      { seqNumber: 1, event: 'install', address: 'a.example.com', failure: undefined },
      { seqNumber: 2, event: 'enable', address: 'a.example.com', failure: undefined },
    ]);
    expect(sent).toEqual(entries);
    expect(removed).toHaveLength(2);
  });
});

describe('what a card says of itself', () => {
  test.each([
    ['in the element of the function', 'bf3e125a1089049032123451234512345678901235'],
    ['without it', '5a1089049032123451234512345678901235'],
    ['as text', `bf3e225a20${hexOf(Buffer.from('89049032123451234512345678901235'))}`],
    ['with NUL bytes behind it', 'bf3e125a10890490321234512345123456789012350000'],
  ])('EID %s', async (_, response) => {
    expect(await (await cardWith({ bf3e: response })).eid()).toBe(
      '89049032123451234512345678901235',
    );
  });

  test('an EID that is none is refused', async () => {
    for (const response of [
      'bf3e125a108904903212345123451234567890123f',
      'bf3e00',
      'bf3e035a0189',
    ]) {
      expect(await failure((await cardWith({ bf3e: response })).eid())).toMatch(/^ERR_(DER|RSP)_/);
    }
  });

  test('EUICCInfo1: every CI that can be read', async () => {
    const info = tlv(
      0xbf20,
      '8202 0205',
      tlv(0xa9, '0402aaaa', '0400', '0402bbbb'),
      tlv(0xaa, '0402aaaa', '0500'),
    );
    const card = await cardWith({ bf20: info });
    expect(await card.euiccInfo1()).toEqual({
      svn: '',
      euiccCiPKIdListForVerification: [bytesOf('aaaa'), bytesOf('bbbb')],
      euiccCiPKIdListForSigning: [bytesOf('aaaa')],
      der: bytesOf(info),
      unreadable: [{ field: 'svn', problem: expect.any(String) }],
    });
  });

  test('EUICCInfo2: every field that can be read, wherever it is', async () => {
    const info = tlv(
      0xbf22,
      '0403010000',
      '8203020500',
      '8103020301',
      '830101',
      '8403414243',
      '85010f',
      '8802ff00',
    );
    const read = await (await cardWith({ bf22: info })).euiccInfo2();
    expect(read).toMatchObject({
      svn: '2.5.0',
      profileVersion: '2.3.1',
      ppVersion: '1.0.0',
      extCardResource: bytesOf('414243'),
    });
    expect(read.unreadable.map(({ field }) => field).sort()).toEqual([
      'euiccFirmwareVer',
      'rspCapability',
    ]);
  });

  test('addresses: one without the other', async () => {
    const card = await cardWith({
      bf3c: tlv(0xbf3c, '800261f1', tlv(0x81, hexOf(Buffer.from('ds.example.com')))),
    });
    expect(await card.configuredAddresses()).toMatchObject({
      rootDsAddress: 'ds.example.com',
      unreadable: [{ field: 'defaultDpAddress' }],
    });
  });

  test('result codes with bytes behind them', async () => {
    const card = await cardWith({ bf31: 'bf31038001000000', bf20: 'bf2000' });
    await card.enableProfile({ iccid: '89012345678901234567' });
  });
});

describe('a profile whose ICCID has letters', () => {
  const METADATA = bytesOf('bf25165a0a98680060b500000000109102 4f709204506c616e');
  const ICCID = '898600065b0000000001';

  test('is read, and written back as it was', () => {
    const metadata = StoreMetadataRequest.decode(METADATA);
    expect(metadata).toMatchObject({
      iccid: ICCID,
      serviceProviderName: 'Op',
      profileName: 'Plan',
    });
    expect(hexOf(StoreMetadataRequest.encode(metadata))).toBe(hexOf(METADATA));
    const written = StoreMetadataRequest.encode({ ...metadata, iccid: ICCID.toUpperCase() });
    expect(hexOf(written)).toBe(hexOf(METADATA));
  });

  test('is installed, enabled by it, and its notifications are sent', async () => {
    const card = await es10Of(await testEuicc());
    await install(card, { iccid: ICCID });
    await card.enableProfile({ iccid: ICCID.toUpperCase() });
    expect(await card.profiles()).toMatchObject([{ iccid: ICCID, profileState: 'enabled' }]);
    await card.setNickname(ICCID, 'mine');
    const fetch: Fetch = async () => new Response(null, { status: 204 });
    const sent = await sendNotifications(card, { server: (to) => es9pClient(to, { fetch }) });
    expect(sent.map(({ event, failure: why }) => [event, why])).toEqual([
      ['install', undefined],
      ['install', undefined],
      ['enable', undefined],
    ]);
    await card.disableProfile({ iccid: ICCID });
    await card.deleteProfile({ iccid: ICCID });
    expect(await card.profiles()).toEqual([]);
  });

  test.each(['89860006 5b', '8986000g5b0000000001', '898600065b00000000012', '8'.repeat(17)])(
    'but not by %s',
    async (iccid) => {
      const card = await es10Of(
        await testEuicc({ store: await storeProfiles([storedProfile(0)]) }),
      );
      expect(await failure(card.enableProfile({ iccid }))).toBe('ERR_RSP_VALUE');
    },
  );
});
