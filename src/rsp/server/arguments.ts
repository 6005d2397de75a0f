/** Forms of what callers pass to servers of SGP.22, see src/arguments.ts. */
import { z } from 'zod';
import { listenPort, milliseconds, sizedBytes } from '../../arguments.ts';
import * as pki from '../../pki/arguments.ts';
import { host } from '../arguments.ts';
import { isLoopback } from '../loopback.ts';

export const keyPair = z.strictObject({ certificate: pki.certificate, secretKey: sizedBytes(32) });

export const tls = z.strictObject({
  cert: z.string().min(1),
  key: z.string().min(1),
  clientCa: z.string().min(1).optional(),
});

export const listenOptions = z.strictObject({
  host,
  port: listenPort,
  tls: tls.optional(),
  handshakeTimeout: milliseconds.min(1).optional(),
  headersTimeout: milliseconds.min(1).optional(),
  requestTimeout: milliseconds.min(1).optional(),
  answerTimeout: milliseconds.min(1).optional(),
  keepAliveTimeout: milliseconds.min(1).optional(),
  maxConnections: z.int().min(1).max(1_000_000).optional(),
  maxConnectionsPerAddress: z.int().min(0).max(1_000_000).optional(),
});

/** Where the functions of another server begin. What is told there is not for everybody on the way. */
function isPeerUrl(text: string): boolean {
  if (text.length > 2_048 || !URL.canParse(text)) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(text);
  const isPrivate = protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
  return isPrivate && [username, password, search, hash].every((part) => part === '');
}

export const peerUrl = z
  .string()
  .refine(isPeerUrl, 'must be an https URL without user, query and fragment');

const pem = z.string().min(1);

/** How another server is called over TLS. */
export const posterTls = z
  .strictObject({ ca: pem.optional(), cert: pem.optional(), key: pem.optional() })
  .refine(({ cert, key }) => (cert === undefined) === (key === undefined), {
    message: 'cert and key belong together',
  });

/** How what waits is sent. */
export const sender = z.strictObject({
  retryAfter: milliseconds.min(1).optional(),
  timeout: milliseconds.min(1).optional(),
  maxAge: z.int().min(1).optional(),
  maxWaiting: z.int().min(1).optional(),
});
