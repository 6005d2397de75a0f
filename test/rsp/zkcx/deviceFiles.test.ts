/** What the device keeps, and the command that downloads: bad input before anything is sent. */
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { KeptSessions } from '../../../src/rsp/zkcx/device/index.ts';
import type { KeptSession } from '../../../src/rsp/zkcx/device/keptSessions.ts';
import { decodePendingNotification } from '../../../src/rsp/messages/notifications.ts';
import { encodeOtherSignedNotification } from '../../../src/rsp/messages/notifications.ts';
import { encodeNotificationMetadata } from '../../../src/rsp/messages/notificationMetadata.ts';
import {
  encodeProfileInstallationResult,
  encodeProfileInstallationResultData,
} from '../../../src/rsp/messages/installationResult.ts';
import { publicKey } from '../../../src/witness/encode.ts';
import { run } from '../../support/command.ts';
import { EUICC, EUM } from '../../session/world.ts';

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
  decodePendingNotification(
    encodeOtherSignedNotification({
      tbsOtherNotification: encodeNotificationMetadata(metadata(iccid)),
      euiccNotificationSignature: new Uint8Array(64),
      euiccCertificate: EUICC.der,
      eumCertificate: EUM.der,
    }),
  );

/** The result of an installation that failed before its profile was named. */
const resultOf = (last: number) =>
  decodePendingNotification(
    encodeProfileInstallationResult(
      encodeProfileInstallationResultData({
        transactionId: transactionId(last),
        notificationMetadata: metadata(),
        smdpOid: '2.999.10',
        finalResult: { result: 'error', bppCommandId: 0, errorReason: 2 },
      }),
      new Uint8Array(64),
    ),
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
});

describe('zkcx lpa download --zkcx', () => {
  const sgp26 = (file: string) => join('fixtures/sgp26', file);
  const download = (...args: string[]) =>
    run('node', [
      '--import',
      'tsx',
      'src/cli/main.ts',
      'lpa',
      'download',
      'LPA:1$smdpp.example.com$TOKEN',
      '--yes',
      '--json',
      '--root',
      sgp26('CertificateIssuer/CERT_CI_ECDSA_NIST.der'),
      '--credential',
      [
        'eUICC/CERT_EUICC_ECDSA_NIST.der',
        'EUM/CERT_EUM_ECDSA_NIST.der',
        'eUICC/SK_EUICC_ECDSA_NIST.pem',
      ]
        .map(sgp26)
        .join(','),
      ...args,
    ]);

  test('needs a map and places to keep things', () => {
    const { status, stdout } = download('--zkcx');
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: 'ERR_CLI_USAGE' } });
  });

  test('does not know other modes', () => {
    const { status, stderr } = download('--zkcx', 'classic');
    expect(status).toBe(2);
    expect(stderr).toContain('Allowed choices are device, full');
  });
});
