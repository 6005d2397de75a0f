import { ZkcxError } from '../../errors.ts';
import { systemClock } from '../../time.ts';
import { readAnchors } from '../shared/certificates.ts';
import type { CommandDefinition } from '../shared/command.ts';
import type { Answer } from '../shared/output.ts';
import { readCiPem, readKeyPair, readTls } from '../shared/server/files.ts';
import { endOnSignal } from '../shared/server/shutdown.ts';
import { effective, shown } from '../shared/settings/effective.ts';
import { type ConfigFlags, optionsOf } from '../shared/settings/table.ts';
import { serverSettings, type ServeValues, SETTINGS } from './serve-settings.ts';

/** zkcx smds serve --data FOLDER --address FQDN --ci CI --auth CERT,KEY ... */
export const smdsServe: CommandDefinition = {
  name: 'serve',
  description: 'run an SM-DS: ES11 for LPAs, ES12 and ES15 for servers',
  options: optionsOf(SETTINGS),
  run: async (flags: ConfigFlags & Readonly<Record<string, unknown>>) => {
    const values = await effective(SETTINGS, flags);
    assertServable(values);
    const files = await readFiles(values);
    if (!flags.check) return serve(values, files);
    const settings = shown(SETTINGS, values);
    return { json: { settings }, text: [JSON.stringify(settings, null, 2)] };
  },
};

async function serve(
  values: ServeValues,
  { trust, tls, rootTls, ca }: Awaited<ReturnType<typeof readFiles>>,
): Promise<Answer> {
  const { openLog } = await import('../shared/server/log.ts');
  const { serveSmds } = await import('../../rsp/smds/index.ts');
  const log = openLog(values);
  const { maxConnections, connectionsPerAddress: maxConnectionsPerAddress } = values;
  const limits = { maxConnections, maxConnectionsPerAddress };
  const service = await serveSmds({
    folder: values.data,
    settings: serverSettings(values),
    trust,
    servers: values.server,
    es11: { ...values.listen, ...limits, tls },
    es12: values.es12 && { ...values.es12, ...limits, tls: tls && { ...tls, clientCa: ca } },
    root:
      values.root === undefined
        ? undefined
        : { address: values.root, url: values.rootUrl, tls: rootTls, onEvent: log.discovery },
    now: systemClock,
    onEvent: log.request,
    onSweep: log.sweep,
  });
  process.on('SIGHUP', () => log.reopen());
  const { drain, close, es11, es12 } = service;
  endOnSignal({ drain, close, pause: values.drainSeconds }, log);
  log.info({ es11: es11.url, es12: es12?.url }, 'started');
  return {
    json: { address: values.address, es11: es11.url, es12: es12?.url },
    text: [
      `SM-DS ${values.address}`,
      `ES11 on ${es11.url}`,
      ...(es12 === undefined ? [] : [`ES12 and ES15 on ${es12.url}`]),
    ],
  };
}

/** Throws ERR_FILE_*, the codes of the parsers and of chains, ERR_RSP_IDENTITY. */
async function readFiles(values: ServeValues) {
  const { smdsIdentity } = await import('../../rsp/smds/index.ts');
  const anchors = await readAnchors(values.ci);
  const auths = await Promise.all(values.auth.map(readKeyPair));
  const tls = values.tls && (await readTls(values.tls));
  const ca = await readCiPem(values.ci);
  const own = values.rootTls === undefined ? tls : await readTls(values.rootTls);
  return {
    trust: {
      anchors,
      identities: auths.map((auth) => smdsIdentity(auth, anchors, systemClock())),
    },
    tls,
    ca,
    rootTls: own && { ...own, ca },
  };
}

/** Settings that need each other. Throws ERR_CLI_USAGE. */
function assertServable({ es12, tls, root, rootUrl, rootTls }: ServeValues): void {
  const wrong = (message: string) => new ZkcxError('ERR_CLI_USAGE', message);
  if (es12 !== undefined && tls === undefined) throw wrong('--es12 needs --tls');
  if (root === undefined && (rootUrl ?? rootTls) !== undefined) {
    throw wrong('--root-url and --root-tls need --root');
  }
}
