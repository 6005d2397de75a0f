/** What is made as soon as the user begins, while the LPA talks to server and user. */
import { ZkcxError } from '../../../errors.ts';
import { type Credential, publishedOpening } from '../../../prover/credential.ts';
import { type HolderPolicy, type ProvableTerms, termsAhead } from '../../../session/holder.ts';
import { credentialsOf } from './credential.ts';
import type { Options } from './options.ts';

export interface Ahead {
  /** It is ready, or there is none: what could not be made is made when it is wanted. */
  readonly settled: Promise<void>;
  /** Nobody wants it any more. */
  stop(): void;
}

/**
 * Have a presentation ready under the newest that the device knows, for the first credential of the eUICC that has
 * pools.
 *
 * @param eid 32 digits
 */
export function begunAhead(options: Options, eid: string): Ahead {
  const abort = new AbortController();
  const { signal } = options;
  const ends = signal === undefined ? abort.signal : AbortSignal.any([signal, abort.signal]);
  return {
    settled: prepare(options, eid, ends).catch((error: unknown) => {
      if (!(error instanceof ZkcxError)) throw error;
    }),
    stop: () => abort.abort(),
  };
}

/**
 * Terms that a server is likely to ask for: the newest that the device knows, from the registry where the credential is
 * published. Throws ERR_HOLDER_*.
 */
export function expectedTerms(policy: HolderPolicy, credential: Credential): ProvableTerms {
  const isPublished = policy.registry !== undefined && publishedOpening(credential) !== undefined;
  return termsAhead(credential, policy, isPublished ? 'registryPresentation' : 'presentation');
}

async function prepare(
  { credentials, pools: poolsOf, policy, proofs }: Options,
  eid: string,
  signal: AbortSignal,
): Promise<void> {
  if (poolsOf === undefined) return;
  const at = policy.now();
  for await (const { name, credential, isOver } of credentialsOf({ store: credentials, eid, at })) {
    const pools = isOver ? undefined : await poolsOf(name, credential);
    if (pools === undefined) continue;
    const accepted = expectedTerms(policy, credential);
    const anchors = policy.trustSets.flat();
    await proofs.ahead({ accepted, credential, anchors, pools }, signal);
    return;
  }
}
