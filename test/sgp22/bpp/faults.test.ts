/** Every fault of a package, with the command and reason that the eUICC reports. */
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { concatBytes } from '../../../src/bytes.ts';
import { BppError, oneTimePublicKey, openBoundProfile } from '../../../src/sgp22/bpp/index.ts';
import type { Value } from '../../../src/sgp22/codec/codec.ts';
import {
  BoundProfilePackage,
  InitialiseSecureChannelRequest,
  SmdpSignInput,
} from '../../../src/sgp22/messages/bound-profile-package.ts';
import { sign } from '../../../src/sgp22/messages/signature.ts';
import { encodeTlv, onlyTlv } from '../../../src/asn1/tlv.ts';
import { EID, fixtureCertificate, HEX } from '../../rsp/recorded.ts';
import {
  bind,
  binding,
  bytesOf,
  download,
  flip,
  replaceSessionKeys,
  smdpOtsk,
} from './download.ts';

type Package = Value<typeof BoundProfilePackage>;

/** The package with some parts exchanged, whatever they are. */
function changed(change: (bpp: Package) => Partial<Package>): Uint8Array {
  const before = BoundProfilePackage.decode(bind({ replaceSessionKeys }));
  const bpp = { ...before, ...change(before) };
  return encodeTlv(
    0xbf36,
    bpp.initialiseSecureChannel,
    encodeTlv(0xa0, ...bpp.configureISDP),
    encodeTlv(0xa1, ...bpp.storeMetadata),
    ...(bpp.replaceSessionKeys ? [encodeTlv(0xa2, ...bpp.replaceSessionKeys)] : []),
    encodeTlv(0xa3, ...bpp.loadProfileElements),
  );
}

type Request = Value<typeof InitialiseSecureChannelRequest>;

/** The same with another InitialiseSecureChannel, signed as it is. */
function withRequest(changes: (request: Request) => Partial<Request>): Uint8Array {
  return changed(({ initialiseSecureChannel }) => {
    const before = InitialiseSecureChannelRequest.decode(initialiseSecureChannel);
    const request = { ...before, ...changes(before) };
    const input = SmdpSignInput.encode({ ...request, euiccOtpk: binding.euiccOtpk });
    const smdpSign = sign(binding.secretKey, input);
    return {
      initialiseSecureChannel: InitialiseSecureChannelRequest.encode({ ...request, smdpSign }),
    };
  });
}

const crt =
  (change: Partial<Request['controlRefTemplate']>) =>
  ({ controlRefTemplate }: Request) => ({
    controlRefTemplate: { ...controlRefTemplate, ...change },
  });

const wrongTag = (segment: Uint8Array) =>
  encodeTlv(0x85, onlyTlv(segment, segment[0]!, '').content);

test.each<[string, string, string, () => Uint8Array]>([
  [
    'another TransactionID',
    'initialiseSecureChannel',
    'invalidTransactionId',
    () => withRequest(() => ({ transactionId: HEX('0102030406') })),
  ],
  [
    'another operation',
    'initialiseSecureChannel',
    'unsupportedRemoteOperationType',
    () => withRequest(() => ({ remoteOpId: 2 })),
  ],
  [
    'another key type',
    'initialiseSecureChannel',
    'unsupportedCrtValues',
    () => withRequest(crt({ keyType: 0x80 })),
  ],
  [
    'another key length',
    'initialiseSecureChannel',
    'unsupportedCrtValues',
    () => withRequest(crt({ keyLen: 32 })),
  ],
  [
    'a one-time key off the curve',
    'initialiseSecureChannel',
    'incorrectInputValues',
    () => withRequest(() => ({ smdpOtpk: flip(oneTimePublicKey(smdpOtsk), -1) })),
  ],
  [
    'a hostId that was not signed',
    'initialiseSecureChannel',
    'invalidSignature',
    () =>
      changed(({ initialiseSecureChannel }) => {
        const request = InitialiseSecureChannelRequest.decode(initialiseSecureChannel);
        const other = { ...request, ...crt({ hostId: HEX('a1a2a4') })(request) };
        return { initialiseSecureChannel: InitialiseSecureChannelRequest.encode(other) };
      }),
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
    () => changed((bpp) => ({ configureISDP: [flip(bpp.configureISDP[0]!, 2)] })),
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
    () => changed((bpp) => ({ loadProfileElements: [flip(bpp.loadProfileElements[0]!, 100)] })),
  ],
  [
    'segments exchanged',
    'loadProfileElements',
    'scp03tSecurityError',
    () =>
      changed(({ loadProfileElements: [first, second, third] }) => ({
        loadProfileElements: [second!, first!, third!],
      })),
  ],
  [
    'a segment left out',
    'loadProfileElements',
    'scp03tSecurityError',
    () =>
      changed(({ loadProfileElements: [first, , third] }) => ({
        loadProfileElements: [first!, third!],
      })),
  ],
  [
    'a segment twice',
    'loadProfileElements',
    'scp03tSecurityError',
    () =>
      changed(({ loadProfileElements: [first] }) => ({ loadProfileElements: [first!, first!] })),
  ],
  [
    'a segment without MAC',
    'loadProfileElements',
    'scp03tStructureError',
    () => changed(() => ({ loadProfileElements: [encodeTlv(0x86, new Uint8Array(7))] })),
  ],
  [
    'a segment of another tag',
    'initialiseSecureChannel',
    'scp03tStructureError',
    () => changed((bpp) => ({ loadProfileElements: bpp.loadProfileElements.map(wrongTag) })),
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
