/** Forms of what callers pass to the SM-DP+, see src/arguments.ts. */
import { z } from 'zod';
import { bytes, callback, listenPort, methods, path } from '../../arguments.ts';
import * as pki from '../../pki/arguments.ts';
import { host, oid, serverAddress } from '../arguments.ts';
import { keyPair, listenOptions, peerUrl, posterTls, sender, tls } from '../server/arguments.ts';
import { settingsSchema } from './settings.ts';

export const pairs = z.strictObject({ auth: keyPair, pb: keyPair });

export const identity = z.strictObject({ ...pairs.shape, ciPkId: bytes, oid });

const trust = z.strictObject({ anchors: pki.anchors, identities: z.array(identity).max(100) });

/** Long enough that nobody guesses it; of the characters of RFC 6750. */
export const token = z.string().regex(/^[\w.~+/-]{32,512}=*$/, 'must be 32 characters or more');

const es2pListen = z.strictObject({ ...listenOptions.shape, token: token.optional() });

const progressOptions = z.strictObject({
  operators: z
    .array(
      z.strictObject({
        url: peerUrl,
        requester: z.string().min(1).max(255).optional(),
        tls: posterTls.optional(),
      }),
    )
    .min(1)
    .max(100)
    .refine((list) => new Set(list.map(({ requester }) => requester)).size === list.length, {
      message: 'each requester has one operator, and all others one more',
    }),
  ...sender.shape,
  onEvent: callback.optional(),
});

const discoveryOptions = z.strictObject({
  ...sender.shape,
  smds: z
    .array(
      z.strictObject({
        address: serverAddress,
        url: peerUrl.optional(),
        forwards: z.boolean().optional(),
        tls: posterTls.optional(),
      }),
    )
    .min(1)
    .max(100)
    .refine((list) => new Set(list.map(({ address }) => address)).size === list.length, {
      message: 'each SM-DS must be named once',
    }),
  onEvent: callback.optional(),
});

export const serviceOptions = z.strictObject({
  folder: path,
  settings: settingsSchema.strict(),
  trust,
  es9p: listenOptions,
  es2p: z.union([es2pListen, z.strictObject({ socket: path })]).optional(),
  now: callback,
  monitor: z.strictObject({ host, port: listenPort }).optional(),
  progress: progressOptions.optional(),
  discovery: discoveryOptions.optional(),
  zkcx: callback.optional(),
  maxBody: z.int().min(1).optional(),
  onEvent: callback.optional(),
  onSweep: callback.optional(),
});

export const reloadedFiles = z.strictObject({
  trust,
  es9pTls: tls.optional(),
  es2pTls: tls.optional(),
});

/** What `zkcx` opens. */
export const extension = z.looseObject({
  functions: z.record(z.string(), methods('call')),
  maxBody: z.int().min(1),
  close: callback,
});

export const ADMINISTRATION_FUNCTIONS = [
  'addProfile',
  'listProfiles',
  'addOrder',
  'listOrders',
  'showOrder',
  'cancelOrder',
  'releaseClaim',
  'purgeOrders',
  'showDevice',
  'forgetDevice',
] as const;

/** A call of administration. What is in the body is judged where it is carried out. */
export const administration = z.strictObject({
  folder: path,
  name: z.enum(ADMINISTRATION_FUNCTIONS),
  body: z.looseObject({}),
  options: z.strictObject({ now: callback, address: serverAddress.optional() }),
});
