/** The program: reads arguments, runs one command, says how it went. Only output.ts prints. */
import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { ZkcxError } from '../errors.ts';
import { COMMANDS } from './commands.ts';
import { EXAMPLES } from './examples.ts';
import { addCommands } from './shared/command.ts';
import { EXIT } from './shared/exit-codes.ts';
import { HELP } from './shared/help.ts';
import { print, printProgress, refuse } from './shared/output.ts';

const EXIT_CODES = `
Exit codes: 0 done; 1 the answer is no (not valid, not trusted, revoked); 2 bad input or usage, or a
failure; 130 interrupted.`;

/** Run the command of these arguments. Returns the exit code; servers go on after that. */
export async function zkcx(args: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.unusable;
  const help: string[] = [];
  const program = newProgram(help, (code) => (exitCode = code));
  const json = isJsonAsked(args);
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) return refuse(error, json);
    if (error.exitCode !== 0) return refuseUsage(error, help, json);
    try {
      await print(help.join('').trimEnd());
      return EXIT.done;
    } catch (failure) {
      return refuse(failure, json);
    }
  }
}

/** commander could not read the arguments, so it does not know. */
function isJsonAsked(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).includes('--json');
}

function refuseUsage(error: CommanderError, help: string[], json: boolean): Promise<number> {
  const isVerbMissing = error.code === 'commander.help';
  if (isVerbMissing && !json) printProgress(help.join('').trimEnd());
  const message = isVerbMissing ? 'a command is missing' : error.message.replace(/^error: /, '');
  const hint = json ? '' : '\nRun the command with --help for its usage.';
  const usage = new ZkcxError('ERR_CLI_USAGE', `${message}${hint}`, { reason: error.code });
  return refuse(usage, json);
}

function newProgram(help: string[], done: (exitCode: number) => void): Command {
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
  const program = new Command('zkcx')
    .description('Prove GSMA (SGP.22) certificate chains without showing them.')
    .version(version)
    .configureHelp(HELP)
    .exitOverride()
    // errors come as exceptions too; help of a noun alone is written like an error
    .configureOutput({ writeOut: (text) => help.push(text), writeErr: (text) => help.push(text) })
    .addHelpText('after', EXIT_CODES);
  addCommands(program, COMMANDS, { path: [], done, examples: EXAMPLES });
  return program;
}
