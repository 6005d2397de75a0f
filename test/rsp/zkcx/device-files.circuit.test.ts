/** What the device keeps, and the command that downloads: bad input before anything is sent. */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { storedCredential } from '../../../src/rsp/zkcx/device/credential.ts';
import { type DeviceProofs, KeptSessions } from '../../../src/rsp/zkcx/device/index.ts';
import { CredentialStore } from '../../../src/session/credential-store.ts';
import type { KeptSession } from '../../../src/rsp/zkcx/device/kept-sessions.ts';
import { PendingNotification } from '../../../src/sgp22/messages/notifications.ts';
import { NotificationMetadata } from '../../../src/sgp22/messages/notification-metadata.ts';
import {
  ProfileInstallationResult,
  ProfileInstallationResultData,
} from '../../../src/sgp22/messages/installation-result.ts';
import { publicKey } from '../../../src/witness/encode.ts';
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

function session(last: number, iccid = ICCID): KeptSession {
  const transcript = {
    transactionId: transactionId(last),
    serverAddress: 'dp.example.com',
    serverChallenge: new Uint8Array(16).fill(2),
  };
  const key = { blind: Field(7), key: publicKey(EUICC.publicKey) };
  return {
    mode: 'zkcx',
    iccid,
    at: BigInt(last),
    serverOid: '2.999.10',
    transcript,
    sessionHash: new Uint8Array(32).fill(3),
    notificationKey: new Uint8Array(65).fill(4),
    holder: { session: 5n, transcript, key },
  };
}

const metadata = (iccid?: string) => ({
  seqNumber: 1,
  profileManagementOperation: 'enable' as const,
  notificationAddress: 'dp.example.com',
  iccid,
});

const about = (iccid: string) =>
  PendingNotification.decode(
    PendingNotification.encode({
      kind: 'otherSignedNotification',
      tbsOtherNotification: { der: NotificationMetadata.encode(metadata(iccid)) },
      euiccNotificationSignature: new Uint8Array(64),
      euiccCertificate: EUICC.der,
      eumCertificate: EUM.der,
    }),
  );

/** The result of an installation that failed before its profile was named. */
const resultOf = (last: number) =>
  PendingNotification.decode(
    ProfileInstallationResult.encode({
      profileInstallationResultData: {
        der: ProfileInstallationResultData.encode({
          transactionId: transactionId(last),
          notificationMetadata: metadata(),
          smdpOid: '2.999.10',
          finalResult: { result: 'error', bppCommandId: 0, errorReason: 2 },
        }),
      },
      euiccSignPIR: new Uint8Array(64),
    }),
  );

describe('kept sessions', () => {
  const open = (name: string) => KeptSessions.open(join(folder, name));

  test('are found by the profile, the last download first, and by the transaction', async () => {
    const kept = await open('found');
    await kept.keep(session(2));
    await kept.keep(session(1));
    await kept.keep(session(3, '8944000000000000002'));
    expect(await kept.find(about(ICCID))).toEqual(session(2));
    expect(await kept.find(resultOf(1))).toEqual(session(1));
    expect(await kept.find(about('8944000000000000003'))).toBeUndefined();
    expect(await kept.find(resultOf(9))).toBeUndefined();
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

  test.each(['', '{}', '{"format":"zkcx-rsp-session","version":2}', '[1]'])(
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
    const made: string[] = [];
    const proofs = unprovenDevice(made);
    expect(await storedCredential(ask, proofs)).toBeUndefined();
    await ask.store.add('server', credentialOf([DP_AUTH]));
    await ask.store.add('device', credentialOf());
    const found = await storedCredential(ask, proofs);
    expect(found?.certificates.at(-1)?.der).toEqual(EUICC.der);
    const other = { ...ask, eid: EID.replace(/.$/, '6') };
    expect(await storedCredential(other, proofs)).toBeUndefined();
    const otherCi = { ...ask, ciKeyIdentifier: new Uint8Array(20) };
    expect(await storedCredential(otherCi, proofs)).toBeUndefined();
    expect(made).toEqual([]);
  });

  test('are proven anew when they are over, and take their own place', async () => {
    const ask = await wanted('over', NOW + 2n * YEAR);
    await ask.store.add('device', credentialOf());
    const [before] = await ask.store.list(NOW);
    const made: string[] = [];
    const proofs: DeviceProofs = {
      ...unprovenDevice(made),
      renewed: async ({ certificates }, { now }) => {
        expect(now).toBe(ask.at);
        return credentialOf([...certificates], countingBytes(99));
      },
    };
    expect(await storedCredential(ask, proofs)).toBeDefined();
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
  ])('does not fall back to certificates where %s says what was meant', async (...flags) => {
    const { status, stdout } = await download(...flags);
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'ERR_CLI_USAGE', message: expect.stringContaining('belong to --zkcx') },
    });
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
