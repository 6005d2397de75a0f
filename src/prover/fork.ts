/** Processes of this package's own: a module that is run beside this one, with a channel to it. */
import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * A module beside the one at `url`, with the ending that this one has: .ts in a checkout, .js when built.
 *
 * @param url `import.meta.url` of the caller
 */
export function siblingModule(name: string, url: string): URL {
  const ending = url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./${name}.${ending}`, url);
}

/**
 * Run a module in a process. What it prints is shown with ZKCX_DEBUG=1 only: it may be private.
 *
 * @param serialization of messages: 'advanced' is for bigints and bytes; default JSON
 */
export function forkModule(
  module: URL,
  { serialization = 'json' }: { readonly serialization?: 'json' | 'advanced' } = {},
): ChildProcess {
  const output = process.env.ZKCX_DEBUG === '1' ? 2 : 'ignore';
  return fork(fileURLToPath(module), {
    // the package holds plain JavaScript; a checkout is run through the TypeScript loader
    execArgv: module.pathname.endsWith('.ts') ? ['--import', typescriptLoader()] : [],
    stdio: ['ignore', output, output, 'ipc'],
    serialization,
  });
}

const typescriptLoader = () => pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
