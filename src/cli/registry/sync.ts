import { Option } from 'commander';
import { writeFileAtomic } from '../../files.ts';
import type { Chain } from '../../zkapp/client/index.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { required } from '../shared/options.ts';
import { assertOutputs } from '../shared/output-files.ts';
import { type Answer, factLines } from '../shared/output.ts';
import { BEGINNING, type BeginningFlags, expectedBeginning } from './beginning.ts';
import { CHAIN, type ChainFlags, synced, withChain } from './options.ts';

interface Flags extends ChainFlags, BeginningFlags {
  readonly out: string;
  readonly member?: string[];
}

/** zkcx registry sync --out FILE [--member FILE...] */
export const registrySync: CommandDefinition = {
  name: 'sync',
  description: 'rebuild the registry from its events, compare it with its state, write its file',
  options: [
    required('--out <file>', 'registry file, for `present`; an older one is replaced'),
    new Option('--member <files...>', 'own member files, of aggregates: their paths come along'),
    ...BEGINNING,
    ...CHAIN,
  ],
  run: (flags: Flags) => withChain(flags, (chain) => sync(flags, chain)),
};

async function sync(flags: Flags, chain: Chain): Promise<Answer> {
  const { member = [], ci = [], sources } = flags;
  const inputs = [...member, ...ci, ...(sources === undefined ? [] : [sources])];
  await assertOutputs({ '--out': flags.out }, { inputs, replace: true });
  const { readMember } = await import('../../prover/member.ts');
  const { formatRegistry } = await import('../../session/registry-file.ts');
  const members = await Promise.all(member.map(readMember));
  const { address, state, slot, tree, history } = await synced(
    flags,
    chain,
    await expectedBeginning(flags),
  );
  for (const member of members) tree.addMember(member);
  await writeFileAtomic(flags.out, formatRegistry(tree), 0o600);
  const facts = {
    address,
    slot,
    registryRoot: state.registryRoot.toString(),
    trustRoot: state.trustRoot.toString(),
    revocationRoot: state.revocationRoot.toString(),
    places: tree.size,
    publications: tree.published.length,
    cis: history.trust.size,
    sources: history.map.size,
    file: flags.out,
  };
  return { json: facts, text: factLines(facts) };
}
