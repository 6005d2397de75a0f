/**
 * The SM-DP+'s side of zkCX. In: the context of an SM-DP+, roots, statements, processes that verify. Out:
 * the functions that take part in its ES9+ (`OpenZkcxExtension`).
 */
import { join } from 'node:path';
import { checked } from '../../../arguments.ts';
import { OnceStore } from '../../../session/once-store.ts';
import type { OpenZkcxExtension } from '../../smdpp/extension.ts';
import * as argument from '../arguments.ts';
import type { ZkcxServerContext } from './context.ts';
import { type OnRefusal, zkcxFunctions } from './functions.ts';
import { ZkcxSessions } from './sessions.ts';
import { ServerStatements, type StatementsOptions } from './statements.ts';
import { ProofVerifiers, type VerifiersOptions } from './verifiers.ts';

import type { ServerRoots } from './roots.ts';
export { rootsOfFiles } from './roots.ts';
export type { RootFiles, RootsOptions, ServerRoots } from './roots.ts';
export { ServerStatements } from './statements.ts';

/** Base64 of the largest sealed message, and a little JSON around it. */
const MAX_BODY = 900_000;

/** Milliseconds between two looks at the roots. */
const LOOK = 10_000;

export interface ZkcxServerOptions extends Pick<ZkcxServerContext, 'roots'> {
  /** Folder for what may happen once. */
  readonly folder: string;
  /**
   * What statements about the server are made of, in the background; or statements that the caller renews.
   * Default: there are none, and no mode `zkcx`.
   */
  readonly statements?:
    Pick<StatementsOptions, 'credentials' | 'certify' | 'onError'> | ServerStatements;
  readonly verifiers?: VerifiersOptions;
  /** Seconds from an offer to its presentation, the time for proving; default 600. */
  readonly lifetime?: bigint;
  /** Seconds that the revocation map may be old; default a day. */
  readonly maximumMapAge?: bigint;
  /** Sessions of zkCX at a time; default 2,000. */
  readonly maxSessions?: number;
  readonly onRefusal?: OnRefusal;
}

/**
 * Let an SM-DP+ take part in zkCX: for `serveSmdp`. Until the first statements are made, about a minute each,
 * the mode `zkcx` is not offered. Throws ERR_SESSION_STORE, ERR_RSP_IDENTITY, and what `roots` throws.
 */
export function zkcxServer(options: ZkcxServerOptions): OpenZkcxExtension {
  checked(options, argument.serverOptions(ServerStatements), 'zkcxServer');
  const roots = checkedRoots(options.roots);
  return async (smdp) => {
    const { maximumMapAge = 86_400n, lifetime = 600n, maxSessions = 2_000 } = options;
    // files that are wrong are said to be so at once
    await roots();
    const { statements: given = NO_STATEMENTS } = options;
    const { identities } = smdp.trust;
    const isOwn = !(given instanceof ServerStatements);
    const statements = isOwn
      ? new ServerStatements({ identities, roots, now: smdp.now, ...given })
      : given;
    const once = await OnceStore.open(join(options.folder, 'once'));
    const verifiers = new ProofVerifiers(options.verifiers);
    const context: ZkcxServerContext = {
      smdp,
      sessions: new ZkcxSessions(smdp, { limit: maxSessions, lifetime }),
      verifiers,
      roots,
      statements: (identity) => statements.current(identity),
      once,
      lifetime,
      maximumMapAge,
    };
    if (isOwn) statements.start();
    verifiers.start();
    // what changes serves soon, also where nobody asks; what is wrong is said to whoever does
    const looking = setInterval(() => roots().catch(() => undefined), LOOK).unref();
    return {
      functions: zkcxFunctions(context, options.onRefusal),
      maxBody: MAX_BODY,
      close: async () => {
        clearInterval(looking);
        if (isOwn) statements.stop();
        verifiers.close();
        await once.close();
      },
    };
  };
}

/** The same roots are given to many sessions, and are looked at once. */
function checkedRoots(roots: ZkcxServerOptions['roots']): ZkcxServerOptions['roots'] {
  let known: ServerRoots | undefined;
  return async () => {
    const current = await roots();
    if (current !== known)
      known = checked(current, argument.serverRoots, 'the roots of zkcxServer');
    return known;
  };
}

const NO_STATEMENTS: Pick<StatementsOptions, 'credentials' | 'certify'> = {
  credentials: [],
  certify: () => Promise.reject(RangeError('there is no credential')),
};
