/** Forms of what callers pass to zkCX over RSP, see src/arguments.ts. */
import { z } from 'zod';
import {
  bytes,
  callback,
  field,
  instanceOf,
  methods,
  milliseconds,
  path,
  seconds,
  sizedBytes,
  time,
} from '../../arguments.ts';
import * as pki from '../../pki/arguments.ts';
import * as prover from '../../prover/arguments.ts';
import * as session from '../../session/arguments.ts';
import { oid } from '../arguments.ts';
import * as lpa from '../lpa/arguments.ts';
import * as smdpp from '../smdpp/arguments.ts';
import { ZKCX_MODES } from './negotiation.ts';

export const deviceProofsOptions = z.strictObject({ onEvent: callback.optional() });

const proofs = methods('chain', 'renewed', 'answer', 'possession', 'verifyCertified');

export const downloadOptions = z.strictObject({
  ...lpa.downloadOptions.shape,
  es10: z.looseObject({ ...lpa.es10.shape, ...methods('eid', 'zkcxServer').shape }),
  mode: z.enum(ZKCX_MODES),
  policy: session.holderPolicy,
  credentials: methods('list', 'read', 'add', 'replace'),
  sessions: methods('keep', 'find'),
  proofs,
  random: callback,
  consentToEid: callback.optional(),
  busyDelay: milliseconds.optional(),
  othersAllowed: z.boolean().optional(),
});

export const deliveryOptions = z.strictObject({
  sessions: methods('find'),
  proofs: methods('possession'),
  othersAllowed: z.boolean().optional(),
});

const transcript = z.looseObject({
  transactionId: sizedBytes(16),
  serverAddress: z.string(),
  serverChallenge: sizedBytes(16),
});

export const keptSession = z.strictObject({
  mode: z.enum(ZKCX_MODES),
  iccid: z.string().regex(/^\d{18,20}$/, 'must be 18 to 20 digits'),
  at: time,
  serverOid: oid,
  transcript,
  sessionHash: sizedBytes(32),
  notificationKey: sizedBytes(65),
  holder: z.looseObject({ session: field, transcript, key: prover.keyOpening }),
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
    }),
  }),
]);

export const rootFiles = z.strictObject({
  anchors: z.array(path).min(1).max(1_024),
  map: path,
  registry: path.optional(),
  history: path.optional(),
});

/** What a server relies on, as the function that is passed in gives it. */
export const serverRoots = z.looseObject({
  anchors: pki.anchors,
  trust: session.trustSet,
  map: session.revocationWitnesses,
  trustRoot: field,
  revocationRoot: field,
  registryRoot: field.optional(),
  mapRootAt: time,
});

const statements = {
  credentials: z.array(prover.credential).max(200),
  certify: callback,
  onError: callback.optional(),
};

export const statementsOptions = z.strictObject({
  ...statements,
  identities: z.array(smdpp.identity).max(100),
  roots: callback,
  maximumAge: seconds.min(1n).optional(),
  now: callback,
});

export const ciOfStatements = z.looseObject({ ciPkId: bytes });

const positive = z.int().min(1).max(1_000_000);

/** @param made a class whose objects may stand in the place of what statements are made of */
export const serverOptions = (made: abstract new (...args: never[]) => unknown) =>
  z.strictObject({
    roots: callback,
    folder: path,
    statements: z.union([instanceOf(made), z.strictObject(statements)]).optional(),
    verifiers: z
      .strictObject({
        processes: z.int().min(1).max(256).optional(),
        places: positive.optional(),
        batch: z.int().min(1).max(256).optional(),
        timeout: milliseconds.min(1).optional(),
        worker: z.instanceof(URL).optional(),
      })
      .optional(),
    lifetime: seconds.min(1n).optional(),
    maximumMapAge: seconds.optional(),
    maxSessions: positive.optional(),
    onRefusal: callback.optional(),
  });
