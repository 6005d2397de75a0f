/** Which process left a file, and whether it is still running. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '../bytes.ts';

/** Host, start of the system, process id, start of the process. */
const MARK = /^([0-9a-f]{16})-([0-9a-f]{16})-([0-9]{1,10})-([0-9]{1,20})$/;

/** No start is known: systems without /proc do not tell it cheaply. */
const UNKNOWN = '0';

/** Process ids mean something in one namespace of one host only: containers have their own. */
const host = short(`${hostname()}/${tell(() => readlinkSync('/proc/self/ns/pid'))}`);
const boot = short(tell(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')));

/** The mark of this process: a part of a file name. */
export function ownMark(): string {
  return [host, boot, process.pid, startOf(process.pid) ?? UNKNOWN].join('-');
}

/**
 * What became of the process of a mark. `elsewhere`: on another host or in another container, where nobody can
 * look. Process ids come again, so a process that started at another time is another one. Whatever is not a
 * mark is over.
 */
export function stateOf(mark: string): 'running' | 'over' | 'elsewhere' {
  const [, onHost, sinceBoot, pid, start] = MARK.exec(mark) ?? [];
  if (onHost === undefined) return 'over';
  if (onHost !== host) return 'elsewhere';
  if (sinceBoot !== boot || !isAlive(Number(pid))) return 'over';
  const found = startOf(Number(pid));
  const isOther = found !== undefined && start !== UNKNOWN && start !== found;
  return isOther ? 'over' : 'running';
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: somebody else's, but there
    return (error as { code?: unknown }).code === 'EPERM';
  }
}

/** Clock ticks since the start of the system: field 22 of proc_pid_stat(5), after a name that may hold anything. */
function startOf(pid: number): string | undefined {
  const text = tell(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const start = text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  return start !== undefined && /^[0-9]{1,20}$/.test(start) ? start : undefined;
}

function tell(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

function short(text: string): string {
  return bytesToHex(sha256(new TextEncoder().encode(text))).slice(0, 16);
}
