/** Forms of what callers pass to the SM-DS, see src/arguments.ts. */
import { z } from 'zod';
import { bytes, callback, path } from '../../arguments.ts';
import * as pki from '../../pki/arguments.ts';
import { oid, serverAddress } from '../arguments.ts';
import { keyPair, listenOptions, peerUrl, posterTls, sender } from '../server/arguments.ts';
import { settingsSchema } from './settings.ts';

const identity = z.strictObject({ auth: keyPair, ciPkId: bytes, oid });

export const serviceOptions = z.strictObject({
  folder: path,
  settings: settingsSchema.strict(),
  trust: z.strictObject({ anchors: pki.anchors, identities: z.array(identity).max(100) }),
  servers: z.array(oid).max(10_000).optional(),
  es11: listenOptions,
  es12: listenOptions.optional(),
  root: z
    .strictObject({
      ...sender.shape,
      address: serverAddress,
      url: peerUrl.optional(),
      tls: posterTls.optional(),
      onEvent: callback.optional(),
    })
    .optional(),
  now: callback,
  maxBody: z.int().min(1).optional(),
  onEvent: callback.optional(),
  onSweep: callback.optional(),
});
