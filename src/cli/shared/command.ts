/** How a command is declared, and how commander is told of it. */
import { type Argument, type Command, Option } from 'commander';
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

/** Add commands to their noun, or to the program. `done` hears the exit code of the one that ran. */
export function addCommands(
  parent: Command,
  commands: CommandGroup['commands'],
  done: (exitCode: number) => void,
): void {
  for (const entry of commands) {
    if ('commands' in entry) {
      const group = parent.command(entry.name).description(entry.description);
      addCommands(group, entry.commands, done);
    } else {
      addCommand(parent, entry, done);
    }
  }
}

function addCommand(
  parent: Command,
  definition: CommandDefinition,
  done: (exitCode: number) => void,
): void {
  const { name, description, isDefault, options } = definition;
  const run = definition.run as (...values: unknown[]) => Promise<Answer | undefined>;
  const command = parent.command(name, { isDefault }).description(description);
  for (const argument of definition.arguments ?? []) command.addArgument(argument);
  for (const option of [...options, JSON_OPTION]) command.addOption(option);
  command.action(async (...values: unknown[]) => {
    // commander adds the command itself
    const given = values.slice(0, -1);
    done(await answer(given.at(-1) as JsonFlag, () => run(...given)));
  });
}
