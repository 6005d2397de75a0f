/** `zkcx smdpp serve` as a process, with the SGP.26 identity. */
import { type ChildProcess, spawn } from 'node:child_process';
import { ROOT } from '../command.ts';
import { privateCopy } from '../private-copy.ts';
import { CI, sgp26 } from '../sgp26-files.ts';
import { ADDRESS } from './smdpp.ts';

const pair = (name: string) =>
  [
    sgp26(`${name}/CERT_S_SM_${name}_ECDSA_NIST.der`),
    privateCopy(sgp26(`${name}/SK_S_SM_${name}_ECDSA_NIST.pem`)),
  ].join(',');

/** Arguments of node, for a server with this folder on a free port. */
export function serveArguments(data: string, ...more: string[]): string[] {
  const flags = {
    data,
    address: ADDRESS,
    listen: '127.0.0.1:0',
    ci: CI,
    auth: pair('DPauth'),
    pb: pair('DPpb'),
  };
  const options = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
  return ['--import', 'tsx', 'src/cli/main.ts', 'smdpp', 'serve', '--json', ...options, ...more];
}

/** What the command says once it listens: the URL of each interface. */
interface Served {
  readonly es9p: string;
  readonly es2p?: string;
  readonly monitor?: string;
}

/** Start it, and wait until it says where it listens: the URL of ES9+. */
export const startServer = async (args: string[], started: (server: ChildProcess) => void) =>
  (await startServing(args, started)).es9p;

/** The same, with all of its interfaces. */
export async function startServing(
  args: string[],
  started: (server: ChildProcess) => void,
): Promise<Served> {
  const server = spawn('node', args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  // before it answers, so that it can be ended if it never does
  started(server);
  let text = '';
  for await (const chunk of server.stdout) {
    text += String(chunk);
    if (text.endsWith('}\n')) break;
  }
  return JSON.parse(text) as Served;
}
