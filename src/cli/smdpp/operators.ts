/** Whom `smdpp serve` tells how orders go. */
import { readFileLimited } from '../../files.ts';
import type { ProgressOptions } from '../../rsp/smdpp/index.ts';
import type { ServeLog } from './log.ts';
import type { ServeValues } from './serve-settings.ts';

const MAX_PEM_BYTES = 262_144;

/** Undefined: nobody is told. Throws ERR_FILE_*. */
export async function progressOptions(
  { operator: operators, operatorCa, operatorTls }: ServeValues,
  log: Pick<ServeLog, 'progress'>,
): Promise<ProgressOptions | undefined> {
  if (operators === undefined) return undefined;
  const tls = {
    ca: operatorCa && (await readPem(operatorCa)),
    cert: operatorTls && (await readPem(operatorTls.cert)),
    key: operatorTls && (await readPem(operatorTls.key, { ownerOnly: true })),
  };
  return { operators: operators.map((each) => ({ ...each, tls })), onEvent: log.progress };
}

async function readPem(file: string, options: { ownerOnly?: boolean } = {}): Promise<string> {
  return new TextDecoder().decode(await readFileLimited(file, MAX_PEM_BYTES, options));
}
