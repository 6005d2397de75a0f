/** LoadBoundProfilePackage: what is installed, every ErrorReason, segments of any size, interruptions. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { cardInterface, openIsdr } from '../../../src/rsp/apdu/index.ts';
import { segmentsOf } from '../../../src/rsp/es8p/index.ts';
import { levelStore } from '../../../src/rsp/euicc/index.ts';
import type { Euicc } from '../../../src/rsp/euicc/index.ts';
import {
  decodeBoundProfilePackage,
  decodeInitialiseSecureChannel,
  encodeBoundProfilePackage,
  encodeInitialiseSecureChannel,
  encodeInitialiseSecureChannelFields,
} from '../../../src/rsp/messages/boundProfilePackage.ts';
import type {
  BoundProfilePackage,
  InitialiseSecureChannel,
} from '../../../src/rsp/messages/boundProfilePackage.ts';
import {
  BPP_COMMAND,
  decodeProfileInstallationResult,
  INSTALLATION_ERROR,
} from '../../../src/rsp/messages/installationResult.ts';
import { isSignature, sign } from '../../../src/rsp/messages/signature.ts';
import { encodeTlv } from '../../../src/rsp/messages/tlv.ts';
import { KEYS } from '../../support/certificates/keys.ts';
import {
  DPPB_SECRET,
  es10Of,
  install,
  METADATA,
  PROFILE,
  testEuicc,
  TestDownload,
} from '../../support/rsp/emulator.ts';

let euicc: Euicc;
let download: TestDownload;
beforeEach(async () => {
  euicc = await testEuicc();
  download = new TestDownload(await es10Of(euicc));
});

const load = async (bpp: Uint8Array) => (await download.es10.loadBoundProfilePackage(bpp)).data;

/** What the eUICC answers to bytes in place of a package, in pieces as they are. */
async function loadPieces(pieces: readonly Uint8Array[]) {
  const channel = await openIsdr(await keepOn(euicc));
  for (const piece of pieces) {
    const response = await channel.request(piece);
    if (response.length > 0) return decodeProfileInstallationResult(response).data;
  }
  throw Error('no result');
}

/** The interface without the reset that begins a session of a real card. */
async function keepOn({ card }: Euicc) {
  return { ...cardInterface(card), connect: async () => {} };
}

/** The package with a part replaced. */
function replaced(bpp: Uint8Array, change: (parts: BoundProfilePackage) => object): Uint8Array {
  const parts = decodeBoundProfilePackage(bpp);
  return encodeBoundProfilePackage({ ...parts, ...change(parts) });
}

/** InitialiseSecureChannel with another value, signed for it. */
const resigned = (change: Partial<InitialiseSecureChannel>) => (bpp: Uint8Array) =>
  replaced(bpp, ({ initialiseSecureChannel }) => {
    const request = { ...decodeInitialiseSecureChannel(initialiseSecureChannel), ...change };
    const euiccOtpk = encodeTlv(0x5f49, download.euiccOtpk);
    const fields = encodeInitialiseSecureChannelFields(request);
    const smdpSign = change.smdpSign ?? sign(DPPB_SECRET, fields, euiccOtpk);
    return { initialiseSecureChannel: encodeInitialiseSecureChannel({ ...request, smdpSign }) };
  });

const flipped = (bytes: Uint8Array, at: number) =>
  bytes.map((byte, i) => (i === (at + bytes.length) % bytes.length ? byte ^ 1 : byte));

describe('a package', () => {
  test.each([false, true])('is installed; session keys replaced: %s', async (replace) => {
    const keys = {
      initialMacChainingValue: new Uint8Array(16).fill(1),
      ppkEnc: new Uint8Array(16).fill(2),
      ppkCmac: new Uint8Array(16).fill(3),
    };
    const bpp = await download.bound(replace ? { replaceSessionKeys: keys } : {});
    const { finalResult, smdpOid } = await load(bpp);
    if (finalResult.result !== 'success') throw Error('refused');
    expect(smdpOid).toBe('2.999.10');
    expect(await euicc.profilePackage(finalResult.aid)).toEqual(PROFILE);
    expect(await download.es10.profiles()).toEqual([
      expect.objectContaining({
        iccid: METADATA.iccid,
        isdpAid: finalResult.aid,
        profileState: 'disabled',
        profileName: METADATA.profileName,
      }),
    ]);
  });

  test('is signed for, and told of in the queue', async () => {
    const bpp = await download.bound();
    const result = await download.es10.loadBoundProfilePackage(bpp);
    const key = KEYS.euicc.publicKey;
    expect(isSignature(result.euiccSignPir, key, result.signedData)).toBe(true);
    const list = await download.es10.listNotifications();
    expect(list).toEqual([
      expect.objectContaining({ seqNumber: 0, notificationAddress: 'smdpp.example.com' }),
      // the metadata ask for another address to be told
      expect.objectContaining({ seqNumber: 1, notificationAddress: 'a.example.com' }),
    ]);
    expect((await download.es10.retrieveNotification(0))?.der).toEqual(result.der);
  });

  test.each([2, 7, 64, 1_000])('comes in pieces of %i bytes', async (size) => {
    const bpp = await download.bound({ profile: PROFILE.slice(0, 20 * size) });
    const pieces = [];
    for (let at = 0; at < bpp.length; at += size) pieces.push(bpp.subarray(at, at + size));
    expect((await loadPieces(pieces)).finalResult.result).toBe('success');
  });

  test('comes once for a session', async () => {
    await load(await download.bound());
    await expect(load(download.package())).rejects.toMatchObject({
      code: 'ERR_RSP_APDU',
      reason: '6985',
    });
  });

  test('comes after PrepareDownload only', async () => {
    await download.authenticate();
    await expect(load(download.package({ euiccOtpk: KEYS.ci.point }))).rejects.toMatchObject({
      reason: '6985',
    });
  });
});

type Reason = keyof typeof INSTALLATION_ERROR;
type Command = keyof typeof BPP_COMMAND;

describe('a package is refused for', () => {
  const cases: [string, (bpp: Uint8Array) => Uint8Array, Command, Reason][] = [
    [
      'another operation',
      resigned({ remoteOpId: 2 }),
      'initialiseSecureChannel',
      'unsupportedRemoteOperationType',
    ],
    [
      'another transaction',
      resigned({ transactionId: new Uint8Array(16) }),
      'initialiseSecureChannel',
      'invalidTransactionId',
    ],
    [
      'other keys than AES',
      resigned({ keyType: 0x80 }),
      'initialiseSecureChannel',
      'unsupportedCrtValues',
    ],
    [
      'longer keys',
      resigned({ keyLength: 0x20 }),
      'initialiseSecureChannel',
      'unsupportedCrtValues',
    ],
    [
      'a wrong signature',
      resigned({ smdpSign: new Uint8Array(64).fill(1) }),
      'initialiseSecureChannel',
      'invalidSignature',
    ],
    [
      'a key that is no point',
      resigned({ smdpOtpk: Uint8Array.from({ length: 65 }, (_, i) => (i === 0 ? 4 : 1)) }),
      'initialiseSecureChannel',
      'incorrectInputValues',
    ],
    [
      'a wrong MAC on ConfigureISDP',
      (bpp) => replaced(bpp, (p) => ({ configureIsdp: [flipped(p.configureIsdp[0]!, -1)] })),
      'configureISDP',
      'scp03tSecurityError',
    ],
    [
      'metadata changed on the way',
      (bpp) => replaced(bpp, (p) => ({ storeMetadata: [flipped(p.storeMetadata[0]!, 20)] })),
      'storeMetadata',
      'scp03tSecurityError',
    ],
    [
      'a profile changed on the way',
      (bpp) =>
        replaced(bpp, ({ profileElements: [first, ...rest] }) => ({
          profileElements: [flipped(first!, 30), ...rest],
        })),
      'loadProfileElements',
      'scp03tSecurityError',
    ],
    [
      'segments in another order',
      (bpp) =>
        replaced(bpp, ({ profileElements: [first, second, ...rest] }) => ({
          profileElements: [second!, first!, ...rest],
        })),
      'loadProfileElements',
      'scp03tSecurityError',
    ],
    [
      'a segment left out',
      (bpp) => replaced(bpp, (p) => ({ profileElements: p.profileElements.slice(1) })),
      'loadProfileElements',
      'scp03tSecurityError',
    ],
    [
      'a segment without room for a MAC',
      (bpp) => replaced(bpp, () => ({ profileElements: [encodeTlv(0x86, new Uint8Array(4))] })),
      'loadProfileElements',
      'scp03tStructureError',
    ],
  ];

  test.each(cases)('%s', async (_, change, command, reason) => {
    const { finalResult, notificationMetadata } = await load(change(await download.bound()));
    expect(finalResult).toEqual({
      result: 'error',
      bppCommandId: BPP_COMMAND[command],
      errorReason: INSTALLATION_ERROR[reason],
      simaResponse: undefined,
    });
    // the server gets to know
    expect(await download.es10.listNotifications()).toEqual([
      expect.objectContaining({ seqNumber: notificationMetadata.seqNumber }),
    ]);
    expect(await download.es10.profiles()).toEqual([]);
    // and nothing of the session is left
    const { transactionId } = download;
    expect(await download.es10.cancelSession({ transactionId, reason: 5 })).toMatchObject({
      result: 'error',
    });
  });

  const errorOf = async (bpp: Uint8Array) => {
    const { finalResult } = await load(bpp);
    return finalResult.result === 'error' ? finalResult.errorReason : 'installed';
  };

  test("another server's OID", async () => {
    const bpp = await download.bound({ dpOid: '2.999.11' });
    expect(await errorOf(bpp)).toBe(INSTALLATION_ERROR.incorrectInputValues);
  });

  test("another eUICC's EID in the key derivation", async () => {
    const bpp = await download.bound({ eid: new Uint8Array(16) });
    expect(await errorOf(bpp)).toBe(INSTALLATION_ERROR.scp03tSecurityError);
  });

  test('metadata that are none', async () => {
    const bpp = await download.bound({ metadata: encodeTlv(0xbf25) });
    expect(await errorOf(bpp)).toBe(INSTALLATION_ERROR.incorrectInputValues);
  });

  test('an ICCID that is there', async () => {
    await install(download.es10);
    expect(await errorOf(await download.bound())).toBe(
      INSTALLATION_ERROR.installFailedDueToIccidAlreadyExistsOnEuicc,
    );
    expect(await download.es10.profiles()).toHaveLength(1);
  });

  test('a profile that must not be disabled beside another one', async () => {
    await install(download.es10, { iccid: '8949000000000000025' });
    const bpp = await download.bound({}, { profilePolicyRules: ['ppr1'] });
    expect(await errorOf(bpp)).toBe(INSTALLATION_ERROR.pprNotAllowed);
  });

  test('rules that the eUICC forbids', async () => {
    euicc = await testEuicc({ info: { forbiddenProfilePolicyRules: ['ppr2'] } });
    download = new TestDownload(await es10Of(euicc));
    const bpp = await download.bound({}, { profilePolicyRules: ['ppr2'] });
    expect(await errorOf(bpp)).toBe(INSTALLATION_ERROR.pprNotAllowed);
  });

  test('too little memory, said before and after', async () => {
    euicc = await testEuicc({ memory: PROFILE.length });
    download = new TestDownload(await es10Of(euicc));
    expect(await errorOf(await download.bound())).toBe(
      INSTALLATION_ERROR.installFailedDueToInsufficientMemoryForProfile,
    );
    const { extCardResource } = await download.es10.euiccInfo2();
    const free = PROFILE.length - (await download.es10.retrieveNotification(0))!.der.length;
    expect(Buffer.from(extCardResource).toString('hex')).toContain(
      `8204${free.toString(16).padStart(8, '0')}`,
    );
  });
});

describe('malformed packages', () => {
  const structure = INSTALLATION_ERROR.scp03tStructureError;
  const wrap = (...parts: Uint8Array[]) => encodeTlv(0xbf36, ...parts);

  test.each<[string, (bpp: BoundProfilePackage & { der: Uint8Array }) => Uint8Array]>([
    ['empty', () => wrap()],
    ['something else first', () => wrap(encodeTlv(0xa0, new Uint8Array(3)))],
    ['the request too long', () => wrap(encodeTlv(0xbf23, new Uint8Array(2_000)))],
    [
      'A1 before A0',
      ({ initialiseSecureChannel }) =>
        wrap(initialiseSecureChannel, encodeTlv(0xa1, encodeTlv(0x88, new Uint8Array(9)))),
    ],
    [
      'nothing in A0',
      ({ initialiseSecureChannel }) => wrap(initialiseSecureChannel, encodeTlv(0xa0)),
    ],
    [
      '86 in A0',
      ({ initialiseSecureChannel }) =>
        wrap(initialiseSecureChannel, encodeTlv(0xa0, encodeTlv(0x86, new Uint8Array(9)))),
    ],
    [
      'a length that is not minimal',
      ({ initialiseSecureChannel }) =>
        wrap(initialiseSecureChannel, Uint8Array.of(0xa0, 0x81, 0x03, 0x87, 0x01, 0x00)),
    ],
    [
      'an indefinite length',
      ({ initialiseSecureChannel }) =>
        wrap(initialiseSecureChannel, Uint8Array.of(0xa0, 0x80, 0x87, 0x01, 0x00)),
    ],
    [
      'a sequence longer than the package',
      ({ initialiseSecureChannel }) =>
        wrap(initialiseSecureChannel, Uint8Array.of(0xa0, 0x20, 0x87, 0x01, 0x00)),
    ],
    ['bytes after the end', ({ der }) => Uint8Array.of(...der, 0)],
  ])('%s', async (_, make) => {
    const bpp = make(decodeBoundProfilePackage(await download.bound()));
    const { finalResult } = await loadPieces([bpp]);
    expect(finalResult).toMatchObject({ result: 'error', errorReason: structure });
    expect(await download.es10.profiles()).toEqual([]);
  });
});

test('no bit of a package can be another one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: 0, max: 7 }), async (place, bit) => {
      const bpp = await download.bound({ profile: PROFILE.slice(0, 100) });
      const changed = bpp.slice();
      changed[place % bpp.length]! ^= 1 << bit;
      const result = await loadPieces([changed]).then(
        (data) => data.finalResult.result,
        () => 'no result',
      );
      expect(result).not.toBe('success');
      expect(await download.es10.profiles()).toEqual([]);
    }),
    { numRuns: 25 },
  );
});

describe('an interruption', () => {
  const interrupted = INSTALLATION_ERROR.installFailedDueToInterruption;

  test('by another request ends the installation', async () => {
    const segments = segmentsOf(await download.bound());
    const channel = await openIsdr(await keepOn(euicc));
    for (const segment of segments.slice(0, -1)) await channel.request(segment);
    await channel.request(encodeTlv(0xbf2e));
    const [entry] = await download.es10.listNotifications();
    const pending = await download.es10.retrieveNotification(entry!.seqNumber);
    expect(pending).toMatchObject({ data: { finalResult: { errorReason: interrupted } } });
    await expect(channel.request(segments.at(-1)!)).rejects.toMatchObject({ code: 'ERR_RSP_APDU' });
    expect(await download.es10.profiles()).toEqual([]);
  });

  test.each([1, 4])('by a reset after %i segments', async (count) => {
    const segments = segmentsOf(await download.bound());
    const channel = await openIsdr(await keepOn(euicc));
    for (const segment of segments.slice(0, count)) await channel.request(segment);
    await euicc.card.reset();
    const after = await es10Of(euicc);
    expect(await after.profiles()).toEqual([]);
    const [entry] = await after.listNotifications();
    expect((await after.retrieveNotification(entry!.seqNumber))!).toMatchObject({
      data: { finalResult: { errorReason: interrupted } },
    });
  });

  test('leaves the one-time key, so that the same package can come again', async () => {
    const bpp = await download.bound();
    const first = download.euiccOtpk;
    const channel = await openIsdr(await keepOn(euicc));
    await channel.request(segmentsOf(bpp)[0]!);
    await euicc.card.reset();
    download = new TestDownload(await es10Of(euicc));
    await download.authenticate();
    await download.prepare({ signed: { bppEuiccOtpk: first } });
    expect(download.euiccOtpk).toEqual(first);
    expect((await load(bpp)).finalResult.result).toBe('success');
    // a package that was installed has used its key up
    await download.authenticate();
    await download.prepare({ signed: { bppEuiccOtpk: first } });
    expect(download.euiccOtpk).not.toEqual(first);
  });
});

test('profiles, notifications and keys survive the power', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'zkcx-euicc-'));
  try {
    euicc = await testEuicc({ store: await levelStore(folder) });
    let es10 = await es10Of(euicc);
    const isdpAid = await install(es10);
    await es10.enableProfile({ isdpAid });
    await es10.setNickname(METADATA.iccid, 'mine');
    await es10.setDefaultDpAddress('default.example.com');
    download = new TestDownload(es10);
    await download.authenticate();
    await download.prepare();
    const kept = download.euiccOtpk;
    const before = [await es10.profiles(), await es10.listNotifications()];
    await expect(levelStore(folder)).rejects.toMatchObject({ code: 'ERR_RSP_EUICC_STATE' });
    await euicc.close();

    euicc = await testEuicc({ store: await levelStore(folder) });
    es10 = await es10Of(euicc);
    expect([await es10.profiles(), await es10.listNotifications()]).toEqual(before);
    expect((await es10.configuredAddresses()).defaultDpAddress).toBe('default.example.com');
    expect(await euicc.profilePackage(isdpAid)).toEqual(PROFILE);
    download = new TestDownload(es10);
    await download.authenticate();
    await download.prepare({ signed: { bppEuiccOtpk: kept } });
    expect(download.euiccOtpk).toEqual(kept);
    await es10.disableProfile({ isdpAid });
    await es10.deleteProfile({ isdpAid });
    expect(await euicc.profilePackage(isdpAid)).toBeUndefined();
    await euicc.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
