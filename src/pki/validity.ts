import { z } from 'zod';
import { checked, time } from '../arguments.ts';
import * as argument from './arguments.ts';
import { ZkcxError } from '../errors.ts';

/** Closed interval of Unix seconds (UTC): both ends are valid (RFC 5280, 4.1.2.5). */
export interface Window {
  readonly from: bigint;
  readonly until: bigint;
}

/** When a chain must hold: at an instant, throughout a window, or both; never at no time. */
export type When =
  | { readonly at: bigint; readonly window?: Window }
  | { readonly at?: undefined; readonly window: Window };

interface Validity {
  readonly notBefore: bigint;
  readonly notAfter: bigint;
}

const DAY = 86_400n;

/** Check one validity period against the instant and the window that are asked for. */
export function checkValidity({ notBefore, notAfter }: Validity, { at, window }: When): void {
  if (at !== undefined && at < notBefore) {
    throw new ZkcxError('ERR_CHAIN_NOT_YET_VALID', 'a certificate of the chain is not yet valid');
  }
  if (at !== undefined && at > notAfter) {
    throw new ZkcxError('ERR_CHAIN_EXPIRED', 'a certificate of the chain has expired');
  }
  if (window !== undefined && (window.from < notBefore || window.until > notAfter)) {
    throw new ZkcxError(
      'ERR_CHAIN_WINDOW',
      'the window reaches beyond the validity of a certificate of the chain',
    );
  }
}

/** Refuse a window that ends before it begins, and a question without a time. */
export function checkWhen({ at, window }: When): void {
  if (window === undefined ? at === undefined : window.from > window.until) {
    throw new ZkcxError(
      'ERR_CHAIN_WINDOW',
      'give a time, or a window that does not end before it begins',
    );
  }
}

/** What two periods have in common; `from > until` if that is nothing. */
export function intersect(window: Window, { notBefore, notAfter }: Validity): Window {
  return {
    from: notBefore > window.from ? notBefore : window.from,
    until: notAfter < window.until ? notAfter : window.until,
  };
}

/**
 * The window that every holder of a chain with this validity claims in this quarter, so that the
 * dates of one certificate do not point at its holder.
 *
 * It begins with the UTC quarter of `now`, or with the first UTC midnight that is not before the
 * latest notBefore, if that is later. It ends twelve months after the quarter began, or at the last
 * UTC midnight that is not after the earliest notAfter, if that is sooner.
 *
 * @param chain its `window`: the intersection of all validity periods, the anchor's included
 * @param now Unix seconds
 * @throws ERR_CHAIN_WINDOW if nothing is left between the two ends
 */
export function canonicalWindow(chain: { readonly window: Window }, now: bigint): Window {
  checked(chain, z.looseObject({ window: argument.window }), 'canonicalWindow');
  checked(now, time, 'the time of canonicalWindow');
  const date = new Date(Number(now) * 1000);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth() - (date.getUTCMonth() % 3);
  const quarter = BigInt(Date.UTC(year, month)) / 1000n;
  const yearLater = BigInt(Date.UTC(year + 1, month)) / 1000n;

  const begin = midnightBefore(chain.window.from + DAY - 1n);
  const end = midnightBefore(chain.window.until);
  const from = begin > quarter ? begin : quarter;
  const until = end < yearLater ? end : yearLater;
  if (from >= until) {
    throw new ZkcxError(
      'ERR_CHAIN_WINDOW',
      'no whole day of the validity lies in the twelve months that begin with this quarter',
    );
  }
  return { from, until };
}

/** The UTC midnight at or before an instant, also before 1970. */
function midnightBefore(instant: bigint): bigint {
  const rest = ((instant % DAY) + DAY) % DAY;
  return instant - rest;
}
