/** What commander's help says beyond its own: which options have to be given, and defaults in one form. */
import { type Command, Help, type Option } from 'commander';
import { isNeeded } from './options.ts';

const plain = new Help();

/** A default that stands at the end of a description, as most do. */
const DEFAULT = /[;,] default:? ([^;]+)$/;

export const HELP = {
  optionDescription(option: Option): string {
    const text = plain.optionDescription(option).replace(DEFAULT, ' (default: $1)');
    return isNeeded(option) ? `${text} (required)` : text;
  },
  commandUsage(command: Command): string {
    const needed = command.options.filter(isNeeded).map(({ flags }) => flags);
    return plain.commandUsage(command).replace('[options]', [...needed, '[options]'].join(' '));
  },
};
