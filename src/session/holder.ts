/**
 * What a holder asks itself before it answers. A request is an oracle if its roots are the verifier's
 * own: a set of one CI, or a map that lists half of all devices, would tell who is who by an answer or
 * its absence. So the holder proves only under roots that it knows already, and says no in one way.
 */
import { checked, checkedClock } from '../arguments.ts';
import * as argument from './arguments.ts';
import { Field } from 'o1js';
import { ZkcxError } from '../errors.ts';
import type { TrustAnchor } from '../pki/index.ts';
import { type Role, ROLES } from '../roles.ts';
import type { Credential } from '../prover/credential.ts';
import { type Clock, systemClock } from '../time.ts';
import type { RegistryTree } from '../witness/registry-tree.ts';
import type { RevocationMap } from '../witness/revocation-map.ts';
import { leafOf } from '../witness/presentation.ts';
import { TrustSet } from '../witness/trust.ts';
import { DEFAULT_TOLERANCE } from './events.ts';
import {
  parseServerRequest,
  type RequestTerms,
  type ServerRequest,
  transactionBytes,
} from './offers.ts';
import type { Disclosure } from './openings.ts';
import { scopeOf } from './scope.ts';
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
   * Maps that the holder computed itself, by `checkSources`, `fillSources` and `revocationMap`: from
   * sources (issuers, points and `none` entries) that it trusts and lists whose signatures it checked.
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

/** A request's terms as the holder is willing to prove them, by what it knows itself. */
export interface AcceptedTerms {
  readonly trust: TrustSet;
  readonly map: RevocationMap;
  readonly registry?: RegistryTree;
  readonly time: bigint;
  readonly role: Role;
  readonly scope: Field;
}

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
  readonly credential: Pick<Credential, 'opening'>;
}

/**
 * Decide on a request. Nothing is signed or proven yet.
 *
 * @throws ERR_HOLDER_REQUEST (no request of the protocol: a scope in it, say), ERR_HOLDER_ROLE,
 * ERR_HOLDER_CLOCK, ERR_HOLDER_TRUST_SET, ERR_HOLDER_MAP, ERR_HOLDER_REGISTRY, ERR_HOLDER_CONSENT: for
 * the holder's own eyes; the peer gets `REFUSAL`
 */
export async function checkRequest(
  input: RequestInput,
  policy: HolderPolicy,
): Promise<AcceptedRequest> {
  checked(input, argument.requestInput, 'checkRequest');
  checked(policy, argument.holderPolicy, 'the policy of checkRequest');
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
 * came. Throws ERR_HOLDER_ROLE, ERR_HOLDER_CLOCK, ERR_HOLDER_TRUST_SET, ERR_HOLDER_MAP, ERR_HOLDER_REGISTRY.
 */
export function checkTerms(
  request: RequestTerms,
  { serverOid }: Pick<Peer, 'serverOid'>,
  credential: Pick<Credential, 'opening'>,
  policy: HolderPolicy,
): AcceptedTerms {
  const { role, purpose } = request;
  if (credential.opening.role.toBigInt() !== BigInt(ROLES[role].number)) {
    throw new ZkcxError('ERR_HOLDER_ROLE', 'the request is for a credential of another role');
  }
  const time = BigInt(request.time);
  const { tolerance = DEFAULT_TOLERANCE } = policy;
  const now = checkedClock(policy.now ?? systemClock, "the clock of the holder's policy");
  const ahead = time - now();
  if (!(ahead <= tolerance && -ahead <= tolerance)) {
    throw new ZkcxError(
      'ERR_HOLDER_CLOCK',
      `the time of the request is more than ${tolerance} seconds from this clock`,
    );
  }
  const trust = trustSetOf(request, policy);
  const map = mapOf(request, policy);
  const registry = registryOf(request, credential, policy);
  const scope = Field(purpose === undefined ? 0n : scopeOf(serverOid, purpose));
  return { trust, map, registry, time, role, scope };
}

function readRequest(serverOffer: Uint8Array): ServerRequest {
  try {
    return parseServerRequest(serverOffer);
  } catch (cause) {
    throw new ZkcxError('ERR_HOLDER_REQUEST', 'this is not a request of the protocol', { cause });
  }
}

function trustSetOf({ trustRoot }: RequestTerms, policy: HolderPolicy): TrustSet {
  const { trustSets, minimumCis = 2 } = policy;
  const known = trustSets
    .filter(({ length }) => length > 0)
    .map((anchors) => new TrustSet(anchors))
    .find(({ root }) => root.toString() === trustRoot);
  if (known === undefined || known.size < minimumCis) {
    throw new ZkcxError(
      'ERR_HOLDER_TRUST_SET',
      known === undefined
        ? 'the trust root is not that of a set of CIs known here'
        : `the set of CIs has fewer than ${minimumCis} members: an answer would tell which it is`,
    );
  }
  return known;
}

function mapOf({ revocationRoot }: RequestTerms, policy: HolderPolicy): RevocationMap {
  const { maps, minimumEntries = 2 } = policy;
  const known = maps.find(({ root }) => root.toString() === revocationRoot);
  if (known === undefined || known.size < minimumEntries) {
    throw new ZkcxError(
      'ERR_HOLDER_MAP',
      known === undefined
        ? 'the revocation root is not that of a map computed here: issuers, `none` entries or lists differ'
        : `the revocation map has fewer than ${minimumEntries} entries`,
    );
  }
  return known;
}

function registryOf(
  { registryRoot }: RequestTerms,
  { opening }: Pick<Credential, 'opening'>,
  policy: HolderPolicy,
): RegistryTree | undefined {
  if (registryRoot === undefined) return undefined;
  const { registry: newest, minimumPublished = 64 } = policy;
  const registry = newest?.at(BigInt(registryRoot));
  if (newest === undefined || registry === undefined) {
    throw new ZkcxError(
      'ERR_HOLDER_REGISTRY',
      'the registry root is neither the newest one known here nor one of the last day: an old one tells when ' +
        'the credential came',
    );
  }
  if (registry.size < minimumPublished) {
    throw new ZkcxError(
      'ERR_HOLDER_REGISTRY',
      `the registry has fewer than ${minimumPublished} credentials to hide among`,
    );
  }
  if (!newest.isUnderAll(leafOf(opening))) {
    throw new ZkcxError(
      'ERR_HOLDER_REGISTRY',
      'the credential is not under all roots that are accepted: an answer under some of them would tell when ' +
        'it came; present it with its chain proof until then',
    );
  }
  return registry;
}
