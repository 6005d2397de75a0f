/** What a registry began with, in the files of whoever deploys it or relies on it. */
import { Option } from 'commander';
import type { TrustAnchor } from '../../pki/index.ts';
import { systemClock } from '../../time.ts';
import type { Beginning, DeployedSource } from '../../zkapp/client/index.ts';
import { readAnchors } from '../shared/certificates.ts';
import { OPTIONAL_CI } from '../shared/options.ts';
import { readSources } from '../shared/revocation-map.ts';

/** The holder's own word on it: a registry that began otherwise is refused. */
export const BEGINNING = [
  OPTIONAL_CI,
  new Option('--sources <file>', 'refuse a registry that began with other sources of lists'),
  new Option('--admin <account>', 'refuse a registry that began with another admin: public key'),
];

export interface BeginningFlags {
  readonly ci?: string[];
  readonly sources?: string;
  readonly admin?: string;
}

/** What the options say of it. */
export async function expectedBeginning({
  ci,
  sources,
  admin,
}: BeginningFlags): Promise<Beginning> {
  const { TrustSet } = await import('../../witness/trust.ts');
  const { deployedSources, parseAccountAddress } = await import('../../zkapp/client/index.ts');
  return {
    ...(ci && { trust: new TrustSet(await readAnchors(ci)).leaves }),
    ...(sources !== undefined && { sources: deployedSources(await readSources(sources)) }),
    ...(admin !== undefined && { admin: parseAccountAddress(admin).toBase58() }),
  };
}

/** Sources for a new registry of these CIs, their issuers being authentic. */
export async function readDeployedSources(
  file: string | undefined,
  anchors: readonly TrustAnchor[],
): Promise<readonly DeployedSource[]> {
  if (file === undefined) return [];
  const { checkSources } = await import('../../pki/index.ts');
  const { deployedSources } = await import('../../zkapp/client/index.ts');
  const sources = await readSources(file);
  checkSources({ sources, anchors, at: systemClock() });
  return deployedSources(sources);
}
