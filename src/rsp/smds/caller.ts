/** Which server registers events: the one whose TLS certificate a CI has issued (SGP.22 2.6.6, 5.9). */
import { parseCertificate } from '../../asn1/index.ts';
import { ZkcxError } from '../../errors.ts';
import { checkChain, type TrustAnchor } from '../../pki/index.ts';
import type { Role } from '../../roles.ts';
import { RspRefusal, STATUS } from '../../sgp22/status-codes.ts';
import { findAnchor } from '../server/key-pair.ts';

export interface Caller {
  /** The OID of its certificates: events belong to it. */
  readonly oid: string;
  /** An SM-DP+ calls ES12, another SM-DS calls ES15. */
  readonly kind: 'smdp' | 'smds';
}

const KINDS: Readonly<Partial<Record<Role, Caller['kind']>>> = {
  'dp-tls-v2': 'smdp',
  'dp-tls': 'smdp',
  'ds-tls-v2': 'smds',
  'ds-tls': 'smds',
};

/**
 * Throws RspRefusal for certificates that are not those of a server of SGP.22.
 *
 * @param chain as TLS showed them, the client's own first
 */
export function callerOf(
  chain: readonly Uint8Array[],
  anchors: readonly TrustAnchor[],
  at: bigint,
): Caller {
  try {
    const certificates = chain.map(parseCertificate);
    for (const [index, { authorityKeyIdentifier }] of certificates.entries()) {
      const anchor = authorityKeyIdentifier && findAnchor(anchors, authorityKeyIdentifier);
      if (anchor === undefined) continue;
      const below = certificates.slice(0, index + 1).reverse();
      const { leaf } = checkChain({ anchor, certificates: below, at });
      const kind = KINDS[leaf.role];
      if (kind !== undefined && leaf.identity?.kind === 'oid') {
        return { kind, oid: leaf.identity.oid };
      }
      break;
    }
  } catch (cause) {
    if (!(cause instanceof ZkcxError)) throw cause;
    throw new RspRefusal(STATUS.es12.callerRefused, { cause });
  }
  throw new RspRefusal(STATUS.es12.callerRefused);
}
