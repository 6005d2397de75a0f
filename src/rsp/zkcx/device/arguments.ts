/** Forms of what callers pass to the device's side of zkCX over RSP, see src/arguments.ts. */
import { z } from 'zod';
import {
  bytes,
  callback,
  field,
  methods,
  milliseconds,
  sizedBytes,
  time,
} from '../../../arguments.ts';
import { ORDER_SALT_BYTES } from '../../../session/blind-order.ts';
import * as session from '../../../session/arguments.ts';
import * as lpa from '../../lpa/arguments.ts';
import { ZKCX_MODES } from '../negotiation.ts';

export const deviceProofsOptions = z.strictObject({ onEvent: callback.optional() });

const proofs = methods(
  'chain',
  'renewed',
  'presentation',
  'ahead',
  'possession',
  'verifyCertified',
);

export const sweepingEs10 = methods('eid', 'profiles', 'listNotifications', 'retrieveNotification');
export const sweptSessions = methods('sweep');

const delivering = methods('find', 'confirm', 'forget');

const { device: _, ...classic } = lpa.downloadOptions.shape;

export const downloadOptions = z.strictObject({
  ...classic,
  es10: z.looseObject({
    ...lpa.es10.shape,
    ...sweepingEs10.shape,
    ...methods('euiccInfo2', 'zkcxServer').shape,
  }),
  mode: z.enum(ZKCX_MODES),
  policy: session.holderPolicy,
  history: methods('isUnspoiled').optional(),
  newerMaps: callback.optional(),
  pools: callback.optional(),
  credentials: methods('list', 'read', 'add', 'replace'),
  sessions: z.looseObject({
    ...delivering.shape,
    ...sweptSessions.shape,
    ...methods('keep').shape,
  }),
  proofs,
  random: callback,
  identifierSecret: z
    .bigint()
    .min(1n)
    .lt(2n ** 248n)
    .optional(),
  consentToEid: callback.optional(),
  order: z.strictObject({ salt: sizedBytes(ORDER_SALT_BYTES), order: field.min(1n) }).optional(),
  consentToOrder: callback.optional(),
  busyDelay: milliseconds.optional(),
  othersAllowed: z.boolean().optional(),
});

export const deliveryOptions = z.strictObject({
  sessions: delivering,
  othersAllowed: z.boolean().optional(),
});

const transaction = sizedBytes(16);
const iccid = z.string().regex(/^[0-9a-f]{18,20}$/, 'must be 18 to 20 digits');
const eid = z.string().regex(/^\d{32}$/, 'must be 32 digits');

export const namedSession = z.looseObject({ transactionId: transaction });

export const euiccContent = z.strictObject({
  eid,
  iccids: z.array(iccid),
  installations: z.array(bytes),
});

export const keptSession = z.strictObject({
  mode: z.enum(ZKCX_MODES),
  state: z.enum(['installing', 'current']),
  iccid,
  eid,
  at: time,
  serverAddress: z.string(),
  transactionId: transaction,
  installation: transaction,
  session: sizedBytes(32),
  notificationKey: sizedBytes(65),
});

const metadata = z.looseObject({ iccid: z.string().optional(), notificationAddress: z.string() });

/** What is looked at of a notification that an eUICC gave out. */
export const pendingNotification = z.union([
  z.looseObject({ kind: z.literal('otherSignedNotification'), tbsOtherNotification: metadata }),
  z.looseObject({
    kind: z.literal('profileInstallationResult'),
    profileInstallationResultData: z.looseObject({
      transactionId: bytes,
      notificationMetadata: metadata,
      finalResult: z.looseObject({ result: z.string() }),
    }),
  }),
]);
