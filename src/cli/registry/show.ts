import type { Chain } from '../../zkapp/client/index.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { type Answer, factLines } from '../shared/output.ts';
import { births, CHAIN, type ChainFlags, readRegistryDeployment, withChain } from './options.ts';
import { termFacts } from './term.ts';

/** zkcx registry show */
export const registryShow: CommandDefinition = {
  name: 'show',
  description: "show the contract's state, as the chain tells it, without rebuilding anything",
  options: CHAIN,
  run: (flags: ChainFlags) => withChain(flags, (chain) => show(flags, chain)),
};

async function show(flags: ChainFlags, chain: Chain): Promise<Answer> {
  const { checkBirth } = await import('../../zkapp/client/index.ts');
  const deployment = await readRegistryDeployment(flags);
  const { address } = deployment;
  const { state, height } = await checkBirth(chain, deployment, { births: births() });
  const values = Object.entries(state).map(([name, value]) => [name, value.toString()]);
  const slot = await chain.slot();
  const facts = {
    address,
    born: height,
    slot,
    ...(Object.fromEntries(values) as Record<keyof typeof state, string>),
    ...(await termFacts(state, slot)),
  };
  return { json: facts, text: factLines(facts) };
}
