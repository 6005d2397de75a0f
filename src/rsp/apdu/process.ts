import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { checked } from '../../arguments.ts';
import { ZkcxError } from '../../errors.ts';
import * as argument from './arguments.ts';
import { apduOverLines } from './client.ts';
import type { ApduInterface } from './interface.ts';

/** A child that has been told to end gets this long before it is killed. */
const GRACE = 5_000;

/**
 * A card behind a program that speaks the line protocol on its standard streams. The program starts
 * at once, its messages for people go to our stderr, and it ends with `disconnect`.
 */
export function apduOfProcess(command: string, args: readonly string[]): ApduInterface {
  checked({ command, args }, argument.program, 'apduOfProcess');
  const child = start(command, args);
  let failure: unknown;
  child.on('error', (error) => (failure = error));
  const exited = once(child, 'close').catch(() => {});

  async function close(): Promise<void> {
    child.stdin.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), GRACE);
    await exited;
    clearTimeout(timer);
    if (failure !== undefined) throw cannotRun(command, failure);
  }
  return apduOverLines(child.stdout, child.stdin, close);
}

function start(
  command: string,
  args: readonly string[],
): ChildProcessByStdio<Writable, Readable, null> {
  try {
    return spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  } catch (cause) {
    // most failures come as events, those of the arguments at once
    throw cannotRun(command, cause);
  }
}

const cannotRun = (command: string, cause: unknown) =>
  new ZkcxError(
    'ERR_RSP_APDU',
    `cannot run ${command}: name a program that is installed, and may be run`,
    { cause },
  );
