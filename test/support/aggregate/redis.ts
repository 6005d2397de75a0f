/** A Redis of the test's own, from the Debian package. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { openRedis } from '../../../src/aggregate/redis.ts';

const SERVER = '/usr/bin/redis-server';

/** Whether tests over Redis can run here. CI must have it. */
export const hasRedis = existsSync(SERVER);

if (!hasRedis) {
  const message = `no ${SERVER}: install the package redis-server`;
  if (process.env.CI === 'true') throw Error(message);
  process.stderr.write(`tests over Redis are skipped, ${message}\n`);
}

export const PASSWORD = 'not-to-be-seen';

export interface TestRedis {
  readonly url: string;
  stop(): Promise<void>;
}

/** Started on a free port of this machine, with a password, in a folder that goes away with it. */
export async function startRedis(): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'zkcx-redis-'));
  const port = await freePort();
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir: folder,
    save: '',
    requirepass: PASSWORD,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const server = spawn(SERVER, args, { stdio: 'ignore' });
  const url = `redis://:${PASSWORD}@127.0.0.1:${port}`;
  for (let tries = 0; ; tries++) {
    try {
      (await openRedis(url)).close();
      break;
    } catch (error) {
      if (tries === 50) throw error;
      await setTimeout(100);
    }
  }
  return {
    url,
    async stop() {
      await ended(server, 'SIGKILL');
      rmSync(folder, { recursive: true });
    },
  };
}

/** Send a signal to a process and wait for its end. */
export async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await gone;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
