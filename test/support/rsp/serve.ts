/** `zkcx smdpp serve` as a process, with the SGP.26 identity. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../command.ts';
import { ADDRESS } from './smdpp.ts';

const SGP26 = join(ROOT, 'fixtures/sgp26');
const pair = (name: string) =>
  [`CERT_S_SM_${name}_ECDSA_NIST.der`, `SK_S_SM_${name}_ECDSA_NIST.pem`]
    .map((file) => join(SGP26, name, file))
    .join(',');

/** Arguments of node, for a server with this folder on a free port. */
export function serveArguments(data: string, ...more: string[]): string[] {
  const flags = {
    data,
    address: ADDRESS,
    listen: '127.0.0.1:0',
    ci: join(SGP26, 'CertificateIssuer/CERT_CI_ECDSA_NIST.der'),
    auth: pair('DPauth'),
    pb: pair('DPpb'),
  };
  const options = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
  return ['--import', 'tsx', 'src/cli/main.ts', 'smdpp', 'serve', '--json', ...options, ...more];
}

/** Start it, and wait until it says where it listens: the URL of ES9+. */
export async function startServer(
  args: string[],
  started: (server: ChildProcess) => void,
): Promise<string> {
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
  return (JSON.parse(text) as { es9p: string }).es9p;
}
