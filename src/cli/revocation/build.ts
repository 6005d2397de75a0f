import { dirname, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { readFileLimited, writeFileAtomic } from '../../files.ts';
import { systemClock } from '../../time.ts';
import {
  addAt,
  addJson,
  addRoots,
  readAnchors,
  readCertificate,
  readList,
} from '../shared/options.ts';
import { answer } from '../shared/output.ts';
import { mapAnswer } from './show.ts';

const MAX_CONFIGURATION_BYTES = 4_000_000;

interface Flags {
  readonly root: string[];
  readonly sources: string;
  readonly list?: string[];
  readonly previous?: string;
  readonly at?: bigint;
  readonly out: string;
  readonly json?: boolean;
}

/** zkcx revocation build --root CI --sources FILE [--list FILE...] [--previous MAP] --out MAP */
export function registerRevocationBuild(revocation: Command): void {
  const command = revocation
    .command('build')
    .description('check lists and make the revocation map of a configuration of sources')
    .requiredOption('--sources <file>', 'issuers, list kinds and distribution points, JSON')
    .addOption(
      new Option('--list <files...>', 'revocation lists, DER or PEM; of one point: older first'),
    )
    .option('--previous <map>', 'the map that this one follows: nothing in it may grow older')
    .requiredOption('--out <file>', 'where to write the map');
  addJson(addAt(addRoots(command))).action(async (flags: Flags) =>
    answer(flags, async () => {
      const at = flags.at ?? systemClock();
      const anchors = await readAnchors(flags.root);
      const lists = await Promise.all((flags.list ?? []).map(readList));
      const sources = await readSources(flags.sources);
      const { buildMap, formatMap, readMap } = await import('../../session/map-file.ts');
      const before =
        flags.previous === undefined ? undefined : await readMap(flags.previous, { anchors, at });
      const built = buildMap({ sources, anchors, lists, at, before });
      await writeFileAtomic(flags.out, formatMap(built), 0o644);
      const { json, text } = mapAnswer(built, at);
      return { json: { ...json, file: flags.out }, text: [...text, `Written to ${flags.out}`] };
    }),
  );
}

/** Sources with their issuers' certificates, which stand in files beside the configuration. */
export async function readSources(file: string) {
  const { parseSourcesConfiguration } = await import('../../session/map-file.ts');
  const bytes = await readFileLimited(file, MAX_CONFIGURATION_BYTES);
  const configuration = parseSourcesConfiguration(new TextDecoder().decode(bytes));
  return Promise.all(
    configuration.map(async ({ issuer, kind, point }) => ({
      issuer: await readCertificate(resolve(dirname(file), issuer)),
      kind,
      point,
    })),
  );
}
