/** The certificates of a credential, with the CI that its proof commits to. */
import { CiLeaf } from '../circuits/claims.ts';
import { ZkcxError } from '../errors.ts';
import { checkChain, type CheckedChain, type TrustAnchor } from '../pki/index.ts';
import type { Credential } from '../prover/credential.ts';
import { ciLeaf } from '../witness/trust.ts';

/** What a credential says of its chain, without the blind of its proof. */
export interface CertifiedChain extends Pick<Credential, 'certificates'> {
  readonly opening: Pick<Credential['opening'], 'ciLeaf' | 'validFrom' | 'validUntil'>;
}

/**
 * The chain that a credential was made of, checked again for its window.
 *
 * @param anchors CIs, among them the credential's
 * @throws ERR_TRUST_UNKNOWN, ERR_CHAIN_*
 */
export function chainOf(
  { opening, certificates }: CertifiedChain,
  anchors: readonly TrustAnchor[],
): { chain: CheckedChain; anchor: TrustAnchor } {
  const anchor = anchors.find(
    (known) => CiLeaf.hash(ciLeaf(known)).toBigInt() === opening.ciLeaf.toBigInt(),
  );
  if (anchor === undefined) {
    throw new ZkcxError('ERR_TRUST_UNKNOWN', 'the CI of this credential is not among those given');
  }
  const [from, until] = [opening.validFrom.toBigInt(), opening.validUntil.toBigInt()];
  return { chain: checkChain({ anchor, certificates, window: { from, until } }), anchor };
}
