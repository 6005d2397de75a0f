/**
 * npm run demo:domain [-- FOLDER]: a private domain from nothing to a downloaded profile, by the commands that
 * `zkcx pki domain` prints. With a folder, the domain stays there, in `domain`.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../', import.meta.url));
const PROFILE = join(root, 'fixtures/rsp/profiles/TS48v7_SAIP2.3_BERTLV_SUCI.der');
const zkcx = [
  process.execPath,
  '--import',
  import.meta.resolve('tsx'),
  join(root, 'src/cli/main.ts'),
];
const [kept] = process.argv.slice(2);
const folder = kept ?? mkdtempSync(join(tmpdir(), 'zkcx-demo-domain-'));
const say = (text: string) => console.log(text.trimEnd());

/** The command of a line as a person types it, run by a shell; the line is shown. */
function shell(line: string): string[] {
  say(`$ ${line}`);
  const words = zkcx.map((word) => `'${word}'`).join(' ');
  return ['-c', `exec ${line.replace(/^zkcx/, words)}`];
}

async function run(line: string): Promise<string> {
  const { stdout } = await promisify(execFile)('sh', shell(line), { cwd: folder });
  return stdout;
}

/** Start a server, and wait until it says that it runs. */
async function serve(line: string): Promise<ChildProcess> {
  const server = spawn('sh', shell(line), { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
  servers.push(server);
  for await (const said of createInterface({ input: server.stdout })) {
    say(said);
    if (/^ES(9\+|11) on /.test(said)) return server;
  }
  throw Error(`ended early: ${line}`);
}

/** Three ports in a row that nobody has just now. */
async function freePorts(): Promise<number> {
  const servers = [createServer().listen(0, '127.0.0.1')];
  await once(servers[0]!, 'listening');
  const { port } = servers[0]!.address() as { port: number };
  try {
    for (const next of [1, 2]) {
      const server = createServer().listen(port + next, '127.0.0.1');
      await once(server, 'listening');
      servers.push(server);
    }
    return port;
  } catch {
    return freePorts();
  } finally {
    for (const server of servers) server.close();
  }
}

const servers: ChildProcess[] = [];
try {
  mkdirSync(folder, { recursive: true });
  copyFileSync(PROFILE, join(folder, 'profile.der'));
  const make = `zkcx pki domain domain --organisation 'Own Domain' --profile profile.der --port ${await freePorts()}`;
  const { eid, commands } = JSON.parse(await run(`${make} --json`)) as {
    eid: string;
    commands: [string, string, ...string[]];
  };
  say(`A device with the EID ${eid}`);
  const [smdpp, smds, ...others] = commands;
  await serve(smdpp);
  await serve(smds);
  for (const line of others) say(await run(line));
  const card = /--ci .* --data \S+/.exec(commands.at(-1)!)![0];
  const profiles = await run(`zkcx lpa list ${card}`);
  say(profiles);
  if (!profiles.includes('First profile')) throw Error('the profile is not in the eUICC');
} finally {
  for (const server of servers.filter(({ exitCode }) => exitCode === null)) {
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
  if (kept === undefined) rmSync(folder, { recursive: true });
}
