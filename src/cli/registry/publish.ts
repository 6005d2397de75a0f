import type { Command } from 'commander';
import { addJson } from '../shared/options.ts';
import { answer, factLines } from '../shared/output.ts';
import { readProofOrCredential } from '../shared/proof-options.ts';
import {
  addSender,
  inclusionFacts,
  senderOf,
  type SenderFlags,
  synced,
  withChain,
} from './options.ts';

/** zkcx registry publish FILE */
export function registerRegistryPublish(registry: Command): void {
  const command = registry
    .command('publish')
    .description('publish a chain proof or an aggregate; who pays is seen, see `registry relay`')
    .argument('<file>', 'chain proof, credential (of which the proof goes out), or aggregate');
  addJson(addSender(command)).action(async (file: string, flags: SenderFlags) =>
    answer(flags, async () => {
      const proof = await readProofOrCredential(file);
      return withChain(flags, async (chain) => {
        const { publishAggregate, publishChain } = await import('../../zkapp/client/index.ts');
        const publish = proof.program === 'aggregate' ? publishAggregate : publishChain;
        const registryNow = await synced(flags, chain);
        const done = await publish(await senderOf(flags, chain), registryNow, proof);
        const facts = {
          place: done.place,
          registryRoot: registryNow.tree.root.toString(),
          ...inclusionFacts(done),
        };
        return { json: facts, text: factLines(facts) };
      });
    }),
  );
}
