import { Option } from 'commander';
import { systemClock } from '../../time.ts';
import type { Chain, RelayOptions, RelayRun } from '../../zkapp/client/index.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { required, wholeNumber } from '../shared/options.ts';
import { type Answer, printProgress } from '../shared/output.ts';
import { proverOptions } from '../shared/proving.ts';
import {
  births,
  checkpointFile,
  readRegistryDeployment,
  SENDER,
  senderOf,
  type SenderFlags,
  withChain,
} from './options.ts';

interface Flags extends SenderFlags {
  readonly spool: string;
  readonly every?: number;
  readonly minimum?: number;
  readonly once?: boolean;
}

/** zkcx registry relay --spool FOLDER [--every SECONDS] [--minimum N] [--once] */
export const registryRelay: CommandDefinition = {
  name: 'relay',
  description: 'collect proofs of many holders, aggregate them, publish them at fixed times',
  options: [
    required(
      '--spool <folder>',
      'proofs of `credential share` come into its inbox, member files into its outbox',
    ),
    new Option('--once', 'one turn now, then end'),
    new Option(
      '--every <number>',
      'seconds between turns; default: 86400, each midnight of UTC',
    ).argParser(wholeNumber({ least: 1 })),
    new Option(
      '--minimum <number>',
      'proofs below which nothing is published; default: 8',
    ).argParser(wholeNumber()),
    ...SENDER,
  ],
  run: (flags: Flags) => withChain(flags, (chain) => relay(flags, chain)),
};

async function relay(flags: Flags, chain: Chain): Promise<Answer> {
  const { relayTurn, runRelay, Spool } = await import('../../zkapp/client/index.ts');
  const { aggregateChains } = await import('../../aggregate/aggregate-chains.ts');
  const deployment = await readRegistryDeployment(flags);
  const spool = await Spool.open(flags.spool);
  const prover = proverOptions(flags);
  const options: RelayOptions = {
    sender: await senderOf(flags, chain, 'relay'),
    deployment,
    spool,
    sync: { births: births(), checkpoint: checkpointFile(flags) },
    minimum: flags.minimum ?? 8,
    aggregateBatch: async (proofs, { trustRoot, at }) => {
      const input = { trust: trustRoot, chains: proofs.map((proof) => ({ proof })), at };
      const { aggregate, chains } = await aggregateChains(input, { ...prover, work: spool.work });
      return { aggregate, members: chains.map(({ member }) => member) };
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
