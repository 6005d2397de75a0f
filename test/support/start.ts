/** Processes of node that tell what starting them takes, and that lack a package. */
import { spawnSync } from 'node:child_process';
import { ROOT } from './command.ts';

const module = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;

/** Options of node: importing this package fails as if it were not installed. */
export function withoutPackage(name: string): string[] {
  const resolve = `export function resolve(name, context, next) {
    if (name !== ${JSON.stringify(name)}) return next(name, context);
    throw Object.assign(Error('missing'), { code: 'ERR_MODULE_NOT_FOUND' });
  }`;
  const register = `import { register } from 'node:module'; register(${JSON.stringify(module(resolve))});`;
  return ['--import', module(register)];
}

const TELL_CPU = module(`import { writeSync } from 'node:fs';
  process.on('exit', () => {
    const { user, system } = process.cpuUsage();
    writeSync(3, String((user + system) / 1e6));
  });`);

/** Run node to its end; `cpu` in seconds, of all threads. */
export function startNode(args: string[], cwd = ROOT) {
  const { status, stdout, stderr, output } = spawnSync(
    process.execPath,
    ['--import', TELL_CPU, ...args],
    {
      cwd,
      // jest's own flags are not for the programs under test
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      encoding: 'utf8',
    },
  );
  return { status, stdout, stderr, cpu: Number(output[3]) };
}
