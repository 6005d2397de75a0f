/**
 * A whole download with real proofs, made and verified in processes of their own: `zkcx-device` with an
 * eUICC as it is today. The same in `zkcx` takes two chains and two statements more: npm run demo:zkcx.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { Prover } from '../../../src/prover/prover.ts';
import { cardInterface, openIsdr } from '../../../src/rsp/apdu/index.ts';
import type { EuiccFirmware } from '../../../src/rsp/euicc/index.ts';
import { es10, es9pClient } from '../../../src/rsp/lpa/index.ts';
import { es9pApp } from '../../../src/rsp/smdpp/app.ts';
import type { ZkcxExtension } from '../../../src/rsp/smdpp/extension.ts';
import {
  deviceProofs,
  downloadZkcx,
  KeptSessions,
  type ZkcxEvent,
} from '../../../src/rsp/zkcx/device/index.ts';
import type { ZkcxMode } from '../../../src/rsp/zkcx/negotiation.ts';
import { zkcxServer } from '../../../src/rsp/zkcx/server/index.ts';
import { CredentialStore } from '../../../src/session/credentialStore.ts';
import { KEYS, proveAlone } from '../../support/alone.ts';
import { fixture } from '../../support/certificates/keys.ts';
import { provenCredential } from '../../support/credentials.ts';
import { countedRandom, testEuicc } from '../../support/rsp/emulator.ts';
import { ADDRESS, TestSmdp } from '../../support/rsp/smdpp.ts';
import { ANCHORS, MAP, POLICY, rootsOf, SERVER_OID, TRUST } from '../../session/world.ts';

const MINUTES = 60_000;
const TS48_ICCID = '89000123456789012341';
const PROFILE = fixture('rsp/profiles/TS48v3_SAIP2.1_BERTLV.der');
const ROOTS = { ...rootsOf(MAP), anchors: ANCHORS, trust: TRUST, map: MAP };

const folder = mkdtempSync(join(tmpdir(), 'zkcx-downloads-'));
const prover = new Prover({ cache: KEYS });

proveAlone();

afterAll(() => {
  prover.close();
  rmSync(folder, { recursive: true });
});

/** Order the profile at a server of its own, download it, and expect its bytes on the eUICC. */
async function download(mode: ZkcxMode, firmware: EuiccFirmware) {
  const smdp = await TestSmdp.open();
  const refusals: string[] = [];
  const open = zkcxServer({
    folder: join(folder, `${mode}-server`),
    roots: async () => ROOTS,
    onRefusal: (name, code) => refusals.push(`${name} ${code}`),
  });
  const extension = await open(smdp.server.context);
  try {
    return { ...(await downloadFrom(smdp, extension, mode, firmware)), refusals };
  } finally {
    await extension.close();
    await smdp.close();
  }
}

async function downloadFrom(
  smdp: TestSmdp,
  extension: ZkcxExtension,
  mode: ZkcxMode,
  firmware: EuiccFirmware,
) {
  await smdp.profile({ package: Buffer.from(PROFILE).toString('base64') });
  const { matchingId } = await smdp.order({ iccid: TS48_ICCID });
  const euicc = await testEuicc({ firmware });
  const app = es9pApp(smdp.server, {}, extension);
  const asked: string[] = [];
  const server = es9pClient(ADDRESS, {
    fetch: async (url, init) => {
      asked.push(url.slice(url.lastIndexOf('/') + 1));
      return app.request(url, init);
    },
    timeout: 2 * MINUTES,
  });
  const credentials = await CredentialStore.open(join(folder, `${mode}-credentials`));
  await credentials.add('euicc', await provenCredential('euicc-1'));
  const events: ZkcxEvent[] = [];
  const done = await downloadZkcx({
    es10: es10(await openIsdr(cardInterface(euicc.card))),
    server,
    notificationServer: () => server,
    mode,
    matchingId: matchingId!,
    oid: SERVER_OID,
    device: { tac: Uint8Array.of(0x35, 0x29, 6, 0x11), deviceCapabilities: {} },
    policy: POLICY,
    credentials,
    sessions: await KeptSessions.open(join(folder, `${mode}-sessions`)),
    proofs: deviceProofs(prover),
    random: countedRandom(mode),
    consent: async () => 'accept',
    confirmationCode: async () => undefined,
    onEvent: (event) => events.push(event),
  });
  expect(done.notification?.failure).toBeUndefined();
  expect(await euicc.profilePackage(done.isdpAid)).toEqual(PROFILE);
  expect((await smdp.storedOrder(TS48_ICCID))?.state).toBe('installed');
  return { asked, proven: events.flatMap((event) => (event.type === 'proven' ? event.what : [])) };
}

test(
  "zkcx-device: today's eUICC, two proofs, the EID told with consent",
  async () => {
    const { asked, proven, refusals } = await download('zkcx-device', 'classic');
    expect(refusals).toEqual([]);
    expect(proven).toEqual(['presentation']);
    expect(asked).toContain('zkcxDisclose');
  },
  10 * MINUTES,
);
