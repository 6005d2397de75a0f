import { z } from 'zod';
import { serverAddress } from '../arguments.ts';

/** What an operator may set, with defaults. */
export const settingsSchema = z.object({
  /** FQDN of the server, with ":port" where it is not 443; devices send it back. */
  address: serverAddress,
  /** Lowest SGP.22 version of an eUICC that is served. */
  minimumSvn: z
    .string()
    .regex(/^\d{1,3}\.\d{1,3}\.\d{1,3}$/)
    .default('2.0.0'),
  /** Seconds that a session lives, the user's time to decide included. */
  sessionLifetime: z.int().min(1).default(1_800),
  /** Sessions at a time. */
  maxSessions: z.int().min(1).default(10_000),
  /** Wrong confirmation codes that end an order. */
  confirmationCodeLimit: z.int().min(1).default(3),
  /** Times that an order may be shown to a device. */
  downloadLimit: z.int().min(1).default(10),
  /** Seconds until a new order expires; undefined: never. */
  orderLifetime: z.int().min(1).optional(),
  /** What confirmation codes are hashed as. */
  confirmationCodeForm: z.enum(['text', 'hex']).default('text'),
  /** Profiles are encrypted under keys of their own, sent in ReplaceSessionKeys. */
  replaceSessionKeys: z.boolean().default(false),
});

export type SmdpSettings = z.output<typeof settingsSchema>;
export type SmdpOptions = z.input<typeof settingsSchema>;
