/**
 * In: bytes of a certificate or a revocation list, DER or PEM, or of an ECDSA signature. Out: a
 * `Certificate` or `RevocationList` with values and byte spans, every rule of
 * docs/protocol/certificate-profile.md and docs/guide/revocation.md for it checked, or a `ZkcxError`.
 * What needs a second certificate, a clock or curve arithmetic is not judged here.
 */
export { parseCertificate } from './certificate.ts';
export { parseRevocationList } from './crl.ts';
export type { ListScope, RevocationList, RevokedEntry } from './crl-types.ts';
export { subjectOrganisation, subjectSerialNumber } from './names.ts';
export { encodeOid, isOid, OID } from './oid.ts';
export { certificateBytes, certificateChainBytes, listBytes } from './pem.ts';
export { parseEcdsaSignature } from './signature.ts';
export { TAG } from './tags.ts';
export { TlvReader } from './tlv.ts';
export type { Certificate, Extension, Name, PermittedBase, Span } from './types.ts';
