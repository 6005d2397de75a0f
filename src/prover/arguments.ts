/** Forms of what callers pass to functions that prove, see src/arguments.ts. */
import { z } from 'zod';
import { callback, time } from '../arguments.ts';
import * as pki from '../pki/arguments.ts';
import { BACKENDS } from './protocol.ts';

export const jobOptions = z.looseObject({
  onEvent: callback.optional(),
  signal: z.instanceof(AbortSignal).optional(),
});

export const proverOptions = z.looseObject({
  maxGrowth: z.number().optional(),
  backend: z.enum(BACKENDS).optional(),
  worker: z.instanceof(URL).optional(),
});

/** A `Prover`, or what stands in its place in tests. */
export const prover = z.looseObject({ prove: callback });

export const proveOptions = z.looseObject({
  ...jobOptions.shape,
  ...proverOptions.shape,
  prover: prover.optional(),
});

export const shareOptions = z.looseObject({
  ...proveOptions.shape,
  again: z.boolean().optional(),
  random: callback.optional(),
});

export const chainInput = z.strictObject({
  anchors: pki.anchors,
  certificates: pki.certificates,
  at: time.optional(),
});

/** A field element of o1js. */
export const element = z.custom<{ toBigInt(): bigint }>(
  (value) => typeof (value as { toBigInt?: unknown } | null)?.toBigInt === 'function',
);

const publicKey = z.looseObject({ x: z.array(element).length(3), y: z.array(element).length(3) });

/** A public key, and the blind of its commitment. */
export const keyOpening = z.looseObject({ blind: element, key: publicKey });

/** What only a proof's maker or a credential file gives. */
export const opening = z.looseObject({
  blind: element,
  ciLeaf: element,
  validFrom: element,
  validUntil: element,
  links: element,
  role: element,
  key: publicKey,
});

export const credential = z.looseObject({
  proof: z.looseObject({ proof: z.looseObject({}) }),
  opening,
  certificates: pki.certificates,
  published: element.optional(),
});
