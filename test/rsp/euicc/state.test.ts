/** What an eUICC refuses to start with. */
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ClassicLevel } from 'classic-level';
import { ZkcxError } from '../../../src/errors.ts';
import { levelStore, memoryStore } from '../../../src/rsp/euicc/index.ts';
import { build, fixture, sgp26Device } from '../../support/certificates/index.ts';
import { attribute, attributesOf, name, OID } from '../../support/certificates/fields.ts';
import { TAG } from '../../support/certificates/der.ts';
import { KEYS } from '../../support/certificates/keys.ts';
import { EID, es10Of, SGP26_CREDENTIAL, testEuicc } from '../../support/rsp/emulator.ts';

const refused = { code: 'ERR_RSP_EUICC_STATE' };

describe('credentials', () => {
  test.each([
    ['none', []],
    ["another one's key", [{ ...SGP26_CREDENTIAL, secretKey: KEYS.eum.secret }]],
    ['a key that is none', [{ ...SGP26_CREDENTIAL, secretKey: new Uint8Array(32) }]],
    [
      "another EUM's certificate",
      [
        {
          ...SGP26_CREDENTIAL,
          eumCertificate: fixture('sgp26-2017/CERT_EUM_ECDSA_NIST_2017.der').slice(),
          certificate: fixture('sgp26/DPauth/CERT_S_SM_DPauth_ECDSA_NIST.der'),
          secretKey: KEYS.dpAuth.secret,
        },
      ],
    ],
    ['those of two eUICCs', [SGP26_CREDENTIAL, withEid('89049032000000000000000000000000')]],
  ])('%s', async (_, credentials) => {
    await expect(testEuicc({ credentials })).rejects.toMatchObject(refused);
  });

  test('several of one eUICC are offered to servers', async () => {
    const es10 = await es10Of(await testEuicc({ credentials: [SGP26_CREDENTIAL, withEid(EID)] }));
    expect((await es10.euiccInfo1()).euiccCiPKIdListForSigning).toHaveLength(2);
  });
});

/** The SGP.26 eUICC under another EID. */
function withEid(eid: string) {
  const [eumCertificate, certificate] = build(sgp26Device(), {
    2: (draft) => {
      const attributes = attributesOf(draft.subject);
      attributes[2] = attribute(OID.serialNumber, eid, TAG.printableString);
      draft.subject = name(...attributes);
    },
  }).certificates;
  return {
    certificate: certificate!,
    eumCertificate: eumCertificate!,
    secretKey: KEYS.euicc.secret,
  };
}

describe('a store', () => {
  let folder: string;
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'zkcx-state-')), 'euicc');
  });
  afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

  test.each([
    'no JSON',
    '{}',
    '{"version":2}',
    '{"version":1,"nextSeqNumber":-1,"nextIsdp":0,"defaultDpAddress":"","profiles":[],"notifications":[],"oneTimeKeys":[]}',
  ])('that holds %j', async (content) => {
    mkdirSync(folder, { mode: 0o700 });
    const db = new ClassicLevel(folder);
    await db.put('state', content);
    await db.close();
    const store = await levelStore(folder);
    await expect(testEuicc({ store })).rejects.toMatchObject(refused);
    await store.close();
  });

  test('that cannot be written to changes nothing', async () => {
    const full = {
      ...memoryStore(),
      commit: () => Promise.reject(new ZkcxError('ERR_RSP_EUICC_STATE', 'full')),
    };
    const es10 = await es10Of(await testEuicc({ store: full }));
    await expect(es10.setDefaultDpAddress('a.example.com')).rejects.toMatchObject({
      code: 'ERR_RSP_APDU',
      reason: '6F00',
    });
    expect((await es10.configuredAddresses()).defaultDpAddress).toBeUndefined();
  });

  test('is its owner’s alone', async () => {
    const store = await levelStore(folder);
    expect(statSync(folder).mode & 0o077).toBe(0);
    await store.close();
  });

  test('takes Buffers for what they are', async () => {
    const store = await levelStore(folder);
    const before = await store.load();
    const notifications = [{ seqNumber: 0, der: Buffer.from('3000', 'hex') }];
    await store.commit({ ...before, notifications });
    const [entry] = (await store.load()).notifications;
    expect(entry).toEqual({ seqNumber: 0, der: Uint8Array.of(0x30, 0x00) });
    await store.close();
  });
});
