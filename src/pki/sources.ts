import type { Certificate, RevocationList } from '../asn1/index.ts';
import { bytesEqual, bytesToHex } from '../bytes.ts';
import { ZkcxError } from '../errors.ts';
import { CRL_MAX_POINT, MAX_LINKS } from '../params.ts';
import { ROLES } from '../roles.ts';
import type { TrustAnchor } from './anchor.ts';
import { checkChain } from './chain.ts';
import { checkLists } from './crl.ts';
import type { CheckedList, ListIssuer } from './crl.ts';
import { isOnCurve, isSignedBy } from './signature.ts';
import type { PublicKey } from './signature.ts';

/**
 * Which distribution point says what an issuer has revoked among its certificates of a kind. Set by
 * whoever keeps the map, never read out of certificates or lists.
 */
export interface RevocationSource {
  /** Certificate of the issuer: of a CI, or of a CA whose issuer has a source too. */
  readonly issuer: Certificate;
  readonly kind: 'ca' | 'user';
  /** URI, or 'none' for an issuer that publishes no such list. */
  readonly point: string;
  /**
   * Unix seconds: every list must be later. thisUpdate of the last one that the entry held before its source
   * became this one; default 0.
   */
  readonly floor?: bigint;
}

/** A source whose issuer is authentic. */
export interface CheckedSource {
  readonly issuer: ListIssuer;
  readonly key: PublicKey;
  readonly keyIdentifier: Uint8Array;
  readonly kind: 'ca' | 'user';
  /** Bytes of the URI. */
  readonly point: Uint8Array | 'none';
  readonly floor: bigint;
}

/** An entry without a list: by configuration, or because none has come from its source. */
export interface WithoutList {
  readonly state: 'none' | 'awaited';
  /** As in `RevocationSource`. */
  readonly floor: bigint;
}

/** What an entry of the map stands for. */
export type EntryContent = CheckedList | WithoutList;

export function isList(content: EntryContent): content is CheckedList {
  return !('state' in content);
}

export interface SourcedEntry {
  readonly source: CheckedSource;
  readonly content: EntryContent;
}

const NONE = 'none';
const URI = /^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+$/;

/**
 * Authenticate the issuers of a configuration.
 *
 * @param at Unix seconds: when the issuers' chains must be valid
 * @throws ERR_REVOCATION_SOURCES (none, or a point that is no URI), ERR_REVOCATION_SOURCE_DUPLICATE,
 *   ERR_REVOCATION_SOURCE_ISSUER (not known by the anchors and the other sources), ERR_CHAIN_*
 */
export function checkSources({
  sources,
  anchors,
  at,
}: {
  readonly sources: readonly RevocationSource[];
  readonly anchors: readonly TrustAnchor[];
  readonly at: bigint;
}): readonly CheckedSource[] {
  if (sources.length === 0) {
    throw new ZkcxError('ERR_REVOCATION_SOURCES', 'the configuration names no source');
  }
  const checked: CheckedSource[] = [];
  const issuers = sources.map((source) => source.issuer);
  for (const { issuer, kind, point, floor = 0n } of sources) {
    const authentic = authenticate(issuer, { anchors, issuers, at });
    const key = issuer.publicKey;
    if (checked.some((source) => sameKey(source.key, key) && source.kind === kind)) {
      throw new ZkcxError(
        'ERR_REVOCATION_SOURCE_DUPLICATE',
        `two sources are for the same issuer and the kind ${kind}`,
      );
    }
    const keyIdentifier = issuer.subjectKeyIdentifier!;
    checked.push({ issuer: authentic, key, keyIdentifier, kind, point: pointOf(point), floor });
  }
  return checked;
}

/** Bytes of a distribution point's URI. Throws ERR_REVOCATION_SOURCES for what is neither 'none' nor a URI. */
export function pointOf(point: string): CheckedSource['point'] {
  if (point === NONE) return NONE;
  if (!URI.test(point) || point.length > CRL_MAX_POINT) {
    throw new ZkcxError(
      'ERR_REVOCATION_SOURCES',
      `a distribution point is 'none' or a URI of at most ${CRL_MAX_POINT} ASCII characters`,
    );
  }
  return new TextEncoder().encode(point);
}

/** The trusted CI of this key, or the end of a valid chain from one through other issuers. */
function authenticate(
  certificate: Certificate,
  { anchors, issuers, at }: { anchors: readonly TrustAnchor[]; issuers: Certificate[]; at: bigint },
): ListIssuer {
  const ci = anchors.find(
    ({ publicKey, subjectKeyIdentifier }) =>
      sameKey(publicKey, certificate.publicKey) &&
      bytesEqual(subjectKeyIdentifier, certificate.subjectKeyIdentifier ?? new Uint8Array()),
  );
  if (ci !== undefined) return ci;
  const certificates = [certificate];
  while (certificates.length <= MAX_LINKS) {
    const top = certificates[0]!;
    const anchor = anchors.find(({ publicKey }) => isIssuedBy(top, publicKey));
    if (anchor !== undefined) {
      const { leaf } = checkChain({ anchor, certificates, at });
      if (ROLES[leaf.role].kind === 'ca') return leaf;
      break;
    }
    const { authorityKeyIdentifier } = top;
    const parent = issuers.find(
      ({ publicKey, subjectKeyIdentifier }) =>
        subjectKeyIdentifier !== undefined &&
        authorityKeyIdentifier !== undefined &&
        // a chain needs both, and comparing them takes less than verifying a signature
        bytesEqual(subjectKeyIdentifier, authorityKeyIdentifier) &&
        isIssuedBy(top, publicKey),
    );
    if (parent === undefined) break;
    certificates.unshift(parent);
  }
  throw new ZkcxError(
    'ERR_REVOCATION_SOURCE_ISSUER',
    'the issuer of a source is neither a trusted CI nor a CA that one of them, or the issuer of ' +
      'another source, issued',
  );
}

function isIssuedBy(certificate: Certificate, key: PublicKey): boolean {
  return isOnCurve(key) && isSignedBy(certificate, key);
}

function sameKey(a: PublicKey, b: PublicKey): boolean {
  return a.x === b.x && a.y === b.y;
}

interface FillOptions {
  readonly sources: readonly CheckedSource[];
  /** Lists and parts of lists. Of one distribution point: older before newer. */
  readonly lists: readonly RevocationList[];
  /** Unix seconds. */
  readonly at: bigint;
  /** Take lists that are over: their entries are fresh at no time from `at` on. */
  readonly allowExpired?: boolean;
  /** What the entries held before, where these lists and sources are to follow them. */
  readonly before?: readonly SourcedEntry[];
}

/**
 * What each entry of the map holds when these lists have come. Every list must fill an entry.
 *
 * @throws the codes of `checkLists` and `assertFollows`; ERR_REVOCATION_POINT when no source of its
 *   issuer names a list's point; ERR_CRL_SIGNER when no source has its issuer
 */
export function fillSources(options: FillOptions): readonly SourcedEntry[] {
  const { sources, lists, at, allowExpired, before = [] } = options;
  const contents = sources.map((source) => {
    const earlier = before.find(
      ({ source: { key, kind } }) => sameKey(key, source.key) && kind === source.kind,
    );
    return startOf(source, earlier?.content, at);
  });
  for (const parts of issues(lists)) {
    let next: CheckedList | undefined;
    for (const source of targetsOf(parts[0], sources)) {
      // one list that fills two entries of an issuer is checked once
      if (next === undefined || !sameKey(next.issuer, source.key)) {
        next = checkLists({ lists: parts, issuer: source.issuer, at, allowExpired });
      }
      const i = sources.indexOf(source);
      assertFollows({ source, before: contents[i]!, next });
      contents[i] = next;
    }
  }
  return sources.map((source, i) => ({ source, content: contents[i]! }));
}

/** What an entry holds before new lists come. Its source may have changed, see `withChangedSource` in src/zkapp. */
function startOf(
  source: CheckedSource,
  before: EntryContent | undefined,
  at: bigint,
): EntryContent {
  if (before !== undefined && isList(before)) {
    if (isFrom(source, before)) {
      assertLater(before, { floor: source.floor });
      return before;
    }
    if (at < before.nextUpdate) {
      throw new ZkcxError(
        'ERR_REVOCATION_NONE',
        'an entry with a fresh list keeps its source: wait until its nextUpdate',
      );
    }
  }
  const held = before === undefined ? 0n : isList(before) ? before.thisUpdate : before.floor;
  const floor = held > source.floor ? held : source.floor;
  return { state: source.point === NONE ? 'none' : 'awaited', floor };
}

/**
 * Whether a list, fresh by `checkLists`, may take the place of what an entry holds.
 *
 * @throws ERR_REVOCATION_POINT (not the source's distribution point, or not that of the list before),
 *   ERR_REVOCATION_KIND (a list for the other kind of certificates only), ERR_REVOCATION_OLDER (thisUpdate
 *   must be later than that of every list that the entry held, and the number than that of a list before)
 */
export function assertFollows({
  source,
  before,
  next,
}: {
  readonly source: CheckedSource;
  readonly before: EntryContent;
  readonly next: CheckedList;
}): void {
  assertPoint(source, next);
  if (next.scope !== 'both' && next.scope !== source.kind) {
    throw new ZkcxError(
      'ERR_REVOCATION_KIND',
      `a list for ${next.scope} certificates only says nothing of ${source.kind} certificates`,
    );
  }
  if (isList(before)) {
    assertPoint(source, before);
    assertLater(next, { floor: before.thisUpdate, number: before.crlNumber });
  } else {
    assertLater(next, before);
  }
}

function assertLater(
  { thisUpdate, crlNumber }: CheckedList,
  { floor, number }: { readonly floor: bigint; readonly number?: bigint },
): void {
  if (thisUpdate > floor && (number === undefined || crlNumber > number)) return;
  throw new ZkcxError(
    'ERR_REVOCATION_OLDER',
    'a list does not follow those that its entry held: thisUpdate must be later than that of each of them, ' +
      'and cRLNumber than that of a list from the same source',
  );
}

function isFrom({ point }: CheckedSource, list: CheckedList): boolean {
  return point !== NONE && bytesEqual(point, list.point);
}

function assertPoint(source: CheckedSource, list: CheckedList): void {
  if (!isFrom(source, list)) {
    throw new ZkcxError(
      'ERR_REVOCATION_POINT',
      'a list, new or there before, is not from the distribution point that is set for its entry',
    );
  }
}

/** Single lists as they are, parts of one issue together where the first of them stands. */
function issues(lists: readonly RevocationList[]): [RevocationList, ...RevocationList[]][] {
  const groups = new Map<string, [RevocationList, ...RevocationList[]]>();
  for (const [i, list] of lists.entries()) {
    const { authorityKeyIdentifier, point, crlNumber } = list;
    const issue = [bytesToHex(authorityKeyIdentifier), bytesToHex(point), crlNumber].join(' ');
    const id = list.part ? issue : String(i);
    const group = groups.get(id);
    if (group) group.push(list);
    else groups.set(id, [list]);
  }
  return [...groups.values()];
}

/** The sources that a list fills: its issuer's, of its distribution point. */
function targetsOf(list: RevocationList, sources: readonly CheckedSource[]): CheckedSource[] {
  const named = sources.filter(({ keyIdentifier }) =>
    bytesEqual(keyIdentifier, list.authorityKeyIdentifier),
  );
  if (named.length === 0) {
    throw new ZkcxError(
      'ERR_CRL_SIGNER',
      'no source has the issuer that signed the list: lists after a change of keys, or of a separate ' +
        'signer, are not supported',
    );
  }
  // two issuers may go by one key identifier: then the signature tells them apart
  const signed = named.filter(({ key }) => isSignedBy(list, key));
  const ofIssuer = signed.length > 0 ? signed : named;
  const targets = ofIssuer.filter(({ point }) => point !== NONE && bytesEqual(point, list.point));
  if (targets.length === 0) {
    throw new ZkcxError(
      'ERR_REVOCATION_POINT',
      'no source of its issuer names the distribution point of the list',
    );
  }
  return targets;
}
