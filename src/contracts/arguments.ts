/** Forms of what callers pass to functions about contracts, see src/arguments.ts. */
import { Field, PublicKey } from 'o1js';
import { z } from 'zod';
import { callback, instanceOf, seconds, time } from '../arguments.ts';
import { ROLE_NAMES } from '../roles.ts';
import { prepared } from '../session/arguments.ts';
import { SlotRange } from '../zkapp/contract/arguments.ts';

export const program = z.enum(['refresh', 'aggregate', 'presentation', 'possession']);

export const field = instanceOf(Field);

export const roles = z.array(z.enum(ROLE_NAMES)).min(1).max(ROLE_NAMES.length);

export const account = z.looseObject({
  address: instanceOf(PublicKey),
  tokenId: field,
  purpose: field,
});

export const act = account.extend({ action: field, sender: instanceOf(PublicKey) });

export const period = z.looseObject({ from: field, until: field });

export const requirements = z.strictObject({
  trustRoot: field,
  revocationRoot: field,
  roles,
  period,
  maxAge: seconds,
});

export const clock = z.strictObject({ genesis: time, slotSeconds: z.int().min(1).max(65_535) });

export const slots = instanceOf(SlotRange);

export const actInput = z.strictObject({ prepared, act, sign: callback });

/** Limbs of a point. */
const limbs = z.array(field).length(3);
const key = z.looseObject({ x: limbs, y: limbs });
const organisation = z.looseObject({ length: field, chunks: limbs });

export const presentationClaim = z.looseObject({
  sessionKey: field,
  sessionIdentity: field,
  sessionIssuer: field,
});

export const sessionOpenings = z.strictObject({
  key: z.strictObject({ blind: field, key }).optional(),
  identity: z.strictObject({ blind: field, identity: field }).optional(),
  issuer: z.strictObject({ blind: field, organisation, issuer: field }).optional(),
});
