/** Binding and opening: every size, every fault with the reason that the eUICC reports. */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { concatBytes } from '../../../src/bytes.ts';
import { Bsp, deriveSessionKeys, MAX_ENCRYPTED, MAX_MAC_ONLY } from '../../../src/rsp/es8p/bsp.ts';
import {
  agree,
  bindProfile,
  BoundProfileOpener,
  BppError,
  MAX_SEGMENT,
  oneTimePublicKey,
  openBoundProfile,
  segmentsOf,
} from '../../../src/rsp/es8p/index.ts';
import type { Binding, ProfileToBind } from '../../../src/rsp/es8p/index.ts';
import {
  decodeBoundProfilePackage,
  decodeInitialiseSecureChannel,
  encodeBoundProfilePackage,
  encodeConfigureIsdp,
  encodeInitialiseSecureChannel,
  encodeInitialiseSecureChannelFields,
} from '../../../src/rsp/messages/boundProfilePackage.ts';
import type {
  BoundProfilePackage,
  InitialiseSecureChannel,
} from '../../../src/rsp/messages/boundProfilePackage.ts';
import { encodeStoreMetadata } from '../../../src/rsp/messages/metadata.ts';
import { sign } from '../../../src/rsp/messages/signature.ts';
import { encodeTlv, onlyTlv } from '../../../src/rsp/messages/tlv.ts';
import {
  DPPB_CERTIFICATE,
  DPPB_KEY,
  EID,
  fixture,
  fixtureCertificate,
  HEX,
  secretKey,
} from '../recorded.ts';

const euiccOtsk = new Uint8Array(32).fill(0x21);
const smdpOtsk = new Uint8Array(32).fill(0x42);
const transactionId = HEX('0102030405');
const binding: Binding = {
  transactionId,
  euiccOtpk: oneTimePublicKey(euiccOtsk),
  eid: EID,
  smdpOtsk,
  hostId: HEX('a1a2a3'),
  secretKey: secretKey(DPPB_KEY),
};
const download = {
  transactionId,
  euiccOtsk,
  eid: EID,
  smdpKey: fixtureCertificate(DPPB_CERTIFICATE).publicKey,
};
const metadata = encodeStoreMetadata({
  iccid: '89000123456789012341',
  serviceProviderName: 'Operator',
  profileName: 'Profile',
});
const replaceSessionKeys = {
  initialMacChainingValue: new Uint8Array(16).fill(1),
  ppkEnc: new Uint8Array(16).fill(2),
  ppkCmac: new Uint8Array(16).fill(3),
};
const bytesOf = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 255);

const bind = (changes: Partial<ProfileToBind> = {}) =>
  bindProfile(binding, { metadata, profile: bytesOf(2_500), ...changes });

/** The package with some parts exchanged. */
function changed(change: (bpp: BoundProfilePackage) => Partial<BoundProfilePackage>): Uint8Array {
  const bpp = decodeBoundProfilePackage(bind({ replaceSessionKeys }));
  return encodeBoundProfilePackage({ ...bpp, ...change(bpp) });
}

/** The same with another InitialiseSecureChannel, signed as it is. */
function withRequest(changes: Partial<InitialiseSecureChannel>): Uint8Array {
  return changed(({ initialiseSecureChannel }) => {
    const request = { ...decodeInitialiseSecureChannel(initialiseSecureChannel), ...changes };
    const fields = encodeInitialiseSecureChannelFields(request);
    const smdpSign = sign(binding.secretKey, fields, encodeTlv(0x5f49, binding.euiccOtpk));
    return {
      initialiseSecureChannel: encodeInitialiseSecureChannel({ ...request, smdpSign }),
    };
  });
}

function flip(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at < 0 ? copy.length + at : at]! ^= 1;
  return copy;
}

describe('a package', () => {
  test.each([1, 15, 16, 17, MAX_ENCRYPTED - 1, MAX_ENCRYPTED, MAX_ENCRYPTED + 1, 5_000])(
    'with a profile of %i bytes opens to it, with and without own keys',
    (length) => {
      for (const keys of [undefined, replaceSessionKeys]) {
        const profile = bytesOf(length);
        const bpp = bind({ profile, replaceSessionKeys: keys, dpOid: '2.999.10' });
        expect(openBoundProfile(bpp, download)).toEqual({
          configureIsdp: encodeConfigureIsdp('2.999.10'),
          metadata,
          profile,
        });
      }
    },
  );

  test('of a TS.48 profile, with an icon that takes two segments of metadata', () => {
    const profile = fixture('rsp/profiles/TS48v7_SAIP2.3_BERTLV_SUCI.der');
    const large = encodeStoreMetadata({
      iccid: '89000123456789012341',
      serviceProviderName: 'Operator',
      profileName: 'Profile',
      iconType: 'png',
      icon: bytesOf(1_024),
    });
    const bpp = bind({ profile, metadata: large, replaceSessionKeys });
    const { storeMetadata, profileElements } = decodeBoundProfilePackage(bpp);
    expect(storeMetadata).toHaveLength(2);
    const segments = [...storeMetadata, ...profileElements];
    expect(Math.max(...segments.map(({ length }) => length))).toBeLessThanOrEqual(MAX_SEGMENT);
    expect(storeMetadata[0]).toHaveLength(MAX_SEGMENT);
    expect(openBoundProfile(bpp, download)).toMatchObject({ metadata: large, profile });
    expect(concatBytes(...segmentsOf(bpp))).toEqual(bpp);
  });

  test('shows the metadata, hides the profile, and differs for each one-time key', () => {
    const profile = new Uint8Array(3_000).fill(0x5a);
    const bpp = Buffer.from(bind({ profile }));
    expect(bpp.includes(Buffer.from(metadata))).toBe(true);
    expect(bpp.includes(Buffer.alloc(16, 0x5a))).toBe(false);
    const other = { ...binding, smdpOtsk: new Uint8Array(32).fill(0x43) };
    const { profileElements } = decodeBoundProfilePackage(
      bindProfile(other, { metadata, profile }),
    );
    expect(profileElements[0]).not.toEqual(decodeBoundProfilePackage(bpp).profileElements[0]);
    // the ICV counts: equal plaintext, different segments
    expect(profileElements[0]!.slice(4, -8)).not.toEqual(profileElements[1]!.slice(4, -8));
  });

  test('for a key that is no point of the curve is not made', () => {
    const euiccOtpk = flip(binding.euiccOtpk, -1);
    expect(() => bindProfile({ ...binding, euiccOtpk }, { metadata, profile: metadata })).toThrow(
      expect.objectContaining({ code: 'ERR_RSP_VALUE' }),
    );
    expect(() => agree(euiccOtsk, new Uint8Array(65))).toThrow(
      expect.objectContaining({ code: 'ERR_RSP_VALUE' }),
    );
  });
});

const wrongTag = (segment: Uint8Array) =>
  encodeTlv(0x85, onlyTlv(segment, segment[0]!, '').content);

test.each<[string, string, string, () => Uint8Array]>([
  [
    'another TransactionID',
    'initialiseSecureChannel',
    'invalidTransactionId',
    () => withRequest({ transactionId: HEX('0102030406') }),
  ],
  [
    'another operation',
    'initialiseSecureChannel',
    'unsupportedRemoteOperationType',
    () => withRequest({ remoteOpId: 2 }),
  ],
  [
    'another key type',
    'initialiseSecureChannel',
    'unsupportedCrtValues',
    () => withRequest({ keyType: 0x80 }),
  ],
  [
    'another key length',
    'initialiseSecureChannel',
    'unsupportedCrtValues',
    () => withRequest({ keyLength: 32 }),
  ],
  [
    'a one-time key off the curve',
    'initialiseSecureChannel',
    'incorrectInputValues',
    () => withRequest({ smdpOtpk: flip(oneTimePublicKey(smdpOtsk), -1) }),
  ],
  [
    'a hostId that was not signed',
    'initialiseSecureChannel',
    'invalidSignature',
    () =>
      changed(({ initialiseSecureChannel }) => ({
        initialiseSecureChannel: encodeInitialiseSecureChannel({
          ...decodeInitialiseSecureChannel(initialiseSecureChannel),
          hostId: HEX('a1a2a4'),
        }),
      })),
  ],
  [
    'a changed signature',
    'initialiseSecureChannel',
    'invalidSignature',
    () => changed((bpp) => ({ initialiseSecureChannel: flip(bpp.initialiseSecureChannel, -1) })),
  ],
  [
    'ConfigureISDP changed',
    'configureISDP',
    'scp03tSecurityError',
    () => changed((bpp) => ({ configureIsdp: [flip(bpp.configureIsdp[0]!, 2)] })),
  ],
  [
    'metadata changed',
    'storeMetadata',
    'scp03tSecurityError',
    () => changed((bpp) => ({ storeMetadata: [flip(bpp.storeMetadata[0]!, 20)] })),
  ],
  [
    'a MAC changed',
    'storeMetadata',
    'scp03tSecurityError',
    () => changed((bpp) => ({ storeMetadata: [flip(bpp.storeMetadata[0]!, -8)] })),
  ],
  [
    'new keys changed',
    'replaceSessionKeys',
    'scp03tSecurityError',
    () => changed((bpp) => ({ replaceSessionKeys: [flip(bpp.replaceSessionKeys![0]!, 9)] })),
  ],
  [
    'ReplaceSessionKeys left out',
    'loadProfileElements',
    'scp03tSecurityError',
    () => changed(() => ({ replaceSessionKeys: undefined })),
  ],
  [
    'a segment changed',
    'loadProfileElements',
    'scp03tSecurityError',
    () => changed((bpp) => ({ profileElements: [flip(bpp.profileElements[0]!, 100)] })),
  ],
  [
    'segments exchanged',
    'loadProfileElements',
    'scp03tSecurityError',
    () =>
      changed(({ profileElements: [first, second, third] }) => ({
        profileElements: [second!, first!, third!],
      })),
  ],
  [
    'a segment left out',
    'loadProfileElements',
    'scp03tSecurityError',
    () =>
      changed(({ profileElements: [first, , third] }) => ({ profileElements: [first!, third!] })),
  ],
  [
    'a segment twice',
    'loadProfileElements',
    'scp03tSecurityError',
    () => changed(({ profileElements: [first] }) => ({ profileElements: [first!, first!] })),
  ],
  [
    'a segment without MAC',
    'loadProfileElements',
    'scp03tStructureError',
    () => changed(() => ({ profileElements: [encodeTlv(0x86, new Uint8Array(7))] })),
  ],
  [
    'a segment of another tag',
    'initialiseSecureChannel',
    'scp03tStructureError',
    () => changed((bpp) => ({ profileElements: bpp.profileElements.map(wrongTag) })),
  ],
  [
    'no metadata',
    'initialiseSecureChannel',
    'scp03tStructureError',
    () => changed(() => ({ storeMetadata: [] })),
  ],
  [
    'bytes after it',
    'initialiseSecureChannel',
    'scp03tStructureError',
    () => concatBytes(bind(), Uint8Array.of(0)),
  ],
])('%s: %s, %s', (_, bppCommand, errorReason, make) => {
  expect(() => openBoundProfile(make(), download)).toThrow(
    expect.objectContaining({ name: 'BppError', code: 'ERR_RSP_BPP', bppCommand, errorReason }),
  );
});

test.each([
  ['another EID', { eid: flip(EID, 15) }, 'scp03tSecurityError'],
  ['another key of the eUICC', { euiccOtsk: smdpOtsk }, 'invalidSignature'],
  [
    'another certificate',
    { smdpKey: fixtureCertificate('sgp26/DPauth/CERT_S_SM_DPauth_ECDSA_NIST.der').publicKey },
    'invalidSignature',
  ],
])('%s: the package does not open', (_, change, errorReason) => {
  expect(() => openBoundProfile(bind(), { ...download, ...change })).toThrow(
    expect.objectContaining({ code: 'ERR_RSP_BPP', errorReason }),
  );
});

describe('segment by segment', () => {
  const bpp = decodeBoundProfilePackage(bind());
  const opener = () => new BoundProfileOpener(bpp.initialiseSecureChannel, download);
  const [isdp, first] = [bpp.configureIsdp[0]!, bpp.storeMetadata[0]!];

  test('data comes out as it arrives', () => {
    const open = opener();
    expect(open.open('configureISDP', isdp)).toEqual(encodeConfigureIsdp());
    expect(open.open('storeMetadata', first)).toEqual(metadata);
    const parts = bpp.profileElements.map((segment) => open.open('loadProfileElements', segment));
    expect(concatBytes(...parts)).toEqual(bytesOf(2_500));
  });

  test('parts come in order', () => {
    const early = opener();
    expect(() => early.open('storeMetadata', first)).toThrow(BppError);
    const skipping = opener();
    skipping.open('configureISDP', isdp);
    expect(() => skipping.open('loadProfileElements', bpp.profileElements[0]!)).toThrow(BppError);
    const back = opener();
    back.open('configureISDP', isdp);
    back.open('storeMetadata', first);
    expect(() => back.open('configureISDP', isdp)).toThrow(
      expect.objectContaining({ errorReason: 'scp03tStructureError' }),
    );
  });

  test('after an error nothing more is taken', () => {
    const open = opener();
    open.open('configureISDP', isdp);
    expect(() => open.open('storeMetadata', flip(first, -1))).toThrow(BppError);
    expect(() => open.open('storeMetadata', first)).toThrow('refused before');
  });

  test('ReplaceSessionKeys that does not hold three keys is blamed', () => {
    const channel = new Bsp(
      deriveSessionKeys(agree(smdpOtsk, binding.euiccOtpk), binding.hostId, EID),
    );
    const open = opener();
    open.open('configureISDP', channel.encrypt(0x87, encodeConfigureIsdp()));
    open.open('storeMetadata', channel.authenticate(0x88, metadata));
    open.open('replaceSessionKeys', channel.encrypt(0x87, encodeTlv(0xbf26)));
    expect(() => open.open('loadProfileElements', bpp.profileElements[0]!)).toThrow(
      expect.objectContaining({
        bppCommand: 'replaceSessionKeys',
        errorReason: 'incorrectInputValues',
      }),
    );
  });
});

describe('the channel', () => {
  const keys = deriveSessionKeys(new Uint8Array(32).fill(9), HEX('a1'), EID);

  test('derives three different keys of 16 bytes from secret, hostId and EID', () => {
    const all = [
      keys,
      deriveSessionKeys(new Uint8Array(32).fill(8), HEX('a1'), EID),
      deriveSessionKeys(new Uint8Array(32).fill(9), HEX('a2'), EID),
      deriveSessionKeys(new Uint8Array(32).fill(9), HEX('a1'), flip(EID, 0)),
    ].flatMap(({ initialMacChaining, encryption, mac }) => [initialMacChaining, encryption, mac]);
    expect(all.every(({ length }) => length === 16)).toBe(true);
    expect(new Set(all.map((key) => Buffer.from(key).toString('hex'))).size).toBe(all.length);
  });

  test('takes what it gives, in any mixture', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), fc.uint8Array({ maxLength: 100 })), { maxLength: 6 }),
        (parts) => {
          const [here, there] = [new Bsp(keys), new Bsp(keys)];
          return parts.every(([encrypted, data]) => {
            const segment = encrypted ? here.encrypt(0x86, data) : here.authenticate(0x88, data);
            const element = onlyTlv(segment, encrypted ? 0x86 : 0x88, 'a segment');
            const opened = encrypted ? there.decrypt(element) : there.verify(element);
            return Buffer.compare(opened, data) === 0;
          });
        },
      ),
    );
  });

  test('refuses authentic segments that are not whole blocks or not padded', () => {
    const broken = (data: Uint8Array) => {
      const segment = new Bsp(keys).authenticate(0x86, data);
      return () => new Bsp(keys).decrypt(onlyTlv(segment, 0x86, 'a segment'));
    };
    for (const data of [new Uint8Array(), new Uint8Array(15), new Uint8Array(16)]) {
      expect(broken(data)).toThrow(
        expect.objectContaining({ errorReason: 'scp03tStructureError' }),
      );
    }
  });

  test('keeps to the size of a segment', () => {
    expect(new Bsp(keys).encrypt(0x86, new Uint8Array(MAX_ENCRYPTED)).length).toBeLessThanOrEqual(
      MAX_SEGMENT,
    );
    expect(new Bsp(keys).authenticate(0x88, new Uint8Array(MAX_MAC_ONLY))).toHaveLength(
      MAX_SEGMENT,
    );
    expect(() => new Bsp(keys).encrypt(0x86, new Uint8Array(MAX_ENCRYPTED + 1))).toThrow(
      RangeError,
    );
    expect(() => new Bsp(keys).authenticate(0x88, new Uint8Array(MAX_MAC_ONLY + 1))).toThrow(
      RangeError,
    );
  });
});

test('random changes of a package: refused with a reason', () => {
  const good = bind({ profile: bytesOf(40) });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 })), {
        minLength: 1,
        maxLength: 3,
      }),
      (changes) => {
        const input = good.slice();
        for (const [at, mask] of changes) input[at]! ^= mask;
        if (Buffer.compare(input, good) === 0) return true;
        try {
          openBoundProfile(input, download);
          return false;
        } catch (error) {
          return error instanceof BppError && error.bppCommand !== undefined;
        }
      },
    ),
    { numRuns: 150 },
  );
});
