/** ES11, what an LPA asks an SM-DS (SGP.22 5.8): paths and requests are those of ES9+ (6.5.2). */
import { z } from 'zod';
import { anyTransactionId } from './es9p-answer.ts';
import { ES9P } from './es9p.ts';

/** Events that an LPA reads of one answer. */
const MAX_ENTRIES = 1_000;

export const eventEntry = z.object({
  eventId: z.string().max(255),
  /** FQDN of an SM-DP+, or of the SM-DS that knows more. */
  rspServerAddress: z.string().min(1).max(255),
});
export type EventEntry = z.infer<typeof eventEntry>;

export const ES11 = {
  initiateAuthentication: ES9P.initiateAuthentication,
  authenticateClient: {
    path: ES9P.authenticateClient.path,
    request: ES9P.authenticateClient.request,
    answer: z.object({
      transactionId: anyTransactionId,
      /** Oldest first. */
      eventEntries: z.array(eventEntry).max(MAX_ENTRIES),
    }),
  },
} as const;
export type Es11Answer = z.output<(typeof ES11)['authenticateClient']['answer']>;
