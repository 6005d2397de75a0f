/** Options of `smdpp serve` that let it take part in zkCX. */
import { join } from 'node:path';
import { Option } from 'commander';
import { ZkcxError } from '../../errors.ts';
import type { OpenZkcxExtension } from '../../rsp/smdpp/index.ts';
import { systemClock } from '../../time.ts';
import { repeated, wholeNumber } from '../shared/options.ts';
import { printProgress } from '../shared/output.ts';
import { PROVER, type ProverFlags, proverOptions } from '../shared/proving.ts';

export const ZKCX = [
  new Option('--zkcx', 'serve devices that show proofs in place of certificates; needs --map'),
  new Option('--map <file>', 'revocation map of `revocation build`; read again when it changes'),
  new Option('--registry <file>', 'ask for published credentials: this registry'),
  new Option(
    '--credential <file>',
    'credentials of CERT.DPauth and CERT.DPpb, for the mode zkcx; once for each',
  ).argParser(repeated(String)),
  new Option(
    '--map-history <file>',
    'maps that were served before; default: a file in the folder of --data',
  ),
  new Option(
    '--grace <seconds>',
    'how long an earlier map counts once a serial number was added; default 3600',
  ).argParser(wholeNumber({ least: 0, most: 604_800 })),
  new Option(
    '--max-age <seconds>',
    'how old the time of a presentation may be; default 86400',
  ).argParser(wholeNumber({ least: 28_800, most: 604_800 })),
  new Option(
    '--allow-postponed',
    'serve eUICCs that refuse to cancel without a reason; protects classic devices less',
  ),
  new Option('--verify-processes <number>', 'processes that verify proofs; default 2').argParser(
    wholeNumber({ least: 1, most: 64 }),
  ),
  ...PROVER,
];

export interface ZkcxFlags extends ProverFlags {
  readonly zkcx?: boolean;
  readonly map?: string;
  readonly registry?: string;
  readonly credential?: string[];
  readonly mapHistory?: string;
  readonly grace?: number;
  readonly maxAge?: number;
  readonly allowPostponed?: boolean;
  readonly verifyProcesses?: number;
}

/** What serves zkCX, and the end of what it needs; undefined without --zkcx. Throws ERR_CLI_USAGE. */
export async function openZkcx(
  flags: ZkcxFlags,
  { data, ci }: { readonly data: string; readonly ci: readonly string[] },
): Promise<{ readonly open: OpenZkcxExtension; close(): void } | undefined> {
  const { zkcx = false, map, registry, credential = [], verifyProcesses } = flags;
  const { mapHistory, grace, maxAge, allowPostponed } = flags;
  if (!zkcx) {
    const given = [map, registry, flags.credential, mapHistory, grace, maxAge, allowPostponed];
    if ([...given, verifyProcesses].every((flag) => flag === undefined)) return undefined;
    throw new ZkcxError(
      'ERR_CLI_USAGE',
      '--map, --registry, --credential, --map-history, --grace, --max-age, --allow-postponed and ' +
        '--verify-processes belong to --zkcx',
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
  const history = mapHistory ?? join(data, 'zkcx', 'maps.json');
  const options = proverOptions(flags);
  const prover = new Prover(options);
  const open = zkcxServer({
    folder: join(data, 'zkcx'),
    roots: rootsOfFiles({ anchors: ci, map, registry, history }, systemClock, {
      certified: credentials,
      onError: (error) => printProgress(`The CIs and lists of before serve on: ${error.message}`),
    }),
    statements: {
      credentials,
      certify: (input) => certify(input, prover, options),
      onError: (error) => printProgress(`No statements about this server: ${messageOf(error)}`),
    },
    grace: seconds(grace),
    maxAge: seconds(maxAge),
    allowPostponed,
    verifiers: { processes: verifyProcesses },
    onRefusal: (name, code) => printProgress(`${name} refused inside the seal: ${code}`),
  });
  return { open, close: () => prover.close() };
}

const seconds = (number?: number) => (number === undefined ? undefined : BigInt(number));

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
