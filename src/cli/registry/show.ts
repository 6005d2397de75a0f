import type { Command } from 'commander';
import { addJson } from '../shared/options.ts';
import { answer, factLines } from '../shared/output.ts';
import { addChain, type ChainFlags, readRegistryDeployment, withChain } from './options.ts';

/** zkcx registry show */
export function registerRegistryShow(registry: Command): void {
  const command = registry
    .command('show')
    .description("show the contract's state, as the chain tells it, without rebuilding anything");
  addJson(addChain(command)).action(async (flags: ChainFlags) =>
    answer(flags, () =>
      withChain(flags, async (chain) => {
        const { readState } = await import('../../zkapp/client/index.ts');
        const { applicableFrom } = await import('../../zkapp/contract/index.ts');
        const { address, code } = await readRegistryDeployment(flags);
        const state = await readState(chain, address, code);
        const values = Object.entries(state).map(([name, value]) => [name, value.toString()]);
        const facts = {
          address,
          slot: await chain.slot(),
          ...(Object.fromEntries(values) as Record<keyof typeof state, string>),
          applicableFrom: state.pendingAction === 0n ? undefined : applicableFrom(state),
        };
        return { json: facts, text: factLines(facts) };
      }),
    ),
  );
}
