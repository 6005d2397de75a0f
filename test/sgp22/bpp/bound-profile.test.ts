/** Binding and opening: every size, whole and segment by segment. */
import { describe, expect, test } from '@jest/globals';
import { concatBytes } from '../../../src/bytes.ts';
import { Bsp, deriveSessionKeys, MAX_ENCRYPTED } from '../../../src/sgp22/bpp/bsp.ts';
import {
  agree,
  bindProfile,
  BoundProfileOpener,
  BppError,
  MAX_SEGMENT,
  openBoundProfile,
  segmentsOf,
} from '../../../src/sgp22/bpp/index.ts';
import {
  BoundProfilePackage,
  ConfigureIsdpRequest,
} from '../../../src/sgp22/messages/bound-profile-package.ts';
import { StoreMetadataRequest } from '../../../src/sgp22/messages/metadata.ts';
import { encodeTlv } from '../../../src/asn1/tlv.ts';
import { EID, fixture, HEX } from '../../rsp/recorded.ts';
import {
  bind,
  binding,
  bytesOf,
  download,
  euiccOtsk,
  flip,
  metadata,
  replaceSessionKeys,
  smdpOtsk,
} from './download.ts';

describe('a package', () => {
  test.each([1, 15, 16, 17, MAX_ENCRYPTED - 1, MAX_ENCRYPTED, MAX_ENCRYPTED + 1, 5_000])(
    'with a profile of %i bytes opens to it, with and without own keys',
    (length) => {
      for (const keys of [undefined, replaceSessionKeys]) {
        const profile = bytesOf(length);
        const bpp = bind({ profile, replaceSessionKeys: keys, dpOid: '2.999.10' });
        expect(openBoundProfile(bpp, download)).toEqual({
          configureIsdp: HEX('bf24 07 b8 05 80 03 88370a'),
          metadata,
          profile,
        });
      }
    },
  );

  test('of a TS.48 profile, with an icon that takes two segments of metadata', () => {
    const profile = fixture('rsp/profiles/TS48v7_SAIP2.3_BERTLV_SUCI.der');
    const large = StoreMetadataRequest.encode({
      iccid: '89000123456789012341',
      serviceProviderName: 'Operator',
      profileName: 'Profile',
      iconType: 'png',
      icon: bytesOf(1_024),
    });
    const bpp = bind({ profile, metadata: large, replaceSessionKeys });
    const { storeMetadata, loadProfileElements } = BoundProfilePackage.decode(bpp);
    expect(storeMetadata).toHaveLength(2);
    const segments = [...storeMetadata, ...loadProfileElements];
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
    const { loadProfileElements } = BoundProfilePackage.decode(
      bindProfile(other, { metadata, profile }),
    );
    expect(loadProfileElements[0]).not.toEqual(
      BoundProfilePackage.decode(bpp).loadProfileElements[0],
    );
    // the ICV counts: equal plaintext, different segments
    expect(loadProfileElements[0]!.slice(4, -8)).not.toEqual(loadProfileElements[1]!.slice(4, -8));
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

describe('segment by segment', () => {
  const bpp = BoundProfilePackage.decode(bind());
  const opener = () => new BoundProfileOpener(bpp.initialiseSecureChannel, download);
  const [isdp, first] = [bpp.configureISDP[0]!, bpp.storeMetadata[0]!];

  test('data comes out as it arrives', () => {
    const open = opener();
    expect(open.open('configureISDP', isdp)).toEqual(ConfigureIsdpRequest.encode({}));
    expect(open.open('storeMetadata', first)).toEqual(metadata);
    const parts = bpp.loadProfileElements.map((segment) =>
      open.open('loadProfileElements', segment),
    );
    expect(concatBytes(...parts)).toEqual(bytesOf(2_500));
  });

  test('parts come in order', () => {
    const early = opener();
    expect(() => early.open('storeMetadata', first)).toThrow(BppError);
    const skipping = opener();
    skipping.open('configureISDP', isdp);
    expect(() => skipping.open('loadProfileElements', bpp.loadProfileElements[0]!)).toThrow(
      BppError,
    );
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
    open.open('configureISDP', channel.encrypt(0x87, ConfigureIsdpRequest.encode({})));
    open.open('storeMetadata', channel.authenticate(0x88, metadata));
    open.open('replaceSessionKeys', channel.encrypt(0x87, encodeTlv(0xbf26)));
    expect(() => open.open('loadProfileElements', bpp.loadProfileElements[0]!)).toThrow(
      expect.objectContaining({
        bppCommand: 'replaceSessionKeys',
        errorReason: 'incorrectInputValues',
      }),
    );
  });
});
