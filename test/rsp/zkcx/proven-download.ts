import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { Prover } from '../../../src/prover/prover.ts';
import { cardInterface, openIsdr } from '../../../src/rsp/apdu/index.ts';
import { es10, es9pClient } from '../../../src/rsp/lpa/index.ts';
import { es9pApp } from '../../../src/rsp/smdpp/app.ts';
import type { ZkcxExtension } from '../../../src/rsp/smdpp/extension.ts';
import {
  deviceProofs,
  downloadZkcx,
  KeptSessions,
  type ZkcxEvent,
} from '../../../src/rsp/zkcx/device/index.ts';
import { zkcxServer } from '../../../src/rsp/zkcx/server/index.ts';
import { CredentialStore } from '../../../src/session/credential-store.ts';
import { fixture } from '../../support/certificates/keys.ts';
import { provenCredential } from '../../support/credentials.ts';
import { countedRandom, testEuicc } from '../../support/rsp/emulator.ts';
import { ADDRESS, TestSmdp } from '../../support/rsp/smdpp.ts';
import { MAP, POLICY, SERVER_OID, serverRootsOf } from '../../session/world.ts';

const MINUTES = 60_000;
const TS48_ICCID = '89000123456789012341';
const PROFILE = fixture('rsp/profiles/TS48v3_SAIP2.1_BERTLV.der');
const ROOTS = serverRootsOf(MAP);

interface Wanted {
  readonly prover: Prover;
  readonly folder: string;
}

/**
 * A whole `zkcx-device` download to an eUICC as it is today, with proofs made and verified in processes of
 * their own: order the profile at a server, download it, and expect its bytes on the eUICC. In `zkcx` it
 * takes two chains and two statements more: npm run demo:zkcx.
 */
export async function download(wanted: Wanted) {
  const smdp = await TestSmdp.open();
  const refusals: string[] = [];
  const open = zkcxServer({
    roots: async () => ROOTS,
    onRefusal: (name, code) => refusals.push(`${name} ${code}`),
  });
  const extension = await open(smdp.server.context);
  try {
    return { ...(await downloadFrom(smdp, extension, wanted)), refusals };
  } finally {
    await extension.close();
    await smdp.close();
  }
}

async function downloadFrom(smdp: TestSmdp, extension: ZkcxExtension, { prover, folder }: Wanted) {
  await smdp.profile({ package: Buffer.from(PROFILE).toString('base64') });
  const { matchingId } = await smdp.order({ iccid: TS48_ICCID });
  const euicc = await testEuicc();
  const app = es9pApp(smdp.server, {}, extension);
  const asked: string[] = [];
  const server = es9pClient(ADDRESS, {
    fetch: async (url, init) => {
      asked.push(url.slice(url.lastIndexOf('/') + 1));
      return app.request(url, init);
    },
    timeout: 2 * MINUTES,
  });
  const credentials = await CredentialStore.open(join(folder, 'credentials'));
  await credentials.add('euicc', await provenCredential('euicc-1'));
  const events: ZkcxEvent[] = [];
  const done = await downloadZkcx({
    es10: es10(await openIsdr(cardInterface(euicc.card))),
    server,
    notificationServer: () => server,
    mode: 'zkcx-device',
    matchingId: matchingId!,
    oid: SERVER_OID,
    policy: { ...POLICY, maps: [MAP] },
    credentials,
    sessions: await KeptSessions.open(join(folder, 'sessions')),
    proofs: deviceProofs(prover),
    random: countedRandom('zkcx-device'),
    consent: async () => 'accept',
    confirmationCode: async () => undefined,
    onEvent: (event) => events.push(event),
  });
  expect(done.notification?.failure).toBeUndefined();
  expect(await euicc.profilePackage(done.isdpAid)).toEqual(PROFILE);
  expect((await smdp.storedOrder(TS48_ICCID))?.state).toBe('installed');
  return { asked, proven: events.flatMap((event) => (event.type === 'proven' ? event.what : [])) };
}
