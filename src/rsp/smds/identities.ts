/** Who the SM-DS is, under each CI that certified it, and which CIs it accepts devices and servers under. */
import { checked, time } from '../../arguments.ts';
import { ZkcxError } from '../../errors.ts';
import * as pki from '../../pki/arguments.ts';
import type { TrustAnchor } from '../../pki/index.ts';
import type { Role } from '../../roles.ts';
import { keyPair } from '../server/arguments.ts';
import type { ServerIdentity } from '../server/challenge.ts';
import { checkKeyPair, findAnchor, type KeyPair } from '../server/key-pair.ts';

export interface SmdsTrust {
  /** CIs under which eUICCs and servers are accepted. */
  readonly anchors: readonly TrustAnchor[];
  /** In order of preference. */
  readonly identities: readonly ServerIdentity[];
}

const ROLES_AUTH: readonly Role[] = ['ds-auth-v2', 'ds-auth'];

/**
 * Check CERT.DSauth and its key under one of the anchors: chain, validity, role, key, OID. Throws ERR_RSP_IDENTITY, or
 * the ERR_CHAIN_* code of what is wrong with the certificate.
 */
export function smdsIdentity(
  auth: KeyPair,
  anchors: readonly TrustAnchor[],
  at: bigint,
): ServerIdentity {
  checked(auth, keyPair, 'the certificate of smdsIdentity');
  checked(anchors, pki.anchors, 'the anchors of smdsIdentity');
  checked(at, time, 'the time of smdsIdentity');
  const issuer = auth.certificate.authorityKeyIdentifier;
  const anchor = issuer === undefined ? undefined : findAnchor(anchors, issuer);
  if (anchor === undefined) {
    throw new ZkcxError('ERR_RSP_IDENTITY', 'the CI of CERT.DSauth is not among the roots');
  }
  checkKeyPair(auth, ROLES_AUTH, 'CERT.DSauth', anchor, at);
  const oid = auth.certificate.registeredId;
  if (oid === undefined) {
    throw new ZkcxError('ERR_RSP_IDENTITY', 'CERT.DSauth must show an OID');
  }
  return { ciPkId: anchor.subjectKeyIdentifier, auth, oid };
}

/** All certificates of one server show one OID. Throws ERR_RSP_IDENTITY. */
export function assertOneOid({ identities }: SmdsTrust): void {
  if (new Set(identities.map(({ oid }) => oid)).size > 1) {
    throw new ZkcxError('ERR_RSP_IDENTITY', 'the certificates of one server must show one OID');
  }
}
