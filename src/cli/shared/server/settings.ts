/** Settings that the commands of all servers have. */
import { choice, file, flag, seconds, whole } from '../settings/kinds.ts';
import { setting, withDefault } from '../settings/table.ts';

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const CONNECTIONS = {
  'max-connections': setting(
    whole({ least: 1, most: 1_000_000 }),
    'connections to a listener at a time; default 2000',
  ),
  'connections-per-address': setting(
    whole({ most: 1_000_000 }),
    'of them, from one network address; default a quarter; 0: no limit, behind a proxy',
  ),
};

/** How it ends, and what it logs. */
export const RUNNING = {
  'drain-seconds': withDefault(
    seconds(0, 3_600),
    0,
    'how long it says that it will end, and begins no sessions, before it does',
  ),
  'log-level': withDefault(choice(...LOG_LEVELS), 'info', 'what is not below this is logged'),
  'log-file': setting(file, 'where the log goes, opened anew on SIGHUP; default: stderr'),
  'log-peers': setting(flag, 'log the network address of each request'),
};
