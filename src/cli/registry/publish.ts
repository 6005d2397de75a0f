import { Argument } from 'commander';
import type { CommandDefinition } from '../shared/command.ts';
import { type Answer, factLines } from '../shared/output.ts';
import { readProofOrCredential } from '../shared/proof-files.ts';
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
  description: 'publish a chain proof or an aggregate; who pays is seen, see `registry relay`',
  arguments: [
    new Argument('<file>', 'chain proof, credential (of which the proof goes out), or aggregate'),
  ],
  options: SENDER,
  run: publish,
};

async function publish(file: string, flags: SenderFlags): Promise<Answer> {
  const proof = await readProofOrCredential(file);
  return withChain(flags, async (chain) => {
    const { publishAggregate, publishChain } = await import('../../zkapp/client/index.ts');
    const publishProof = proof.program === 'aggregate' ? publishAggregate : publishChain;
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
