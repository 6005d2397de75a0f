import { Argument } from 'commander';
import type { CommandDefinition } from '../shared/command.ts';
import { type Answer, factLines } from '../shared/output.ts';
import { readSharedProof } from '../shared/proof-files.ts';
import {
  inclusionFacts,
  SENDER,
  senderOf,
  type SenderFlags,
  synced,
  withChain,
} from './options.ts';

/** zkcx registry publish FILE */
export const registryPublish: CommandDefinition = {
  name: 'publish',
  description: 'publish a credential or an aggregate; who pays is seen, see `registry relay`',
  arguments: [new Argument('<file>', 'proof of `credential share`, or aggregate')],
  options: SENDER,
  run: publish,
};

async function publish(file: string, flags: SenderFlags): Promise<Answer> {
  const proof = await readSharedProof(file);
  return withChain(flags, async (chain) => {
    const { publishAggregate, publishRefresh } = await import('../../zkapp/client/index.ts');
    const publishProof = proof.program === 'aggregate' ? publishAggregate : publishRefresh;
    const registryNow = await synced(flags, chain);
    const done = await publishProof(await senderOf(flags, chain), registryNow, proof);
    const facts = {
      place: done.place,
      registryRoot: registryNow.tree.root.toString(),
      ...inclusionFacts(done),
    };
    return { json: facts, text: factLines(facts) };
  });
}
