/** What calls between servers have in common (SGP.22 6.5.1.3), in JSON. */
import { z } from 'zod';

export const eid = z.string().regex(/^[0-9]{32}$/, 'must be 32 digits');

/** Who calls, and which of its calls this is. Both are only noted: callers may leave them out. */
export const callHeader = z
  .object({
    functionRequesterIdentifier: z.string().max(255).optional(),
    functionCallIdentifier: z.string().max(255).optional(),
  })
  .optional();
