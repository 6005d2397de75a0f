/** The program: reads arguments, runs one command, says how it went. Only output.ts prints. */
import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { COMMANDS } from './commands.ts';
import { addCommands } from './shared/command.ts';
import { EXIT } from './shared/exit-codes.ts';

/** Run the command of these arguments. Returns the exit code; servers go on after that. */
export async function zkcx(args: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.unusable;
  const program = newProgram((code) => (exitCode = code));
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    // commander has printed what was wrong; its own code for help and version is 0
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.done : EXIT.unusable;
  }
  return exitCode;
}

function newProgram(done: (exitCode: number) => void): Command {
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
  const program = new Command('zkcx')
    .description('Prove GSMA (SGP.22) certificate chains without showing them.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('Run the command with --help for its usage.')
    .addHelpText(
      'after',
      '\nExit codes: 0 done; 1 the answer is no (not valid, not trusted); 2 bad input or usage.',
    );
  addCommands(program, COMMANDS, done);
  return program;
}
