/** The operator's stock: profiles that can be ordered, and orders made in one step. */
import { z } from 'zod';
import { ZkcxError } from '../../errors.ts';
import { blindOrder, matchingId, serverAddress } from '../arguments.ts';
import { eid } from '../../sgp22/messages/server-call.ts';
import { iccid } from './es2p/messages.ts';
import { cancelOrder, confirmOrder, downloadOrder } from './es2p/orders.ts';
import {
  NOTIFICATION_EVENTS,
  PROFILE_CLASS,
  type StoreMetadata,
  StoreMetadataRequest,
} from '../../sgp22/messages/metadata.ts';
import { PROFILE_POLICY_RULES } from '../../sgp22/messages/euicc-info.ts';
import { hexToBytes } from '../../sgp22/messages/identifiers.ts';
import { LOCK, type SmdpContext } from './context.ts';
import type { Order } from './order.ts';
import { type Profile, readProfileHeader } from './profile.ts';

export const addProfileSchema = z.object({
  /** Base64 of the profile package, DER. */
  package: z.base64().max(8_000_000),
  serviceProviderName: z.string().min(1).max(32),
  profileName: z.string().min(1).max(64),
  /** Default: what the package's header says. */
  profileType: z.string().min(1).max(255).optional(),
  profileClass: z
    .enum(Object.keys(PROFILE_CLASS) as [keyof typeof PROFILE_CLASS])
    .default('operational'),
  policyRules: z.array(z.enum(PROFILE_POLICY_RULES)).default([]),
  /** MCC and MNC as in 3GPP TS 24.008, 6 hexadecimal digits. */
  mccMnc: z
    .string()
    .regex(/^[0-9a-fA-F]{6}$/, 'must be 6 hexadecimal digits')
    .optional(),
  icon: z.object({ type: z.enum(['jpg', 'png']), data: z.base64() }).optional(),
  /** Bytes that an eUICC needs; default: the size of the package. */
  memory: z.number().int().positive().optional(),
  /** Whom devices notify; default: this server. */
  notificationAddress: serverAddress.optional(),
});

export type AddProfile = z.input<typeof addProfileSchema>;

export const addOrderSchema = z.object({
  iccid: iccid.optional(),
  profileType: z.string().optional(),
  eid: eid.optional(),
  blindOrder: blindOrder.optional(),
  matchingId: matchingId.optional(),
  confirmationCode: z.string().min(1).optional(),
  /** Tell the device of the order through this SM-DS; needs `eid`. */
  smdsAddress: serverAddress.optional(),
  /** Unix seconds. */
  expiresAt: z.int().min(0).optional(),
  release: z.boolean().default(true),
  rebinding: z.boolean().default(true),
  /** A default order that the first device without MatchingID takes. */
  anyDevice: z.boolean().default(false),
  /** Refuse devices that show certificates. */
  requireZkcx: z.boolean().default(false),
  /** Of all orders that say so, a device gets one; implies requireZkcx. */
  oncePerDevice: z.boolean().default(false),
});

export type AddOrder = z.input<typeof addOrderSchema>;

/** Put a profile in stock. Throws ERR_RSP_PROFILE, and ERR_RSP_VALUE for metadata. */
export async function addProfile(
  { store, settings, locks }: SmdpContext,
  request: z.output<typeof addProfileSchema>,
): Promise<Profile> {
  const upp = new Uint8Array(Buffer.from(request.package, 'base64'));
  const header = readProfileHeader(upp);
  const { iccid, version } = header;
  if (request.policyRules.length > 0 && request.mccMnc === undefined) {
    // the eUICC authorises policy rules by the owner of the profile
    throw new ZkcxError('ERR_RSP_PROFILE', 'a profile with policy rules needs its MCC and MNC');
  }
  // what a device would refuse is refused here
  const metadata = StoreMetadataRequest.encode(metadataOf(request, iccid, settings.address));
  const profile: Profile = {
    iccid,
    profileType: request.profileType ?? header.profileType,
    metadata: Buffer.from(metadata).toString('base64'),
    version,
    size: upp.length,
    memory: request.memory ?? upp.length,
    profileClass: request.profileClass,
    policyRules: request.policyRules,
  };
  return locks.run(LOCK.orders, async () => {
    if ((await store.profile(iccid)) !== undefined) {
      throw new ZkcxError('ERR_RSP_PROFILE', `the profile ${iccid} is in stock already`);
    }
    const change = store.change().putProfile(profile, upp);
    await change.putInStock(profile, store.nextSequence()).commit({ durable: true });
    return profile;
  });
}

/** Order and confirm; if the second fails nothing is ordered. Throws RspRefusal. */
export async function addOrder(
  context: SmdpContext,
  request: z.output<typeof addOrderSchema>,
): Promise<Order> {
  const { eid, blindOrder, matchingId, confirmationCode, smdsAddress, release } = request;
  const { anyDevice, expiresAt, rebinding, oncePerDevice } = request;
  // without zkCX there are no pseudonyms to count by
  const requireZkcx = request.requireZkcx || oncePerDevice;
  const extras = { expiresAt, rebinding, requireZkcx, oncePerDevice };
  const { iccid } = await downloadOrder(context, request, extras);
  try {
    await confirmOrder(
      context,
      {
        iccid,
        eid,
        blindOrder,
        matchingId,
        confirmationCode,
        smdsAddress,
        releaseFlag: release,
      },
      { anyDevice },
    );
  } catch (error) {
    const finalProfileStatusIndicator = 'Available';
    await cancelOrder(context, { iccid, eid, blindOrder, finalProfileStatusIndicator });
    throw error;
  }
  return (await context.store.latestOrder(iccid))!;
}

function metadataOf(
  request: z.output<typeof addProfileSchema>,
  iccid: string,
  address: string,
): StoreMetadata {
  const { serviceProviderName, profileName, profileClass, policyRules, mccMnc, icon } = request;
  const notificationAddress = request.notificationAddress ?? address;
  return {
    iccid,
    serviceProviderName,
    profileName,
    iconType: icon?.type,
    icon: icon && new Uint8Array(Buffer.from(icon.data, 'base64')),
    profileClass,
    // the result of an installation goes to this server without being asked for
    notificationConfigurationInfo: NOTIFICATION_EVENTS.filter((event) => event !== 'install').map(
      (event) => ({ profileManagementOperation: [event], notificationAddress }),
    ),
    profileOwner: mccMnc === undefined ? undefined : { mccMnc: hexToBytes(mccMnc, 'MCC and MNC') },
    profilePolicyRules: policyRules.length > 0 ? policyRules : undefined,
  };
}
