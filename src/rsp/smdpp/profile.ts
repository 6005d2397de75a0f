/**
 * A profile in stock: what the operator handed over, and what the server needs to know of it. The
 * package itself (UPP, a sequence of profile elements) is stored apart from this record.
 */
import { z } from 'zod';
import { ZkcxError } from '../../errors.ts';
import { PROFILE_POLICY_RULES } from '../../sgp22/messages/euicc-info.ts';
import { ProfilePackage } from '../../sgp22/messages/profile-package.ts';

export const profileSchema = z.object({
  /** Digits, without the filler. */
  iccid: z.string(),
  /** The operator's name for profiles that are alike; ES2+ orders may ask for one of a type. */
  profileType: z.string(),
  /** Base64 of the StoreMetadataRequest (BF25) that devices are shown and given. */
  metadata: z.string(),
  /** Major and minor version of the profile package format. */
  version: z.tuple([z.number(), z.number()]),
  /** Bytes of the package. */
  size: z.number(),
  /** Bytes of memory that an eUICC needs for it. */
  memory: z.number(),
  profileClass: z.enum(['test', 'provisioning', 'operational']),
  /** Profile policy rules that an eUICC may forbid. */
  policyRules: z.array(z.enum(PROFILE_POLICY_RULES)),
});

export type Profile = z.infer<typeof profileSchema>;

/** StoreMetadataRequest, whole element BF25. */
export const metadataOf = ({ metadata }: Profile) =>
  new Uint8Array(Buffer.from(metadata, 'base64'));

/** What the ProfileHeader element says (profile package specification, PE-Header). */
export interface ProfileHeader {
  readonly version: [number, number];
  readonly profileType: string;
  /** Digits. */
  readonly iccid: string;
}

/**
 * Read the header of an unprotected profile package, its first element, and check that the rest is
 * a sequence of whole elements. Throws ERR_RSP_PROFILE.
 */
export function readProfileHeader(upp: Uint8Array): ProfileHeader {
  try {
    const { majorVersion, minorVersion, profileType, iccid } =
      ProfilePackage.decode(upp).profileHeader;
    return { version: [majorVersion, minorVersion], profileType: profileType ?? 'generic', iccid };
  } catch (cause) {
    throw new ZkcxError('ERR_RSP_PROFILE', `not a DER profile package: ${textOf(cause)}`, {
      cause,
    });
  }
}

function textOf(cause: unknown): string {
  return cause instanceof ZkcxError ? cause.message : 'unreadable';
}
