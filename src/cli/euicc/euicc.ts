import { Option } from 'commander';
import { ZkcxError } from '../../errors.ts';
import { isLoopback } from '../../rsp/loopback.ts';
import { euiccOption, EMULATOR, type EmulatorFlags, startEmulator } from '../shared/card.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { CI, type Endpoint, listenEndpoint, needed } from '../shared/options.ts';
import { type Answer, printProgress } from '../shared/output.ts';

interface Flags extends EmulatorFlags {
  readonly tcp?: Endpoint;
  readonly expose?: boolean;
}

/** zkcx euicc --ci CI --euicc CERT,EUM,KEY [--data FOLDER] [--tcp HOST:PORT [--expose]] */
export const euicc: CommandDefinition = {
  name: 'euicc',
  description: 'an eUICC of SGP.22 in software',
  options: [
    CI,
    needed(euiccOption()),
    ...EMULATOR,
    new Option(
      '--tcp <host:port>',
      'serve there, on a loopback address; default: standard input and output',
    ).argParser(listenEndpoint),
    new Option('--expose', 'serve on other addresses too: whoever reaches them has the eUICC'),
  ],
  run: serve,
};

async function serve(flags: Flags): Promise<Answer | undefined> {
  const { tcp, expose: exposed } = flags;
  if (exposed && tcp === undefined) throw new ZkcxError('ERR_CLI_USAGE', '--expose needs --tcp');
  if (tcp !== undefined && !exposed && !isLoopback(tcp.host)) {
    throw new ZkcxError(
      'ERR_CLI_USAGE',
      `${tcp.host} is reached by others, and whoever reaches it has the eUICC: give a loopback address, or --expose`,
    );
  }
  const { serveApdu, serveApduTcp } = await import('../../rsp/apdu/index.ts');
  const emulator = await startEmulator(flags);
  // the protocol has standard output to itself
  if (tcp === undefined) {
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
  const server = await serveApduTcp(emulator.card, { ...tcp, exposed }).catch(
    async (error: unknown) => {
      await emulator.close();
      throw error;
    },
  );
  const stop = () => {
    printProgress('Stopping ...');
    void server.close().then(() => emulator.close());
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const { host } = tcp;
  return {
    json: { host, port: server.port },
    text: [`eUICC on ${host}:${server.port}`],
  };
}
