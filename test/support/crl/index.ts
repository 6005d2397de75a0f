/** Revocation lists for tests: of the SGP.26 test CI and of made-up EUMs, whole or with faults. */
export {
  buildList,
  flag,
  issuingDistributionPoint,
  LIST_OID,
  listEntry,
  madeUpSerials,
  numberExtension,
  reasonCode,
  removeListExtension,
  setListExtension,
  signerOf,
} from './list.ts';
export type { ListChange, ListDraft, ListRecipe } from './list.ts';
export { CI_SIGNER, ciList, FIXTURE_LISTS, POINTS, sgp26List } from './sgp26.ts';
