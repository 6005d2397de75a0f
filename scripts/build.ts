/** src -> dist: plain JavaScript, types, and the pinned verification keys beside the code. */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const keys = 'prover/keys';

rmSync(`${root}dist`, { recursive: true, force: true });
const { status } = spawnSync(
  process.execPath,
  [`${root}node_modules/typescript/bin/tsc`, '-p', `${root}tsconfig.build.json`],
  { stdio: 'inherit' },
);
if (status !== 0) process.exit(1);
cpSync(`${root}src/${keys}`, `${root}dist/${keys}`, { recursive: true });
chmodSync(`${root}dist/cli/main.js`, 0o755);
