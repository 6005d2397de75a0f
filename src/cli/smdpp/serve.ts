import { ZkcxError } from '../../errors.ts';
import type { OpenZkcxExtension } from '../../rsp/smdpp/index.ts';
import { systemClock } from '../../time.ts';
import type { CommandDefinition } from '../shared/command.ts';
import type { Answer } from '../shared/output.ts';
import { effective, shown } from '../shared/settings/effective.ts';
import { type ConfigFlags, optionsOf } from '../shared/settings/table.ts';
import { es2Options, tokenFile } from './es2.ts';
import type { ServeLog } from '../shared/server/log.ts';
import { progressOptions } from './operators.ts';
import { reloading } from './reload.ts';
import { readServeFiles } from './serve-files.ts';
import { serverSettings, type ServeValues, SETTINGS } from './serve-settings.ts';
import { discoveryOptions } from './smds.ts';
import { endOnSignal } from '../shared/server/shutdown.ts';
import { openZkcx } from './zkcx.ts';

/** zkcx smdpp serve --data FOLDER --address FQDN --ci CI --auth CERT,KEY --pb CERT,KEY ... */
export const smdppServe: CommandDefinition = {
  name: 'serve',
  description: 'run an SM-DP+: ES9+ for LPAs, ES2+ for the operator',
  options: optionsOf(SETTINGS),
  run: async (flags: ConfigFlags & Readonly<Record<string, unknown>>) => {
    const values = await effective(SETTINGS, flags);
    assertServable(values);
    return flags.check ? check(values) : serve(values);
  },
};

/** Everything that can be read before a server is there. */
async function check(values: ServeValues): Promise<Answer> {
  const { openLog } = await import('../shared/server/log.ts');
  await readServeFiles(values);
  const log = openLog(values);
  await progressOptions(values, log);
  await discoveryOptions(values, log);
  const zkcx = await openZkcx(values, log);
  zkcx?.close();
  const settings = shown(SETTINGS, values);
  return { json: { settings }, text: [JSON.stringify(settings, null, 2)] };
}

async function serve(values: ServeValues): Promise<Answer> {
  const { openLog } = await import('../shared/server/log.ts');
  const log = openLog(values);
  const zkcx = await openZkcx(values, log);
  const service = await start(values, log, zkcx?.open).catch((error: unknown) => {
    zkcx?.close();
    throw error;
  });
  const { es9p, es2p, monitor } = service;
  const token = tokenFile(values);
  const files = reloading(values, service, log);
  process.on('SIGHUP', () => {
    log.reopen();
    zkcx?.look();
    void files.now();
  });
  const close = async () => {
    files.stop();
    zkcx?.close();
    await service.close();
  };
  endOnSignal({ drain: service.drain, close, pause: values.drainSeconds }, log);
  log.info({ es9p: es9p.url, es2p: es2p?.url, monitor: monitor?.url }, 'started');
  return {
    json: {
      address: values.address,
      es9p: es9p.url,
      es2p: es2p?.url,
      monitor: monitor?.url,
      es2Token: token,
      zkcx: values.zkcx,
    },
    text: [
      `SM-DP+ ${values.address}`,
      `ES9+ on ${es9p.url}`,
      ...(es2p === undefined ? [] : [`ES2+ on ${es2p.url}`]),
      ...(token === undefined ? [] : [`Token of its clients: in ${token}`]),
      ...(monitor === undefined ? [] : [`Health and metrics on ${monitor.url}`]),
      ...(zkcx === undefined ? [] : ['zkCX is served']),
    ],
  };
}

async function start(values: ServeValues, log: ServeLog, zkcx: OpenZkcxExtension | undefined) {
  const { serveSmdp } = await import('../../rsp/smdpp/index.ts');
  const files = await readServeFiles(values);
  const { maxConnections, connectionsPerAddress: maxConnectionsPerAddress } = values;
  const limits = { maxConnections, maxConnectionsPerAddress };
  return serveSmdp({
    folder: values.data,
    settings: serverSettings(values),
    trust: files.trust,
    es9p: { ...values.listen, ...limits, tls: files.tls },
    es2p: await es2Options(values, files, limits),
    monitor: values.monitor,
    now: systemClock,
    onEvent: log.request,
    onSweep: log.sweep,
    progress: await progressOptions(values, log),
    discovery: await discoveryOptions(values, log),
    zkcx,
  });
}

/** Settings that need each other. Throws ERR_CLI_USAGE. */
function assertServable(values: ServeValues): void {
  const { operator, operatorCa, operatorTls } = values;
  const { smds, alternativeSmds, smdsTls } = values;
  const { es2, es2ClientCa, es2Socket, es2Token, tls } = values;
  const wrong = (message: string) => new ZkcxError('ERR_CLI_USAGE', message);
  if (es2ClientCa !== undefined && (es2 === undefined || tls === undefined)) {
    throw wrong('--es2-client-ca needs --es2 and --tls');
  }
  if (es2Token !== undefined && es2 === undefined) throw wrong('--es2-token needs --es2');
  if (es2Socket !== undefined && es2 !== undefined) {
    throw wrong('ES2+ is served on a port or on a socket: give --es2 or --es2-socket');
  }
  const isDiscovered = (smds ?? alternativeSmds) !== undefined;
  if (!isDiscovered && smdsTls !== undefined) {
    throw wrong('--smds-tls needs --smds or --alternative-smds');
  }
  if (isDiscovered && smdsTls === undefined && tls === undefined) {
    throw wrong('an SM-DS tells servers apart by TLS: give --smds-tls or --tls');
  }
  if (operator === undefined && (operatorCa ?? operatorTls) !== undefined) {
    throw wrong('--operator-ca and --operator-tls need --operator');
  }
}
