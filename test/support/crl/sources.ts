/** Sources of the test CI, its SubCA and the EUM below it, and lists that fill them. */
import { parseRevocationList } from '../../../src/asn1/index.ts';
import type { RevocationList } from '../../../src/asn1/index.ts';
import { checkSources, fillSources } from '../../../src/pki/index.ts';
import type { RevocationSource, SourcedEntry } from '../../../src/pki/index.ts';
import { NOW } from '../certificates/chains.ts';
import { ANCHOR, CI, EUM, EUM_SIGNER, SUBCA } from './issuers.ts';
import { buildList } from './list.ts';
import type { ListRecipe } from './list.ts';
import { POINTS, sgp26List } from './sgp26.ts';

export const EUM_POINT = 'http://eum.example/crl';

/** CA certificates by CRL-B, end entities by CRL-A, nothing of the SubCA, eUICCs by the EUM's own. */
export const SOURCES: readonly RevocationSource[] = [
  { issuer: CI, kind: 'ca', point: POINTS.B },
  { issuer: CI, kind: 'user', point: POINTS.A },
  { issuer: SUBCA.certificate, kind: 'ca', point: 'none' },
  { issuer: EUM.certificate, kind: 'user', point: EUM_POINT },
];

export const checked = (sources: readonly RevocationSource[] = SOURCES, at = NOW) =>
  checkSources({ sources, anchors: [ANCHOR], at });

export const listOf = (recipe: ListRecipe): RevocationList =>
  parseRevocationList(buildList(recipe));

export const eumList = (parts: Partial<ListRecipe> = {}): ListRecipe =>
  sgp26List('A', { signer: EUM_SIGNER, point: EUM_POINT, ...parts });

export function filled(
  recipes: readonly ListRecipe[],
  options: Partial<Parameters<typeof fillSources>[0]> = {},
): readonly SourcedEntry[] {
  return fillSources({ sources: checked(), lists: recipes.map(listOf), at: NOW, ...options });
}
