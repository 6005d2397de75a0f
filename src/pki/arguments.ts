/** Forms of certificates, lists and anchors as callers pass them, see src/arguments.ts. */
import { z } from 'zod';
import { bytes, time } from '../arguments.ts';
import { MAX_KEY_IDENTIFIER, MAX_LINKS, PATH_UNLIMITED, TRUST_HEIGHT } from '../params.ts';
import { ROLE_NAMES } from '../roles.ts';

const point = z.looseObject({ x: z.bigint(), y: z.bigint() });
const name = z.looseObject({ der: bytes, attributes: z.array(z.looseObject({})) });
const span = z.looseObject({ start: z.int(), end: z.int() });
const extension = z.looseObject({ oid: z.string(), critical: z.boolean(), value: bytes });

/** What only the parser makes; enough of it that nothing that was not parsed passes by accident. */
export const certificate = z.looseObject({
  der: bytes,
  tbs: bytes,
  serialNumber: z.bigint(),
  issuer: name,
  subject: name,
  notBefore: time,
  notAfter: time,
  publicKey: point,
  signature: z.looseObject({ r: z.bigint(), s: z.bigint() }),
  extensions: z.array(extension),
  spans: z.looseObject({ tbs: span }),
});

export const certificates = z.array(certificate).max(MAX_LINKS + 1);

export const list = z.looseObject({
  der: bytes,
  tbs: bytes,
  issuer: name,
  thisUpdate: time,
  nextUpdate: time,
  entries: z.array(
    z.looseObject({ serialNumber: z.bigint(), span, extensions: z.array(extension) }),
  ),
  extensions: z.array(extension),
  signature: z.looseObject({ r: z.bigint(), s: z.bigint() }),
  authorityKeyIdentifier: bytes,
  crlNumber: z.bigint(),
  point: bytes,
  spans: z.looseObject({ entries: span, extensions: span }),
});

export const anchor = z.looseObject({
  publicKey: point,
  subjectKeyIdentifier: bytes.refine(({ length }) => length >= 1 && length <= MAX_KEY_IDENTIFIER),
  roles: z.array(z.enum(ROLE_NAMES)),
  pathLen: z.int().min(0).max(PATH_UNLIMITED).optional(),
  notBefore: time,
  notAfter: time,
});

export const anchors = z.array(anchor).max(2 ** TRUST_HEIGHT);

export const window = z.looseObject({ from: time, until: time });

/** Who signs a list: an anchor, or a link of a checked chain. */
export const listIssuer = z.union([
  z.looseObject({ certificate, cA: z.boolean(), cRLSign: z.boolean() }),
  anchor,
]);

export const source = z.looseObject({
  issuer: certificate,
  kind: z.enum(['ca', 'user']),
  point: z.string(),
  floor: time.optional(),
});
