import { Argument, Option } from 'commander';
import { readList } from '../../shared/certificates.ts';
import type { CommandDefinition } from '../../shared/command.ts';
import type { Answer } from '../../shared/output.ts';
import { printProgress } from '../../shared/output.ts';
import { ADMIN, type AdminFlags, adminKey } from '../options.ts';
import { readActions } from './actions-file.ts';
import { transact } from './transact.ts';

interface Flags extends AdminFlags {
  readonly list?: string[];
}

/** zkcx registry trust propose ACTIONS [--list FILE...] */
export const registryTrustPropose: CommandDefinition = {
  name: 'propose',
  description: 'propose actions: they can be applied in their order, from seven days later on',
  arguments: [new Argument('<actions>', 'CIs to accept, sources of lists, another admin; JSON')],
  options: [
    new Option(
      '--list <files...>',
      'present lists of the sources: tells of those that are too old to be taken from there',
    ),
    ...ADMIN,
  ],
  run: propose,
};

async function propose(file: string, flags: Flags): Promise<Answer> {
  const proposals = await readActions(file);
  const lists = await Promise.all((flags.list ?? []).map(readList));
  const warnings: string[] = [];
  const answer = await transact(flags, async ({ chain, registryNow, sender }) => {
    const client = await import('../../../zkapp/client/index.ts');
    const { pointHash } = await import('../../../circuits/gadgets/crl/point-hash.ts');
    return client.propose(sender, registryNow, await adminKey(flags, chain), proposals, {
      presentLists: lists.map(({ point, thisUpdate }) => ({
        point: pointHash(point).toBigInt(),
        thisUpdate,
      })),
      onWarning(warning) {
        warnings.push(warning);
        printProgress(`Warning: ${warning}`);
      },
    });
  });
  return { ...answer, json: { ...answer.json, actions: proposals.length, warnings } };
}
