/** Forms of what callers pass to the client of ES2+, see src/arguments.ts. */
import { z } from 'zod';
import { milliseconds } from '../../arguments.ts';
import { isLoopback } from '../loopback.ts';

/** Paths of the functions are those of SGP.22, whatever the server's address is. */
function isServerUrl(text: string): boolean {
  if (/^unix:\/[^\0]{1,4000}$/.test(text)) return true;
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, pathname, search, hash, username, password } = new URL(text);
  const isPlain = protocol === 'http:' && isLoopback(hostname);
  return (
    (protocol === 'https:' || isPlain) &&
    [search, hash, username, password].every((part) => part === '') &&
    pathname === '/'
  );
}

export const serverUrl = z
  .string()
  .refine(isServerUrl, 'must be https://HOST:PORT, http on a loopback address, or unix:/PATH');

const pem = z.string().min(1);

export const clientOptions = z.strictObject({
  tls: z
    .strictObject({
      ca: pem.optional(),
      cert: pem.optional(),
      key: pem.optional(),
      serverName: z.string().min(1).max(253).optional(),
    })
    .refine((members) => Object.keys(members).length > 0, { message: 'must not be empty' })
    .refine(({ cert, key }) => (cert === undefined) === (key === undefined), {
      message: 'needs both cert and key, or neither',
    })
    .optional(),
  token: z
    .string()
    .regex(/^[\w.~+/-]{1,512}=*$/, 'must be a token as of RFC 6750')
    .optional(),
  requester: z.string().min(1).max(255).optional(),
  timeout: milliseconds.min(1).optional(),
  signal: z.instanceof(AbortSignal).optional(),
});
