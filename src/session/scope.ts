/** What a pseudonym or an identifier is for: one server, one purpose. */
import { z } from 'zod';
import { checked } from '../arguments.ts';
import { encodeOid, isOid } from '../asn1/oid.ts';
import type { Field } from 'o1js';
import { oidIdentity } from '../circuits/claims.ts';
import { domainHash } from '../circuits/hash.ts';
import { ZkcxError } from '../errors.ts';
import { MAX_OID } from '../params.ts';
import { octets } from '../witness/encode.ts';

export const PURPOSE = /^[a-z0-9][a-z0-9-]{0,30}$/;

/**
 * The scope of a pseudonym: a purpose at a server; never 0. Either side computes it from the OID that it
 * knows to be the server's: the holder from the certificate that the server authenticated with.
 *
 * @param serverOid dotted, at most 30 bytes of DER content
 * @param purpose 1 to 31 of a-z, 0-9 and hyphens
 * @throws ERR_SESSION_VALUE
 */
export function scopeOf(serverOid: string, purpose: string): bigint {
  return scopeIn('scope', serverOid, purpose);
}

/** The same of an identifier: neither is ever the other's. Throws ERR_SESSION_VALUE. */
export function identifierScopeOf(serverOid: string, purpose: string): bigint {
  return scopeIn('identifierScope', serverOid, purpose);
}

function scopeIn(domain: 'scope' | 'identifierScope', serverOid: string, purpose: string): bigint {
  checked(purpose, z.string(), 'the purpose of a scope');
  const server = serverIdentity(serverOid);
  if (!PURPOSE.test(purpose)) {
    throw new ZkcxError('ERR_SESSION_VALUE', 'a purpose has 1 to 31 of a-z, 0-9 and hyphens');
  }
  const { length, value } = octets(new TextEncoder().encode(purpose));
  return domainHash(domain, [server, length, value]).toBigInt();
}

/** A server's OID as the circuits take it, see `oidIdentity`. Throws ERR_SESSION_VALUE. */
export function serverIdentity(serverOid: string): Field {
  checked(serverOid, z.string(), 'the OID of a server');
  if (!isOid(serverOid) || encodeOid(serverOid).length > MAX_OID) {
    throw new ZkcxError('ERR_SESSION_VALUE', 'a server is named by an OID in dotted form');
  }
  return oidIdentity(octets(encodeOid(serverOid)));
}
