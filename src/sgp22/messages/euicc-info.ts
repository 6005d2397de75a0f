/** ES10b.GetEUICCChallenge BF2E and ES10b.GetEUICCInfo BF20, BF22 (SGP.22 5.7.7, 5.7.8). */
import { automatic, context, type Input, tagged } from '../codec/codec.ts';
import { answered, partOf, readFields } from '../codec/lenient.ts';
import { content, flags, integer, mapped, octets, text } from '../codec/primitives.ts';
import { elements, list, optional, sequence, unknownRest, message } from '../codec/structures.ts';
import { TAG } from '../tags.ts';
import { hexToBytes, keyIdentifier, version } from './identifiers.ts';

export const GetEuiccChallengeRequest = message(
  'GetEuiccChallengeRequest',
  TAG.getEuiccChallenge,
  sequence({}),
);

export const GetEuiccChallengeResponse = message(
  'GetEuiccChallengeResponse',
  TAG.getEuiccChallenge,
  sequence(
    automatic({
      /** 16 random bytes. */
      euiccChallenge: octets(16),
    }),
  ),
);

const ciLists = {
  /** Key identifiers of the CIs, in order of preference. */
  euiccCiPKIdListForVerification: context(9, list(keyIdentifier, 'a CI key identifier')),
  euiccCiPKIdListForSigning: context(10, list(keyIdentifier, 'a CI key identifier')),
};

export const GetEuiccInfo1Request = message(
  'GetEuiccInfo1Request',
  TAG.getEuiccInfo1,
  sequence({}),
);

export const EuiccInfo1 = message(
  'EUICCInfo1',
  TAG.getEuiccInfo1,
  sequence({
    /** SGP.22 version, "2.4.0". */
    svn: context(2, version),
    ...ciLists,
  }),
);
export type EuiccInfo1 = Input<typeof EuiccInfo1>;

export const PROFILE_POLICY_RULES = ['pprUpdateControl', 'ppr1', 'ppr2'] as const;
export type ProfilePolicyRule = (typeof PROFILE_POLICY_RULES)[number];

export const pprIds = flags(PROFILE_POLICY_RULES);
export const profilePolicyRules = tagged(TAG.profilePolicyRules, pprIds);

export const GetEuiccInfo2Request = message(
  'GetEuiccInfo2Request',
  TAG.getEuiccInfo2,
  sequence({}),
);

/** Fields of EUICCInfo2. Versions are "major.minor.revision". */
export const EUICC_INFO2 = {
  /** Version of the profile package specification. */
  profileVersion: context(1, version),
  svn: context(2, version),
  euiccFirmwareVer: context(3, version),
  /** See `ExtCardResource`. */
  extCardResource: context(4, content),
  /** Content of the BIT STRING UICCCapability of the profile package specification. */
  uiccCapability: context(5, content),
  ts102241Version: context(6, version),
  globalplatformVersion: context(7, version),
  rspCapability: context(
    8,
    flags([
      'additionalProfile',
      'crlSupport',
      'rpmSupport',
      'testProfileSupport',
      'deviceInfoExtensibilitySupport',
      'serviceSpecificDataSupport',
    ]),
  ),
  ...ciLists,
  /** 0 other, 1 basic, 2 medium, 3 contactless. */
  euiccCategory: context(11, integer),
  forbiddenProfilePolicyRules: profilePolicyRules,
  /** Protection profile version. */
  ppVersion: version,
  sasAccreditationNumber: text(64),
};

export const EuiccInfo2 = message(
  'EUICCInfo2',
  TAG.getEuiccInfo2,
  sequence({
    ...EUICC_INFO2,
    ts102241Version: optional(EUICC_INFO2.ts102241Version),
    globalplatformVersion: optional(EUICC_INFO2.globalplatformVersion),
    euiccCategory: optional(EUICC_INFO2.euiccCategory),
    forbiddenProfilePolicyRules: optional(EUICC_INFO2.forbiddenProfilePolicyRules),
    /** Whole elements after the SAS number, known to later versions or not needed here. */
    rest: unknownRest,
  }),
);
export type EuiccInfo2 = Input<typeof EuiccInfo2>;

/** Unsigned big-endian of 0 to 6 bytes, written in `size` bytes at least; not an INTEGER of ASN.1. */
const unsigned = (size: number) =>
  mapped(
    octets(0, 6),
    (bytes) => bytes.reduce((value, byte) => 256 * value + byte, 0),
    (value, what) => {
      const hex = value.toString(16);
      const digits = Math.max(2 * size, hex.length + (hex.length & 1));
      return hexToBytes(hex.padStart(digits, '0'), what);
    },
  );

const freeNonVolatileMemory = context(2, unsigned(4));

/**
 * Content of extCardResource: numbers and bytes that are left (ETSI TS 102 226, 8.2.1.7.2). What a card
 * leaves out is undefined.
 */
export const ExtCardResource = elements(
  'extCardResource',
  {
    installedApplications: optional(context(1, unsigned(1))),
    freeNonVolatileMemory: optional(freeNonVolatileMemory),
    freeVolatileMemory: optional(context(3, unsigned(2))),
  },
  'extensible',
);

/**
 * What a server asks of EUICCInfo2, for the eligibility of a profile and nothing else (SGP.22 3.1.3): advice. What
 * a card leaves out, or says in another form, is undefined, and then no profile is refused for it.
 */
export interface DeviceFacts {
  readonly profileVersion?: string;
  readonly rspCapability?: readonly string[];
  readonly forbiddenProfilePolicyRules?: readonly ProfilePolicyRule[];
  /** Bytes of non-volatile memory that are left. */
  readonly freeMemory?: number;
}

/** Fields of EUICCInfo2 that eligibility looks at. */
const { profileVersion, rspCapability, forbiddenProfilePolicyRules, extCardResource } = EUICC_INFO2;

/** Read an EUICCInfo2, whole element, field by field. Throws ERR_DER_* if it is none at all. */
export function readDeviceFacts(euiccInfo2: Uint8Array): DeviceFacts {
  const info = answered(euiccInfo2, EuiccInfo2.name, EuiccInfo2.tag);
  const codecs = { profileVersion, rspCapability, forbiddenProfilePolicyRules };
  const resource = partOf(info, extCardResource.tag);
  const memory = resource && readFields(resource, { freeMemory: freeNonVolatileMemory });
  return { ...readFields(info, codecs).fields, ...memory?.fields };
}
