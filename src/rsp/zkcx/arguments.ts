/** Forms of what callers pass to zkCX over RSP, see src/arguments.ts. */
import { z } from 'zod';
import { bytes, callback, instanceOf, milliseconds, path, seconds } from '../../arguments.ts';
import * as pki from '../../pki/arguments.ts';
import * as prover from '../../prover/arguments.ts';
import { MAX_ROOTS, rootList } from '../../session/accepted-roots.ts';
import * as session from '../../session/arguments.ts';
import { MIN_MAX_AGE } from '../../session/events.ts';
import { mapStatesForm } from '../../session/map-history.ts';
import { MAX_MAX_AGE } from '../../session/offers.ts';
import * as smdpp from '../smdpp/arguments.ts';

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
  history: mapStatesForm,
  registryRoots: rootList(MAX_ROOTS.registry).optional(),
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

const pairOfStatements = z.looseObject({ certificate: z.looseObject({ der: bytes }) });

export const ofStatements = z.looseObject({
  ciPkId: bytes,
  auth: pairOfStatements,
  pb: pairOfStatements,
});

const positive = z.int().min(1).max(1_000_000);

/** @param made a class whose objects may stand in the place of what statements are made of */
export const serverOptions = (made: abstract new (...args: never[]) => unknown) =>
  z.strictObject({
    roots: callback,
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
    grace: seconds.optional(),
    maxAge: seconds.min(MIN_MAX_AGE).max(MAX_MAX_AGE).optional(),
    allowPostponed: z.boolean().optional(),
    lifetime: seconds.min(1n).optional(),
    maxSessions: positive.optional(),
    maxSessionsPerAddress: z.int().min(0).max(1_000_000).optional(),
    onRefusal: callback.optional(),
  });
