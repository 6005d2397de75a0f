import { Option } from 'commander';
import { PROGRAM_NAMES, type ProgramName } from '../../prover/program-shapes.ts';
import type { CommandDefinition } from '../shared/command.ts';
import type { Answer } from '../shared/output.ts';
import { PROVER, type ProverFlags, proverOptions } from '../shared/proving.ts';

interface Flags extends ProverFlags {
  readonly only?: ProgramName[];
}

/** zkcx keys build [--only PROGRAM...] */
export const keysBuild: CommandDefinition = {
  name: 'build',
  description: 'compile all circuits and pin their verification keys; minutes',
  options: [
    new Option('--only <programs...>', 'just these; the shared setup stays').choices(PROGRAM_NAMES),
    ...PROVER,
  ],
  run: build,
};

async function build(flags: Flags): Promise<Answer> {
  const { buildKeys } = await import('../../prover/key-build.ts');
  const built = await buildKeys({ ...proverOptions(flags), only: flags.only });
  const programs = built.map(({ program, hash }) => ({ program, hash }));
  return { json: { programs }, text: programs.map(({ program, hash }) => `${program} ${hash}`) };
}
