import type { Command } from 'commander';
import { systemClock } from '../../time.ts';
import type { RelayOptions, RelayRun } from '../../zkapp/client/index.ts';
import { addJson, proverOptions } from '../shared/options.ts';
import { answer, printProgress } from '../shared/output.ts';
import {
  addSender,
  readRegistryDeployment,
  senderOf,
  type SenderFlags,
  withChain,
} from './options.ts';
import { addCount } from '../shared/session-options.ts';

interface Flags extends SenderFlags {
  readonly spool: string;
  readonly every?: number;
  readonly minimum?: number;
  readonly once?: boolean;
}

/** zkcx registry relay --spool FOLDER [--every SECONDS] [--minimum N] [--once] */
export function registerRegistryRelay(registry: Command): void {
  const command = registry
    .command('relay')
    .description('collect chain proofs of many holders, fold them, publish them at fixed times')
    .requiredOption('--spool <folder>', 'proofs come into its inbox, member files into its outbox')
    .option('--once', 'one turn now, then end');
  const every = 'seconds between turns; default: 86400, each midnight of UTC';
  addCount(command, '--every', every, { least: 1 });
  addCount(command, '--minimum', 'proofs below which nothing is published; default: 8');
  addJson(addSender(command)).action(async (flags: Flags) =>
    answer(flags, () =>
      withChain(flags, async (chain) => {
        const { relayTurn, runRelay, Spool } = await import('../../zkapp/client/index.ts');
        const { aggregateChains } = await import('../../aggregate/aggregate-chains.ts');
        const { address, ...sync } = await readRegistryDeployment(flags);
        const spool = await Spool.open(flags.spool);
        const prover = proverOptions(flags);
        const options: RelayOptions = {
          sender: await senderOf(flags, chain, 'relay'),
          address,
          spool,
          sync,
          minimum: flags.minimum ?? 8,
          fold: async (proofs, { trustRoot, at }) => {
            const chains = proofs.map((proof) => ({ proof }));
            const input = { trust: trustRoot, chains, at };
            const { aggregate, chains: folded } = await aggregateChains(input, {
              ...prover,
              work: spool.work,
            });
            return { aggregate, members: folded.map(({ member }) => member) };
          },
        };
        if (flags.once === true) {
          const run = await relayTurn(options);
          return { json: facts(run), text: [line(run)] };
        }
        let turns = 0;
        await runRelay(options, {
          every: flags.every ?? 86_400,
          now: systemClock,
          signal: prover.signal!,
          onTurn: (run) => {
            turns += 1;
            printProgress(line(run));
          },
          onError: (error) => printProgress(`Failed: ${error.message} (${error.code})`),
        });
        return { json: { turns }, text: [`Stopped after ${turns} turns.`] };
      }),
    ),
  );
}

function facts({ published, waiting, refused }: RelayRun) {
  return {
    published: published?.members ?? 0,
    place: published?.place,
    transaction: published?.transaction,
    waiting,
    refused,
  };
}

function line(run: RelayRun): string {
  const { published, waiting, refused } = run;
  const rest = `${waiting} wait, ${refused} were refused`;
  if (published === undefined) return `Nothing published; ${rest}`;
  return `Published ${published.members} from place ${published.place} on; ${rest}`;
}
