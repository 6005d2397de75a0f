/**
 * What a holder asks itself before it answers. A request is an oracle if its roots are the verifier's
 * own: a set of one CI, or a map that lists half of all devices, would tell who is who by an answer or
 * its absence. So the holder proves only under roots that it knows already, and says no in one way.
 */
import { checked, checkedClock } from '../arguments.ts';
import * as argument from './arguments.ts';
import * as expected from './expectations.ts';
import { ZkcxError } from '../errors.ts';
import type { TrustAnchor } from '../pki/index.ts';
import { type Role, ROLES } from '../roles.ts';
import { type Credential, publishedOpening } from '../prover/credential.ts';
import { type Clock, systemClock } from '../time.ts';
import type { RegistryTree } from '../witness/registry-tree.ts';
import type { RevocationMap } from '../witness/revocation-map.ts';
import { leafOf } from '../witness/presentation.ts';
import { TrustSet } from '../witness/trust.ts';
import { MAX_ROOTS } from './accepted-roots.ts';
import { roleIn } from './identity.ts';
import { ciEnds, DEFAULT_MAX_AGE, DEFAULT_TOLERANCE, latestEvent } from './events.ts';
import { mapFacts } from './map-facts.ts';
import {
  checkRequestTerms,
  parseServerRequest,
  type RequestTerms,
  type ServerRequest,
  transactionBytes,
} from './offers.ts';
import type { Disclosure } from './openings.ts';
import { identifierScopeOf, scopeOf } from './scope.ts';
import { bindTranscript, type SessionTranscript } from './transcript.ts';

/** A server as the holder authenticated it: by certificate or `certify`, never by its own word. */
export interface Peer {
  readonly serverAddress: string;
  /** Dotted. */
  readonly serverOid: string;
}

/** What the user is asked before anything of it is told. */
export interface ConsentQuestion {
  readonly peer: Peer;
  readonly disclosures: readonly Disclosure[];
}

export interface HolderPolicy {
  /** Sets of CIs that the holder knows from its own sources. */
  readonly trustSets: readonly (readonly TrustAnchor[])[];
  /** A set hides which CI it is only among so many; default 2. */
  readonly minimumCis?: number;
  /**
   * Maps that the holder computed itself, newest first, by `checkSources`, `fillSources` and `revocationMap`:
   * from sources (issuers, points and `none` entries) that it trusts and lists whose signatures it checked.
   */
  readonly maps: readonly RevocationMap[];
  /** Entries that a map must have; default 2. */
  readonly minimumEntries?: number;
  /** The newest registry that the holder knows; it proves under its root and its recent ones. */
  readonly registry?: RegistryTree;
  /** Credentials that must be published in it; default 64. */
  readonly minimumPublished?: number;
  /** Seconds between the request's time and the holder's clock; default 300. */
  readonly tolerance?: bigint;
  /** Unix seconds; default: the clock. */
  readonly now?: Clock;
  /** Asked where a request wants openings; without it they are refused. */
  readonly consent?: (question: ConsentQuestion) => boolean | Promise<boolean>;
}

/** The part of a credential that decides whether a request can be answered. */
export type HeldCredential = Pick<Credential, 'opening' | 'published'>;

/** A request's terms as the holder is willing to prove them, by what it knows itself. */
export interface AcceptedTerms {
  readonly mode: RequestTerms['mode'];
  readonly trust: TrustSet;
  readonly map: RevocationMap;
  /** The tree of the chosen root; only and always in mode registryPresentation. */
  readonly registry?: RegistryTree;
  /** Unix seconds: the event to prove for, see `latestEvent`. */
  readonly time: bigint;
  readonly role: Role;
  /** Dotted; as authenticated. */
  readonly serverOid: string;
  /** Of the pseudonym, if one is asked for. */
  readonly scope?: bigint;
  /** Of the identifier, if one is asked for. */
  readonly identifierScope?: bigint;
}

/** What is accepted of a presentation itself: nothing in it is about the peer. */
export type ProvableTerms = Pick<
  AcceptedTerms,
  'mode' | 'trust' | 'map' | 'registry' | 'time' | 'role'
>;

/** A request that the holder is willing to answer. */
export interface AcceptedRequest extends AcceptedTerms {
  readonly request: ServerRequest;
  readonly transcript: SessionTranscript;
}

export interface RequestInput {
  readonly peer: Peer;
  /** Both offers in the bytes that were sent. */
  readonly clientOffer: Uint8Array;
  readonly serverOffer: Uint8Array;
  readonly credential: HeldCredential;
}

/**
 * Decide on a request. Nothing is signed or proven yet.
 *
 * @throws ERR_HOLDER_REQUEST (no request of the protocol: an empty list of roots in it, say), ERR_HOLDER_ROLE,
 * ERR_HOLDER_CLOCK, ERR_HOLDER_TRUST_SET, ERR_HOLDER_MAP, ERR_HOLDER_REGISTRY, ERR_HOLDER_CONSENT: for
 * the holder's own eyes; the peer gets `REFUSAL`
 */
export async function checkRequest(
  input: RequestInput,
  policy: HolderPolicy,
): Promise<AcceptedRequest> {
  checked(input, argument.requestInput, 'checkRequest');
  checked(policy, argument.holderPolicy, "the holder's policy");
  const { peer, clientOffer, serverOffer, credential } = input;
  const request = readRequest(serverOffer);
  const { disclosures } = request;
  const terms = checkTerms(request, peer, credential, policy);
  const transcript = bindTranscript({
    transactionId: transactionBytes(request),
    serverAddress: peer.serverAddress,
    clientOffer,
    serverOffer,
  });
  // an answer in words is not a yes
  if (disclosures.length > 0 && (await policy.consent?.({ peer, disclosures })) !== true) {
    throw new ZkcxError('ERR_HOLDER_CONSENT', 'openings are asked for, without consent to them');
  }
  return { request, transcript, ...terms };
}

/**
 * Decide on the terms of a request; the part of `checkRequest` that does not depend on how the request
 * came. Of the roots that are offered the holder takes the newest that it knows, of several trust sets its
 * largest; the time is the latest event of these two.
 *
 * @param credential undefined: it is still to be made, and will not be in a registry; nothing is said of its role
 * @throws ERR_SESSION_VALUE, ERR_HOLDER_ROLE, ERR_HOLDER_CLOCK, ERR_HOLDER_TRUST_SET, ERR_HOLDER_MAP,
 *   ERR_HOLDER_REGISTRY
 */
export function checkTerms(
  request: RequestTerms,
  { serverOid }: Pick<Peer, 'serverOid'>,
  credential: HeldCredential | undefined,
  policy: HolderPolicy,
): AcceptedTerms {
  checkRequestTerms(request);
  checked(policy, argument.holderPolicy, "the holder's policy");
  const { mode, role, purpose, identifierPurpose } = request;
  if (
    credential !== undefined &&
    credential.opening.role.toBigInt() !== BigInt(ROLES[role].number)
  ) {
    throw new ZkcxError('ERR_HOLDER_ROLE', 'the request is for a credential of another role');
  }
  const { tolerance = DEFAULT_TOLERANCE } = policy;
  const now = checkedClock(policy.now ?? systemClock, "the clock of the holder's policy")();
  const ahead = BigInt(request.time) - now;
  if (!(ahead <= tolerance && -ahead <= tolerance)) {
    throw new ZkcxError(
      'ERR_HOLDER_CLOCK',
      `the time of the request is more than ${tolerance} seconds from this clock`,
    );
  }
  const { anchors, trust } = trustSetOf(request, policy);
  const map = mapOf(request, policy, now);
  return {
    mode,
    trust,
    map,
    registry: mode === 'presentation' ? undefined : registryOf(request, credential, policy),
    time: latestEvent({ map: mapFacts(map), ciEnds: ciEnds(anchors) }, now),
    role,
    serverOid,
    scope: purpose === undefined ? undefined : scopeOf(serverOid, purpose),
    identifierScope:
      identifierPurpose === undefined ? undefined : identifierScopeOf(serverOid, identifierPurpose),
  };
}

/**
 * The terms under which a presentation can be made before a peer asks for it: the newest and largest of what the
 * holder knows.
 *
 * @throws as `checkTerms`
 */
export function termsAhead(
  credential: HeldCredential,
  policy: HolderPolicy,
  mode: AcceptedTerms['mode'] = 'presentation',
): ProvableTerms {
  checked(credential, argument.heldCredential, 'the credential of termsAhead');
  checked(policy, argument.holderPolicy, "the holder's policy");
  checked(mode, expected.mode, 'the mode of termsAhead');
  const { trustSets, maps, registry } = policy;
  const now = checkedClock(policy.now ?? systemClock, "the clock of the holder's policy")();
  const everything: RequestTerms = {
    mode,
    trustRoots: trustSets
      .filter(({ length }) => length > 0)
      .map((anchors) => new TrustSet(anchors).root.toString())
      .slice(0, MAX_ROOTS.trust),
    revocationRoots: maps.slice(0, MAX_ROOTS.revocation).map(({ root }) => root.toString()),
    registryRoots:
      mode === 'presentation' || registry === undefined ? undefined : [registry.root.toString()],
    maxAge: Number(DEFAULT_MAX_AGE),
    time: Number(now - (now % 60n)),
    role: roleIn(credential.opening),
  };
  return checkTerms(everything, { serverOid: '' }, credential, policy);
}

function readRequest(serverOffer: Uint8Array): ServerRequest {
  try {
    return parseServerRequest(serverOffer);
  } catch (cause) {
    throw new ZkcxError('ERR_HOLDER_REQUEST', 'this is not a request of the protocol', { cause });
  }
}

/** The largest: a peer that chooses among sets that overlap would see who is in which of them. */
function trustSetOf({ trustRoots }: RequestTerms, policy: HolderPolicy) {
  const { trustSets, minimumCis = 2 } = policy;
  const [largest] = trustSets
    .filter(({ length }) => length > 0)
    .map((anchors) => ({ anchors, trust: new TrustSet(anchors) }))
    .filter(({ trust }) => trustRoots.includes(trust.root.toString()))
    .toSorted((a, b) => b.trust.size - a.trust.size);
  if (largest === undefined || largest.trust.size < minimumCis) {
    throw new ZkcxError(
      'ERR_HOLDER_TRUST_SET',
      largest === undefined
        ? 'no trust root of the request is that of a set of CIs known here'
        : `the set of CIs has fewer than ${minimumCis} members: an answer would tell which it is`,
    );
  }
  return largest;
}

function mapOf({ revocationRoots }: RequestTerms, policy: HolderPolicy, now: bigint) {
  const { maps, minimumEntries = 2 } = policy;
  const newest = firstDefined(revocationRoots, (root) =>
    maps.find((map) => map.root.toString() === root),
  );
  if (newest === undefined || newest.size < minimumEntries) {
    throw new ZkcxError(
      'ERR_HOLDER_MAP',
      newest === undefined
        ? 'no revocation root of the request is that of a map computed here: issuers, `none` entries or lists differ'
        : `the revocation map has fewer than ${minimumEntries} entries`,
    );
  }
  if (!servesAllOf(newest, maps[0]!, now)) {
    throw new ZkcxError(
      'ERR_HOLDER_MAP',
      'under the revocation map of the request some issuers have no fresh list that have one in the newest ' +
        'map: an answer would tell that the credential is not of these',
    );
  }
  return newest;
}

/** Whether each issuer that has a fresh list, or needs none, in the newest map has so in this one too. */
function servesAllOf(map: RevocationMap, newest: RevocationMap, now: bigint): boolean {
  const isFreshIn = (of: RevocationMap, key: bigint) => {
    const entry = of.hashed.get(key);
    return (
      entry !== undefined && entry.thisUpdate.toBigInt() <= now && now < entry.nextUpdate.toBigInt()
    );
  };
  return [...newest.hashed.entries.keys()].every(
    (key) => isFreshIn(map, key) || !isFreshIn(newest, key),
  );
}

function registryOf(
  { registryRoots = [] }: RequestTerms,
  credential: HeldCredential | undefined,
  policy: HolderPolicy,
): RegistryTree {
  const { registry: newest, minimumPublished = 64 } = policy;
  const registry = firstDefined(registryRoots, (root) => newest?.at(BigInt(root)));
  if (newest === undefined || registry === undefined) {
    throw refuseRegistry(
      'no registry root of the request is the newest one known here or one of the last day: an old one tells ' +
        'when the credential came',
    );
  }
  if (registry.size < minimumPublished) {
    throw refuseRegistry(
      `the registry has fewer than ${minimumPublished} credentials to hide among`,
    );
  }
  const published = credential && publishedOpening(credential);
  if (published === undefined) {
    throw refuseRegistry('the credential was not published: present it with its refresh proof');
  }
  if (!newest.isUnderAll(leafOf(published))) {
    throw refuseRegistry(
      'the credential is not under all roots that are accepted: an answer under some of them would tell when ' +
        'it came; present it with its refresh proof until then',
    );
  }
  return registry;
}

function firstDefined<A, B>(values: readonly A[], find: (value: A) => B | undefined) {
  for (const value of values) {
    const found = find(value);
    if (found !== undefined) return found;
  }
  return undefined;
}

const refuseRegistry = (problem: string) => new ZkcxError('ERR_HOLDER_REGISTRY', problem);
