/** The set of accepted CIs as the Merkle tree whose root is `trustRoot`. */
import { z } from 'zod';
import { checked } from '../arguments.ts';
import * as argument from '../pki/arguments.ts';
import { Field } from 'o1js';
import { CiLeaf } from '../circuits/claims.ts';
import { ZkcxError } from '../errors.ts';
import { PATH_UNLIMITED, TRUST_HEIGHT } from '../params.ts';
import type { TrustAnchor } from '../pki/index.ts';
import { roleMask } from '../roles.ts';
import { octets, publicKey } from './encode.ts';
import { MerkleTree } from './merkle-tree.ts';

/** The leaf of a CI. */
export function ciLeaf(anchor: TrustAnchor): CiLeaf {
  return new CiLeaf({
    key: publicKey(anchor.publicKey),
    subjectKeyIdentifier: octets(anchor.subjectKeyIdentifier),
    roles: Field(roleMask(anchor.roles)),
    pathLen: Field(anchor.pathLen ?? PATH_UNLIMITED),
    notBefore: Field(anchor.notBefore),
    notAfter: Field(anchor.notAfter),
  });
}

/**
 * Merkle tree over the leaves' hashes in ascending order, then empty leaves (0): a set has one root,
 * in whatever order its members are named. At most 2^TRUST_HEIGHT CIs.
 */
export class TrustSet {
  readonly root: Field;
  /** CIs. */
  readonly size: number;
  /** `CiLeaf.hash` of each CI, ascending: what a registry is deployed with. */
  readonly leaves: readonly bigint[];
  private readonly tree = new MerkleTree(TRUST_HEIGHT);

  constructor(anchors: readonly TrustAnchor[]) {
    checked(anchors, z.array(argument.anchor), 'TrustSet');
    const hashes = new Set(anchors.map((anchor) => CiLeaf.hash(ciLeaf(anchor)).toBigInt()));
    const size = 2 ** TRUST_HEIGHT;
    if (hashes.size === 0 || hashes.size > size) {
      throw new ZkcxError(
        'ERR_TRUST_SIZE',
        `a trust set has 1 to ${size} CI certificates, not ${hashes.size}`,
      );
    }
    this.size = hashes.size;
    this.leaves = [...hashes].sort((a, b) => (a < b ? -1 : 1));
    for (const [i, leaf] of this.leaves.entries()) this.tree.set(i, Field(leaf));
    this.root = this.tree.root;
  }

  /** Siblings and sides from the leaf of a CI up. */
  path(anchor: TrustAnchor): { siblings: Field[]; right: Field[] } {
    const hash = CiLeaf.hash(ciLeaf(anchor)).toBigInt();
    const index = this.leaves.indexOf(hash);
    if (index < 0) {
      throw new ZkcxError(
        'ERR_TRUST_UNKNOWN',
        'this CI is not in the trust set: add it or use another root',
      );
    }
    return this.tree.path(index);
  }
}
