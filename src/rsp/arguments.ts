/** Forms of what callers pass to the parts of remote SIM provisioning, see src/arguments.ts. */
import { z } from 'zod';
import { isOid } from '../asn1/index.ts';
import { fieldString, sizedBytes } from '../arguments.ts';
import { ZkcxError } from '../errors.ts';
import { isMatchingId } from '../sgp22/messages/identifiers.ts';

/** Labels of letters, digits and inner hyphens; loopback addresses for tests pass too. */
const HOST =
  /^(?=.{1,253}(:|$))[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*(:\d{1,5})?$/i;

/**
 * In zkCX sessions servers sign for this and their address. It makes no host name, so that an LPA that compares
 * addresses as SGP.22 demands never takes such a session for a classic one (docs/protocol/zkcx-mode.md).
 */
export const ZKCX_ADDRESS_PREFIX = 'zkcx!';

/** The address of a server without that: what people see, and where messages go. */
export function plainAddress(address: string): string {
  return address.startsWith(ZKCX_ADDRESS_PREFIX)
    ? address.slice(ZKCX_ADDRESS_PREFIX.length)
    : address;
}

/** No server is called like that, so that no name of a session is taken for one of a server. */
const RESERVED = /^zkcx[!.]/i;

/** FQDN of a server, with a port if it is not that of https. */
export function isServerAddress(text: string): boolean {
  const port = Number(/:(\d+)$/.exec(text)?.[1] ?? 443);
  return HOST.test(text) && !RESERVED.test(text) && port >= 1 && port <= 65_535;
}

export const serverAddress = z
  .string()
  .refine(
    isServerAddress,
    'must be a host name that does not begin with "zkcx.", with a port if it is not 443',
  );

/** A version of SGP.22. */
export const svn = z
  .string()
  .regex(/^\d{1,3}\.\d{1,3}\.\d{1,3}$/, 'must be a version such as 2.4.0');

/** Where to listen or to connect: a name or an address. */
export const host = z.string().regex(/^[\w.:%-]{1,255}$/, 'must be a host name or an address');

export const oid = z.string().refine(isOid, 'must be an OID, dotted numbers');

/** In orders and in activation codes: what one end makes the other can read. */
export const matchingId = z
  .string()
  .refine(
    isMatchingId,
    'must have letters, digits, hyphens, dots and underscores, 255 at most, or be empty',
  );

/** What stands for the EID in an order whose server does not know it: a hash. 0 is none in proofs. */
export const blindOrder = fieldString.refine((text) => text !== '0', 'must not be 0');

/** AID of an application (ISO/IEC 7816-5). */
export const aid = sizedBytes(5, 16);

/** For `superRefine`: a value that a message of SGP.22 can hold. The message's codec is the judge. */
export const encodableBy =
  <T>(encode: (value: T) => Uint8Array) =>
  (value: unknown, context: z.RefinementCtx): void => {
    try {
      encode(value as T);
    } catch (error) {
      context.addIssue(error instanceof ZkcxError ? error.message : 'has the wrong form');
    }
  };
