/**
 * A genuine credential at a time and under roots that a verifier names: what `presentation`,
 * `registryPresentation` and `certify` have in common. Each of them shows in its own way that the
 * commitment of the opening comes from a chain proof, and leaves the rest to `assertCredential`.
 */
import { Field, Provable, Struct } from 'o1js';
import { MAX_LINKS, type MODE, TRUST_HEIGHT } from '../params.ts';
import { type ChainClaim, Opening } from './claims.ts';
import { merkleRoot } from './gadgets/merkle.ts';
import type { Bit, CircuitContext } from './kimchi/context.ts';
import { assertOrdered } from './link.ts';
import { assertNotRevoked, HandleWitness } from './revocation.ts';

/** Path of the credential's CI leaf under the trust root, see `MerklePath`. */
export class CiPath extends Struct({
  siblings: Provable.Array(Field, TRUST_HEIGHT),
  right: Provable.Array(Field, TRUST_HEIGHT),
}) {}

/** What the prover gives for a credential; everything about it is checked. */
export class CredentialWitness extends Struct({
  opening: Opening,
  ci: CiPath,
  /** One for each link, first link first; slots that are not used repeat the first. */
  handles: Provable.Array(HandleWitness, MAX_LINKS),
}) {}

/** The part of a request that is about the credential. */
export interface CredentialRequest {
  readonly trustRoot: Field;
  readonly revocationRoot: Field;
  /** Unix seconds. */
  readonly time: Field;
  /** Number of the required role, see roles.ts. */
  readonly role: Field;
}

/** Public values of a proof of `chain` or `refresh` that the same method verifies. */
export interface ChainStatement {
  readonly mode: Field;
  readonly claim: Pick<ChainClaim, 'commitment'>;
}

/** Assert that a proven claim is of this kind, and that `opening` is what its commitment hides. */
export function assertOpens(
  { mode, claim }: ChainStatement,
  kind: typeof MODE.chain | typeof MODE.refresh,
  opening: Opening,
): void {
  mode.assertEquals(kind);
  Opening.commitment(opening).assertEquals(claim.commitment);
}

/**
 * Assert that the credential counts for the request: its CI is accepted now, `time` lies in its
 * window, none of its certificates is revoked, its role is the required one. ~2,750 rows. Returns
 * the id of the issuer of the last certificate.
 *
 * The opening is that of a proven commitment: its window are integers below 2^38, its serial numbers
 * are below 2^160, and handles beyond `links` are 0.
 */
export function assertCredential(
  context: CircuitContext,
  { opening, ci, handles }: CredentialWitness,
  request: CredentialRequest,
): Field {
  merkleRoot(context, opening.ciLeaf, ci).assertEquals(request.trustRoot);
  // both ends are below 2^38, so `time` is an integer between them
  assertOrdered(context, opening.validFrom, request.time);
  assertOrdered(context, request.time, opening.validUntil);
  opening.role.assertEquals(request.role);

  const used = usedSlots(context, opening.links);
  const proven = handles.map((handle) => assertNotRevoked(context, handle, request));
  proven.forEach((handle, i) => {
    // a hash is not 0, so a slot that holds a handle must be a used one
    if (i === 0) handle.assertEquals(opening.handles[i]!);
    else context.assertProduct(used[i - 1]!, handle, opening.handles[i]!);
  });
  return lastIssuer(context, used, handles);
}

/**
 * For each of `slots` after the first, whether one of `count` things is in it: bits that only fall,
 * and number count - 1. Asserts 1 <= count <= slots.
 */
export function usedSlots(context: CircuitContext, count: Field, slots = MAX_LINKS): Bit[] {
  const used = Array.from({ length: slots - 1 }, (_, i) =>
    context.bit(() => count.toBigInt() > BigInt(i + 1)),
  );
  used.forEach((bit, i) => {
    const before = used[i - 1];
    if (before !== undefined) context.assertImplies(bit, before);
  });
  context.assertLinear([...used.map((bit) => [1n, bit] as const), [-1n, count]], 1n);
  return used;
}

/** The issuer of the last used slot. Each used slot replaces the one before. */
function lastIssuer(
  context: CircuitContext,
  used: readonly Bit[],
  handles: readonly HandleWitness[],
): Field {
  const [first, ...others] = handles.map(({ issuer }) => issuer) as [Field, ...Field[]];
  return others.reduce((last, issuer, i) => context.choose(used[i]!, issuer, last), first);
}
