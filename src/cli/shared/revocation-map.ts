/** Revocation maps and the configuration of their sources, in files. */
import { dirname, resolve } from 'node:path';
import { readFileLimited } from '../../files.ts';
import type { TrustAnchor } from '../../pki/index.ts';
import type { SourcedMap } from '../../session/map-file.ts';
import { readAnchors, readCertificate, readList } from './certificates.ts';
import { required } from './options.ts';
import { assertOutputs } from './output-files.ts';

const MAX_CONFIGURATION_BYTES = 4_000_000;

export const MAP = required('--map <file>', 'revocation map of `revocation build`');

export interface MapFlags {
  readonly map: string;
}

/** Read a map file and compute its map again. */
export async function readMap(
  file: string,
  options: { readonly anchors: readonly TrustAnchor[]; readonly at: bigint },
): Promise<SourcedMap> {
  const session = await import('../../session/map-file.ts');
  return session.readMap(file, options);
}

export interface MapInputFlags {
  readonly ci: string[];
  readonly sources: string;
  readonly list?: string[];
  readonly out: string;
}

/** What a map is built from. A map may be written in the place of another one, of nothing that is read here. */
export async function readMapInputs({ ci, sources, list = [], out }: MapInputFlags) {
  await assertOutputs({ '--out': out }, { inputs: [...ci, sources, ...list], replace: true });
  return {
    anchors: await readAnchors(ci),
    lists: await Promise.all(list.map(readList)),
    sources: await readSources(sources),
  };
}

/** Sources with their issuers' certificates, which stand in files beside the configuration. */
export async function readSources(file: string) {
  const { parseSourcesConfiguration } = await import('../../session/map-file.ts');
  const bytes = await readFileLimited(file, MAX_CONFIGURATION_BYTES);
  const configuration = parseSourcesConfiguration(new TextDecoder().decode(bytes));
  return Promise.all(
    configuration.map(async ({ issuer, ...source }) => ({
      issuer: await readCertificate(resolve(dirname(file), issuer)),
      ...source,
    })),
  );
}
