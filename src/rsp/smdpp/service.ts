/** A whole SM-DP+ process: store, server, its interfaces. */
import { checked, checkedClock } from '../../arguments.ts';
import { ZkcxError } from '../../errors.ts';
import { systemRandom } from '../../random.ts';
import type { Clock } from '../../time.ts';
import { isLoopback } from '../loopback.ts';
import * as argument from './arguments.ts';
import { restricted } from './es2p/access.ts';
import { es2pApp } from './es2p/app.ts';
import { administrationApp, callDirectly, callRunning, socketOf } from './administration.ts';
import type { AdministrationFunction } from './administration.ts';
import { es9pApp } from './app.ts';
import { Closing } from '../server/closing.ts';
import { type DiscoveryOptions, openDiscovery } from './discovery.ts';
import type { OpenZkcxExtension } from './extension.ts';
import type { SmdpTrust } from './identities.ts';
import type { JsonAppOptions } from '../server/json-functions.ts';
import {
  listen,
  type Listening,
  type ListenOptions,
  listenOnSocket,
  secureContext,
  type TlsOptions,
} from '../server/listen.ts';
import { openMonitor } from './monitor/index.ts';
import { openProgress, type ProgressOptions } from './progress/index.ts';
import { type OnSweep, Sweeper } from './retention/sweeper.ts';
import { SmdpServer } from './server.ts';
import type { SmdpOptions } from './settings.ts';
import { SmdpStore } from './store.ts';

/**
 * Where ES2+ is served: on a port, to clients with a certificate of `tls.clientCa` or with the token, or both; or on a
 * socket in the file system, to whoever can enter its folder.
 */
export type Es2pOptions =
  (ListenOptions & { readonly token?: string }) | { readonly socket: string };

/** What is read anew while the server runs. */
export interface ReloadedFiles {
  readonly trust: SmdpTrust;
  /** Where TLS is served, with what from now on. */
  readonly es9pTls?: TlsOptions;
  readonly es2pTls?: TlsOptions;
}

export interface SmdpServiceOptions extends JsonAppOptions {
  /** Folder of the store; holds secrets. */
  readonly folder: string;
  readonly settings: SmdpOptions;
  readonly trust: SmdpTrust;
  /** ES9+, for LPAs. */
  readonly es9p: ListenOptions;
  /** ES2+, for the operator; undefined: not served. */
  readonly es2p?: Es2pOptions;
  /**
   * Health, metrics and the OpenAPI document, for the operator's tools; undefined: not served. Says nothing of any
   * device or order, so plain HTTP will do; it is no business of the Internet all the same.
   */
  readonly monitor?: Pick<ListenOptions, 'host' | 'port'>;
  readonly now: Clock;
  /** Who is told how their orders go (ES2+ HandleDownloadProgressInfo); default: nobody. */
  readonly progress?: ProgressOptions;
  /** SM-DS where events of orders are registered; default: none. */
  readonly discovery?: DiscoveryOptions;
  /** What answers requests that carry zkCX; default: they are answered as any others. */
  readonly zkcx?: OpenZkcxExtension;
  /** Sees what each sweep of old data did; see `settings.retention`. */
  readonly onSweep?: OnSweep;
}

export interface SmdpService {
  readonly server: SmdpServer;
  readonly es9p: Listening;
  /** `unix:` and a path for a socket. */
  readonly es2p?: Pick<Listening, 'url' | 'close'>;
  readonly monitor?: Listening;
  /**
   * Use other certificates, keys and CIs, all of them or, if one is wrong, none. Sessions under way go on, with the
   * certificates that they began with. Throws ERR_RSP_IDENTITY, ERR_RSP_LISTEN.
   */
  reload(files: ReloadedFiles): void;
  /** Begin no more sessions, and say at `/readyz` that the server is about to end. */
  drain(): void;
  /** Take no more requests, let those under way end, for some seconds at most. */
  close(): Promise<void>;
}

/** Start everything, or nothing. Throws ERR_RSP_STORE, ERR_RSP_LISTEN. */
export async function serveSmdp(options: SmdpServiceOptions): Promise<SmdpService> {
  checked(options, argument.serviceOptions, 'serveSmdp');
  const { folder, trust } = options;
  const smds = options.discovery?.smds.map(({ address }) => address) ?? [];
  const settings = { ...options.settings, smds };
  const now = checkedClock(options.now, 'the clock of serveSmdp');
  const store = await SmdpStore.open(folder);
  const closing = new Closing();
  closing.behind(store);
  try {
    // without operators too: what waits for one that is not told any more goes in time
    const told = await openProgress(options.progress ?? { operators: [] }, { store, trust, now });
    const progress = told.outbox;
    const discovery = openDiscovery(options.discovery ?? { smds: [] }, {
      store,
      trust,
      settings,
      now,
    });
    const random = systemRandom;
    const server = await SmdpServer.open({ settings, trust, store, now, random, progress });
    await store.change().putSettings(server.context.settings).commit({ durable: true });
    const monitor = options.monitor && (await openMonitor(options.monitor));
    if (monitor !== undefined) closing.behind(monitor.listening);
    const events = { ...options, onEvent: both(options.onEvent, monitor?.metrics.request) };
    const opened = await options.zkcx?.(server.context);
    const zkcx = opened && checked(opened, argument.extension, 'what `zkcx` opens');
    if (zkcx !== undefined) closing.behind(zkcx);
    closing.behind(new Sweeper(server.context, options.onSweep)).start();
    for (const part of [told, discovery]) closing.behind(part).start();
    const es9p = closing.listener(await listen(es9pApp(server, events, zkcx), options.es9p));
    const es2p =
      options.es2p && closing.listener(await listenForEs2p(server, options.es2p, events));
    closing.listener(
      await listenOnSocket(administrationApp(server.context, events), socketOf(folder)),
    );
    const listening = { es9p, ...(isOnPort(es2p) ? { es2p } : {}) };
    monitor?.watch({ server, zkcx, listening, es2p: es2p !== undefined });
    return {
      server,
      es9p,
      es2p,
      monitor: monitor?.listening,
      reload: (files) => {
        checked(files, argument.reloadedFiles, 'reload');
        try {
          reload({ server, es9p, es2p }, files);
          monitor?.metrics.reload('done');
        } catch (error) {
          monitor?.metrics.reload('failed');
          throw error;
        }
      },
      drain: () => server.drain(),
      close: () => {
        server.drain();
        return closing.close();
      },
    };
  } catch (error) {
    await closing.close();
    throw error;
  }
}

type Es2pListening = Listening | Pick<Listening, 'url' | 'close'> | undefined;

const isOnPort = (listening: Es2pListening): listening is Listening =>
  listening !== undefined && 'setTls' in listening;

const both =
  <T>(one?: (event: T) => void, other?: (event: T) => void) =>
  (event: T) => {
    one?.(event);
    other?.(event);
  };

/** All, or nothing: what could be refused is looked at before anything is changed. */
function reload(
  { server, es9p, es2p }: { server: SmdpServer; es9p: Listening; es2p: Es2pListening },
  { trust, es9pTls, es2pTls }: ReloadedFiles,
): void {
  const ports: [Listening, TlsOptions | undefined][] = [[es9p, es9pTls]];
  if (isOnPort(es2p)) ports.push([es2p, es2pTls]);
  for (const [listening, tls] of ports) {
    if ((listening.tls() === undefined) !== (tls === undefined)) {
      throw new ZkcxError('ERR_RSP_LISTEN', 'TLS begins and ends with the server: start it anew');
    }
    if (tls !== undefined) secureContext(tls);
  }
  server.replaceTrust(trust);
  for (const [listening, tls] of ports) if (tls !== undefined) listening.setTls(tls);
}

async function listenForEs2p(
  { context }: SmdpServer,
  options: Es2pOptions,
  events: JsonAppOptions,
): Promise<Listening | Pick<Listening, 'url' | 'close'>> {
  const app = es2pApp(context, events);
  if ('socket' in options) {
    const { close } = await listenOnSocket(app, options.socket);
    return { url: `unix:${options.socket}`, close };
  }
  const { token, ...where } = options;
  if (token === undefined && where.tls?.clientCa === undefined) {
    throw new ZkcxError(
      'ERR_RSP_LISTEN',
      'ES2+ orders profiles: give it a token, a CA of its clients, or a socket in the file system',
    );
  }
  const name = isLoopback(where.host) ? context.settings.address : undefined;
  return listen(restricted(app, { token, name }, events), where);
}

/**
 * Call a function of administration on a store: through the server that has it open, or directly.
 * `address` is used where no server has run on the store yet.
 */
export async function administrate(
  folder: string,
  name: AdministrationFunction,
  body: object,
  options: { readonly now: Clock; readonly address?: string },
): Promise<unknown> {
  checked({ folder, name, body, options }, argument.administration, 'administrate');
  const { address } = options;
  const now = checkedClock(options.now, 'the clock of administrate');
  const answer = await callRunning(folder, name, body);
  if (answer !== undefined) return answer;
  const store = await SmdpStore.open(folder);
  try {
    const settings = (await store.settings()) ?? (address === undefined ? undefined : { address });
    if (settings === undefined) {
      throw new ZkcxError('ERR_RSP_STORE', `no server has run on ${folder} yet: give its address`);
    }
    const trust = { anchors: [], identities: [] };
    const server = await SmdpServer.open({ settings, trust, store, now, random: systemRandom });
    return await callDirectly(server.context, name, body);
  } finally {
    await store.close();
  }
}
