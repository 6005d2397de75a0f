/** Forms of what callers pass to functions about sessions, see src/arguments.ts. */
import { z } from 'zod';
import { bytes, callback, field, instanceOf, methods, seconds, time } from '../arguments.ts';
import * as pki from '../pki/arguments.ts';
import { element, keyOpening, opening } from '../prover/arguments.ts';
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
export const registry = instanceOf(RegistryTree);
/** Program of a presentation. */
export const mode = z.enum(['presentation', 'registryPresentation']);

export const peer = z.looseObject({ serverAddress: z.string(), serverOid: z.string() });

export const transcript = z.looseObject({
  transactionId: bytes,
  serverAddress: z.string(),
  serverChallenge: bytes,
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

/** What decides whether a request can be answered. */
export const heldCredential = z.looseObject({ opening, published: element.optional() });

export const requestInput = z.strictObject({
  peer,
  clientOffer: bytes,
  serverOffer: bytes,
  credential: heldCredential,
});

const openings = z.looseObject({
  key: keyOpening,
  identity: z.looseObject({ blind: element, identity: element }),
  issuer: z.looseObject({
    blind: element,
    organisation: z.looseObject({ length: element, chunks: z.array(element) }),
    issuer: element,
  }),
});

export const preparedTerms = z.strictObject({
  mode,
  trustRoot: field,
  revocationRoot: field,
  registryRoot: field.optional(),
  time,
  role,
});

/** A presentation that no session has used. */
export const prepared = z.looseObject({
  presentation: z.looseObject({ program: z.string() }),
  openings,
  terms: preparedTerms,
});

export const presentationExpectation = z.strictObject({
  offered: z.looseObject({ mode }),
  accepted: z.looseObject({ trustSets: z.array(z.unknown()), maps: z.array(z.unknown()) }),
  serverOid: z.string(),
  session: field,
  message: bytes,
  disclosures: disclosures.optional(),
  now: time.optional(),
  tolerance: seconds.optional(),
  assertProof: callback.optional(),
});

export const certifiedExpectation = z.strictObject({
  trustRoot: field,
  mapRoot: field,
  history: methods('isUnspoiled').optional(),
  role,
  maximumAge: seconds.optional(),
  tolerance: seconds.optional(),
  now: time.optional(),
  assertProof: callback.optional(),
});
