import { Argument } from 'commander';
import { readAnchors } from '../shared/certificates.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { CI, type CiFlags } from '../shared/options.ts';
import { type Answer, factLines } from '../shared/output.ts';
import { readEnvelope } from '../shared/proof-files.ts';
import { MAP, type MapFlags, readMap } from '../shared/revocation-map.ts';
import {
  inclusionFacts,
  SENDER,
  senderOf,
  type SenderFlags,
  synced,
  withChain,
} from './options.ts';

interface Flags extends CiFlags, MapFlags, SenderFlags {}

/** zkcx registry update-revocation PROOF --map MAP --ci CI */
export const registryUpdateRevocation: CommandDefinition = {
  name: 'update-revocation',
  description: "put a list into the registry's revocation map, by the proof of `crl prove`",
  arguments: [new Argument('<proof>', 'proof of the list')],
  options: [CI, MAP, ...SENDER],
  run: updateRevocation,
};

async function updateRevocation(file: string, flags: Flags): Promise<Answer> {
  const proof = await readEnvelope(file);
  const anchors = await readAnchors(flags.ci);
  return withChain(flags, async (chain) => {
    const client = await import('../../zkapp/client/index.ts');
    const { timeOfSlot } = await import('../../zkapp/contract/index.ts');
    const registryNow = await synced(flags, chain);
    const at = timeOfSlot(registryNow.state, registryNow.slot);
    const { map } = await readMap(flags.map, { anchors, at });
    const sender = await senderOf(flags, chain);
    const facts = inclusionFacts(await client.updateRevocation(sender, registryNow, proof, map));
    return { json: facts, text: factLines(facts) };
  });
}
