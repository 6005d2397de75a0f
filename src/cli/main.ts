#!/usr/bin/env node
/** The entry of the command line: what has to be set up before any other module is loaded. */
import { useCompileCache } from '../compile-cache.ts';
import { EXIT } from './shared/exit-codes.ts';
import { ensureHome } from './shared/home.ts';

// what nobody expected is no answer, and exit code 1 would be read as one
process.exitCode = EXIT.unusable;
process.on('uncaughtException', (error) => {
  process.exitCode = EXIT.unusable;
  process.stderr.write(`${error.stack}\n`, () => process.exit());
});
// whoever writes hears of it too; without a listener it ends the process
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

ensureHome();
useCompileCache();
const { zkcx } = await import('./zkcx.ts');
process.exitCode = await zkcx(process.argv.slice(2));
