/**
 * All printing. The answer goes to stdout: text for people, or with --json one document. Progress
 * goes to stderr.
 */
import { ZkcxError } from '../../errors.ts';
import { EXIT, exitCode } from './exit-codes.ts';
import { refusalWords } from './refusals.ts';

/** What a command found out, in both forms. */
export interface Answer {
  readonly json: Readonly<Record<string, unknown>>;
  readonly text: readonly string[];
  /** The answer is no, without an error: exit code 1. */
  readonly no?: boolean;
}

/** Run a command and print its answer, or why there is none. Returns the exit code. */
export async function answer(
  { json = false }: { readonly json?: boolean },
  work: () => Promise<Answer | undefined>,
): Promise<number> {
  try {
    const result = await work();
    if (result === undefined) return EXIT.done;
    const ok = result.no !== true;
    if (json) await print(JSON.stringify({ ok, ...result.json }, null, 2));
    else if (result.text.length > 0) await print(result.text.join('\n'));
    return ok ? EXIT.done : EXIT.no;
  } catch (error) {
    return refuse(error, json);
  }
}

/** Print why there is no answer. Returns the exit code. */
export async function refuse(error: unknown, json: boolean): Promise<number> {
  const status = exitCode(error);
  const { code, message, reason } = describe(error);
  const refusal = refusalWords({ code, reason });
  if (json) {
    const shown = { code, message, reason, ...refusal };
    try {
      await print(JSON.stringify({ ok: false, error: shown }, null, 2));
      return status;
    } catch {
      // standard output is what failed
    }
  }
  const words = refusal === undefined ? '' : `: ${refusal.words}`;
  const hint = refusal?.hint === undefined ? '' : `\nHint: ${refusal.hint}`;
  const line = `${status === EXIT.no ? 'No' : 'Error'}: ${message} (${code})${words}${hint}`;
  printProgress(line.split('\n').map(printable).join('\n'));
  return status;
}

/** Print a line of an answer. What reads it may have gone away; a full disk is ERR_FILE_WRITE. */
export function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (cause: NodeJS.ErrnoException | null | undefined) => {
      if (!cause || cause.code === 'EPIPE') return resolve();
      const problem = `cannot write to standard output: ${cause.code}`;
      reject(new ZkcxError('ERR_FILE_WRITE', problem, { cause }));
    };
    try {
      process.stdout.write(`${text}\n`, done);
    } catch (cause) {
      // files are written at once
      done(cause as NodeJS.ErrnoException);
    }
  });
}

/** A line about work under way; work does not stop because nobody can read it. */
export function printProgress(line: string): void {
  try {
    process.stderr.write(`${line}\n`);
  } catch {
    // a full disk, or nobody there
  }
}

export const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

export const gigabytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GB`;

/** Unix seconds as ISO 8601; years beyond 9999 do not occur in certificates. */
export function isoTime(time: bigint): string {
  return new Date(Number(time) * 1000).toISOString().replace('.000', '');
}

/** Text of a certificate may hold anything: control characters and the like are shown, not obeyed. */
export function printable(text: string): string {
  return text.replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

/** Facts one a line, absent ones left out. */
export function factLines(facts: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(facts).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const isList = Array.isArray(value) && value.every((item) => typeof item === 'string');
    const shown = isList
      ? value.join(', ')
      : value instanceof Object
        ? JSON.stringify(value)
        : value;
    return [`${`${name}:`.padEnd(24)}${printable(String(shown))}`];
  });
}

/** Whether the circuits have room for something; the code names the limit that it breaks. */
export function provable(check: () => void): string {
  try {
    check();
    return 'yes';
  } catch (error) {
    if (error instanceof ZkcxError) return `no, ${error.code}: ${error.message}`;
    throw error;
  }
}

function describe(error: unknown): { code: string; message: string; reason?: string } {
  if (error instanceof ZkcxError) return error;
  // a bug: its text may hold private values, so it is shown on demand only
  const message =
    process.env.ZKCX_DEBUG === '1' && error instanceof Error
      ? String(error.stack)
      : 'internal error; set ZKCX_DEBUG=1 for details, and please report it';
  return { code: 'ERR_INTERNAL', message };
}
