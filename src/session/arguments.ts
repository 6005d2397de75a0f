/** Forms of what callers pass to functions about sessions, see src/arguments.ts. */
import { z } from 'zod';
import { bytes, callback, field, instanceOf, seconds, time } from '../arguments.ts';
import * as pki from '../pki/arguments.ts';
import { element, keyOpening, opening } from '../prover/arguments.ts';
import { MapExcerpt } from '../witness/map-excerpt.ts';
import { RegistryTree } from '../witness/registry-tree.ts';
import { RevocationMap } from '../witness/revocation-map.ts';
import { TrustSet } from '../witness/trust.ts';
import { mode, role } from './expectations.ts';

export const map = instanceOf(RevocationMap);
export const revocationWitnesses = z.union([map, instanceOf(MapExcerpt)]);
export const trustSet = instanceOf(TrustSet);
export const registry = instanceOf(RegistryTree);

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
