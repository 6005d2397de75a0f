/**
 * Events at an SM-DS, over JSON (SGP.22 5.9, 5.10, 6.5.2): ES12 from SM-DP+, ES15 from another SM-DS. Both have the
 * same functions.
 */
import { z } from 'zod';
import { callHeader, eid } from './server-call.ts';

/** Characters of a MatchingID (SGP.22 4.1.1): an LPA sends it back as one. */
export const eventId = z
  .string()
  .regex(/^[\w.-]{1,255}$/, 'must have 1 to 255 letters, digits, hyphens, dots and underscores');

export const registerEvent = z.object({
  header: callHeader,
  eid,
  /** FQDN of the server that the device is to ask. */
  rspServerAddress: z.string().min(1).max(255),
  eventId,
  /** The event is to be found through the root SM-DS too. */
  forwardingIndicator: z.boolean(),
});

export const deleteEvent = z.object({ header: callHeader, eid, eventId });

export type RegisterEvent = z.infer<typeof registerEvent>;
export type DeleteEvent = z.infer<typeof deleteEvent>;

const paths = (name: 'es12' | 'es15') => ({
  registerEvent: `/gsma/rsp2/${name}/registerEvent`,
  deleteEvent: `/gsma/rsp2/${name}/deleteEvent`,
});

/** Paths of both interfaces; the answers have no members. */
export const EVENT_PATHS = { es12: paths('es12'), es15: paths('es15') } as const;
