/**
 * The place where zkCX takes part in ES9+. The SM-DP+ itself knows nothing of proofs: what comes with a
 * member `zkcx` is handed on, and orders, sessions, locks and packages are those of `SmdpContext`.
 */
import type { SmdpContext } from './context.ts';
import type { JsonFunction } from '../server/json-functions.ts';
import type { DescribedFunction } from './openapi.ts';

export interface ZkcxExtension {
  /**
   * By path: functions for bodies with a member `zkcx`. Bodies without one go to ES9+, and so does
   * everything where a path is not listed; paths that ES9+ does not have are added.
   */
  readonly functions: Readonly<Record<string, JsonFunction>>;
  /** Bytes of a request. */
  readonly maxBody: number;
  /** For metrics. */
  readonly status?: () => ExtensionStatus;
  /** Why it cannot do its work now; undefined: it can. */
  readonly check?: () => Promise<string | undefined>;
  /** What its functions take and answer, by path, beside those of ES9+. */
  readonly described?: Readonly<Record<string, DescribedFunction>>;
  close(): Promise<void>;
}

export interface ExtensionStatus {
  /** Live sessions by stage. */
  readonly sessions: Readonly<Record<string, number>>;
  /** Sessions whose proofs wait for a process that verifies. */
  readonly waiting: number;
  /** Processes that verify, by what they are at. */
  readonly processes: Readonly<Record<string, number>>;
}

/** Called once, when store and sessions are open. */
export type OpenZkcxExtension = (context: SmdpContext) => Promise<ZkcxExtension>;

/** A function of ES9+, and the one of the extension at its path if the body is for it. */
export function extended(
  own: JsonFunction | undefined,
  extension: JsonFunction | undefined,
): JsonFunction {
  return {
    takesAnything: own?.takesAnything,
    call: async (body, peer, client) => {
      const chosen = isForExtension(body) ? (extension ?? own) : (own ?? extension);
      // one of the two is there: a path is listed for it
      return chosen!.call(body, peer, client);
    },
  };
}

function isForExtension(body: unknown): boolean {
  return typeof body === 'object' && body !== null && Object.hasOwn(body, 'zkcx');
}
