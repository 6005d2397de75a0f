import { z } from 'zod';

const DAY = 86_400;

const seconds = z.int().min(0);

/** How long the server keeps what it knows, in seconds. docs/guide/retention.md says why these are the defaults. */
export const retentionSchema = z.strictObject({
  /** Packages of a profile, from its installation. */
  packages: seconds.default(0),
  /** An order that has ended: its device, with keys, pseudonym and TransactionIDs, and its history. */
  orders: seconds.default(30 * DAY),
  /** An order whose package went out, and whose device says nothing more, until it is taken as ended. */
  undecided: z
    .int()
    .min(DAY)
    .default(180 * DAY),
  /** That a device had its one, from the end of that order: a keyed hash of its pseudonym. */
  claims: seconds.default(365 * DAY),
  /** Between two sweeps. */
  interval: z.int().min(1).max(DAY).default(3_600),
});

export type RetentionSettings = z.output<typeof retentionSchema>;
