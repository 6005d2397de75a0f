import type { CommandDefinition } from '../shared/command.ts';
import { type Answer, printProgress } from '../shared/output.ts';
import { PROVER, type ProverFlags, proverOptions } from '../shared/proving.ts';
import { announceRedis, REDIS, type RedisFlags, requiredRedis } from './redis-option.ts';

type Flags = ProverFlags & RedisFlags;

/** zkcx worker --redis URL */
export const worker: CommandDefinition = {
  name: 'worker',
  description: 'prove for aggregates on other machines until stopped; one worker a machine',
  options: [REDIS, ...PROVER],
  run: work,
};

async function work(flags: Flags): Promise<Answer> {
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
