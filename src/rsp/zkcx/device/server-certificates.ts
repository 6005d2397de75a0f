/** A server's certificates as the LPA checks them itself, for its own lists and before the eUICC sees them. */
import { parseCertificate } from '../../../asn1/index.ts';
import { bytesEqual } from '../../../bytes.ts';
import { ZkcxError } from '../../../errors.ts';
import { checkChain } from '../../../pki/index.ts';
import type { PublicKey, TrustAnchor } from '../../../pki/index.ts';
import type { Role } from '../../../roles.ts';
import { handlesOf, type RevocationHandle } from '../../../witness/chain.ts';
import type { RevocationMap } from '../../../witness/revocation-map.ts';

/** The two kinds of a server's certificates, in both versions of SGP.22. */
export const SERVER_ROLES = {
  auth: ['dp-auth-v2', 'dp-auth'],
  pb: ['dp-pb-v2', 'dp-pb'],
} as const satisfies Record<string, readonly Role[]>;

/** What the holder relies on, from its own sources. */
export interface ServerTrust {
  readonly anchors: readonly TrustAnchor[];
  readonly maps: readonly RevocationMap[];
  /** Unix seconds. */
  readonly at: bigint;
}

export interface CheckedServerCertificate {
  readonly key: PublicKey;
  /** Dotted. */
  readonly oid: string;
}

/**
 * Check CERT.DPauth or CERT.DPpb: issued by one of the CIs, valid, of its role, not revoked in the maps of
 * the holder.
 *
 * @throws the codes of the parser and of `checkChain`, ERR_REVOCATION_*, and ERR_RSP_ZKCX_SERVER
 *   for a certificate of another role or CI
 */
export function checkServerCertificate(
  der: Uint8Array,
  kind: keyof typeof SERVER_ROLES,
  { anchors, maps, at }: ServerTrust,
): CheckedServerCertificate {
  const certificate = parseCertificate(der);
  const issuer = certificate.authorityKeyIdentifier;
  const anchor = anchors.find((one) => issuer && bytesEqual(one.subjectKeyIdentifier, issuer));
  if (anchor === undefined) throw refuse('its CI is not among those known here');
  const chain = checkChain({ anchor, certificates: [certificate], at });
  const { role, identity } = chain.leaf;
  const roles: readonly Role[] = SERVER_ROLES[kind];
  if (!roles.includes(role) || identity?.kind !== 'oid') throw refuse(`it has the role ${role}`);
  for (const handle of handlesOf(chain)) assertNotRevoked(handle, maps, at);
  return { key: certificate.publicKey, oid: identity.oid };
}

/** In no map revoked, and by one of them known to be good: an older map says nothing against a newer one. */
function assertNotRevoked(
  handle: RevocationHandle,
  maps: readonly RevocationMap[],
  at: bigint,
): void {
  let good = false;
  let missing: unknown;
  for (const map of maps) {
    try {
      map.witness(handle, handle.serialNumber, at);
      good = true;
    } catch (error) {
      if (error instanceof ZkcxError && error.code === 'ERR_REVOCATION_REVOKED') throw error;
      missing = error;
    }
  }
  if (!good) throw missing ?? refuse('no revocation map is known here');
}

function refuse(problem: string): ZkcxError {
  return new ZkcxError('ERR_RSP_ZKCX_SERVER', `the server's certificate is not taken: ${problem}`);
}
