/**
 * Settings of a command that an operator gives as options or in a configuration file. One table says of each
 * its name, its kind and its help: the options, the help and the form of the file are made of it.
 */
import { Option } from 'commander';
import type { Kind } from './kinds.ts';

export interface Setting<T = unknown, Always extends boolean = boolean> {
  readonly kind: Kind<T>;
  readonly help: string;
  /** What counts where nothing is given. */
  readonly fallback?: T;
  /** There is a value always: a fallback, or one that has to be given. */
  readonly isThere: Always;
}

/** By name: of the option, without its dashes, and in the file. */
export type Table = Readonly<Record<string, Setting>>;

type Camel<S extends string> = S extends `${infer A}-${infer B}`
  ? `${A}${Capitalize<Camel<B>>}`
  : S;

/** What the settings of a table come to. */
export type Values<T extends Table> = {
  readonly [K in keyof T & string as Camel<K>]: T[K] extends Setting<infer V, infer Always>
    ? Always extends true
      ? V
      : V | undefined
    : never;
};

export const setting = <T>(kind: Kind<T>, help: string): Setting<T, false> => ({
  kind,
  help,
  isThere: false,
});

/** One that has to be given. */
export const needed = <T>(kind: Kind<T>, help: string): Setting<T, true> => ({
  kind,
  help: `${help} (required)`,
  isThere: true,
});

export const withDefault = <T>(kind: Kind<T>, fallback: T, help: string): Setting<T, true> => ({
  kind,
  help: `${help} (default: ${String(kind.show(fallback))})`,
  fallback,
  isThere: true,
});

/** As commander names the value of an option. */
export const attributeOf = (name: string): string =>
  name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

const CONFIG = [
  new Option('--config <file>', 'settings in JSON under the names of the options; options win'),
  new Option('--check', 'read and check all that is set, print the settings, and end'),
];

export interface ConfigFlags {
  readonly config?: string;
  readonly check?: boolean;
}

/** The options of a table, and those that name a file of its settings and check them. */
export function optionsOf(table: Table): Option[] {
  return [
    ...CONFIG,
    ...Object.entries(table).flatMap(([name, { kind, help }]) => option(name, kind, help)),
  ];
}

function option(name: string, kind: Kind<unknown>, help: string): Option[] {
  const { placeholder, isList } = kind;
  if (placeholder === undefined) {
    // against a flag of the file
    return [new Option(`--${name}`, help), new Option(`--no-${name}`, help).hideHelp()];
  }
  const made = new Option(`--${name} ${placeholder}`, isList ? `${help}; may be repeated` : help);
  return [
    made.argParser((text: string, before: unknown) => {
      const value = kind.read(text);
      return isList && before !== undefined
        ? [...(before as unknown[]), ...(value as unknown[])]
        : value;
    }),
  ];
}
