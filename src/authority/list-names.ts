/** Names of lists: CRL-A is about servers and eUICCs, CRL-B about CAs. */
import type { RevocationSource } from '../pki/index.ts';

export const LIST_NAMES = { user: 'CRL-A', ca: 'CRL-B' } as const satisfies Record<
  RevocationSource['kind'],
  string
>;

/** A list that was issued, and its files: several where it is in parts. */
export interface IssuedList {
  readonly issuer: string;
  readonly kind: RevocationSource['kind'];
  readonly number: bigint;
  readonly revoked: number;
  readonly files: readonly string[];
}

const prefixOf = (issuer: string, kind: RevocationSource['kind']) =>
  `${issuer}.${LIST_NAMES[kind].toLowerCase()}`;

/** Whether a file is one of a list of an issuer, whole or a part. */
export const isOfList = (file: string, issuer: string, kind: RevocationSource['kind']): boolean =>
  file.startsWith(`${prefixOf(issuer, kind)}.`);

/** Files of a list of an issuer. */
export function listFiles(issuer: string, kind: RevocationSource['kind'], parts: number): string[] {
  const name = prefixOf(issuer, kind);
  return parts === 1
    ? [`${name}.crl`]
    : Array.from({ length: parts }, (_, i) => `${name}.${i + 1}-of-${parts}.crl`);
}
