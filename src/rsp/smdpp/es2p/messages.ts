/**
 * ES2+, the operator's side of the SM-DP+ (SGP.22 5.3), in JSON (6.5.2): requests and answers as
 * the standard names them. `blindOrder` is a member of our own, in the place of `eid`: see
 * `zkcx order blind`.
 */
import { z } from 'zod';
import { callHeader, eid } from '../../../sgp22/messages/server-call.ts';
import { blindOrder, matchingId } from '../../arguments.ts';

/** Digits; the filler of an odd number of them may be there. */
export const iccid = z
  .string()
  .regex(/^[0-9]{18,20}[fF]{0,2}$/, 'must be 18 to 20 digits')
  .transform((digits) => digits.replace(/[fF]+$/, ''));
/** What binds an order to one device: at most one of the two, see `assertOneBinding`. */
const binding = { eid: eid.optional(), blindOrder: blindOrder.optional() };

export const downloadOrderSchema = z
  .object({
    header: callHeader,
    ...binding,
    iccid: iccid.optional(),
    profileType: z.string().max(255).optional(),
  })
  .refine(({ iccid, profileType }) => iccid !== undefined || profileType !== undefined, {
    message: 'either iccid or profileType must be there',
  });

export const confirmOrderSchema = z.object({
  header: callHeader,
  iccid,
  ...binding,
  matchingId: matchingId.optional(),
  confirmationCode: z.string().min(1).max(255).optional(),
  smdsAddress: z.string().min(1).max(255).optional(),
  releaseFlag: z.boolean(),
});

export const cancelOrderSchema = z.object({
  header: callHeader,
  iccid,
  ...binding,
  matchingId: matchingId.optional(),
  finalProfileStatusIndicator: z.enum(['Available', 'Unavailable']),
});

export const releaseProfileSchema = z.object({ header: callHeader, iccid });

export type DownloadOrder = z.infer<typeof downloadOrderSchema>;
export type ConfirmOrder = z.infer<typeof confirmOrderSchema>;
export type CancelOrder = z.infer<typeof cancelOrderSchema>;
export type ReleaseProfile = z.infer<typeof releaseProfileSchema>;

const confirmOrderAnswer = z.object({
  ...binding,
  matchingId: z.string(),
  smdpAddress: z.string(),
  smdsAddress: z.string().optional(),
});

export type ConfirmOrderAnswer = Readonly<z.infer<typeof confirmOrderAnswer>>;

const PREFIX = '/gsma/rsp2/es2plus';

/** Path, request and answer of each function. */
export const ES2P = {
  downloadOrder: {
    path: `${PREFIX}/downloadOrder`,
    summary: 'Reserve a profile (SGP.22 5.3.1)',
    request: downloadOrderSchema,
    answer: z.object({ iccid }),
  },
  confirmOrder: {
    path: `${PREFIX}/confirmOrder`,
    summary: 'Give an order its MatchingID and codes (SGP.22 5.3.2)',
    request: confirmOrderSchema,
    answer: confirmOrderAnswer,
  },
  cancelOrder: {
    path: `${PREFIX}/cancelOrder`,
    summary: 'Withdraw an order (SGP.22 5.3.3)',
    request: cancelOrderSchema,
    answer: z.object({}),
  },
  releaseProfile: {
    path: `${PREFIX}/releaseProfile`,
    summary: 'Let devices have a confirmed order (SGP.22 5.3.4)',
    request: releaseProfileSchema,
    answer: z.object({}),
  },
} as const;
