import type { Field } from 'o1js';
import { CRL_LENGTH_BITS } from '../../../params.ts';
import { inRange } from '../../kimchi/integer.ts';
import { hashName } from '../certificate/name-hash.ts';
import { walkName } from '../certificate/names.ts';
import { expect, SIGNATURE_ALGORITHM } from '../certificate/tbs.ts';
import { monthTable, readTime } from '../certificate/times.ts';
import type { MessageLength } from '../sha256/index.ts';
import { readLargeHeader } from './large-header.ts';
import type { Walk } from '../walk.ts';

const SEQUENCE = 0x30;

/** version INTEGER 1: v2 (RFC 5280, 5.1.2.1). */
const VERSION = Uint8Array.of(0x02, 0x01, 0x01);

/** What stands before the entries. Indices are of the memory, lengths of the whole list. */
export interface ListHeader {
  /** Bytes of the TBSCertList, header included. */
  readonly total: MessageLength;
  /** `nameHash` of the issuer. */
  readonly issuerName: Field;
  /** Unix seconds, below 2^38; thisUpdate < nextUpdate. */
  readonly thisUpdate: Field;
  readonly nextUpdate: Field;
  /** The first entry; without entries, the extensions. */
  readonly entriesStart: Field;
  readonly entriesEnd: Field;
}

/**
 * Read a TBSCertList (RFC 5280, 5.1) that begins at the first byte of the memory, up to its entries,
 * which may lie beyond the memory. revokedCertificates is not empty or not there. ~250 rows.
 */
export function readListHeader(walk: Walk): ListHeader {
  const { context, memory } = walk;
  const one = context.constant(1n);
  const tbs = readLargeHeader(walk, memory.atConstant(0), SEQUENCE, one);
  const version = expect(walk, tbs.content, VERSION);
  const algorithm = expect(walk, version, SIGNATURE_ALGORITHM);
  const issuer = walkName(walk, algorithm);
  const months = monthTable(context);
  const thisUpdate = readTime(walk, months, issuer.name.end);
  const nextUpdate = readTime(walk, months, thisUpdate.end);
  const lifetime = context.linear(
    [
      [1n, nextUpdate.seconds],
      [-1n, thisUpdate.seconds],
    ],
    -1n,
  );
  context.rangeBits(lifetime, 38);

  // a wrong bit is refused at the latest where the extensions have to begin
  const hasEntries = context.bit(
    () => memory.peek(nextUpdate.end.index.toBigInt()) === BigInt(SEQUENCE),
  );
  const entries = readLargeHeader(walk, nextUpdate.end, SEQUENCE, hasEntries);
  // length >= 1 where there are entries: not empty (5.1.2.6)
  context.rangeBits(context.sub(entries.length, hasEntries), CRL_LENGTH_BITS);
  return {
    // the content begins in the memory and has less than 2^24 bytes
    total: inRange(context.add(tbs.content.index, tbs.length)),
    issuerName: hashName(walk, issuer.name),
    thisUpdate: thisUpdate.seconds,
    nextUpdate: nextUpdate.seconds,
    entriesStart: entries.content.index,
    entriesEnd: context.add(entries.content.index, entries.length),
  };
}
