import type { CommandDefinition } from '../shared/command.ts';
import { type Answer, isoTime } from '../shared/output.ts';
import { count, WITHIN, type WithinFlags, waitWithin } from '../shared/pools.ts';
import { proverOptions, withProver } from '../shared/proving.ts';
import { HOLDER, type HolderFlags, readHolder } from './holder.ts';

interface Flags extends HolderFlags, WithinFlags {
  readonly count?: number;
}

/** zkcx present prepare --credential FILE --ci CI... --map MAP [--registry FILE] [--count NUMBER] */
export const presentPrepare: CommandDefinition = {
  name: 'prepare',
  description: 'holder: make presentations before they are asked for; each is for one session',
  options: [...HOLDER, count('presentations to have ready; default 1'), WITHIN],
  run: prepare,
};

async function prepare(flags: Flags): Promise<Answer> {
  const options = proverOptions(flags);
  await waitWithin(flags, options);
  const { anchors, credential, policy } = await readHolder(flags);
  const { termsAhead } = await import('../../session/holder.ts');
  const { openPools, poolsFolderOf } = await import('../../session/pools.ts');
  const { prepareAhead } = await import('../../session/presenter.ts');
  const { termsOf } = await import('../../session/prepared.ts');
  const mode = policy.registry === undefined ? 'presentation' : 'registryPresentation';
  const accepted = termsAhead(credential, policy, mode);
  const pools = await openPools(poolsFolderOf(flags.credential), credential);
  const made = await withProver(options, (prover) =>
    prepareAhead({ accepted, credential, anchors, pools, count: flags.count }, prover, options),
  );
  const ready = await pools.presentations.ready(termsOf(accepted));
  const time = isoTime(accepted.time);
  return {
    json: { mode, time, made, ready },
    text: [`Made ${made} presentations for ${time}; ${ready} are ready. Each is used once.`],
  };
}
