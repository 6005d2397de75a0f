import type { CommandDefinition } from '../shared/command.ts';
import { required } from '../shared/options.ts';
import type { Answer } from '../shared/output.ts';
import { count, fillRefreshes, WITHIN, type WithinFlags, waitWithin } from '../shared/pools.ts';
import { PROVER, type ProverFlags, proverOptions, withProver } from '../shared/proving.ts';

interface Flags extends ProverFlags, WithinFlags {
  readonly credential: string;
  readonly count?: number;
}

/** zkcx credential refresh --credential FILE [--count NUMBER] [--within SECONDS] */
export const credentialRefresh: CommandDefinition = {
  name: 'refresh',
  description: 'fill its pool of refreshes, of which each presentation needs one of its own',
  options: [
    required('--credential <file>', 'credential; the pool is beside it'),
    count('refreshes to have ready, half a minute each; default 4'),
    WITHIN,
    ...PROVER,
  ],
  run: refresh,
};

async function refresh(flags: Flags): Promise<Answer> {
  const { credential: file } = flags;
  const options = proverOptions(flags);
  const { readCredential } = await import('../../prover/credential.ts');
  const credential = await readCredential(file);
  await waitWithin(flags, options);
  const { made, ready } = await withProver(options, (prover) =>
    fillRefreshes(file, credential, flags.count, prover, options),
  );
  return {
    json: { credential: file, made, ready },
    text: [`Made ${made} refreshes; ${ready} are ready.`],
  };
}
