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
import type { OpenZkcxExtension } from './extension.ts';
import type { SmdpTrust } from './identities.ts';
import type { JsonAppOptions } from './json-functions.ts';
import { listen, type Listening, type ListenOptions, listenOnSocket } from './listen.ts';
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

export interface SmdpServiceOptions extends JsonAppOptions {
  /** Folder of the store; holds secrets. */
  readonly folder: string;
  readonly settings: SmdpOptions;
  readonly trust: SmdpTrust;
  /** ES9+, for LPAs. */
  readonly es9p: ListenOptions;
  /** ES2+, for the operator; undefined: not served. */
  readonly es2p?: Es2pOptions;
  readonly now: Clock;
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
  close(): Promise<void>;
}

/** Start everything, or nothing. Throws ERR_RSP_STORE, ERR_RSP_LISTEN. */
export async function serveSmdp(options: SmdpServiceOptions): Promise<SmdpService> {
  checked(options, argument.serviceOptions, 'serveSmdp');
  const { folder, settings, trust } = options;
  const now = checkedClock(options.now, 'the clock of serveSmdp');
  const store = await SmdpStore.open(folder);
  const open: { close(): Promise<void> }[] = [store];
  const close = async () => {
    for (const part of open.reverse()) await part.close();
  };
  try {
    const server = await SmdpServer.open({ settings, trust, store, now, random: systemRandom });
    await store.change().putSettings(server.context.settings).commit({ durable: true });
    const keep = <T extends { close(): Promise<void> }>(part: T): T => {
      open.push(part);
      return part;
    };
    const opened = await options.zkcx?.(server.context);
    const zkcx = opened && keep(checked(opened, argument.extension, 'what `zkcx` opens'));
    keep(new Sweeper(server.context, options.onSweep)).start();
    const es9p = keep(await listen(es9pApp(server, options, zkcx), options.es9p));
    const es2p = options.es2p && keep(await listenForEs2p(server, options.es2p, options));
    keep(await listenOnSocket(administrationApp(server.context, options), socketOf(folder)));
    return { server, es9p, es2p, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function listenForEs2p(
  { context }: SmdpServer,
  options: Es2pOptions,
  events: JsonAppOptions,
): Promise<Pick<Listening, 'url' | 'close'>> {
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
