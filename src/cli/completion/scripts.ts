/** Completion scripts of shells, made of the command tree. */
import type { Option } from 'commander';
import type { CommandGroup } from '../shared/command.ts';

/** A place in the tree: the nouns and the verb so far, and what may come next. */
interface Place {
  /** Such as ` chain check`; empty for the program alone. */
  readonly path: string;
  readonly words: readonly { readonly word: string; readonly description: string }[];
  readonly options: readonly { readonly flag: string; readonly description: string }[];
}

const EVERYWHERE = [
  { flag: '--json', description: 'print the answer as one JSON document' },
  { flag: '--help', description: 'show the usage' },
];

function placesOf(commands: CommandGroup['commands'], path = ''): Place[] {
  const words = commands.map(({ name, description }) => ({ word: name, description }));
  const below = commands.flatMap((entry): Place[] => {
    const at = `${path} ${entry.name}`;
    if ('commands' in entry) return placesOf(entry.commands, at);
    return [{ path: at, words: [], options: [...flagsOf(entry.options), ...EVERYWHERE] }];
  });
  return [{ path, words, options: EVERYWHERE.slice(1) }, ...below];
}

const flagsOf = (options: readonly Option[]) =>
  options
    .filter(({ hidden }) => !hidden)
    .map(({ long, description }) => ({ flag: long!, description }));

const listOf = ({ words, options }: Place) =>
  [...words.map(({ word }) => word), ...options.map(({ flag }) => flag)].join(' ');

/** Behind a verb that takes files, words that are no option are left to the shell. */
function bash(places: readonly Place[]): string {
  const known = places.slice(1).map(({ path }) => `'${path}'`);
  return [
    '_zkcx() {',
    '  local i=0 path="" cur="" words="" word',
    '  for word in "${COMP_WORDS[@]}"; do',
    '    if [ "$i" -eq "$COMP_CWORD" ]; then cur="$word"; break; fi',
    '    if [ "$i" -gt 0 ]; then',
    '      case "$path $word" in',
    `        ${known.join('|')}) path="$path $word" ;;`,
    '      esac',
    '    fi',
    '    i=$((i + 1))',
    '  done',
    '  case "$path" in',
    ...places.map((place) => `    '${place.path}') words='${listOf(place)}' ;;`),
    '  esac',
    '  COMPREPLY=()',
    '  case "$path:$cur" in',
    `    ${places
      .filter(({ words }) => words.length > 0)
      .map(({ path }) => `'${path}:'*`)
      .join('|')}|*:-*) COMPREPLY=($(compgen -W "$words" -- "$cur")) ;;`,
    '  esac',
    '}',
    'complete -o default -F _zkcx zkcx',
  ].join('\n');
}

const zsh = (places: readonly Place[]) =>
  ['autoload -Uz compinit bashcompinit', 'compinit', 'bashcompinit', bash(places)].join('\n');

function fish(places: readonly Place[]): string {
  const known = places.slice(1).map(({ path }) => `'${path}'`);
  const line = (path: string, given: string, description: string) =>
    `complete -c zkcx -n "__zkcx_at '${path}'" ${given} -d ${quoted(description)}`;
  return [
    'function __zkcx_at',
    "  set -l path ''",
    '  for word in (commandline -opc)[2..-1]',
    `    if contains -- "$path $word" ${known.join(' ')}`,
    '      set path "$path $word"',
    '    end',
    '  end',
    '  test "$path" = "$argv[1]"',
    'end',
    ...places.flatMap(({ path, words, options }) => [
      ...words.map(({ word, description }) => line(path, `-f -a ${word}`, description)),
      ...options.map(({ flag, description }) => line(path, `-l ${flag.slice(2)}`, description)),
    ]),
  ].join('\n');
}

const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const SCRIPTS = { bash, zsh, fish };

export type Shell = keyof typeof SCRIPTS;
export const SHELLS = Object.keys(SCRIPTS) as Shell[];

export const completionScript = (shell: Shell, commands: CommandGroup['commands']): string =>
  SCRIPTS[shell](placesOf(commands));
