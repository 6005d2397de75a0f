import { z } from 'zod';
import { serverAddress, svn } from '../arguments.ts';
import { retentionSchema } from './retention/settings.ts';

/** What an operator may set, with defaults. */
export const settingsSchema = z.object({
  /** FQDN of the server, with ":port" where it is not 443; devices send it back. */
  address: serverAddress,
  /** Lowest SGP.22 version of an eUICC that is served. */
  minimumSvn: svn.default('2.0.0'),
  /** Highest one: those of SGP.22 v3 expect functions and certificates that this server does not have. */
  maximumSvn: svn.default('2.255.255'),
  /** Seconds that a session lives, the user's time to decide included. */
  sessionLifetime: z.int().min(1).default(1_800),
  /** Seconds until the device of a session has to have shown who it is: nobody decides anything until then. */
  begunSessionLifetime: z.int().min(1).default(120),
  /** Sessions at a time in which a device has shown who it is. */
  maxSessions: z.int().min(1).max(1_000_000).default(10_000),
  /** Sessions at a time that were only begun; beyond it the oldest make room. */
  maxBegunSessions: z.int().min(1).max(1_000_000).default(10_000),
  /** Of them, from one IPv4 address or one /64 network of IPv6; 0: no limit, for servers behind a proxy. */
  maxBegunSessionsPerAddress: z.int().min(0).max(1_000_000).default(1_000),
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
  /** Addresses of SM-DS that orders may name. A running server takes those that it can call. */
  smds: z.array(serverAddress).max(100).default([]),
  /** How long what the server knows is kept. */
  retention: retentionSchema.prefault({}),
});

export type SmdpSettings = z.output<typeof settingsSchema>;
export type SmdpOptions = z.input<typeof settingsSchema>;
