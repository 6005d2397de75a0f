import type { Command } from 'commander';
import { addJson, addProver, proverOptions, type ProverFlags } from '../shared/options.ts';
import { answer, printProgress } from '../shared/output.ts';
import { addRedis, announceRedis, type RedisFlags, requiredRedis } from './redis-option.ts';

interface Flags extends ProverFlags, RedisFlags {
  readonly json?: boolean;
}

/** zkcx worker --redis URL */
export function registerWorker(zkcx: Command): void {
  const command = zkcx
    .command('worker')
    .description('prove for folds on other machines until stopped; one worker a machine');
  addJson(addProver(addRedis(command))).action(async (flags: Flags) =>
    answer(flags, () => work(flags)),
  );
}

async function work(flags: Flags) {
  const redis = requiredRedis(flags);
  const shown = await announceRedis(redis);
  // circuits take a while to load, so only when everything else is in order
  const { serveAggregation } = await import('../../aggregate/worker.ts');
  const proofs = await serveAggregation({
    ...proverOptions(flags),
    redis,
    onReady: () => printProgress(`Waiting for jobs from ${shown}; Ctrl-C ends it`),
  });
  return { json: { proofs }, text: [`Stopped after ${proofs} proofs.`] };
}
