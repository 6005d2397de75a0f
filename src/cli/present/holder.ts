/** What a holder presents with: its credential, and what it knows of CIs, lists and published credentials. */
import { Option } from 'commander';
import { systemClock } from '../../time.ts';
import { readAnchors } from '../shared/certificates.ts';
import { AT, type AtFlags, CI, type CiFlags, required, wholeNumber } from '../shared/options.ts';
import { PROVER, type ProverFlags } from '../shared/proving.ts';
import { MAP, type MapFlags, readMap } from '../shared/revocation-map.ts';
import { HOLDER_MINIMUMS, type HolderMinimums, readRegistry } from '../shared/session-files.ts';

export const HOLDER = [
  required('--credential <file>', 'credential of `chain prove`; its pools are beside it'),
  CI,
  MAP,
  ...HOLDER_MINIMUMS,
  new Option('--registry <file>', 'published credentials, as known to be newest'),
  new Option(
    '--minimum-published <number>',
    'credentials that the registry must have; default 64',
  ).argParser(wholeNumber({ least: 1 })),
  AT,
  ...PROVER,
];

export interface HolderFlags extends CiFlags, MapFlags, AtFlags, ProverFlags, HolderMinimums {
  readonly credential: string;
  readonly registry?: string;
  readonly minimumPublished?: number;
}

/** Files that the options above read. */
export const holderInputs = ({ ci, credential, map, registry }: HolderFlags) => [
  ...ci,
  credential,
  map,
  registry,
];

export async function readHolder(flags: HolderFlags) {
  const { minimumCis, minimumEntries, minimumPublished, at = systemClock() } = flags;
  const anchors = await readAnchors(flags.ci);
  const { map } = await readMap(flags.map, { anchors, at });
  const registry = await readRegistry(flags.registry);
  const { readCredential } = await import('../../prover/credential.ts');
  const credential = await readCredential(flags.credential);
  const policy = {
    trustSets: [anchors],
    minimumCis,
    maps: [map],
    minimumEntries,
    registry,
    minimumPublished,
    now: () => at,
  };
  return { anchors, credential, policy };
}
