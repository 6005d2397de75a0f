import { z } from 'zod';
import { checked, time } from '../arguments.ts';
import * as argument from './arguments.ts';
import type { ListScope, RevocationList } from '../asn1/index.ts';
import { bytesEqual } from '../bytes.ts';
import { ZkcxError } from '../errors.ts';
import type { TrustAnchor } from './anchor.ts';
import type { CheckedLink } from './chain.ts';
import { isOnCurve, isSignedBy } from './signature.ts';
import type { PublicKey } from './signature.ts';

/** Who signs a list: a trusted CI, or a CA of a checked chain. */
export type ListIssuer = TrustAnchor | CheckedLink;

/** A complete list that its issuer signed: one CertificateList, or all parts of one. */
export interface CheckedList {
  readonly issuer: PublicKey;
  /** URI of its distribution point. */
  readonly point: Uint8Array;
  readonly scope: ListScope;
  readonly crlNumber: bigint;
  /** Unix seconds: fresh while thisUpdate <= time < nextUpdate. */
  readonly thisUpdate: bigint;
  readonly nextUpdate: bigint;
  /** All that are revoked, in the list's order, the parts one after the other. */
  readonly serialNumbers: readonly bigint[];
  /** By part number; a list that is not in parts stands alone. */
  readonly parts: readonly RevocationList[];
}

interface CheckOptions {
  readonly issuer: ListIssuer;
  /** Unix seconds. */
  readonly at: bigint;
  /** Take a list that is over, which then is fresh at no time from `at` on. */
  readonly allowExpired?: boolean;
}

const checkOptions = {
  issuer: argument.listIssuer,
  at: time,
  allowExpired: z.boolean().optional(),
};

/** Check one complete list; see `checkLists`. */
export function checkList(input: CheckOptions & { readonly list: RevocationList }): CheckedList {
  checked(input, z.strictObject({ list: argument.list, ...checkOptions }), 'checkList');
  const { list, ...options } = input;
  return checkLists({ lists: [list], ...options });
}

/**
 * Check a list that may be given in parts (SGP.22: totalPartialCrlNumber, partialCrlNumber), in any
 * order. RFC 5280 6.3.3, stricter: only the certificate issuer's own present key signs.
 *
 * @throws ERR_CRL_ISSUER_RIGHT, ERR_CRL_SIGNER, ERR_CRL_ISSUER_NAME, ERR_CRL_SIGNATURE,
 *   ERR_CRL_NOT_YET_VALID, ERR_CRL_EXPIRED; ERR_CRL_PARTS_MISSING unless all parts are there,
 *   ERR_CRL_PARTS_MISMATCH unless they belong together, ERR_CRL_ENTRY_DUPLICATE
 */
export function checkLists(
  input: CheckOptions & { readonly lists: readonly RevocationList[] },
): CheckedList {
  checked(input, z.strictObject({ lists: z.array(argument.list), ...checkOptions }), 'checkLists');
  const { lists, issuer, at, allowExpired = false } = input;
  const signer = signerOf(issuer);
  for (const list of lists) checkSigner(list, signer);
  const parts = inOrder(lists);
  const [{ point, scope, crlNumber, thisUpdate, nextUpdate }] = parts;
  if (at < thisUpdate) {
    throw new ZkcxError('ERR_CRL_NOT_YET_VALID', "the list's thisUpdate is in the future");
  }
  if (at >= nextUpdate && !allowExpired) {
    throw new ZkcxError('ERR_CRL_EXPIRED', "the list's nextUpdate has passed: fetch the new list");
  }
  const serialNumbers = parts.flatMap(({ entries }) =>
    entries.map(({ serialNumber }) => serialNumber),
  );
  if (new Set(serialNumbers).size < serialNumbers.length) {
    throw new ZkcxError('ERR_CRL_ENTRY_DUPLICATE', 'two parts have the same serial number');
  }
  return {
    issuer: signer.key,
    point,
    scope,
    crlNumber,
    thisUpdate,
    nextUpdate,
    serialNumbers,
    parts,
  };
}

interface Signer {
  readonly key: PublicKey;
  readonly keyIdentifier: Uint8Array;
  /** Undefined for a CI, which is known by key and key identifier under any name. */
  readonly name: Uint8Array | undefined;
}

/** Key and names of an issuer that may sign lists. */
function signerOf(issuer: ListIssuer): Signer {
  if (!('certificate' in issuer)) {
    const { publicKey, subjectKeyIdentifier } = issuer;
    return { key: publicKey, keyIdentifier: subjectKeyIdentifier, name: undefined };
  }
  const { certificate, cA, cRLSign, role } = issuer;
  if (!cA || !cRLSign) {
    throw new ZkcxError(
      'ERR_CRL_ISSUER_RIGHT',
      `the issuer of the list, of role ${role}, has no cRLSign: its lists count for nothing`,
    );
  }
  return {
    key: certificate.publicKey,
    keyIdentifier: certificate.subjectKeyIdentifier!,
    name: certificate.subject.der,
  };
}

function checkSigner(list: RevocationList, { key, keyIdentifier, name }: Signer): void {
  if (!bytesEqual(list.authorityKeyIdentifier, keyIdentifier)) {
    throw new ZkcxError(
      'ERR_CRL_SIGNER',
      "the list is signed with another key than the issuer's present one: lists after a change of " +
        'keys, or of a separate signer, are not supported',
    );
  }
  if (name !== undefined && !bytesEqual(list.issuer.der, name)) {
    throw new ZkcxError(
      'ERR_CRL_ISSUER_NAME',
      "the list's issuer is not the issuer's subject, byte by byte",
    );
  }
  if (!isOnCurve(key) || !isSignedBy(list, key)) {
    throw new ZkcxError('ERR_CRL_SIGNATURE', "the list's signature is not one of the issuer's key");
  }
}

/** The parts by number: all of one list, each once. A list that is not in parts stands alone. */
function inOrder(lists: readonly RevocationList[]): readonly [RevocationList, ...RevocationList[]] {
  const [first] = lists;
  if (first === undefined) {
    throw new ZkcxError('ERR_CRL_PARTS_MISSING', 'give a list, or all parts of one');
  }
  const total = first.part?.total ?? 1;
  const sorted = lists.toSorted((a, b) => (a.part?.number ?? 1) - (b.part?.number ?? 1));
  if (sorted.some((list) => !belongTogether(list, first))) {
    throw new ZkcxError('ERR_CRL_PARTS_MISMATCH', 'these are not parts of one list');
  }
  const numbers = new Set(sorted.map(({ part }) => part?.number ?? 1));
  if (numbers.size < sorted.length) {
    throw new ZkcxError('ERR_CRL_PARTS_MISMATCH', 'one part is given twice');
  }
  if (numbers.size < total) {
    throw new ZkcxError(
      'ERR_CRL_PARTS_MISSING',
      `a partial list counts only with all its parts: give all ${total} of this cRLNumber`,
    );
  }
  return sorted as [RevocationList, ...RevocationList[]];
}

/** One issue of one list: number, times, point and scope are equal, and so is the count of parts. */
function belongTogether(a: RevocationList, b: RevocationList): boolean {
  return (
    a.part?.total === b.part?.total &&
    a.crlNumber === b.crlNumber &&
    a.thisUpdate === b.thisUpdate &&
    a.nextUpdate === b.nextUpdate &&
    a.scope === b.scope &&
    bytesEqual(a.point, b.point)
  );
}
