import { Argument } from 'commander';
import type { CommandDefinition, CommandGroup } from '../shared/command.ts';
import type { Answer } from '../shared/output.ts';
import { completionScript, type Shell, SHELLS } from './scripts.ts';

/** zkcx completion SHELL. Takes the commands late: it is one of them. */
export const completion = (commands: () => CommandGroup['commands']): CommandDefinition => ({
  name: 'completion',
  description: 'print a script that completes commands and options in a shell',
  arguments: [new Argument('<shell>', 'for which shell').choices(SHELLS)],
  options: [],
  run: async (shell: Shell): Promise<Answer> => {
    const script = completionScript(shell, commands());
    return { json: { shell, script }, text: [script] };
  },
});
