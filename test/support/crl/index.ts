/** Revocation lists for tests: of the SGP.26 test CI and of made-up EUMs, whole or with faults. */
export { ANCHOR, CHAIN, EUICC, EUM, EUM_SIGNER } from './issuers.ts';
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
} from './list.ts';
export type { ListChange, ListDraft, ListRecipe } from './list.ts';
export { CI_SIGNER, ciList, EUM_REVOKED, FIXTURE_LISTS, POINTS, sgp26List } from './sgp26.ts';
export { checked, EUM_POINT, eumList, filled, listOf, SOURCES } from './sources.ts';
