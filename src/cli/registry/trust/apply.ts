import { Option } from 'commander';
import type { Inclusion } from '../../../zkapp/client/index.ts';
import type { CommandDefinition } from '../../shared/command.ts';
import { type Answer, factLines, printProgress } from '../../shared/output.ts';
import {
  inclusionFacts,
  SENDER,
  senderOf,
  type SenderFlags,
  synced,
  withChain,
} from '../options.ts';

interface Flags extends SenderFlags {
  readonly all?: boolean;
}

/** zkcx registry trust apply [--all] */
export const registryTrustApply: CommandDefinition = {
  name: 'apply',
  description: 'apply the first of the pending actions, once its delay is over; anyone may',
  options: [
    new Option('--all', 'and those behind it, each in a transaction of its own'),
    ...SENDER,
  ],
  run: apply,
};

/** What is applied stays so when a later action is refused. */
async function apply(flags: Flags): Promise<Answer> {
  return withChain(flags, async (chain) => {
    const client = await import('../../../zkapp/client/index.ts');
    const sender = await senderOf(flags, chain);
    let applied = 0;
    let done: Inclusion;
    let pending: number;
    do {
      const registryNow = await synced(flags, chain);
      done = await client.apply(sender, registryNow);
      applied++;
      pending = registryNow.history.pending.length - 1;
      if (pending > 0) printProgress(`Applied; ${pending} more pending`);
    } while (flags.all === true && pending > 0);
    const facts = { applied, pending, ...inclusionFacts(done) };
    return { json: facts, text: factLines(facts) };
  });
}
