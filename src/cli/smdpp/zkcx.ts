/** How `smdpp serve` takes part in zkCX. */
import { join } from 'node:path';
import { ZkcxError } from '../../errors.ts';
import type { OpenZkcxExtension } from '../../rsp/smdpp/index.ts';
import { systemClock } from '../../time.ts';
import { proverOptions } from '../shared/proving.ts';
import { attributeOf } from '../shared/settings/table.ts';
import { problemOf, type ServeLog } from '../shared/server/log.ts';
import { type ServeValues, ZKCX } from './serve-settings.ts';

interface OpenedZkcx {
  readonly open: OpenZkcxExtension;
  /** Look now whether lists and CIs were written anew. */
  look(): void;
  close(): void;
}

/** What serves zkCX, and the end of what it needs; undefined without --zkcx. Throws ERR_CLI_USAGE. */
export async function openZkcx(
  values: ServeValues,
  log: ServeLog,
): Promise<OpenedZkcx | undefined> {
  if (values.zkcx !== true) {
    if (values.zkcx === undefined) assertNoneOf(values);
    return undefined;
  }
  const { data, ci, map, registry, credential = [], verifyProcesses } = values;
  const { mapHistory, grace, maxAge, allowPostponed, zkcxSessionsPerAddress } = values;
  if (map === undefined) {
    throw new ZkcxError('ERR_CLI_USAGE', '--zkcx needs --map: devices are checked against it');
  }
  const { rootsOfFiles, zkcxServer } = await import('../../rsp/zkcx/server/index.ts');
  const { readCredential } = await import('../../prover/credential.ts');
  const { Prover } = await import('../../prover/prover.ts');
  const { certify } = await import('../../session/statements.ts');
  const credentials = await Promise.all(credential.map(readCredential));
  const history = mapHistory ?? join(data, 'zkcx', 'maps.json');
  const options = { ...proverOptions(values), onEvent: log.prover };
  const prover = new Prover(options);
  const roots = rootsOfFiles({ anchors: ci, map, registry, history }, systemClock, {
    certified: credentials,
    onError: (error) =>
      log.error({ error: problemOf(error) }, 'the CIs and lists of before serve on'),
  });
  const open = zkcxServer({
    roots,
    statements: {
      credentials,
      certify: (input) => certify(input, prover, options),
      onError: (error) => log.error({ error: problemOf(error) }, 'no statements about this server'),
    },
    grace: seconds(grace),
    maxAge: seconds(maxAge),
    allowPostponed,
    maxSessionsPerAddress: zkcxSessionsPerAddress,
    verifiers: { processes: verifyProcesses },
  });
  return {
    open,
    // what is wrong is logged
    look: () => void roots().catch(() => undefined),
    close: () => prover.close(),
  };
}

/** Nobody asks for these who does not mean zkCX. */
function assertNoneOf(values: ServeValues): void {
  const given = values as Readonly<Record<string, unknown>>;
  const names = Object.keys(ZKCX).filter((name) => given[attributeOf(name)] !== undefined);
  if (names.length === 0) return;
  const options = names.map((name) => `--${name}`).join(', ');
  throw new ZkcxError('ERR_CLI_USAGE', `${options} belongs to --zkcx`);
}

const seconds = (number?: number) => (number === undefined ? undefined : BigInt(number));
