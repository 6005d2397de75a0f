import { Option } from 'commander';
import { euiccOption, EMULATOR, type EmulatorFlags, startEmulator } from '../shared/card.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { CI, type Endpoint, listenEndpoint } from '../shared/options.ts';
import { type Answer, printProgress } from '../shared/output.ts';

interface Flags extends EmulatorFlags {
  readonly tcp?: Endpoint;
}

/** zkcx euicc --ci CI --euicc CERT,EUM,KEY [--data FOLDER] [--tcp HOST:PORT] */
export const euicc: CommandDefinition = {
  name: 'euicc',
  description: 'an eUICC of SGP.22 in software',
  options: [
    CI,
    euiccOption().makeOptionMandatory(),
    ...EMULATOR,
    new Option('--tcp <host:port>', 'serve there; default: standard input and output').argParser(
      listenEndpoint,
    ),
  ],
  run: serve,
};

async function serve(flags: Flags): Promise<Answer | undefined> {
  const { serveApdu, serveApduTcp } = await import('../../rsp/apdu/index.ts');
  const emulator = await startEmulator(flags);
  // the protocol has standard output to itself
  if (flags.tcp === undefined) {
    process.once('SIGTERM', () => process.stdin.destroy());
    // Ctrl-C is meant for the LPA, which has a download to cancel; its end is the end of the input
    if (!process.stdin.isTTY) process.on('SIGINT', () => {});
    process.stdout.on('error', () => process.stdin.destroy());
    try {
      await serveApdu(emulator.card, process.stdin, process.stdout);
    } finally {
      await emulator.close();
    }
    return undefined;
  }
  const server = await serveApduTcp(emulator.card, flags.tcp).catch(async (error: unknown) => {
    await emulator.close();
    throw error;
  });
  const stop = () => {
    printProgress('Stopping ...');
    void server.close().then(() => emulator.close());
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const { host } = flags.tcp;
  return {
    json: { host, port: server.port },
    text: [`eUICC on ${host}:${server.port}`],
  };
}
