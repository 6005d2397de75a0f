/** Roots of the offer -> whether a presentation under them counts at the moment at which it is accepted. */
import { z } from 'zod';
import { checked, field } from '../arguments.ts';
import { type ErrorCode, ZkcxError } from '../errors.ts';
import type { TrustAnchor } from '../pki/index.ts';
import { TrustSet } from '../witness/trust.ts';
import { ciEnds, ciEndsForm, type EventFacts, type MapFacts, mapFactsForm } from './events.ts';

/** Roots of a kind that are offered and accepted at a time. */
export const MAX_ROOTS = { trust: 4, revocation: 16, registry: 10 } as const;

/** What a set of CIs says of times. */
export interface TrustFacts {
  readonly root: bigint;
  /** See `ciEnds`. */
  readonly ciEnds: readonly bigint[];
}

/** What a verifier accepts now, newest first. */
export interface AcceptedRoots {
  /** Sets of CIs as they are now: one that was superseded is not among them. */
  readonly trustSets: readonly TrustFacts[];
  /** See `MapHistory.accepted`. */
  readonly maps: readonly MapFacts[];
  /** Of published credentials; only and always in mode `registryPresentation`. */
  readonly registryRoots?: readonly bigint[];
}

/** What the offer of the session listed. */
export interface OfferedRoots {
  readonly trustRoots: readonly bigint[];
  readonly revocationRoots: readonly bigint[];
  readonly registryRoots?: readonly bigint[];
}

/** Public input of a presentation; registryRoot is 0 in mode `presentation`. */
export interface PresentedRoots {
  readonly trustRoot: bigint;
  readonly revocationRoot: bigint;
  readonly registryRoot: bigint;
}

/** One to `most` roots, each once. No root is 0: that is how a presentation says that it has none. */
export const rootList = (most: number) =>
  z
    .array(field.min(1n))
    .min(1)
    .max(most)
    .refine((roots) => new Set(roots).size === roots.length, 'must name each root once');

const offeredRoots = z.strictObject({
  trustRoots: rootList(MAX_ROOTS.trust),
  revocationRoots: rootList(MAX_ROOTS.revocation),
  registryRoots: rootList(MAX_ROOTS.registry).optional(),
});

const acceptedRoots = z.strictObject({
  trustSets: z.array(z.strictObject({ root: field, ciEnds: ciEndsForm })).max(MAX_ROOTS.trust),
  maps: z.array(mapFactsForm).max(MAX_ROOTS.revocation),
  registryRoots: z.array(field).max(MAX_ROOTS.registry).optional(),
});

/** Throws ERR_TRUST_SIZE. */
export function trustFacts(anchors: readonly TrustAnchor[]): TrustFacts {
  const root = new TrustSet(anchors).root.toBigInt();
  return Object.freeze({ root, ciEnds: ciEnds(anchors) });
}

/**
 * Assert that each root was offered and is accepted now: current, or superseded and still good.
 *
 * @returns what the presentation's time is to be checked with: of the very map and set of CIs that it names
 * @throws ERR_PROOF_TRUST_ROOT, ERR_PROOF_REVOCATION_ROOT, ERR_PROOF_REGISTRY_ROOT
 */
export function assertRoots(
  { trustRoot, revocationRoot, registryRoot }: PresentedRoots,
  offered: OfferedRoots,
  accepted: AcceptedRoots,
): EventFacts {
  checked(offered, offeredRoots, 'the offered roots of assertRoots');
  checked(accepted, acceptedRoots, 'the accepted roots of assertRoots');
  const { trustSets, maps } = accepted;
  const trust = assertRoot(trustRoot, offered.trustRoots, trustSets, {
    code: 'ERR_PROOF_TRUST_ROOT',
    what: 'set of CIs',
  });
  const map = assertRoot(revocationRoot, offered.revocationRoots, maps, {
    code: 'ERR_PROOF_REVOCATION_ROOT',
    what: 'revocation map',
  });
  assertRegistryRoot(registryRoot, offered.registryRoots, accepted.registryRoots);
  return { map, ciEnds: trust.ciEnds };
}

interface Refusal {
  readonly code: ErrorCode;
  readonly what: string;
}

function assertRoot<T extends { readonly root: bigint }>(
  root: bigint,
  offered: readonly bigint[],
  accepted: readonly T[],
  { code, what }: Refusal,
): T {
  if (!offered.includes(root)) {
    throw new ZkcxError(code, `the presentation is for another ${what} than was offered`);
  }
  const found = accepted.find((one) => one.root === root);
  if (found !== undefined) return found;
  throw new ZkcxError(code, `the ${what} of the presentation no longer counts: begin again`);
}

function assertRegistryRoot(
  root: bigint,
  offered?: readonly bigint[],
  accepted: readonly bigint[] = [],
): void {
  const refusal: Refusal = { code: 'ERR_PROOF_REGISTRY_ROOT', what: 'registry of credentials' };
  if (offered !== undefined) {
    const known = accepted.map((one) => ({ root: one }));
    assertRoot(root, offered, known, refusal);
  } else if (root !== 0n) {
    throw new ZkcxError(refusal.code, 'the presentation is for a registry, and none was offered');
  }
}
