import { z } from 'zod';

/** An event as the store keeps it, under the name of its device and in the order of arrival. */
export const eventSchema = z.object({
  /** In the order of registration. */
  sequence: z.int(),
  /** OID of the server that registered it. */
  owner: z.string(),
  eventId: z.string(),
  rspServerAddress: z.string(),
  /** EventID under which the root SM-DS has it. */
  rootEventId: z.string().optional(),
  /** Unix seconds. */
  expiresAt: z.int(),
});

export type SmdsEvent = z.infer<typeof eventSchema>;

export const isExpired = ({ expiresAt }: Pick<SmdsEvent, 'expiresAt'>, now: bigint): boolean =>
  !(Number(now) < expiresAt);
