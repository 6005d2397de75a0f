import type { Command } from 'commander';
import { endpoint, type Endpoint } from '../shared/options.ts';
import { addEmulator, startEmulator } from './options.ts';
import type { EmulatorFlags } from './options.ts';
import { answer, printProgress } from '../shared/output.ts';

interface Flags extends EmulatorFlags {
  readonly tcp?: Endpoint;
}

/** zkcx euicc --root CI --credential CERT,EUM,KEY [--data FOLDER] [--tcp HOST:PORT] */
export function registerEuicc(euicc: Command): void {
  addEmulator(euicc)
    .option('--tcp <host:port>', 'serve there; default: standard input and output', endpoint)
    .action(async (flags: Flags) => answer({}, () => serve(flags)));
}

async function serve(flags: Flags) {
  const { serveApdu, serveApduTcp } = await import('../../rsp/apdu/index.ts');
  const euicc = await startEmulator(flags);
  // the protocol has standard output to itself
  if (flags.tcp === undefined) {
    process.once('SIGTERM', () => process.stdin.destroy());
    // Ctrl-C is meant for the LPA, which has a download to cancel; its end is the end of the input
    if (!process.stdin.isTTY) process.on('SIGINT', () => {});
    process.stdout.on('error', () => process.stdin.destroy());
    try {
      await serveApdu(euicc.card, process.stdin, process.stdout);
    } finally {
      await euicc.close();
    }
    return { json: {}, text: [] };
  }
  const server = await serveApduTcp(euicc.card, flags.tcp).catch(async (error: unknown) => {
    await euicc.close();
    throw error;
  });
  const stop = () => {
    printProgress('Stopping ...');
    void server.close().then(() => euicc.close());
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  return { json: {}, text: [`eUICC on ${flags.tcp.host}:${server.port}`] };
}
