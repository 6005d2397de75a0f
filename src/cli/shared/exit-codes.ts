import { ZkcxError } from '../../errors.ts';

export const EXIT = { done: 0, no: 1, unusable: 2 } as const;

/** Codes that answer the question that was asked, with no; all others mean it could not be asked. */
const ANSWERS_NO =
  /^ERR_(CERT|CHAIN|CRL|REVOCATION|PROFILE|PROOF|TRUST|REGISTRY_UNKNOWN|PROVER_KEY|HOLDER|SESSION|PRESENTATION|CREDENTIAL_RENEWAL|RSP_(REFUSED|CARD|DOWNLOAD|CANCELLED|TLS|ZKCX))(_|$)/;
const UNREADABLE = new Set([
  'ERR_PROOF_FORMAT',
  'ERR_PROOF_VERSION',
  'ERR_TRUST_SIZE',
  'ERR_HOLDER_KEY',
  'ERR_SESSION_VALUE',
  'ERR_REVOCATION_SOURCES',
  'ERR_REVOCATION_FORMAT',
  'ERR_REVOCATION_VERSION',
]);

export function exitCode(error: unknown): number {
  if (!(error instanceof ZkcxError)) return EXIT.unusable;
  return ANSWERS_NO.test(error.code) && !UNREADABLE.has(error.code) ? EXIT.no : EXIT.unusable;
}
