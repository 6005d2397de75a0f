/** Revocation maps and the configuration of their sources, in files. */
import { dirname, resolve } from 'node:path';
import { readFileLimited } from '../../files.ts';
import type { TrustAnchor } from '../../pki/index.ts';
import type { SourcedMap } from '../../session/map-file.ts';
import { readCertificate } from './certificates.ts';
import { required } from './options.ts';

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
