/**
 * Hash of the contract's verification key: what stands on chain for these very methods, with the pinned keys of
 * the programs whose proofs they take. A change of any of them is another registry.
 */
export const REGISTRY_KEY_HASH =
  26540745947137235872896411627189174268823439079568174804169771885859328855036n;
