/** `zkcx lpa` with cards of the field: options, and what people and programs are told. */
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { bytesToHex } from '../../src/bytes.ts';
import { deviceOf } from '../../src/cli/lpa/device.ts';
import { serveApduTcp } from '../../src/rsp/apdu/index.ts';
import { levelStore } from '../../src/rsp/euicc/index.ts';
import { told, zkcx } from '../support/cli.ts';
import { ROOT } from '../support/command.ts';
import { testEuicc } from '../support/rsp/emulator.ts';
import { iccidOf, storedProfile, storeProfiles } from '../support/rsp/stored-profiles.ts';
import { CI, euiccFiles } from '../support/sgp26-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const HEX_ICCID = '898600065b0000000001';

/** An emulated eUICC in the process of the LPA, with two profiles. */
let card: string[];
beforeAll(async () => {
  const data = join(temporaryFolder(), 'euicc');
  const store = await levelStore(data);
  const profiles = [storedProfile(0), storedProfile(1), storedProfile(2, { iccid: HEX_ICCID })];
  await storeProfiles(profiles, store);
  await store.close();
  card = ['--ci', CI, '--euicc', euiccFiles(), '--data', data];
});

const AID = (number: number) => bytesToHex(storedProfile(number).aid);

describe('lpa list', () => {
  test('shows a good profile by its ICCID, an odd one by its AID', async () => {
    const { status, stdout } = await zkcx('lpa', 'list', ...card, '--quirk', 'odd-profiles');
    expect(status).toBe(0);
    const [good, odd, long] = stdout.split('\n');
    expect(good).toBe(`${iccidOf(0)}  disabled  Plan  Operator`);
    expect(odd).toBe(
      `${AID(1)}  ${iccidOf(1)}  disabled  Plan  unreadable: serviceProviderName "España"`,
    );
    expect(long).toMatch(RegExp(`^${AID(2)}  ${HEX_ICCID} .*"P{33}"$`));
  });

  test('names in JSON what cannot be read', async () => {
    const { profiles } = await told('lpa', 'list', ...card, '--quirk', 'odd-profiles');
    expect(profiles).toMatchObject([
      { iccid: iccidOf(0), serviceProviderName: 'Operator' },
      { isdpAid: AID(1), unreadable: [{ field: 'serviceProviderName', text: 'España' }] },
      { isdpAid: AID(2), unreadable: [{ field: 'serviceProviderName' }] },
    ]);
    expect((profiles as object[])[0]).not.toHaveProperty('unreadable');
  });
});

describe('a profile', () => {
  test.each([
    ['its ICCID with letters', HEX_ICCID],
    ['the same in capitals, with a filler', `${HEX_ICCID.toUpperCase()}`],
    ['its AID', 'a0000005591010ffffffff8900001200'],
  ])('is named by %s', async (_, name) => {
    const quirks = ['--quirk', 'odd-profiles', '--quirk', 'proactive'];
    for (const verb of ['enable', 'disable']) {
      const { status, stdout } = await zkcx('lpa', verb, name, ...card, ...quirks);
      expect([status, stdout]).toEqual([0, expect.stringContaining(name)]);
    }
    await zkcx('lpa', 'enable', name, '--no-refresh', ...card);
    const { status } = await zkcx('lpa', 'disable', name, '--no-refresh', ...card);
    expect(status).toBe(0);
  });

  test.each(['89', '89490000000000000g', 'a000', 'a0000005591010ffffffff890000120000', 'zz'])(
    'is not named by %s',
    async (name) => {
      const { status, error } = await told('lpa', 'enable', name, ...card);
      expect([status, error?.code]).toEqual([2, 'ERR_CLI_USAGE']);
    },
  );
});

describe('letting go of the card', () => {
  test('may fail: the work is done, and that is told beside', async () => {
    const result = await told(
      'lpa',
      'nickname',
      iccidOf(0),
      'mine',
      ...card,
      '--quirk',
      'close-fails',
    );
    expect(result).toMatchObject({
      status: 0,
      ok: true,
      nickname: 'mine',
      closing: { code: 'ERR_RSP_APDU', message: expect.stringContaining('6F00') },
    });
    expect(result.stderr).toMatch(/^Notice: done, but the card was not let go of/);
    const { profiles } = await told('lpa', 'list', ...card);
    expect(profiles).toMatchObject([{ nickname: 'mine' }, {}, {}]);
  });

  test('may fail after the work has: what failed first is told', async () => {
    const name = iccidOf(9);
    const { status, error } = await told('lpa', 'enable', name, ...card, '--quirk', 'close-fails');
    expect([status, error?.code, error?.reason]).toEqual([1, 'ERR_RSP_CARD', 'iccidOrAidNotFound']);
  });
});

describe('options for cards', () => {
  test('the basic channel, of a card that has no other', async () => {
    const without = await told('lpa', 'list', ...card, '--quirk', 'no-channels');
    expect([without.status, without.error?.code]).toEqual([2, 'ERR_RSP_APDU']);
    expect(without.error?.message).toContain('--basic-channel');
    const args = ['--quirk', 'no-channels', '--basic-channel'];
    expect((await told('lpa', 'list', ...card, ...args)).status).toBe(0);
  });

  test('Le, small blocks, large ones', async () => {
    for (const args of [
      ['--quirk', 'needs-le', '--le'],
      ['--quirk', 'needs-le'],
      ['--max-data', '16', '--block-size', '2'],
      ['--max-data', '2048', '--block-size', '2048'],
    ]) {
      expect((await told('lpa', 'list', ...card, ...args)).status).toBe(0);
    }
  });

  test('several AIDs, over TCP', async () => {
    const aid = 'a06573746b6d65ffffffff4953442d58';
    const euicc = await testEuicc({ aid: Uint8Array.from(Buffer.from(aid, 'hex')) });
    for (const [args, expected] of [
      [['--aid', 'a0000005591010ffffffff8900000101', '--aid', aid], 0],
      [[], 2],
    ] as const) {
      const server = await serveApduTcp(euicc.card);
      const there = ['--card', `127.0.0.1:${server.port}`];
      const { status, error } = await told('lpa', 'list', ...there, ...args);
      expect(status).toBe(expected);
      if (expected === 2) expect(error?.message).toContain('--aid');
      await server.close();
    }
  });

  test.each([
    ['--quirk', 'none'],
    ['--svn', '3.0'],
    ['--svn', '3.0.256'],
    ['--max-data', '0'],
    ['--max-data', '2049'],
    ['--block-size', '2049'],
    ['--aid', 'a000'],
  ])('%s %s is refused', async (...args) => {
    const { status, error } = await told('lpa', 'list', ...card, ...args);
    expect([status, error?.code]).toEqual([2, 'ERR_CLI_USAGE']);
  });
});

test('such a card is there as a child process too', async () => {
  const emulator = ['--import', 'tsx', join(ROOT, 'src/cli/main.ts'), 'euicc', ...card.slice(0, 4)];
  const quirks = ['--quirk', 'close-fails', '--quirk', 'exact-le', '--svn', '3.0.0'];
  const line = ['node', ...emulator, ...quirks].join(' ');
  const { status, profiles, closing } = await told('lpa', 'list', '--card-command', line);
  expect({ status, profiles, closing }).toEqual({
    status: 0,
    profiles: [],
    closing: { code: 'ERR_RSP_APDU', message: expect.stringContaining('logic_channel_close') },
  });
});

describe('the device', () => {
  const IMEI = '490154203237518';
  const numbers = async (flags: Parameters<typeof deviceOf>[0]) => {
    const { tac, imei } = await deviceOf(flags);
    return [bytesToHex(tac), imei && bytesToHex(imei)];
  };

  test('is told as SGP.22 says', async () => {
    expect(await numbers({})).toEqual(['53926011', undefined]);
    expect(await numbers({ tac: '49015420' })).toEqual(['94104502', undefined]);
    expect(await numbers({ tac: IMEI })).toEqual(['94104502', undefined]);
    expect(await numbers({ imei: IMEI })).toEqual(['94104502', '941045022373158f']);
    expect(await numbers({ imei: IMEI, tac: '49-015420' })).toEqual([
      '94104502',
      '941045022373158f',
    ]);
  });

  test.each([
    ['--tac', '3529061'],
    ['--imei', '490154203237519'],
    ['--imei', IMEI, '--tac', '35290611'],
  ])('%s %s is refused before anybody is asked', async (...args) => {
    const { status, error } = await told(
      'lpa',
      'download',
      'LPA:1$smdp.example.com$T',
      '--yes',
      ...card,
      ...args,
    );
    expect([status, error?.code]).toEqual([2, 'ERR_CLI_USAGE']);
  });
});
