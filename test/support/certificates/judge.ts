import { parseCertificate } from '../../../src/asn1/index.ts';
import { ZkcxError } from '../../../src/errors.ts';
import type { ErrorCode } from '../../../src/errors.ts';
import { checkChain, checkProfile } from '../../../src/pki/index.ts';
import type { CheckedChain } from '../../../src/pki/index.ts';
import type { Case } from './faults/index.ts';

/** From bytes to a checked chain, all plain checks on the way. */
export function checkCase({ anchor, chain, at, window }: Case): CheckedChain {
  const certificates = chain.map((der) => parseCertificate(der));
  for (const certificate of certificates) checkProfile(certificate);
  const when = window === undefined ? { at: at! } : { at, window };
  return checkChain({ anchor, certificates, ...when });
}

/** The plain verdict; whatever is thrown that is no ZkcxError is a crash and thrown on. */
export function verdict(row: Case): ErrorCode | 'valid' {
  try {
    checkCase(row);
    return 'valid';
  } catch (error) {
    if (error instanceof ZkcxError) return error.code;
    throw error;
  }
}
