/** How a command is declared, and how commander is told of it. */
import { type Argument, type Command, Option } from 'commander';
import { ZkcxError } from '../../errors.ts';
import { isNeeded } from './options.ts';
import { type Answer, answer } from './output.ts';

/** One command: what it takes, and what it does with that. */
export interface CommandDefinition {
  readonly name: string;
  readonly description: string;
  readonly arguments?: readonly Argument[];
  readonly options: readonly Option[];
  /** The verb that its noun stands for when it is given alone. */
  readonly isDefault?: boolean;
  /**
   * Takes the arguments in their order, then the values of the options. Returns nothing if standard
   * output belongs to a protocol.
   */
  readonly run: (...values: never[]) => Promise<Answer | undefined>;
}

/** A noun, and its verbs. */
export interface CommandGroup {
  readonly name: string;
  readonly description: string;
  readonly commands: readonly (CommandDefinition | CommandGroup)[];
}

export interface JsonFlag {
  readonly json?: boolean;
}

const JSON_OPTION = new Option('--json', 'print the answer as one JSON document');

interface Context {
  /** The nouns above. */
  readonly path: readonly string[];
  /** Hears the exit code of the command that ran. */
  readonly done: (exitCode: number) => void;
  /** By nouns and verb. */
  readonly examples: Readonly<Record<string, readonly string[]>>;
}

/** Add commands to their noun, or to the program. */
export function addCommands(
  parent: Command,
  commands: CommandGroup['commands'],
  context: Context,
): void {
  for (const entry of commands) {
    if ('commands' in entry) {
      const group = parent.command(entry.name).description(entry.description);
      addCommands(group, entry.commands, {
        ...context,
        path: [...context.path, entry.name],
      });
    } else {
      addCommand(parent, entry, context);
    }
  }
}

function addCommand(
  parent: Command,
  definition: CommandDefinition,
  { path, done, examples }: Context,
): void {
  const { name, description, isDefault, options } = definition;
  const run = definition.run as (...values: unknown[]) => Promise<Answer | undefined>;
  const command = parent.command(name, { isDefault }).description(description);
  for (const argument of definition.arguments ?? []) command.addArgument(argument);
  for (const option of [...options, JSON_OPTION]) command.addOption(option);
  const shown = examples[[...path, name].join(' ')] ?? [];
  if (shown.length > 0) command.addHelpText('after', `\nExamples:\n  ${shown.join('\n  ')}`);
  command.action(async (...values: unknown[]) => {
    // commander adds the command itself
    const given = values.slice(0, -1);
    const flags = given.at(-1) as JsonFlag;
    const work = () => {
      assertGiven(options, command);
      return run(...given);
    };
    done(await answer(flags, async () => work()));
  });
}

/** Throws ERR_CLI_USAGE that names every option that has to be given and is not. */
function assertGiven(options: readonly Option[], command: Command): void {
  const missing = options.filter(
    (option) => isNeeded(option) && command.getOptionValue(option.attributeName()) === undefined,
  );
  if (missing.length === 0) return;
  const named = missing.map(({ flags, description }) => `${flags} is missing: ${description}`);
  throw new ZkcxError('ERR_CLI_USAGE', named.join('\n'));
}
