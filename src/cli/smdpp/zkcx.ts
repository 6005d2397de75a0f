/** Options of `smdpp serve` that let it take part in zkCX. */
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { ZkcxError } from '../../errors.ts';
import type { OpenZkcxExtension } from '../../rsp/smdpp/index.ts';
import { systemClock } from '../../time.ts';
import { addProver, proverOptions, type ProverFlags } from '../shared/options.ts';
import { printProgress } from '../shared/output.ts';

export interface ZkcxFlags extends ProverFlags {
  readonly zkcx?: boolean;
  readonly map?: string;
  readonly registry?: string;
  readonly credential?: string[];
  readonly verifyProcesses?: number;
}

export function addZkcx(command: Command): Command {
  return addProver(
    command
      .option('--zkcx', 'serve devices that show proofs in place of certificates; needs --map')
      .option('--map <file>', 'revocation map of `revocation build`; read again when it changes')
      .option('--registry <file>', 'ask for published credentials: this registry')
      .option(
        '--credential <file>',
        'credentials of CERT.DPauth and CERT.DPpb, for the mode zkcx; once for each',
        (file: string, files: string[] | undefined) => [...(files ?? []), file],
      )
      .option('--verify-processes <number>', 'processes that verify proofs; default 2', count),
  );
}

/** What serves zkCX, and the end of what it needs; undefined without --zkcx. Throws ERR_CLI_USAGE. */
export async function openZkcx(
  flags: ZkcxFlags,
  { data, root }: { readonly data: string; readonly root: readonly string[] },
): Promise<{ readonly open: OpenZkcxExtension; close(): void } | undefined> {
  const { zkcx = false, map, registry, credential = [], verifyProcesses } = flags;
  if (!zkcx) {
    const given = [map, registry, flags.credential, verifyProcesses];
    if (given.every((flag) => flag === undefined)) return undefined;
    throw new ZkcxError(
      'ERR_CLI_USAGE',
      '--map, --registry, --credential and --verify-processes belong to --zkcx',
    );
  }
  if (map === undefined) {
    throw new ZkcxError('ERR_CLI_USAGE', '--zkcx needs --map: devices are checked against it');
  }
  const { rootsOfFiles, zkcxServer } = await import('../../rsp/zkcx/server/index.ts');
  const { readCredential } = await import('../../prover/credential.ts');
  const { Prover } = await import('../../prover/prover.ts');
  const { certify } = await import('../../session/statements.ts');
  const credentials = await Promise.all(credential.map(readCredential));
  const options = proverOptions(flags);
  const prover = new Prover(options);
  const open = zkcxServer({
    folder: join(data, 'zkcx'),
    roots: rootsOfFiles({ anchors: root, map, registry }, systemClock),
    statements: {
      credentials,
      certify: (input) => certify(input, prover, options),
      onError: (error) => printProgress(`No statements about this server: ${messageOf(error)}`),
    },
    verifiers: { processes: verifyProcesses },
    onRefusal: (name, code) => printProgress(`${name} refused inside the seal: ${code}`),
  });
  return { open, close: () => prover.close() };
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 64) {
    throw new InvalidArgumentError('Give a number from 1 to 64.');
  }
  return value;
}
