/** StoreMetadataRequest BF25 (SGP.22 5.5.3): what is known of a profile before it is installed. */
import { automatic, type Input, tagged } from '../codec/codec.ts';
import { content, flags, named, octets, text } from '../codec/primitives.ts';
import { list, message, optional, sequence, withDefault } from '../codec/structures.ts';
import { TAG } from '../tags.ts';
import { profilePolicyRules } from './euicc-info.ts';
import { iccid } from './identifiers.ts';

/** Bits of NotificationEvent. */
export const NOTIFICATION_EVENTS = ['install', 'enable', 'disable', 'delete'] as const;
export type NotificationEvent = (typeof NOTIFICATION_EVENTS)[number];
export const notificationEvent = flags(NOTIFICATION_EVENTS);

export const PROFILE_CLASS = { test: 0, provisioning: 1, operational: 2 } as const;

/** Who is told when the profile goes through these operations. */
const notificationConfiguration = sequence(
  automatic({
    profileManagementOperation: notificationEvent,
    /** FQDN. */
    notificationAddress: text(255),
  }),
);

/** An operator that owns profiles. */
export const operatorId = sequence(
  automatic({
    /** 3 bytes as in 3GPP TS 24.008. */
    mccMnc: octets(3),
    gid1: optional(content),
    gid2: optional(content),
  }),
);

/** Fields that StoreMetadata and ProfileInfo have in common. */
export const profileFields = {
  serviceProviderName: tagged(TAG.serviceProviderName, text(32)),
  profileName: tagged(TAG.profileName, text(64)),
  iconType: tagged(TAG.iconType, named({ jpg: 0, png: 1 })),
  icon: tagged(TAG.icon, octets(0, 1_024)),
  profileClass: tagged(TAG.profileClass, named(PROFILE_CLASS)),
  notificationConfigurationInfo: tagged(
    TAG.notificationConfigurationInfo,
    list(notificationConfiguration, 'a notification configuration'),
  ),
  profileOwner: tagged(TAG.profileOwner, operatorId),
  profilePolicyRules,
  /** Content, kept by the eUICC with the profile. */
  serviceSpecificDataStoredInEuicc: tagged(TAG.serviceSpecificDataStoredInEuicc, content),
};

/** Up to 64 characters; empty: none. */
export const profileNickname = tagged(TAG.profileNickname, text(64));

/** Content, see `DpProprietaryData`. */
export const dpProprietaryData = tagged(TAG.dpProprietaryData, content);

/** An encoded default class, which many servers send, is taken. */
export const StoreMetadataRequest = message(
  'StoreMetadataRequest',
  TAG.storeMetadata,
  sequence({
    /** Digits. */
    iccid,
    serviceProviderName: profileFields.serviceProviderName,
    profileName: profileFields.profileName,
    iconType: optional(profileFields.iconType),
    icon: optional(profileFields.icon),
    profileClass: withDefault(profileFields.profileClass, 'operational'),
    notificationConfigurationInfo: optional(profileFields.notificationConfigurationInfo),
    profileOwner: optional(profileFields.profileOwner),
    profilePolicyRules: optional(profileFields.profilePolicyRules),
    serviceSpecificDataStoredInEuicc: optional(profileFields.serviceSpecificDataStoredInEuicc),
    /** Content, for the LPA only. */
    serviceSpecificDataNotStoredInEuicc: optional(
      tagged(TAG.serviceSpecificDataNotStoredInEuicc, content),
    ),
  }),
);
export type StoreMetadata = Input<typeof StoreMetadataRequest>;
