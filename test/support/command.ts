import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Root of the checkout. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Run a program in the checkout and wait for it; output as text. */
export function run(
  command: string,
  args: string[],
  options: { cwd?: string; env?: Record<string, string>; timeout?: number } = {},
): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: options.cwd ?? ROOT,
    // jest's own flags are not for the programs under test
    env: { ...process.env, NODE_OPTIONS: '', ...options.env },
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    timeout: options.timeout ?? 300_000,
  });
  return { status, stdout, stderr };
}

/** Run a tool of the development dependencies. */
export function runTool(tool: string, args: string[], options: { cwd?: string } = {}) {
  return run(`${ROOT}node_modules/.bin/${tool}`, args, options);
}
