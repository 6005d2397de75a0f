/** What the device keeps, and the command that downloads: bad input before anything is sent. */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { currentCredential, storedCredential } from '../../../src/rsp/zkcx/device/credential.ts';
import { type DeviceProofs, KeptSessions } from '../../../src/rsp/zkcx/device/index.ts';
import { CredentialStore } from '../../../src/session/credential-store.ts';
import type { FoundSession, KeptSession } from '../../../src/rsp/zkcx/device/kept-sessions.ts';
import { PendingNotification } from '../../../src/sgp22/messages/notifications.ts';
import { NotificationMetadata } from '../../../src/sgp22/messages/notification-metadata.ts';
import {
  ProfileInstallationResult,
  ProfileInstallationResultData,
} from '../../../src/sgp22/messages/installation-result.ts';
import { zkcx } from '../../support/cli.ts';
import { CI, euiccFiles } from '../../support/sgp26-files.ts';
import {
  ANCHOR,
  ANCHORS,
  countingBytes,
  credentialOf,
  DP_AUTH,
  EID,
  EUICC,
  EUM,
  NOW,
} from '../../session/world.ts';
import { unprovenDevice } from './device-world.ts';

const folder = mkdtempSync(join(tmpdir(), 'zkcx-kept-'));
afterAll(() => rmSync(folder, { recursive: true }));

const transactionId = (last: number) => new Uint8Array(16).fill(last);
const ICCID = '8944000000000000001';

function session(last: number, change: Partial<KeptSession> = {}): KeptSession {
  return {
    mode: 'zkcx-device',
    state: 'current',
    iccid: ICCID,
    eid: EID,
    at: BigInt(last),
    serverAddress: 'dp.example.com',
    transactionId: transactionId(last),
    installation: transactionId(0x80 + last),
    session: new Uint8Array(32).fill(3),
    notificationKey: new Uint8Array(65).fill(4),
    ...change,
  };
}

/** As it is found again. */
function found(kept: KeptSession): FoundSession {
  const { eid: _, ...rest } = kept;
  return rest;
}

const ADDRESS = 'dp.example.com';

const metadata = (notificationAddress: string, iccid?: string) => ({
  seqNumber: 1,
  profileManagementOperation: 'enable' as const,
  notificationAddress,
  iccid,
});

const about = (iccid: string, address = ADDRESS) =>
  PendingNotification.decode(
    PendingNotification.encode({
      kind: 'otherSignedNotification',
      tbsOtherNotification: { der: NotificationMetadata.encode(metadata(address, iccid)) },
      euiccNotificationSignature: new Uint8Array(64),
      euiccCertificate: EUICC.der,
      eumCertificate: EUM.der,
    }),
  );

/** The result of an installation that failed before its profile was named. */
const resultOf = (last: number, address = `zkcx!${ADDRESS}`) =>
  PendingNotification.decode(
    ProfileInstallationResult.encode({
      profileInstallationResultData: {
        der: ProfileInstallationResultData.encode({
          transactionId: transactionId(last),
          notificationMetadata: metadata(address),
          smdpOid: '2.999.10',
          finalResult: { result: 'error', bppCommandId: 0, errorReason: 2 },
        }),
      },
      euiccSignPIR: new Uint8Array(64),
    }),
  );

describe('kept sessions', () => {
  const open = (name: string) => KeptSessions.open(join(folder, name));

  test('are found by the profile, the last download first, and by what the installation result names', async () => {
    const kept = await open('found');
    await kept.keep(session(2));
    await kept.keep(session(1));
    await kept.keep(session(3, { iccid: '8944000000000000002' }));
    expect(await kept.find(about(ICCID))).toEqual(found(session(2)));
    expect(await kept.find(resultOf(0x81))).toEqual(found(session(1)));
    expect(await kept.find(about('8944000000000000003'))).toBeUndefined();
    // the session that messages are addressed to is not the one that the eUICC signs for
    expect(await kept.find(resultOf(1))).toBeUndefined();
  });

  test('count once the profile is installed', async () => {
    const kept = await open('installing');
    await kept.keep(session(1));
    // of another server, for a profile that the eUICC has
    await kept.keep(session(2, { state: 'installing', serverAddress: 'evil.example.com' }));
    expect(await kept.find(about(ICCID))).toEqual(found(session(1)));
    expect(await kept.find(about(ICCID, 'evil.example.com'))).toBe('foreign');
    expect(await kept.find(resultOf(0x82, 'zkcx!evil.example.com'))).toMatchObject({ at: 2n });
    await kept.confirm(session(2));
    expect(await kept.find(about(ICCID, 'evil.example.com'))).toMatchObject({ state: 'current' });
  });

  test("are for their server's address", async () => {
    const kept = await open('address');
    await kept.keep(session(1));
    expect(await kept.find(about(ICCID, 'DP.example.com'))).toEqual(found(session(1)));
    expect(await kept.find(about(ICCID, 'other.example.com'))).toBe('foreign');
    expect(await kept.find(resultOf(0x81, 'other.example.com'))).toBe('foreign');
    expect(await kept.find(resultOf(0x81, ADDRESS))).toEqual(found(session(1)));
  });

  test('can be forgotten', async () => {
    const kept = await open('forgotten');
    await kept.keep(session(1));
    await kept.forget(session(1));
    await kept.forget(session(1));
    await kept.confirm(session(1));
    expect(await kept.find(about(ICCID))).toBeUndefined();
  });

  test('go with the profile, if the eUICC is theirs and has told of everything', async () => {
    const kept = await open('swept');
    const other = { iccid: '8944000000000000002' };
    await kept.keep(session(1));
    await kept.keep(session(2, other));
    await kept.keep(session(3, { ...other, eid: EID.replace(/.$/, '6') }));
    await kept.keep(session(4, { iccid: '8944000000000000004', state: 'installing' }));
    const files = () => readdirSync(join(folder, 'swept')).length;
    await kept.sweep({ eid: EID, iccids: [ICCID], installations: [transactionId(0x84)] });
    expect(files()).toBe(3);
    await kept.sweep({ eid: EID, iccids: [], installations: [] });
    expect(readdirSync(join(folder, 'swept'))).toEqual([`${'03'.repeat(16)}.json`]);
  });

  test('do not name the eUICC', async () => {
    const kept = await open('eid');
    await kept.keep(session(1));
    const [name] = readdirSync(join(folder, 'eid'));
    expect(readFileSync(join(folder, 'eid', name!), 'utf8')).not.toContain(EID);
  });

  test('name no profile in their file names', async () => {
    const kept = await open('names');
    await kept.keep(session(1));
    expect(readdirSync(join(folder, 'names'))).toEqual([`${'01'.repeat(16)}.json`]);
  });

  test('are refused where others can get at them', async () => {
    const kept = await open('others');
    await kept.keep(session(1));
    chmodSync(join(folder, 'others', `${'01'.repeat(16)}.json`), 0o644);
    const code = 'ERR_CREDENTIAL_PERMISSIONS';
    await expect(kept.find(about(ICCID))).rejects.toMatchObject({ code });
    chmodSync(join(folder, 'others'), 0o755);
    await expect(open('others')).rejects.toMatchObject({ code });
  });

  test.each(['', '{}', '{"format":"zkcx-rsp-session","version":1}', '[1]'])(
    'a file that is none: %j',
    async (text) => {
      const kept = await open(`bad-${text.length}`);
      writeFileSync(join(folder, `bad-${text.length}`, 'a.json'), text, { mode: 0o600 });
      const code = 'ERR_CREDENTIAL_FORMAT';
      await expect(kept.find(about(ICCID))).rejects.toMatchObject({ code });
    },
  );

  test('with an address in another spelling are none', async () => {
    const kept = await open('spelling');
    await kept.keep(session(1));
    const file = join(folder, 'spelling', `${'01'.repeat(16)}.json`);
    writeFileSync(file, readFileSync(file, 'utf8').replace(/("serverAddress": ")./, '$1S'));
    const code = 'ERR_CREDENTIAL_FORMAT';
    await expect(kept.find(about(ICCID))).rejects.toMatchObject({ code });
  });
});

describe('credentials', () => {
  const YEAR = 31_536_000n;
  const wanted = async (name: string, at = NOW) => {
    const store = await CredentialStore.open(join(folder, name));
    const ciKeyIdentifier = ANCHOR.subjectKeyIdentifier;
    return { store, eid: EID, ciKeyIdentifier, anchors: ANCHORS, at };
  };

  test('are those of this eUICC under this CI', async () => {
    const ask = await wanted('these');
    expect(await storedCredential(ask)).toBeUndefined();
    await ask.store.add('server', credentialOf([DP_AUTH]));
    await ask.store.add('device', credentialOf());
    expect(await storedCredential(ask)).toMatchObject({ name: 'device', isOver: false });
    const other = { ...ask, eid: EID.replace(/.$/, '6') };
    expect(await storedCredential(other)).toBeUndefined();
    const otherCi = { ...ask, ciKeyIdentifier: new Uint8Array(20) };
    expect(await storedCredential(otherCi)).toBeUndefined();
  });

  test('are taken as they are in their window', async () => {
    const ask = await wanted('window');
    await ask.store.add('device', credentialOf());
    const stored = (await storedCredential(ask))!;
    const made: string[] = [];
    expect(await currentCredential(stored, ask, unprovenDevice(made))).toBe(stored.credential);
    expect(made).toEqual([]);
  });

  test('are proven anew when they are over, and take their own place', async () => {
    const ask = await wanted('over', NOW + 2n * YEAR);
    await ask.store.add('device', credentialOf());
    const [before] = await ask.store.list(NOW);
    const proofs: DeviceProofs = {
      ...unprovenDevice([]),
      renewed: async ({ certificates }, { now }) => {
        expect(now).toBe(ask.at);
        return credentialOf([...certificates], countingBytes(99));
      },
    };
    const stored = (await storedCredential(ask))!;
    expect(stored.isOver).toBe(true);
    await currentCredential(stored, ask, proofs);
    const [after, ...more] = await ask.store.list(NOW);
    expect(more).toEqual([]);
    expect(after?.name).toBe('device');
    expect(after?.fingerprint).not.toBe(before?.fingerprint);
  });
});

describe('zkcx lpa download --zkcx', () => {
  const download = (...args: string[]) =>
    zkcx(
      'lpa',
      'download',
      'LPA:1$smdpp.example.com$TOKEN',
      '--yes',
      '--json',
      '--ci',
      CI,
      '--euicc',
      euiccFiles(),
      ...args,
    );

  test('needs a map and places to keep things', async () => {
    const { status, stdout } = await download('--zkcx');
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: 'ERR_CLI_USAGE' } });
  });

  test.each([
    ['--map', 'map.json'],
    ['--credentials', 'store'],
    ['--sessions', 'kept'],
    ['--tell-eid'],
    ['--binding', 'zkcx-order:1:00:1'],
    ['--tell-order'],
  ])('does not fall back to certificates where %s says what was meant', async (...flags) => {
    const { status, stdout } = await download(...flags);
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'ERR_CLI_USAGE', message: expect.stringContaining('belong to --zkcx') },
    });
  });

  test('tells no server about the device', async () => {
    const files = ['--map', 'map.json', '--credentials', 'store', '--sessions', 'kept'];
    const { status, stdout } = await download('--zkcx', '--tac', '01020304', ...files);
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'ERR_CLI_USAGE', message: expect.stringContaining('no --tac') },
    });
  });

  test('reads the binding of an order before anything else', async () => {
    const files = ['--map', 'map.json', '--credentials', 'store', '--sessions', 'kept'];
    const { status, stdout } = await download('--zkcx', '--binding', 'zkcx-order:1:00:1', ...files);
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: 'ERR_RSP_BINDING' } });
  });

  test('does not know other modes', async () => {
    const { status, stdout } = await download('--zkcx', 'classic');
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      error: {
        code: 'ERR_CLI_USAGE',
        message: expect.stringContaining('Allowed choices are device, full'),
      },
    });
  });
});
