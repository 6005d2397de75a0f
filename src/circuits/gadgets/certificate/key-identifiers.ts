import type { CircuitContext } from '../../kimchi/context.ts';
import type { ByteMemory } from '../memory.ts';
import type { ExtensionValue } from './extensions.ts';
import type { OctetsFact } from './facts.ts';
import {
  assertNotEmpty,
  assertSamePosition,
  readOptional,
  readOptionalOctets,
  startsWith,
  TAG,
} from './optional.ts';

/** Fields of AuthorityKeyIdentifier: keyIdentifier, authorityCertIssuer and -SerialNumber. */
const KEY_IDENTIFIER = 0x80;
const ISSUER = 0xa1;
const SERIAL_NUMBER = 0x82;

/** SubjectKeyIdentifier (RFC 5280 4.2.1.2): 1 to 31 bytes. 6 rows. */
export function readSubjectKeyIdentifier(
  context: CircuitContext,
  memory: ByteMemory,
  { present, start, end }: ExtensionValue,
): OctetsFact {
  const key = readOptionalOctets(context, memory, start, TAG.octetString, present);
  assertSamePosition(context, key.end, end);
  return { length: key.length, value: key.value };
}

/**
 * AuthorityKeyIdentifier (RFC 5280 4.2.1.1): the keyIdentifier, empty when it has none. Issuer and
 * serial number, both or neither, are skipped. 25 rows.
 */
export function readAuthorityKeyIdentifier(
  context: CircuitContext,
  memory: ByteMemory,
  { present, start, end }: ExtensionValue,
): OctetsFact {
  const list = readOptional(context, memory, start, TAG.sequence, present);
  assertSamePosition(context, list.end, end);
  const hasKey = startsWith(context, memory, list.content, list.end, KEY_IDENTIFIER);
  const key = readOptionalOctets(context, memory, list.content, KEY_IDENTIFIER, hasKey);
  const hasIssuer = startsWith(context, memory, key.end, list.end, ISSUER);
  const issuer = readOptional(context, memory, key.end, ISSUER, hasIssuer);
  const serial = readOptionalOctets(context, memory, issuer.end, SERIAL_NUMBER, hasIssuer);
  assertSamePosition(context, serial.end, list.end);
  // GeneralNames has one name at least
  assertNotEmpty(context, hasIssuer, issuer.length);
  return { length: key.length, value: key.value };
}
