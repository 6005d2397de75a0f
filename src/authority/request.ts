/** What a certificate is to say, beside what its issuer, its key and its time say. */
import { z } from 'zod';
import { isOid } from '../asn1/index.ts';
import { ROLE_NAMES, type Role } from '../roles.ts';

export interface CertificateRequest {
  readonly role: Role;
  readonly organisation: string;
  readonly commonName: string;
  /** ISO 3166, two letters. */
  readonly country?: string;
  /** Of an eUICC: 32 digits with check digits. */
  readonly eid?: string;
  /** Of a server: the OID that its operator registered, dotted. */
  readonly oid?: string;
  /** Of a TLS server. */
  readonly dnsNames?: readonly string[];
  /** Of a CA: CAs that may follow below it; default: no limit. */
  readonly pathLen?: number;
  /** Of a CA: leading digits of the EIDs below it. A v2 EUM has them as nameConstraints, others as permittedEins. */
  readonly iins?: readonly string[];
  /** Of a CA: where its lists are, CRL-B about CAs and CRL-A about all others. */
  readonly points?: { readonly ca?: string; readonly user?: string };
}

const text = z.string().min(1).max(200);
const point = z
  .string()
  .max(217)
  .regex(/^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+$/, 'must be a URI');

/** The parser and the rules of chains judge the certificate that is made of it. */
export const requestSchema = z.strictObject({
  role: z.enum(ROLE_NAMES),
  organisation: text,
  commonName: text,
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be two letters')
    .optional(),
  eid: z.string().max(64).optional(),
  oid: z.string().refine(isOid, 'must be an OID').optional(),
  dnsNames: z.array(z.string().regex(/^[A-Za-z0-9.-]{1,253}$/, 'must be a host name')).optional(),
  pathLen: z.int().min(0).max(126).optional(),
  iins: z.array(z.string().regex(/^[0-9]{1,30}$/, 'must be 1 to 30 digits')).optional(),
  points: z.strictObject({ ca: point.optional(), user: point.optional() }).optional(),
});
