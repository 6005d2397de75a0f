/** Kinds of settings: how a value is read from an option and from a configuration file, and shown. */
import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { type Endpoint, listenEndpoint } from '../options.ts';

export interface Kind<T> {
  /** What stands for the value in the help; undefined: a flag, which has none. */
  readonly placeholder?: string;
  /** In a file the value is a list, and the option may be given several times. */
  readonly isList?: boolean;
  /** Reads the text of an option. Throws InvalidArgumentError. */
  read(text: string): T;
  /** The form in a configuration file in `folder`, which relative paths start at. */
  form(folder: string): z.ZodType<T>;
  /** The value as a configuration file has it. */
  show(value: T): unknown;
}

const same = <T>(value: T): T => value;

const line = z.string().min(1, 'must not be empty').max(4_096);

export const text: Kind<string> = {
  placeholder: '<text>',
  read: (given) => {
    if (line.safeParse(given).success) return given;
    throw new InvalidArgumentError('Give 1 to 4096 characters.');
  },
  form: () => line,
  show: same,
};

/** A file or folder. */
export const file: Kind<string> = {
  ...text,
  placeholder: '<file>',
  form: (folder) => line.transform((path) => resolve(folder, path)),
};

const dotted = z.string().regex(/^\d{1,3}\.\d{1,3}\.\d{1,3}$/, 'must be a version such as 2.4.0');

export const version: Kind<string> = {
  placeholder: '<version>',
  read: (given) => {
    if (dotted.safeParse(given).success) return given;
    throw new InvalidArgumentError('Give a version such as 2.4.0.');
  },
  form: () => dotted,
  show: same,
};

export const flag: Kind<boolean> = {
  read: () => true,
  form: () => z.boolean(),
  show: same,
};

export function choice<const T extends string>(...values: readonly [T, ...T[]]): Kind<T> {
  const schema = z.enum(values);
  return {
    placeholder: '<name>',
    read: (given) => {
      if ((values as readonly string[]).includes(given)) return given as T;
      throw new InvalidArgumentError(`Give one of ${values.join(', ')}.`);
    },
    form: () => schema,
    show: same,
  };
}

/** @param unit the value is in the base unit: seconds where the option is in days of 86,400 */
export function whole({ least = 0, most = 999_999, unit = 1 }): Kind<number> {
  const problem = `must be a whole number from ${least} to ${most}`;
  const schema = z.int(problem).min(least, problem).max(most, problem);
  return {
    placeholder: '<number>',
    read: (given) => {
      const value = schema.safeParse(/^[0-9]{1,15}$/.test(given) ? Number(given) : undefined);
      if (value.success) return value.data * unit;
      throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
    },
    form: () => schema.transform((value) => value * unit),
    show: (value) => value / unit,
  };
}

/** The value is in seconds. */
export const seconds = (least: number, most: number): Kind<number> =>
  named('<seconds>', whole({ least, most }));

/** The option is in days, the value in seconds. */
export const days = (least: number, most: number): Kind<number> =>
  named('<days>', whole({ least, most, unit: 86_400 }));

/** Where to listen. */
export const endpoint: Kind<Endpoint> = {
  placeholder: '<host:port>',
  read: listenEndpoint,
  form: () =>
    line.transform((given, context) => {
      try {
        return listenEndpoint(given);
      } catch {
        context.addIssue('must be HOST:PORT');
        return z.NEVER;
      }
    }),
  show: ({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`,
};

/** A kind of values that are written as one text, in an option and in a file. */
export function kindOf<T>({
  placeholder,
  problem,
  parse,
  show,
}: {
  readonly placeholder: string;
  /** What is wrong with other texts: "must be ...". */
  readonly problem: string;
  /** Undefined: the text is none. */
  readonly parse: (text: string) => T | undefined;
  readonly show: (value: T) => unknown;
}): Kind<T> {
  return {
    placeholder,
    read: (given) => {
      const found = parse(given);
      if (found !== undefined) return found;
      throw new InvalidArgumentError(`It ${problem}.`);
    },
    form: () =>
      z.string().transform((given, context) => {
        const found = parse(given);
        if (found !== undefined) return found;
        context.addIssue(problem);
        return z.NEVER;
      }),
    show,
  };
}

/** Files that belong together: with commas between in an option, an object in a configuration file. */
export function files<const Name extends string>(
  ...names: readonly Name[]
): Kind<Record<Name, string>> {
  const placeholder = `<${names.join(',')}>`;
  return {
    placeholder,
    read: (given) => {
      const parts = given.split(',');
      if (parts.length !== names.length || parts.includes('')) {
        throw new InvalidArgumentError(`Give the files ${names.join(' and ')}: ${placeholder}.`);
      }
      return Object.fromEntries(names.map((name, i) => [name, parts[i]])) as Record<Name, string>;
    },
    form: (folder) =>
      z.strictObject(
        Object.fromEntries(names.map((name) => [name, file.form(folder)])) as Record<
          Name,
          z.ZodType<string>
        >,
      ) as unknown as z.ZodType<Record<Name, string>>,
    show: same,
  };
}

/** An option that may be given several times; a list in a configuration file. */
export const list = <T>({ placeholder, read, form, show }: Kind<T>): Kind<T[]> => ({
  placeholder,
  isList: true,
  read: (given) => [read(given)],
  form: (folder) => z.array(form(folder)).min(1).max(100),
  show: (values) => values.map(show),
});

/** Under another placeholder. */
export const named = <T>(placeholder: string, kind: Kind<T>): Kind<T> => ({ ...kind, placeholder });
