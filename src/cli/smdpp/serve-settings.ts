/**
 * Everything that `smdpp serve` can be told. One line is an option, its help, and a member of the configuration
 * file; in `SERVER` it is also a setting of the server, by the name there.
 */
import { BACKENDS } from '../../prover/protocol.ts';
import type { SmdpOptions } from '../../rsp/smdpp/index.ts';
import {
  choice,
  days,
  endpoint,
  file,
  flag,
  type Kind,
  list,
  named,
  seconds,
  text,
  version,
  whole,
} from '../shared/settings/kinds.ts';
import {
  attributeOf,
  needed,
  setting,
  type Values,
  withDefault,
} from '../shared/settings/table.ts';
import { pair } from '../shared/server/files.ts';
import { CONNECTIONS, RUNNING } from '../shared/server/settings.ts';
import { operator } from './operator-kind.ts';
import { smds } from './smds-kind.ts';

type RetentionOptions = NonNullable<SmdpOptions['retention']>;

/** A setting of the server that the command only passes on. */
const server = <K extends keyof SmdpOptions>(
  sets: K,
  kind: Kind<NonNullable<SmdpOptions[K]>>,
  help: string,
) => ({ ...setting(kind, help), sets });

const SERVER = {
  'confirmation-code-form': server(
    'confirmationCodeForm',
    choice('text', 'hex'),
    'what confirmation codes are hashed as',
  ),
  'lowest-svn': server('minimumSvn', version, 'lowest SGP.22 version served; default 2.0.0'),
  'highest-svn': server('maximumSvn', version, 'highest SGP.22 version served; default 2.255.255'),
  'order-days': server('orderLifetime', days(1, 36_500), 'days until a new order expires'),
  'replace-session-keys': server(
    'replaceSessionKeys',
    flag,
    'encrypt profiles under keys of their own',
  ),
  'begun-sessions-per-address': server(
    'maxBegunSessionsPerAddress',
    whole({ most: 1_000_000 }),
    'sessions of one network address that wait for their device; default 1000; 0: no limit',
  ),
};

/** One of the settings under `retention`. */
const kept = (keeps: keyof RetentionOptions, kind: Kind<number>, help: string) => ({
  ...setting(kind, help),
  keeps,
});

const MAX_DAYS = 36_500;

/** How long what the server knows is kept. */
const RETENTION = {
  'keep-package-days': kept(
    'packages',
    days(0, MAX_DAYS),
    'days that packages of an installed profile are kept; default 0',
  ),
  'keep-order-days': kept(
    'orders',
    days(0, MAX_DAYS),
    'days that an order is kept once it has ended; default 30',
  ),
  'keep-undecided-days': kept(
    'undecided',
    days(1, MAX_DAYS),
    'days after which an order ends whose device says nothing; default 180',
  ),
  'keep-claim-days': kept(
    'claims',
    days(0, MAX_DAYS),
    'days that is kept which devices had their one, from the end of the order; default 365',
  ),
  'sweep-minutes': kept(
    'interval',
    named('<minutes>', whole({ least: 1, most: 1_440, unit: 60 })),
    'minutes between two sweeps of what is over; default 60',
  ),
};

/** What lets it take part in zkCX. */
export const ZKCX = {
  map: setting(file, 'revocation map of `revocation build`; read again when it changes'),
  registry: setting(file, 'ask for published credentials: this registry'),
  credential: setting(
    list(file),
    'credentials of CERT.DPauth and CERT.DPpb, for the mode zkcx; once for each',
  ),
  'map-history': setting(
    file,
    'maps that were served before; default: a file in the folder of --data',
  ),
  grace: setting(
    seconds(0, 604_800),
    'how long an earlier map counts once a serial number was added; default 3600',
  ),
  'max-age': setting(
    seconds(28_800, 604_800),
    'how old the time of a presentation may be; default 86400',
  ),
  'allow-postponed': setting(
    flag,
    'serve eUICCs that refuse to cancel without a reason; protects classic devices less',
  ),
  'verify-processes': setting(
    whole({ least: 1, most: 64 }),
    'processes that verify proofs; default 2',
  ),
  'zkcx-sessions-per-address': setting(
    whole({ most: 1_000_000 }),
    'sessions of zkCX of one network address; default 100; 0: no limit',
  ),
  backend: setting(choice(...BACKENDS), 'how to compute; default: native where there is one'),
};

export const SETTINGS = {
  data: needed(named('<folder>', file), 'profiles, orders and sessions; made if missing'),
  address: needed(named('<fqdn>', text), 'what activation codes call this server'),
  ci: needed(list(file), 'accepted CI certificate'),
  auth: needed(list(pair), 'CERT.DPauth and its key; once for each CI'),
  pb: needed(list(pair), 'CERT.DPpb and its key; once for each CI'),
  listen: withDefault(endpoint, { host: '127.0.0.1', port: 8443 }, 'ES9+'),
  tls: setting(pair, 'TLS; without it only on a loopback address'),
  es2: setting(endpoint, 'serve ES2+ there, to clients with the token or a certificate'),
  'es2-socket': setting(file, 'serve ES2+ on a socket in a folder that only its owner can enter'),
  'es2-token': setting(
    file,
    'token of clients of ES2+; default without --es2-client-ca: es2-token in the folder of --data, made if missing',
  ),
  'es2-client-ca': setting(file, 'only clients with a certificate of these CAs, PEM'),
  operator: setting(
    list(operator),
    'tell this operator how its orders go, by ES2+; with a name only of those that it ordered',
  ),
  'operator-ca': setting(file, 'CAs of operators, PEM; default: the public ones'),
  'operator-tls': setting(pair, 'client certificate shown to operators, PEM'),
  smds: setting(
    list(named('<fqdn[=url]>', smds)),
    'register events of orders at this SM-DS; with the URL of its ES12 if that is another',
  ),
  'alternative-smds': setting(
    list(named('<fqdn[=url]>', smds)),
    'the same, and ask it to tell the root SM-DS too',
  ),
  'smds-tls': setting(pair, 'CERT.DPtls and its key, shown to SM-DS; default: those of --tls'),
  ...CONNECTIONS,
  ...SERVER,
  ...RETENTION,
  monitor: setting(endpoint, 'health, metrics and the OpenAPI document, plain HTTP'),
  ...RUNNING,
  zkcx: setting(flag, 'serve devices that show proofs in place of certificates; needs --map'),
  ...ZKCX,
};

export type ServeValues = Values<typeof SETTINGS>;
export type ZkcxValues = Values<typeof ZKCX>;
/** What goes to the server as it is. */
export function serverSettings(values: ServeValues): SmdpOptions {
  const all = values as Readonly<Record<string, unknown>>;
  const passed = Object.entries(SERVER).map(([name, { sets }]) => [sets, all[attributeOf(name)]]);
  const kept = Object.entries(RETENTION).map(([name, { keeps }]) => [
    keeps,
    all[attributeOf(name)],
  ]);
  return {
    address: values.address,
    ...(Object.fromEntries(passed) as Partial<SmdpOptions>),
    retention: Object.fromEntries(kept) as RetentionOptions,
  };
}
