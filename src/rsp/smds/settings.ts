import { z } from 'zod';
import { serverAddress, svn } from '../arguments.ts';

/** What the operator of an SM-DS may set, with defaults. */
export const settingsSchema = z.object({
  /** FQDN of the server, with ":port" where it is not 443; devices send it back. */
  address: serverAddress,
  /** Lowest SGP.22 version of an eUICC that is served. */
  minimumSvn: svn.default('2.0.0'),
  /** Highest one: those of SGP.22 v3 expect functions and certificates that this server does not have. */
  maximumSvn: svn.default('2.255.255'),
  /** Seconds until the device of a session has to have shown who it is. */
  sessionLifetime: z.int().min(1).default(120),
  /** Sessions at a time; beyond it the oldest make room. */
  maxSessions: z.int().min(1).max(1_000_000).default(10_000),
  /** Of them, from one IPv4 address or one /64 network of IPv6; 0: no limit, for servers behind a proxy. */
  maxSessionsPerAddress: z.int().min(0).max(1_000_000).default(1_000),
  /** Seconds that an event is kept if nobody deletes it. */
  eventLifetime: z
    .int()
    .min(1)
    .default(180 * 86_400),
  /** Events of one device that one server may have here. */
  maxEventsPerDevice: z.int().min(1).max(1_000).default(10),
  /** Events that one server may have here in all. */
  maxEventsPerServer: z.int().min(1).max(10_000_000).default(1_000_000),
  /** Seconds between two sweeps of what has expired. */
  sweepInterval: z.int().min(60).max(86_400).default(3_600),
});

export type SmdsSettings = z.output<typeof settingsSchema>;
export type SmdsOptions = z.input<typeof settingsSchema>;
