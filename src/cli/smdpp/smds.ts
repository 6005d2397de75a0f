/** At which SM-DS `smdpp serve` registers events. */
import type { DiscoveryOptions } from '../../rsp/smdpp/index.ts';
import { readCiPem, readTls } from '../shared/server/files.ts';
import type { ServeLog } from '../shared/server/log.ts';
import type { ServeValues } from './serve-settings.ts';

/** Undefined: at none. Throws ERR_FILE_*, ERR_RSP_LISTEN. */
export async function discoveryOptions(
  { smds = [], alternativeSmds = [], smdsTls, tls, ci }: ServeValues,
  log: Pick<ServeLog, 'discovery'>,
): Promise<DiscoveryOptions | undefined> {
  if (smds.length + alternativeSmds.length === 0) return undefined;
  const files = smdsTls ?? tls;
  const shown = files && { ...(await readTls(files)), ca: await readCiPem(ci) };
  const links = [
    ...smds.map((link) => ({ ...link, forwards: false })),
    ...alternativeSmds.map((link) => ({ ...link, forwards: true })),
  ];
  return { smds: links.map((link) => ({ ...link, tls: shown })), onEvent: log.discovery };
}
