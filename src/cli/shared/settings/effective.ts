/** Settings of a configuration file and of options, taken together. */
import { dirname } from 'node:path';
import { z } from 'zod';
import { describeIssue } from '../../../arguments.ts';
import { ZkcxError } from '../../../errors.ts';
import { readFileLimited } from '../../../files.ts';
import { attributeOf, type ConfigFlags, type Table, type Values } from './table.ts';

const MAX_CONFIG_BYTES = 1_000_000;

/**
 * The values of all settings: of the options, else of the file of --config, else their fallbacks. A list of the
 * options takes the place of that of the file.
 *
 * Throws ERR_FILE_*, ERR_CLI_CONFIG for a file that is not of the table's form, ERR_CLI_USAGE where a setting is missing.
 */
export async function effective<T extends Table>(
  table: T,
  { config, ...flags }: ConfigFlags & Readonly<Record<string, unknown>>,
): Promise<Values<T>> {
  const written = config === undefined ? {} : await readConfig(config, table);
  const entries = settingsOf(table).map(([name, { fallback, isThere }]) => {
    const value = flags[attributeOf(name)] ?? written[name] ?? fallback;
    if (isThere && value === undefined) {
      throw new ZkcxError(
        'ERR_CLI_USAGE',
        `--${name} is missing: give it, or "${name}" in --config`,
      );
    }
    return [attributeOf(name), value] as const;
  });
  return Object.fromEntries(entries) as Values<T>;
}

/** The settings as a configuration file has them. */
export function shown<T extends Table>(table: T, values: Values<T>): Record<string, unknown> {
  const all = values as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    settingsOf(table).flatMap(([name, { kind }]) => {
      const value = all[attributeOf(name)];
      return value === undefined ? [] : [[name, kind.show(value)]];
    }),
  );
}

const settingsOf = (table: Table) => Object.entries(table);

async function readConfig(path: string, table: Table): Promise<Record<string, unknown>> {
  const bytes = await readFileLimited(path, MAX_CONFIG_BYTES);
  const folder = dirname(path);
  const forms = settingsOf(table).map(([name, { kind }]) => [name, kind.form(folder).optional()]);
  const schema = z.strictObject(Object.fromEntries(forms) as Record<string, z.ZodType>);
  const read = schema.safeParse(parse(path, bytes));
  if (read.success) return read.data;
  throw new ZkcxError('ERR_CLI_CONFIG', `${path}: ${describeIssue(read.error, 'the settings')}`);
}

function parse(path: string, bytes: Uint8Array): unknown {
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const position = /position (\d+)/.exec(String(cause))?.[1];
    const line =
      position === undefined
        ? ''
        : `, see line ${text.slice(0, Number(position)).split('\n').length}`;
    throw new ZkcxError('ERR_CLI_CONFIG', `${path} is not JSON${line}`, { cause });
  }
}
