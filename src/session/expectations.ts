/** Forms of what verifiers pass; without those of maps and trees, which only holders and servers have. */
import { z } from 'zod';
import { bytes, callback, field, methods, seconds, time } from '../arguments.ts';
import { ROLE_NAMES } from '../roles.ts';
import { DISCLOSURES } from './openings.ts';

export const role = z.enum(ROLE_NAMES);
export const disclosures = z.array(z.enum(DISCLOSURES)).max(DISCLOSURES.length);
/** Program of a presentation. */
export const mode = z.enum(['presentation', 'registryPresentation']);

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
