import { type Command, Option } from 'commander';
import { PROGRAM_NAMES, type ProgramName } from '../../prover/programs.ts';
import { addJson, addProver, proverOptions, type ProverFlags } from '../shared/options.ts';
import { answer } from '../shared/output.ts';

type Flags = ProverFlags & { readonly json?: boolean };

/** zkcx keys build, zkcx keys check */
export function registerKeys(keys: Command): void {
  addJson(addProver(keys.command('build')))
    .description('compile all circuits and pin their verification keys; minutes')
    .addOption(
      new Option('--only <programs...>', 'just these; the shared setup stays').choices(
        PROGRAM_NAMES,
      ),
    )
    .action(async (flags: Flags & { readonly only?: ProgramName[] }) =>
      answer(flags, async () => {
        const { buildKeys } = await import('../../prover/key-build.ts');
        const built = await buildKeys({ ...proverOptions(flags), only: flags.only });
        const programs = built.map(({ program, hash }) => ({ program, hash }));
        return {
          json: { programs },
          text: programs.map(({ program, hash }) => `${program} ${hash}`),
        };
      }),
    );
  addJson(addProver(keys.command('check')))
    .description('compile all circuits and compare with the pinned verification keys; minutes')
    .action(async (flags: Flags) =>
      answer(flags, async () => {
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
      }),
    );
}
