import type { RandomBytes } from '../../random.ts';
import type { Clock } from '../../time.ts';
import type { Locks } from '../server/locks.ts';
import type { SmdsTrust } from './identities.ts';
import type { BegunSessions } from './sessions.ts';
import type { SmdsSettings } from './settings.ts';
import type { SmdsStore } from './store.ts';

/** The SM-DS above this one. */
export interface RootLink {
  /** Its address, as devices have it. */
  readonly address: string;
  /** Something waits to be sent there. */
  wake(): void;
}

/** What the functions of the SM-DS share. */
export interface SmdsContext {
  readonly settings: SmdsSettings;
  readonly trust: SmdsTrust;
  readonly store: SmdsStore;
  readonly sessions: BegunSessions;
  readonly locks: Locks;
  /** Undefined: there is none. */
  readonly root?: RootLink;
  /** OIDs of the servers that may register events; undefined: all that a CI has certified. */
  readonly servers?: readonly string[];
  /** Unix seconds. */
  readonly now: Clock;
  readonly random: RandomBytes;
}
