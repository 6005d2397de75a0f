/** Forms of what callers pass to the LPA, see src/arguments.ts. */
import { z } from 'zod';
import { bytes, callback, methods, milliseconds, port, time } from '../../arguments.ts';
import * as pki from '../../pki/arguments.ts';
import { CtxParams1, type DeviceInfo } from '../../sgp22/messages/ctx-params.ts';
import { encodableBy, host, matchingId, oid, serverAddress } from '../arguments.ts';

/** What sending notifications asks of an eUICC. */
export const notifyingEs10 = methods(
  'listNotifications',
  'retrieveNotification',
  'removeNotification',
);

/** What a download asks of it. */
export const es10 = z.looseObject({
  ...notifyingEs10.shape,
  ...methods(
    'euiccInfo1',
    'euiccChallenge',
    'authenticateServer',
    'prepareDownload',
    'cancelSession',
    'loadBoundProfilePackage',
    'policyAuthorisations',
  ).shape,
});

export const es9p = z.looseObject({
  address: serverAddress,
  verifiedTls: z.boolean(),
  ...methods('call', 'notify', 'exchange', 'send').shape,
});

export const boundPackage = z.strictObject({ bpp: bytes, progress: callback.optional() });

export const activationCode = z.strictObject({
  address: serverAddress,
  matchingId,
  oid: oid.optional(),
  confirmationCodeRequired: z.boolean(),
});

const deviceInfo = z
  .unknown()
  .superRefine(encodableBy((value: DeviceInfo) => CtxParams1.encode({ deviceInfo: value })));

const signal = z.instanceof(AbortSignal);

export const downloadOptions = z.strictObject({
  es10,
  server: es9p,
  notificationServer: callback,
  matchingId,
  oid: oid.optional(),
  device: deviceInfo,
  consent: callback,
  confirmationCode: callback,
  confirmationCodeForm: z.enum(['text', 'hex']).optional(),
  onEvent: callback.optional(),
  signal: signal.optional(),
});

export const discoverOptions = z.strictObject({
  es10: z.looseObject(methods('euiccInfo1', 'euiccChallenge', 'authenticateServer').shape),
  address: serverAddress,
  server: callback,
  device: deviceInfo,
  onEvent: callback.optional(),
  signal: signal.optional(),
});

/** What users answer. */
export const consent = z.enum(['accept', 'reject', 'postpone']);
export const confirmationCode = z.string().min(1).max(255).optional();

export const sendOptions = z.strictObject({
  server: callback,
  attempts: z.int().min(1).max(100).optional(),
  delay: milliseconds.optional(),
  seqNumbers: z.array(z.int().min(0)).optional(),
  delivery: callback.optional(),
});

export const es9pOptions = z.strictObject({
  fetch: callback,
  plain: z.boolean().optional(),
  timeout: milliseconds.min(1).optional(),
  signal: signal.optional(),
});

export const probeOptions = z.strictObject({
  now: time,
  random: callback,
  svn: z
    .string()
    .regex(/^\d{1,3}\.\d{1,3}\.\d{1,3}$/, 'must be a version, such as 2.5.0')
    .optional(),
});

export const tlsOptions = z.strictObject({
  ciCertificates: z.array(pki.certificate),
  publicRoots: z.boolean().optional(),
  servers: z
    .array(z.enum(['smdp', 'smds']))
    .min(1)
    .optional(),
  plainLoopback: z.boolean().optional(),
  connectTo: z.strictObject({ host, port }).optional(),
  now: callback,
  onServer: callback.optional(),
});

/** A request of the `Fetch` that `tlsFetch` makes. */
export const request = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'must be a URL of https or http' }),
  method: z.literal('POST'),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  redirect: z.literal('error').optional(),
  signal: signal.optional(),
});

export const message = z.strictObject({
  path: z.string().regex(/^\/[\w/.-]{0,500}$/, 'must be a path, such as /gsma/rsp2/es9plus/...'),
  body: z.looseObject({}),
});

export const es9pFunction = z.enum([
  'initiateAuthentication',
  'authenticateClient',
  'getBoundProfilePackage',
  'cancelSession',
]);

/** A schema of zod, or what reads as one does. */
export const schema = methods('safeParse');
