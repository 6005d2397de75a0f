import type { CommandDefinition } from '../shared/command.ts';
import type { Answer } from '../shared/output.ts';
import { PROVER, type ProverFlags, proverOptions } from '../shared/proving.ts';

/** zkcx keys check */
export const keysCheck: CommandDefinition = {
  name: 'check',
  description: 'compile all circuits and compare with the pinned verification keys; minutes',
  options: PROVER,
  run: check,
};

async function check(flags: ProverFlags): Promise<Answer> {
  const { checkKeys } = await import('../../prover/key-build.ts');
  const programs = await checkKeys(proverOptions(flags));
  return {
    json: { programs },
    text: programs.map(
      ({ program, hash, matches }) =>
        `${program} ${hash} ${matches ? 'is the pinned key' : 'IS NOT the pinned key'}`,
    ),
    no: programs.some(({ matches }) => !matches),
  };
}
