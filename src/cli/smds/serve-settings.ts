/** Everything that `smds serve` can be told, as options or in a configuration file. */
import type { SmdsOptions } from '../../rsp/smds/index.ts';
import { pair } from '../shared/server/files.ts';
import { CONNECTIONS, RUNNING } from '../shared/server/settings.ts';
import { days, endpoint, file, list, named, text, whole } from '../shared/settings/kinds.ts';
import { needed, setting, type Values, withDefault } from '../shared/settings/table.ts';

export const SETTINGS = {
  data: needed(named('<folder>', file), 'events and what waits for the root; made if missing'),
  address: needed(named('<fqdn>', text), 'what devices call this server'),
  ci: needed(list(file), 'accepted CI certificate, for devices and for servers'),
  auth: needed(list(pair), 'CERT.DSauth and its key; once for each CI'),
  listen: withDefault(endpoint, { host: '127.0.0.1', port: 8453 }, 'ES11'),
  tls: setting(pair, 'TLS; without it only on a loopback address'),
  es12: setting(endpoint, 'serve ES12 and ES15 there, to servers with a certificate of --ci'),
  server: setting(
    list(named('<oid>', text)),
    'only this server may register events; default: all that a CI has certified',
  ),
  root: setting(named('<fqdn>', text), 'tell this SM-DS too of what is to be forwarded'),
  'root-url': setting(named('<url>', text), 'where its ES15 is; default: at its address'),
  'root-tls': setting(pair, 'certificate of CERT.DStls shown to it, PEM; default: that of --tls'),
  'event-days': setting(days(1, 3_650), 'days that an event is kept; default 180'),
  'events-per-device': setting(
    whole({ least: 1, most: 1_000 }),
    'events of one server for one device; default 10',
  ),
  'events-per-server': setting(
    whole({ least: 1, most: 10_000_000 }),
    'events of one server in all; default 1000000',
  ),
  'sessions-per-address': setting(
    whole({ most: 1_000_000 }),
    'sessions of one network address; default 1000; 0: no limit',
  ),
  ...CONNECTIONS,
  ...RUNNING,
};

export type ServeValues = Values<typeof SETTINGS>;

/** What goes to the server as it is. */
export function serverSettings(values: ServeValues): SmdsOptions {
  const given = {
    eventLifetime: values.eventDays,
    maxEventsPerDevice: values.eventsPerDevice,
    maxEventsPerServer: values.eventsPerServer,
    maxSessionsPerAddress: values.sessionsPerAddress,
  };
  return { address: values.address, ...given };
}
