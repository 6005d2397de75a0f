import type { OctetsFact } from './facts.ts';
import {
  assertNotEmpty,
  assertSamePosition,
  type ExtensionValue,
  readOptional,
  readOptionalOctets,
  startsWith,
  TAG,
} from './optional.ts';
import type { Walk } from '../walk.ts';

/** Fields of AuthorityKeyIdentifier: keyIdentifier, authorityCertIssuer and -SerialNumber. */
const KEY_IDENTIFIER = 0x80;
const ISSUER = 0xa1;
const SERIAL_NUMBER = 0x82;

/** SubjectKeyIdentifier (RFC 5280 4.2.1.2): 1 to 31 bytes. 6 rows. */
export function readSubjectKeyIdentifier(
  walk: Walk,
  { present, start, end }: ExtensionValue,
): OctetsFact {
  const key = readOptionalOctets(walk, start, TAG.octetString, present);
  assertSamePosition(walk, key.end, end);
  return { length: key.length, value: key.value };
}

/**
 * AuthorityKeyIdentifier (RFC 5280 4.2.1.1): the keyIdentifier, empty when it has none. Issuer and
 * serial number, both or neither, are skipped. 25 rows.
 */
export function readAuthorityKeyIdentifier(
  walk: Walk,
  { present, start, end }: ExtensionValue,
): OctetsFact {
  const { context } = walk;
  const list = readOptional(walk, start, TAG.sequence, present);
  assertSamePosition(walk, list.end, end);
  const hasKey = startsWith(walk, list.content, list.end, KEY_IDENTIFIER);
  const key = readOptionalOctets(walk, list.content, KEY_IDENTIFIER, hasKey);
  const hasIssuer = startsWith(walk, key.end, list.end, ISSUER);
  const issuer = readOptional(walk, key.end, ISSUER, hasIssuer);
  const serial = readOptionalOctets(walk, issuer.end, SERIAL_NUMBER, hasIssuer);
  assertSamePosition(walk, serial.end, list.end);
  // GeneralNames has one name at least
  assertNotEmpty(context, hasIssuer, issuer.length);
  return { length: key.length, value: key.value };
}
