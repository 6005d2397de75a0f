/** Forms of what callers pass to servers of SGP.22, see src/arguments.ts. */
import { z } from 'zod';
import { listenPort, milliseconds, sizedBytes } from '../../arguments.ts';
import * as pki from '../../pki/arguments.ts';
import { host } from '../arguments.ts';

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
