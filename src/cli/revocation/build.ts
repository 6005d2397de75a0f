import { Option } from 'commander';
import { writeFileAtomic } from '../../files.ts';
import { systemClock } from '../../time.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { AT, type AtFlags, required, CI } from '../shared/options.ts';
import type { Answer } from '../shared/output.ts';
import { type MapInputFlags, readMap, readMapInputs } from '../shared/revocation-map.ts';
import { mapAnswer } from './map-answer.ts';

interface Flags extends MapInputFlags, AtFlags {
  readonly previous?: string;
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
  const { out, at = systemClock() } = flags;
  const { anchors, lists, sources } = await readMapInputs(flags);
  const before =
    flags.previous === undefined ? undefined : await readMap(flags.previous, { anchors, at });
  const { buildMap, formatMap } = await import('../../session/map-file.ts');
  const built = buildMap({ sources, anchors, lists, at, before });
  await writeFileAtomic(out, formatMap(built), 0o644);
  const { json, text } = mapAnswer(built, at);
  return { json: { ...json, file: out }, text: [...text, `Written to ${out}`] };
}
