/** StoreMetadataRequest BF25 (SGP.22 5.5.3): what is known of a profile before it is installed. */
import { concatBytes } from '../../bytes.ts';
import { PROFILE_POLICY_RULES } from './euicc-info.ts';
import type { ProfilePolicyRule } from './euicc-info.ts';
import { encodeIccid, readIccid } from './identifiers.ts';
import { encodeTlv, inside, listOf, onlyTlv } from '../../asn1/tlv.ts';
import type { Received, Tlv, TlvReader } from '../../asn1/tlv.ts';
import {
  encodeFlags,
  encodeInteger,
  encodeOptional,
  encodeText,
  readFlags,
  readNamed,
  readOctets,
  readText,
} from './values.ts';

const ICON_TYPE = { jpg: 0, png: 1 } as const;
export const PROFILE_CLASS = { test: 0, provisioning: 1, operational: 2 } as const;

/** Bits of NotificationEvent. */
export const NOTIFICATION_EVENTS = ['install', 'enable', 'disable', 'delete'] as const;
export type NotificationEvent = (typeof NOTIFICATION_EVENTS)[number];

/** Who is told when the profile goes through these operations. */
export interface NotificationConfiguration {
  readonly profileManagementOperation: readonly NotificationEvent[];
  /** FQDN. */
  readonly notificationAddress: string;
}

/** The operator that owns a profile. */
export interface OperatorId {
  /** 3 bytes as in 3GPP TS 24.008. */
  readonly mccMnc: Uint8Array;
  readonly gid1?: Uint8Array;
  readonly gid2?: Uint8Array;
}

/** What StoreMetadata and ProfileInfo have in common. */
export interface ProfileDescription {
  readonly iconType?: keyof typeof ICON_TYPE;
  /** Up to 1,024 bytes. */
  readonly icon?: Uint8Array;
  readonly profileClass?: keyof typeof PROFILE_CLASS;
  readonly notificationConfigurationInfo?: readonly NotificationConfiguration[];
  readonly profileOwner?: OperatorId;
  readonly profilePolicyRules?: readonly ProfilePolicyRule[];
}

export interface StoreMetadata extends ProfileDescription {
  /** Digits. */
  readonly iccid: string;
  /** Up to 32 characters. */
  readonly serviceProviderName: string;
  /** Up to 64 characters. */
  readonly profileName: string;
  /** Content of BF22, kept by the eUICC with the profile. */
  readonly serviceSpecificDataStoredInEuicc?: Uint8Array;
  /** Content of BF23, for the LPA only. */
  readonly serviceSpecificDataNotStoredInEuicc?: Uint8Array;
}

/** profileClass operational is the DEFAULT: written only for other classes. */
export function encodeStoreMetadata(metadata: StoreMetadata): Uint8Array {
  const { profileClass } = metadata;
  return encodeTlv(
    0xbf25,
    encodeIccid(metadata.iccid),
    encodeText(0x91, metadata.serviceProviderName),
    encodeText(0x92, metadata.profileName),
    encodeIcon(metadata),
    encodeProfileClass(profileClass === 'operational' ? undefined : profileClass),
    encodeNotificationConfiguration(metadata),
    encodeOptional(metadata.profileOwner, (owner) => encodeOperatorId(owner)),
    encodePolicyRules(metadata),
    encodeOptional(metadata.serviceSpecificDataStoredInEuicc, (data) => encodeTlv(0xbf22, data)),
    encodeOptional(metadata.serviceSpecificDataNotStoredInEuicc, (data) => encodeTlv(0xbf23, data)),
  );
}

/** An encoded default class, which many servers send, is taken. */
export function decodeStoreMetadata(
  bytes: Uint8Array,
): Received<StoreMetadata & { readonly profileClass: keyof typeof PROFILE_CLASS }> {
  const element = onlyTlv(bytes, 0xbf25, 'StoreMetadataRequest');
  const reader = inside(element);
  const iccid = readIccid(reader.element(0x5a, 'iccid'));
  const serviceProviderName = readText(reader.element(0x91, 'serviceProviderName'), 32);
  const profileName = readText(reader.element(0x92, 'profileName'), 64);
  const icon = readIcon(reader);
  const profileClass = readProfileClass(reader) ?? 'operational';
  const notificationConfigurationInfo = readNotificationConfiguration(reader);
  const owner = reader.optional(0xb7, 'profileOwner');
  const profilePolicyRules = readPolicyRules(reader);
  const stored = reader.optional(0xbf22, 'serviceSpecificDataStoredInEuicc');
  const notStored = reader.optional(0xbf23, 'serviceSpecificDataNotStoredInEuicc');
  reader.end();
  return {
    iccid,
    serviceProviderName,
    profileName,
    ...icon,
    profileClass,
    notificationConfigurationInfo,
    profileOwner: owner && readOperatorId(owner),
    profilePolicyRules,
    serviceSpecificDataStoredInEuicc: stored?.content,
    serviceSpecificDataNotStoredInEuicc: notStored?.content,
    der: element.der,
  };
}

export function encodeIcon({ iconType, icon }: ProfileDescription): Uint8Array {
  const type = encodeOptional(iconType, (name) => encodeInteger(0x93, ICON_TYPE[name]));
  const data = encodeOptional(icon, (bytes) => encodeTlv(0x94, bytes));
  return concatBytes(type, data);
}

export function readIcon(reader: TlvReader): Pick<ProfileDescription, 'iconType' | 'icon'> {
  const iconType = reader.optional(0x93, 'iconType');
  const icon = reader.optional(0x94, 'icon');
  return {
    iconType: iconType && readNamed(iconType, ICON_TYPE),
    icon: icon && readOctets(icon, 0, 1024),
  };
}

export function encodeProfileClass(profileClass: ProfileDescription['profileClass']): Uint8Array {
  return encodeOptional(profileClass, (name) => encodeInteger(0x95, PROFILE_CLASS[name]));
}

export function readProfileClass(reader: TlvReader): keyof typeof PROFILE_CLASS | undefined {
  const found = reader.optional(0x95, 'profileClass');
  return found && readNamed(found, PROFILE_CLASS);
}

export function encodeNotificationConfiguration({
  notificationConfigurationInfo,
}: ProfileDescription): Uint8Array {
  return encodeOptional(notificationConfigurationInfo, (list) => {
    const entries = list.map(({ profileManagementOperation, notificationAddress }) =>
      encodeTlv(
        0x30,
        encodeFlags(0x80, NOTIFICATION_EVENTS, profileManagementOperation),
        encodeText(0x81, notificationAddress),
      ),
    );
    return encodeTlv(0xb6, ...entries);
  });
}

export function readNotificationConfiguration(
  reader: TlvReader,
): NotificationConfiguration[] | undefined {
  const found = reader.optional(0xb6, 'notificationConfigurationInfo');
  return found && listOf(found, 0x30, 'a notification configuration').map(readConfiguration);
}

function readConfiguration(element: Tlv): NotificationConfiguration {
  const reader = inside(element);
  const operation = reader.element(0x80, 'profileManagementOperation');
  const address = reader.element(0x81, 'notificationAddress');
  reader.end();
  return {
    profileManagementOperation: readFlags(operation, NOTIFICATION_EVENTS),
    notificationAddress: readText(address, 255),
  };
}

export function encodePolicyRules({ profilePolicyRules }: ProfileDescription): Uint8Array {
  return encodeOptional(profilePolicyRules, (rules) =>
    encodeFlags(0x99, PROFILE_POLICY_RULES, rules),
  );
}

export function readPolicyRules(reader: TlvReader): ProfilePolicyRule[] | undefined {
  const found = reader.optional(0x99, 'profilePolicyRules');
  return found && readFlags(found, PROFILE_POLICY_RULES);
}

/** As profileOwner, or under another tag. */
export function encodeOperatorId({ mccMnc, gid1, gid2 }: OperatorId, tag = 0xb7): Uint8Array {
  return encodeTlv(
    tag,
    encodeTlv(0x80, mccMnc),
    encodeOptional(gid1, (gid) => encodeTlv(0x81, gid)),
    encodeOptional(gid2, (gid) => encodeTlv(0x82, gid)),
  );
}

export function readOperatorId(element: Tlv): OperatorId {
  const reader = inside(element);
  const mccMnc = readOctets(reader.element(0x80, 'mccMnc'), 3);
  const gid1 = reader.optional(0x81, 'gid1');
  const gid2 = reader.optional(0x82, 'gid2');
  reader.end();
  return { mccMnc, gid1: gid1?.content, gid2: gid2?.content };
}
