/** Forms of what callers pass to functions about sessions, see src/arguments.ts. */
import { z } from 'zod';
import { bytes, callback, field, instanceOf, seconds, time } from '../arguments.ts';
import * as pki from '../pki/arguments.ts';
import { opening } from '../prover/arguments.ts';
import { ROLE_NAMES } from '../roles.ts';
import { MapExcerpt } from '../witness/map-excerpt.ts';
import { RegistryTree } from '../witness/registry-tree.ts';
import { RevocationMap } from '../witness/revocation-map.ts';
import { TrustSet } from '../witness/trust.ts';
import { DISCLOSURES } from './openings.ts';

export const role = z.enum(ROLE_NAMES);
export const disclosures = z.array(z.enum(DISCLOSURES)).max(DISCLOSURES.length);
export const map = instanceOf(RevocationMap);
export const revocationWitnesses = z.union([map, instanceOf(MapExcerpt)]);
export const trustSet = instanceOf(TrustSet);
const registry = instanceOf(RegistryTree);

export const peer = z.looseObject({ serverAddress: z.string(), serverOid: z.string() });

/** What the two sides said; a form of the message of its own may come with it. */
export const transcript = z.looseObject({
  transactionId: bytes,
  serverAddress: z.string(),
  serverChallenge: bytes,
  form: z.looseObject({ prefix: callback, session: bytes }).optional(),
});

export const holderPolicy = z.strictObject({
  trustSets: z.array(pki.anchors),
  minimumCis: z.int().min(1).optional(),
  maps: z.array(map),
  minimumEntries: z.int().min(1).optional(),
  registry: registry.optional(),
  minimumPublished: z.int().min(1).optional(),
  tolerance: seconds.optional(),
  now: callback.optional(),
  consent: callback.optional(),
});

export const requestInput = z.strictObject({
  peer,
  clientOffer: bytes,
  serverOffer: bytes,
  credential: z.looseObject({ opening }),
});

const terms = z.strictObject({
  mode: z.enum(['presentation', 'registryPresentation']),
  trustRoot: field,
  revocationRoot: field,
  registryRoot: field.optional(),
  time,
  role,
  scope: field.optional(),
});

export const presentationExpectation = z.strictObject({
  terms,
  transcript,
  disclosures: disclosures.optional(),
  mapRootAt: time,
  maximumMapAge: seconds.optional(),
  tolerance: seconds.optional(),
  now: time.optional(),
  assertProof: callback.optional(),
});

export const certifiedExpectation = z.strictObject({
  trustRoot: field,
  mapRoots: z.array(z.looseObject({ root: field, at: time })),
  role,
  maximumAge: seconds.optional(),
  tolerance: seconds.optional(),
  now: time.optional(),
  assertProof: callback.optional(),
});
