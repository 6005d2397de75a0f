import { Option } from 'commander';
import { writeFileAtomic } from '../../files.ts';
import { systemClock } from '../../time.ts';
import { readAnchors, readList } from '../shared/certificates.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { AT, type AtFlags, required, CI, type CiFlags } from '../shared/options.ts';
import { assertOutputs } from '../shared/output-files.ts';
import type { Answer } from '../shared/output.ts';
import { readMap, readSources } from '../shared/revocation-map.ts';
import { mapAnswer } from './map-answer.ts';

interface Flags extends CiFlags, AtFlags {
  readonly sources: string;
  readonly list?: string[];
  readonly previous?: string;
  readonly out: string;
}

/** zkcx revocation build --ci CI --sources FILE [--list FILE...] [--previous MAP] --out MAP */
export const revocationBuild: CommandDefinition = {
  name: 'build',
  description: 'check lists and make the revocation map of a configuration of sources',
  options: [
    CI,
    required('--sources <file>', 'issuers, list kinds and distribution points, JSON'),
    new Option(
      '--list <files...>',
      'revocation lists, DER or PEM; of one distribution point: older first',
    ),
    new Option('--previous <map>', 'the map that this one follows: nothing in it may grow older'),
    required('--out <file>', 'where to write the map'),
    AT,
  ],
  run: build,
};

async function build(flags: Flags): Promise<Answer> {
  const { ci, out, at = systemClock() } = flags;
  // a map may take the place of its predecessor, of nothing else that is read
  const inputs = [...ci, flags.sources, ...(flags.list ?? [])];
  await assertOutputs({ '--out': out }, { inputs, replace: true });
  const anchors = await readAnchors(ci);
  const lists = await Promise.all((flags.list ?? []).map(readList));
  const sources = await readSources(flags.sources);
  const before =
    flags.previous === undefined ? undefined : await readMap(flags.previous, { anchors, at });
  const { buildMap, formatMap } = await import('../../session/map-file.ts');
  const built = buildMap({ sources, anchors, lists, at, before });
  await writeFileAtomic(out, formatMap(built), 0o644);
  const { json, text } = mapAnswer(built, at);
  return { json: { ...json, file: out }, text: [...text, `Written to ${out}`] };
}
