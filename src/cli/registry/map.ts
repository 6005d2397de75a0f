import { Option } from 'commander';
import { writeFileAtomic } from '../../files.ts';
import { mapAnswer } from '../revocation/map-answer.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { CI, required } from '../shared/options.ts';
import type { Answer } from '../shared/output.ts';
import { type MapInputFlags, readMapInputs } from '../shared/revocation-map.ts';
import { CHAIN, type ChainFlags, synced, withChain } from './options.ts';

interface Flags extends MapInputFlags, ChainFlags {}

/** zkcx registry map --ci CI --sources FILE [--list FILE...] --out MAP */
export const registryMap: CommandDefinition = {
  name: 'map',
  description:
    "make the registry's revocation map from its sources and the lists that it holds now",
  options: [
    CI,
    required('--sources <file>', 'issuers, list kinds and distribution points, JSON'),
    new Option('--list <files...>', 'the lists that the registry holds, DER or PEM'),
    required('--out <file>', 'where to write the map'),
    ...CHAIN,
  ],
  run: (flags: Flags) => map(flags),
};

/** Order and floors come from the registry: lists and configuration do not tell them. */
async function map(flags: Flags): Promise<Answer> {
  const { out } = flags;
  const { anchors, lists, sources } = await readMapInputs(flags);
  return withChain(flags, async (chain) => {
    const { buildMap, formatMap } = await import('../../session/map-file.ts');
    const { timeOfSlot } = await import('../../zkapp/contract/index.ts');
    const { state, slot, history } = await synced(flags, chain);
    const at = timeOfSlot(state, slot);
    const registry = history.map;
    const built = buildMap({ sources, anchors, lists, at, allowExpired: true, registry });
    await writeFileAtomic(out, formatMap(built), 0o644);
    const { json, text } = mapAnswer(built, at);
    return { json: { ...json, file: out }, text: [...text, `Written to ${out}`] };
  });
}
