/** Whom `smdpp serve` tells how orders go. */
import type { ProgressOptions } from '../../rsp/smdpp/index.ts';
import { readPem } from '../shared/server/files.ts';
import type { ServeLog } from '../shared/server/log.ts';
import type { ServeValues } from './serve-settings.ts';

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
