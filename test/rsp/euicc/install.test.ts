/** LoadBoundProfilePackage: what is installed, segments of any size, every ErrorReason. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Euicc } from '../../../src/rsp/euicc/index.ts';
import type { Value } from '../../../src/sgp22/codec/codec.ts';
import {
  BoundProfilePackage,
  InitialiseSecureChannelRequest,
  SmdpSignInput,
} from '../../../src/sgp22/messages/bound-profile-package.ts';
import {
  BPP_COMMAND,
  INSTALLATION_ERROR,
} from '../../../src/sgp22/messages/installation-result.ts';
import { isSignature, sign } from '../../../src/sgp22/messages/signature.ts';
import { encodeTlv } from '../../../src/asn1/tlv.ts';
import { KEYS } from '../../support/certificates/keys.ts';
import {
  DPPB_SECRET,
  es10Of,
  install,
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

/** The package with a part replaced. */
function replaced(
  bpp: Uint8Array,
  change: (parts: Value<typeof BoundProfilePackage>) => object,
): Uint8Array {
  const parts = BoundProfilePackage.decode(bpp);
  return BoundProfilePackage.encode({ ...parts, ...change(parts) });
}

/** InitialiseSecureChannel with another value, signed for it. */
const resigned = (change: Partial<InitialiseSecureChannelRequest>) => (bpp: Uint8Array) =>
  replaced(bpp, ({ initialiseSecureChannel }) => {
    const { euiccOtpk } = download;
    const before = InitialiseSecureChannelRequest.decode(initialiseSecureChannel);
    const request = { ...before, ...change };
    const smdpSign =
      change.smdpSign ?? sign(DPPB_SECRET, SmdpSignInput.encode({ ...request, euiccOtpk }));
    return {
      initialiseSecureChannel: InitialiseSecureChannelRequest.encode({ ...request, smdpSign }),
    };
  });

const crt = (change: Partial<InitialiseSecureChannelRequest['controlRefTemplate']>) => ({
  controlRefTemplate: {
    keyType: 0x88,
    keyLen: 0x10,
    hostId: new TextEncoder().encode('host'),
    ...change,
  },
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
    expect(isSignature(result.euiccSignPIR, key, result.profileInstallationResultData.der)).toBe(
      true,
    );
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
    expect((await loadPieces(euicc, pieces)).finalResult.result).toBe('success');
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
      resigned(crt({ keyType: 0x80 })),
      'initialiseSecureChannel',
      'unsupportedCrtValues',
    ],
    [
      'longer keys',
      resigned(crt({ keyLen: 0x20 })),
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
      (bpp) => replaced(bpp, (p) => ({ configureISDP: [flipped(p.configureISDP[0]!, -1)] })),
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
        replaced(bpp, ({ loadProfileElements: [first, ...rest] }) => ({
          loadProfileElements: [flipped(first!, 30), ...rest],
        })),
      'loadProfileElements',
      'scp03tSecurityError',
    ],
    [
      'segments in another order',
      (bpp) =>
        replaced(bpp, ({ loadProfileElements: [first, second, ...rest] }) => ({
          loadProfileElements: [second!, first!, ...rest],
        })),
      'loadProfileElements',
      'scp03tSecurityError',
    ],
    [
      'a segment left out',
      (bpp) => replaced(bpp, (p) => ({ loadProfileElements: p.loadProfileElements.slice(1) })),
      'loadProfileElements',
      'scp03tSecurityError',
    ],
    [
      'a segment without room for a MAC',
      (bpp) => replaced(bpp, () => ({ loadProfileElements: [encodeTlv(0x86, new Uint8Array(4))] })),
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
    expect(Buffer.from(extCardResource!).toString('hex')).toContain(
      `8204${free.toString(16).padStart(8, '0')}`,
    );
  });
});
