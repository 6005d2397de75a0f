/** A whole SM-DS process: store, interfaces, what goes to the root SM-DS. */
import { checked, checkedClock } from '../../arguments.ts';
import { ZkcxError } from '../../errors.ts';
import { systemRandom } from '../../random.ts';
import type { Clock } from '../../time.ts';
import { Closing } from '../server/closing.ts';
import type { JsonAppOptions } from '../server/json-functions.ts';
import { listen, type Listening, type ListenOptions } from '../server/listen.ts';
import { Locks } from '../server/locks.ts';
import { es11App, es12App } from './app.ts';
import * as argument from './arguments.ts';
import { openCascade, type RootOptions } from './cascade.ts';
import type { SmdsContext } from './context.ts';
import { assertOneOid, type SmdsTrust } from './identities.ts';
import { BegunSessions } from './sessions.ts';
import { type SmdsOptions, settingsSchema } from './settings.ts';
import { SmdsStore } from './store.ts';
import { eventSweeper, type SweptEvents } from './sweeper.ts';

export interface SmdsServiceOptions extends JsonAppOptions {
  /** Folder of the store. */
  readonly folder: string;
  readonly settings: SmdsOptions;
  readonly trust: SmdsTrust;
  /** OIDs of the servers that may register events; default: all whose TLS certificate is under a CI of `trust`. */
  readonly servers?: readonly string[];
  /** ES11, for LPAs. */
  readonly es11: ListenOptions;
  /** ES12 and ES15, for servers, with `tls.clientCa`; undefined: not served. */
  readonly es12?: ListenOptions;
  /** The SM-DS above this one; undefined: this one is a root. */
  readonly root?: RootOptions;
  readonly now: Clock;
  /** Sees what each sweep of expired events did. */
  readonly onSweep?: (swept: SweptEvents) => void;
}

export interface SmdsService {
  readonly es11: Listening;
  readonly es12?: Listening;
  /** Begin no more sessions. */
  drain(): void;
  /** Take no more requests, let those under way end, for some seconds at most. */
  close(): Promise<void>;
}

/** Start everything, or nothing. Throws ERR_RSP_STORE, ERR_RSP_LISTEN, ERR_RSP_IDENTITY, ERR_RSP_TLS. */
export async function serveSmds(options: SmdsServiceOptions): Promise<SmdsService> {
  checked(options, argument.serviceOptions, 'serveSmds');
  const { folder, trust, servers } = options;
  assertOneOid(trust);
  if (options.es12 !== undefined && options.es12.tls?.clientCa === undefined) {
    throw new ZkcxError('ERR_RSP_LISTEN', 'ES12 tells servers apart by TLS: give it tls.clientCa');
  }
  const now = checkedClock(options.now, 'the clock of serveSmds');
  const settings = settingsSchema.parse(options.settings);
  const store = await SmdsStore.open(folder);
  const closing = new Closing();
  closing.behind(store);
  try {
    const cascade = options.root && openCascade(options.root, { store, trust, settings, now });
    if (cascade !== undefined) closing.behind(cascade);
    const context: SmdsContext = {
      settings,
      trust,
      store,
      sessions: new BegunSessions(
        {
          lifetime: settings.sessionLifetime,
          count: settings.maxSessions,
          perAddress: settings.maxSessionsPerAddress,
        },
        now,
      ),
      locks: new Locks(),
      root: cascade?.link,
      servers,
      now,
      random: systemRandom,
    };
    closing.behind(eventSweeper(context, options.onSweep)).start(settings.sweepInterval);
    cascade?.start();
    let isDraining = false;
    const es11 = closing.listener(
      await listen(
        es11App(context, () => isDraining, options),
        options.es11,
      ),
    );
    const es12 =
      options.es12 && closing.listener(await listen(es12App(context, options), options.es12));
    return {
      es11,
      es12,
      drain: () => (isDraining = true),
      close: () => {
        isDraining = true;
        return closing.close();
      },
    };
  } catch (error) {
    await closing.close();
    throw error;
  }
}
