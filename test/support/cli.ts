/** The command line in this process: what it prints, and its exit code. */
import { zkcx as runCommand } from '../../src/cli/zkcx.ts';

export interface CommandResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Run a command line. Commands of one test file run one after the other, since they share standard
 * output with this process.
 */
export const zkcx = (...args: string[]): Promise<CommandResult> => captured(() => runCommand(args));

/** What work prints that has an exit code. */
export async function captured(work: () => Promise<number>): Promise<CommandResult> {
  const stdout = capture(process.stdout);
  const stderr = capture(process.stderr);
  const listeners = SIGNALS.map((signal) => process.listeners(signal));
  try {
    const status = await work();
    return { status, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    stdout.end();
    stderr.end();
    for (const [i, signal] of SIGNALS.entries()) {
      for (const listener of process.listeners(signal)) {
        if (!listeners[i]!.includes(listener)) process.removeListener(signal, listener);
      }
    }
  }
}

/** The same with --json: the members of its document, with exit code and progress. */
export async function told(...args: string[]): Promise<Told> {
  const { status, stdout, stderr } = await zkcx(...args, '--json');
  return { ...(JSON.parse(stdout) as Told), status, stderr };
}

export interface Told extends Record<string, unknown> {
  readonly status: number;
  readonly stderr: string;
  readonly ok: boolean;
  readonly error?: { readonly code: string; readonly message: string; readonly reason?: string };
}

function capture(stream: NodeJS.WriteStream) {
  const { write } = stream;
  let text = '';
  stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
    text += typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk);
    const done = rest.at(-1);
    if (typeof done === 'function') done();
    return true;
  }) as typeof write;
  return {
    text: () => text,
    end() {
      stream.write = write;
    },
  };
}
