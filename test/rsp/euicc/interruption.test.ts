/** Packages that are no packages, that stop half way, and what is left without power. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { openIsdr } from '../../../src/rsp/apdu/index.ts';
import { segmentsOf } from '../../../src/sgp22/bpp/index.ts';
import { levelStore } from '../../../src/rsp/euicc/index.ts';
import type { Euicc } from '../../../src/rsp/euicc/index.ts';
import type { Value } from '../../../src/sgp22/codec/codec.ts';
import { BoundProfilePackage } from '../../../src/sgp22/messages/bound-profile-package.ts';
import { INSTALLATION_ERROR } from '../../../src/sgp22/messages/installation-result.ts';
import { encodeTlv } from '../../../src/asn1/tlv.ts';
import {
  es10Of,
  install,
  keepOn,
  loadPieces,
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

const load = async (bpp: Uint8Array) =>
  (await download.es10.loadBoundProfilePackage(bpp)).profileInstallationResultData;

describe('malformed packages', () => {
  const structure = INSTALLATION_ERROR.scp03tStructureError;
  const wrap = (...parts: Uint8Array[]) => encodeTlv(0xbf36, ...parts);

  test.each<[string, (bpp: Value<typeof BoundProfilePackage>) => Uint8Array]>([
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
    const bpp = make(BoundProfilePackage.decode(await download.bound()));
    const { finalResult } = await loadPieces(euicc, [bpp]);
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
      const result = await loadPieces(euicc, [changed]).then(
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
    const channel = await openIsdr(keepOn(euicc));
    for (const segment of segments.slice(0, -1)) await channel.request(segment);
    await channel.request(encodeTlv(0xbf2e));
    const [entry] = await download.es10.listNotifications();
    const pending = await download.es10.retrieveNotification(entry!.seqNumber);
    expect(pending).toMatchObject({
      profileInstallationResultData: { finalResult: { errorReason: interrupted } },
    });
    await expect(channel.request(segments.at(-1)!)).rejects.toMatchObject({ code: 'ERR_RSP_APDU' });
    expect(await download.es10.profiles()).toEqual([]);
  });

  test.each([1, 4])('by a reset after %i segments', async (count) => {
    const segments = segmentsOf(await download.bound());
    const channel = await openIsdr(keepOn(euicc));
    for (const segment of segments.slice(0, count)) await channel.request(segment);
    await euicc.card.reset();
    const after = await es10Of(euicc);
    expect(await after.profiles()).toEqual([]);
    const [entry] = await after.listNotifications();
    expect((await after.retrieveNotification(entry!.seqNumber))!).toMatchObject({
      profileInstallationResultData: { finalResult: { errorReason: interrupted } },
    });
  });

  test('leaves the one-time key, so that the same package can come again', async () => {
    const bpp = await download.bound();
    const first = download.euiccOtpk;
    const channel = await openIsdr(keepOn(euicc));
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
