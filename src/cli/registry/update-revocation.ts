import type { Command } from 'commander';
import { SLOT_SECONDS } from '../../params.ts';
import { addJson, addRoots, readAnchors } from '../shared/options.ts';
import { answer, factLines } from '../shared/output.ts';
import { readEnvelope } from '../shared/proof-options.ts';
import {
  addSender,
  inclusionFacts,
  senderOf,
  type SenderFlags,
  synced,
  withChain,
} from './options.ts';

interface Flags extends SenderFlags {
  readonly root: string[];
  readonly map: string;
}

/** zkcx registry update-revocation PROOF --map MAP --root CI */
export function registerRegistryUpdateRevocation(registry: Command): void {
  const command = registry
    .command('update-revocation')
    .description("put a list into the registry's revocation map, by the proof of `crl prove`")
    .argument('<proof>', 'proof of the list')
    .requiredOption('--map <file>', 'map of `revocation build` that holds the list');
  addJson(addSender(addRoots(command))).action(async (file: string, flags: Flags) =>
    answer(flags, async () => {
      const proof = await readEnvelope(file);
      const anchors = await readAnchors(flags.root);
      return withChain(flags, async (chain) => {
        const { updateRevocation } = await import('../../zkapp/client/index.ts');
        const { placeOf } = await import('../../witness/revocation.ts');
        const registryNow = await synced(flags, chain);
        const at = registryNow.state.genesis + BigInt(SLOT_SECONDS * registryNow.slot);
        const { readMap } = await import('../../session/map-file.ts');
        const { entries, map } = await readMap(flags.map, { anchors, at });
        const places = entries.map(({ source }) =>
          placeOf({ issuer: source.key, kind: source.kind }),
        );
        const sender = await senderOf(flags, chain);
        const done = await updateRevocation(sender, registryNow, proof, { places, lists: map });
        const facts = inclusionFacts(done);
        return { json: facts, text: factLines(facts) };
      });
    }),
  );
}
