/** CtxParams1 and DeviceInfo (SGP.22 4.2, 5.7.13): what the LPA says of device and order. */
import { encodeVersion, readVersion } from './identifiers.ts';
import { encodeTlv, inside } from '../../asn1/tlv.ts';
import type { Received, Tlv } from '../../asn1/tlv.ts';
import { encodeOptional, encodeText, readOctets, readText } from './values.ts';

/** DeviceCapabilities in the order of their tags 80, 81, ...; each a VersionType. */
const CAPABILITIES = [
  'gsmSupportedRelease',
  'utranSupportedRelease',
  'cdma2000onexSupportedRelease',
  'cdma2000hrpdSupportedRelease',
  'cdma2000ehrpdSupportedRelease',
  'eutranEpcSupportedRelease',
  'contactlessSupportedRelease',
  'rspCrlSupportedVersion',
  'nrEpcSupportedRelease',
  'nr5gcSupportedRelease',
  'eutran5gcSupportedRelease',
  'lpaSvn',
] as const;

/** Highest supported release of each technology, "15.0.0". */
export type DeviceCapabilities = Partial<Record<(typeof CAPABILITIES)[number], string>>;

export interface DeviceInfo {
  /** Type allocation code, 4 bytes of swapped digits. */
  readonly tac: Uint8Array;
  readonly deviceCapabilities: DeviceCapabilities;
  /** 8 bytes of swapped digits. */
  readonly imei?: Uint8Array;
}

export interface CtxParams1 {
  /** Token of the activation code or event id; empty and absent both ask for any order. */
  readonly matchingId?: string;
  readonly deviceInfo: DeviceInfo;
}

/** The standard sets no limit; an activation code has 255 characters at most. */
const MAX_MATCHING_ID = 255;

/** ctxParamsForCommonAuthentication, tag A0. */
export function encodeCtxParams1({ matchingId, deviceInfo }: CtxParams1): Uint8Array {
  return encodeTlv(
    0xa0,
    encodeOptional(matchingId, (text) => encodeText(0x80, text)),
    encodeDeviceInfo(0xa1, deviceInfo),
  );
}

export function readCtxParams1(element: Tlv): Received<CtxParams1> {
  const reader = inside(element);
  const matchingId = reader.optional(0x80, 'matchingId');
  const deviceInfo = readDeviceInfo(reader.element(0xa1, 'deviceInfo'));
  reader.end();
  return {
    matchingId: matchingId && readText(matchingId, MAX_MATCHING_ID),
    deviceInfo,
    der: element.der,
  };
}

function encodeDeviceInfo(tag: number, info: DeviceInfo): Uint8Array {
  const capabilities = CAPABILITIES.map((name, i) =>
    encodeOptional(info.deviceCapabilities[name], (version) => encodeVersion(0x80 + i, version)),
  );
  return encodeTlv(
    tag,
    encodeTlv(0x80, info.tac),
    encodeTlv(0xa1, ...capabilities),
    encodeOptional(info.imei, (imei) => encodeTlv(0x82, imei)),
  );
}

function readDeviceInfo(element: Tlv): DeviceInfo {
  const reader = inside(element);
  const tac = readOctets(reader.element(0x80, 'tac'), 4);
  const list = inside(reader.element(0xa1, 'deviceCapabilities'));
  const deviceCapabilities: DeviceCapabilities = {};
  CAPABILITIES.forEach((name, i) => {
    const found = list.optional(0x80 + i, name);
    if (found) deviceCapabilities[name] = readVersion(found);
  });
  list.end();
  const imei = reader.optional(0x82, 'imei');
  reader.end();
  return { tac, deviceCapabilities, imei: imei && readOctets(imei, 8) };
}
