/** A download with made-up keys, to bind packages for and to open them. */
import {
  type Binding,
  bindProfile,
  oneTimePublicKey,
  type ProfileToBind,
} from '../../../src/sgp22/bpp/index.ts';
import { StoreMetadataRequest } from '../../../src/sgp22/messages/metadata.ts';
import {
  DPPB_CERTIFICATE,
  DPPB_KEY,
  EID,
  fixtureCertificate,
  HEX,
  secretKey,
} from '../../rsp/recorded.ts';

export const euiccOtsk = new Uint8Array(32).fill(0x21);
export const smdpOtsk = new Uint8Array(32).fill(0x42);
export const transactionId = HEX('0102030405');
export const binding: Binding = {
  transactionId,
  euiccOtpk: oneTimePublicKey(euiccOtsk),
  eid: EID,
  smdpOtsk,
  hostId: HEX('a1a2a3'),
  secretKey: secretKey(DPPB_KEY),
};
export const download = {
  transactionId,
  euiccOtsk,
  eid: EID,
  smdpKey: fixtureCertificate(DPPB_CERTIFICATE).publicKey,
};
export const metadata = StoreMetadataRequest.encode({
  iccid: '89000123456789012341',
  serviceProviderName: 'Operator',
  profileName: 'Profile',
});
export const replaceSessionKeys = {
  initialMacChainingValue: new Uint8Array(16).fill(1),
  ppkEnc: new Uint8Array(16).fill(2),
  ppkCmac: new Uint8Array(16).fill(3),
};
export const bytesOf = (length: number) =>
  Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 255);

export const bind = (changes: Partial<ProfileToBind> = {}) =>
  bindProfile(binding, { metadata, profile: bytesOf(2_500), ...changes });

export function flip(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at < 0 ? copy.length + at : at]! ^= 1;
  return copy;
}
