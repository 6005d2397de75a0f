import { type ErrorCode, ZkcxError } from '../../errors.ts';

export const EXIT = { done: 0, no: 1, unusable: 2, interrupted: 130 } as const;

/**
 * Groups of codes that answer the question that was asked, with no. Whatever stands in none of them
 * means that the question could not be asked, or that something failed: scripts take 1 for a no.
 */
const ANSWERS_NO =
  /^ERR_(CHAIN|PROFILE|POSSESSION|PRESENTATION|HOLDER|SESSION|PROOF|RSP_(REFUSED|CARD|DOWNLOAD|TLS|ZKCX))(_|$)/;

/** The same, of groups that are about other things too. */
const NO: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ERR_TRUST_UNKNOWN',
  'ERR_CRL_ISSUER_RIGHT',
  'ERR_CRL_ISSUER_NAME',
  'ERR_CRL_SIGNER',
  'ERR_CRL_SIGNATURE',
  'ERR_CRL_NOT_YET_VALID',
  'ERR_CRL_EXPIRED',
  'ERR_CRL_PARTS_MISSING',
  'ERR_CRL_PARTS_MISMATCH',
  'ERR_REVOCATION_ISSUER_MISSING',
  'ERR_REVOCATION_STALE',
  'ERR_REVOCATION_REVOKED',
  'ERR_REVOCATION_OLDER',
  'ERR_REVOCATION_NONE',
  'ERR_REVOCATION_POINT',
  'ERR_REVOCATION_ROOT',
  'ERR_REGISTRY_UNKNOWN',
  'ERR_CREDENTIAL_RENEWAL',
  'ERR_CREDENTIAL_SHARED',
]);

/** Bad input and failures in groups of answers. */
const UNUSABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ERR_CHAIN_ANCHOR',
  'ERR_HOLDER_KEY',
  'ERR_HOLDER_REQUEST',
  'ERR_PROOF_FORMAT',
  'ERR_PROOF_VERSION',
  'ERR_SESSION_VALUE',
  'ERR_SESSION_FULL',
  'ERR_SESSION_STORE',
]);

const INTERRUPTED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ERR_CLI_INTERRUPTED',
  'ERR_PROVER_CANCELLED',
]);

export function exitCode(error: unknown): number {
  if (!(error instanceof ZkcxError)) return EXIT.unusable;
  const { code } = error;
  if (INTERRUPTED.has(code)) return EXIT.interrupted;
  return NO.has(code) || (ANSWERS_NO.test(code) && !UNUSABLE.has(code)) ? EXIT.no : EXIT.unusable;
}
