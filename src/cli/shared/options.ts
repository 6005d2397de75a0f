/** Options that commands of several nouns share, each declared once, and what reads their values. */
import { InvalidArgumentError, Option } from 'commander';

/** Reads an option that may be given several times. */
export const repeated =
  <T>(read: (text: string) => T) =>
  (text: string, before: readonly T[] | undefined): T[] => [...(before ?? []), read(text)];

const NEEDED = new WeakSet<Option>();

/**
 * Make an option one that has to be given. commander's own mark would complain of it before it complains of an
 * option that is mistyped, which is often the same one.
 */
export function needed(option: Option): Option {
  NEEDED.add(option);
  return option;
}

export const isNeeded = (option: Option): boolean => NEEDED.has(option);

/** An option that has to be given. */
export const required = (flags: string, description: string): Option =>
  needed(new Option(flags, description));

const ci = () =>
  new Option('--ci <file>', 'accepted CI certificate; may be given several times').argParser(
    repeated(String),
  );

export const CI = needed(ci());
export const OPTIONAL_CI = ci();

export interface CiFlags {
  readonly ci: string[];
}

export const AT = new Option('--at <time>', 'ISO 8601 or Unix seconds instead of now').argParser(
  time,
);

export interface AtFlags {
  readonly at?: bigint;
}

/** The end of the year 9999, as far as certificates go. */
const LAST_TIME = 253_402_300_799n;

/** Unix seconds of `2026-01-31`, `2026-01-31T12:00:00Z`, `2026-01-31T12:00+01:00` or Unix seconds. */
export function time(text: string): bigint {
  const found = parseTime(text);
  if (found !== undefined && found >= 0n && found <= LAST_TIME) return found;
  throw new InvalidArgumentError('Give ISO 8601 or Unix seconds, from 1970 to 9999.');
}

function parseTime(text: string): bigint | undefined {
  if (/^[0-9]{1,12}$/.test(text)) return BigInt(text);
  const match = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2}))?$/.exec(text);
  const [, day] = match ?? [];
  const midnight = Date.parse(`${day}T00:00:00Z`);
  // Date.parse takes February 30 for March 2
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== day) {
    return undefined;
  }
  const found = Date.parse(text);
  return Number.isNaN(found) ? undefined : BigInt(found / 1000);
}

/** Reads a whole number. */
export function wholeNumber({ least = 0, most = 999_999 } = {}) {
  return (text: string): number => {
    const value = Number(text);
    if (/^[0-9]{1,15}$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  };
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Reads where to listen: `host:port`, `[::1]:port`; port 0 takes a free one. */
export function listenEndpoint(text: string): Endpoint {
  const [, host, digits] = /^\[?([\w.:%-]{1,255}?)\]?:(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (host === undefined || port > 65_535) throw new InvalidArgumentError('Give HOST:PORT.');
  return { host, port };
}

/** Reads where to connect: nothing answers at port 0. */
export function endpoint(text: string): Endpoint {
  const found = listenEndpoint(text);
  if (found.port === 0) throw new InvalidArgumentError('Give HOST:PORT, a port from 1 to 65535.');
  return found;
}

/** Reads names of files with commas between, as many as there are `names`. */
export function fileList<const Name extends string>(names: readonly Name[], problem: string) {
  return (text: string): Record<Name, string> => {
    const files = text.split(',');
    if (files.length !== names.length || files.includes('')) {
      throw new InvalidArgumentError(problem);
    }
    return Object.fromEntries(names.map((name, i) => [name, files[i]])) as Record<Name, string>;
  };
}

/** Reads bytes in hexadecimal. */
export function hexBytes({ least, most }: { readonly least: number; readonly most: number }) {
  const size = least === most ? `${least}` : `${least} to ${most}`;
  return (text: string): Uint8Array => {
    const bytes = text.length / 2;
    if (/^([0-9a-f]{2})*$/i.test(text) && bytes >= least && bytes <= most) {
      return Uint8Array.from(Buffer.from(text, 'hex'));
    }
    throw new InvalidArgumentError(`Give ${size} bytes in hexadecimal.`);
  };
}
