/**
 * Who the SM-DP+ is, under each CI that certified it, and which CIs it accepts devices under. The
 * standard lets the two differ: the eUICC verifies under one CI and may sign under another.
 */
import { createHash } from 'node:crypto';
import { checked, time } from '../../arguments.ts';
import { bytesToHex } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import * as pki from '../../pki/arguments.ts';
import type { TrustAnchor } from '../../pki/index.ts';
import type { Role } from '../../roles.ts';
import { checkKeyPair, findAnchor, type KeyPair } from '../server/key-pair.ts';
import * as argument from './arguments.ts';
import type { Session } from './session.ts';

/** One pair of certificates under one CI. */
export interface SmdpIdentity {
  /** Key identifier of the CI. */
  readonly ciPkId: Uint8Array;
  /** CERT.DPauth: signs what authenticates the server. */
  readonly auth: KeyPair;
  /** CERT.DPpb: signs what binds profiles. */
  readonly pb: KeyPair;
  /** The operator's OID, the same in both certificates. */
  readonly oid: string;
}

export interface SmdpTrust {
  /** CIs under which eUICCs are accepted. */
  readonly anchors: readonly TrustAnchor[];
  /** In order of preference. */
  readonly identities: readonly SmdpIdentity[];
}

/** As a running server holds it. */
export interface HeldTrust extends SmdpTrust {
  /** Identities of before, for sessions that began with them. */
  readonly retired?: readonly SmdpIdentity[];
}

const ROLES_AUTH: readonly Role[] = ['dp-auth-v2', 'dp-auth'];
const ROLES_PB: readonly Role[] = ['dp-pb-v2', 'dp-pb'];

/**
 * Check a pair of server certificates under one of the anchors: chain, validity, roles, keys, one
 * OID. Throws ERR_RSP_IDENTITY, or the ERR_CHAIN_* code of what is wrong with a certificate.
 */
export function smdpIdentity(
  pair: { readonly auth: KeyPair; readonly pb: KeyPair },
  anchors: readonly TrustAnchor[],
  at: bigint,
): SmdpIdentity {
  checked(pair, argument.pairs, 'the certificates of smdpIdentity');
  checked(anchors, pki.anchors, 'the anchors of smdpIdentity');
  checked(at, time, 'the time of smdpIdentity');
  const issuer = pair.auth.certificate.authorityKeyIdentifier;
  const anchor = issuer === undefined ? undefined : findAnchor(anchors, issuer);
  if (anchor === undefined) {
    throw new ZkcxError('ERR_RSP_IDENTITY', 'the CI of CERT.DPauth is not among the roots');
  }
  const auth = checkKeyPair(pair.auth, ROLES_AUTH, 'CERT.DPauth', anchor, at);
  const pb = checkKeyPair(pair.pb, ROLES_PB, 'CERT.DPpb', anchor, at);
  const oid = auth.certificate.registeredId;
  if (oid === undefined || oid !== pb.certificate.registeredId) {
    throw new ZkcxError('ERR_RSP_IDENTITY', 'CERT.DPauth and CERT.DPpb must show the same OID');
  }
  return { ciPkId: anchor.subjectKeyIdentifier, ...pair, oid };
}

/** The certificates that a session began with. Another pair would sign what its eUICC cannot verify. */
export function findIdentity(
  { identities, retired = [] }: HeldTrust,
  { serverCiPkId, serverPair }: Pick<Session, 'serverCiPkId' | 'serverPair'>,
): SmdpIdentity | undefined {
  return [...identities, ...retired].find(
    (identity) =>
      bytesToHex(identity.ciPkId) === serverCiPkId &&
      (serverPair === undefined || pairName(identity) === serverPair),
  );
}

/** Tells one pair of certificates from others. */
export function pairName({ auth, pb }: SmdpIdentity): string {
  const hash = createHash('sha256').update(auth.certificate.der).update(pb.certificate.der);
  return hash.digest('hex').slice(0, 16);
}
