/**
 * In: bytes of a certificate, DER or PEM, or of an ECDSA signature. Out: a `Certificate` with
 * values and byte spans, every rule of docs/certificate-profile.md checked, or a `ZkcxError`.
 * What needs a second certificate, a clock or curve arithmetic is not judged here.
 */
export { parseCertificate } from './certificate.ts';
export { DerCursor, TAG } from './cursor.ts';
export { subjectOrganisation, subjectSerialNumber } from './names.ts';
export { OID } from './oids.ts';
export { certificateBytes } from './pem.ts';
export { parseEcdsaSignature } from './signature.ts';
export type { Certificate, Name, PermittedBase, Span } from './types.ts';
