/**
 * The SM-DP+'s side of zkCX. In: the context of an SM-DP+, roots, statements, processes that verify. Out:
 * the functions that take part in its ES9+ (`OpenZkcxExtension`).
 */
import { checked } from '../../../arguments.ts';
import { DEFAULT_MAX_AGE } from '../../../session/events.ts';
import { DEFAULT_GRACE } from '../../../session/map-history.ts';
import type { OpenZkcxExtension } from '../../smdpp/extension.ts';
import * as argument from '../arguments.ts';
import { CANCEL_REASONS } from '../negotiation.ts';
import { zkcxAddress } from '../transcript.ts';
import { acceptedBy } from './accepted.ts';
import type { ZkcxServerContext } from './context.ts';
import { DESCRIBED } from './described.ts';
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

export interface ZkcxServerOptions {
  /** Trust set, revocation map and registry as they are now. */
  readonly roots: () => Promise<ServerRoots>;
  /**
   * What statements about the server are made of, in the background; or statements that the caller renews.
   * Default: there are none, and no mode `zkcx`.
   */
  readonly statements?:
    Pick<StatementsOptions, 'credentials' | 'certify' | 'onError'> | ServerStatements;
  readonly verifiers?: VerifiersOptions;
  /** Seconds that a map counts once a later one contradicts it; default an hour, may be 0. */
  readonly grace?: bigint;
  /** Seconds that the time of a presentation may lie back, 8 hours to a week; default a day. */
  readonly maxAge?: bigint;
  /**
   * Take `postponed` too as the reason with which the eUICC of a presentation cancels, for cards that refuse
   * undefinedReason. More classic LPAs cancel with it, so it protects them less; default false.
   */
  readonly allowPostponed?: boolean;
  /** Seconds that a session lives; default 600. */
  readonly lifetime?: bigint;
  /** Sessions of zkCX at a time; default 2,000. */
  readonly maxSessions?: number;
  /** Of them, for clients with one IPv4 address or one /64 network of IPv6; default 100; 0: no limit. */
  readonly maxSessionsPerAddress?: number;
  readonly onRefusal?: OnRefusal;
}

/**
 * Let an SM-DP+ take part in zkCX: for `serveSmdp`. Until the first statements are made, about a minute each,
 * the mode `zkcx` is not offered. Throws ERR_SESSION_VALUE (an address above 195 characters),
 * ERR_RSP_IDENTITY, and what `roots` throws.
 */
export function zkcxServer(options: ZkcxServerOptions): OpenZkcxExtension {
  checked(options, argument.serverOptions(ServerStatements), 'zkcxServer');
  const { statements: given = NO_STATEMENTS, onRefusal, allowPostponed = false } = options;
  const roots = checkedRoots(options.roots);
  return async (smdp) => {
    // an address that no session can be signed for
    zkcxAddress(smdp.settings.address.toLowerCase());
    const { now } = smdp;
    const accepted = acceptedBy({ roots, grace: options.grace ?? DEFAULT_GRACE, now });
    // files that are wrong are said to be so at once
    await accepted();
    const { identities } = smdp.trust;
    const isOwn = !(given instanceof ServerStatements);
    const statements = isOwn ? new ServerStatements({ identities, roots, now, ...given }) : given;
    const verifiers = new ProofVerifiers(options.verifiers);
    const context: ZkcxServerContext = {
      smdp,
      sessions: new ZkcxSessions(smdp, {
        lifetime: options.lifetime ?? 600n,
        count: options.maxSessions ?? 2_000,
        perAddress: options.maxSessionsPerAddress ?? 100,
      }),
      verifiers,
      accepted,
      statements: (identity) => statements.current(identity),
      maxAge: options.maxAge ?? DEFAULT_MAX_AGE,
      cancelReasons: allowPostponed ? CANCEL_REASONS : ['undefinedReason'],
    };
    if (isOwn) statements.start();
    verifiers.start();
    // what changes serves soon, also where nobody asks; what is wrong is said to whoever does
    const looking = setInterval(() => roots().catch(() => undefined), LOOK).unref();
    return {
      functions: zkcxFunctions(context, onRefusal),
      maxBody: MAX_BODY,
      described: DESCRIBED,
      status: () => ({ ...verifiers.status(), sessions: context.sessions.stages() }),
      check: async () => {
        const { idle, busy } = verifiers.status().processes;
        if (idle + busy === 0) return 'no process that verifies is ready';
        return accepted().then(
          () => undefined,
          () => 'the lists that it relies on are not fit',
        );
      },
      close: async () => {
        clearInterval(looking);
        if (isOwn) statements.stop();
        verifiers.close();
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
