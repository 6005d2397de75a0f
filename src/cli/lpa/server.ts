/** Options of the commands of the LPA that talk to servers. */
import { Option } from 'commander';
import type { Es9p } from '../../rsp/lpa/index.ts';
import { systemClock } from '../../time.ts';
import { readCertificates } from '../shared/certificates.ts';
import { endpoint, type Endpoint, type CiFlags } from '../shared/options.ts';

export const SERVER = [
  new Option('--no-public-cas', 'trust TLS certificates under --ci alone, not those of public CAs'),
  new Option('--http', 'plain HTTP, to loopback addresses only'),
  new Option('--connect-to <host:port>', 'connect there, whatever the address says').argParser(
    endpoint,
  ),
];

export interface ServerFlags extends Partial<CiFlags> {
  readonly publicCas: boolean;
  readonly http?: boolean;
  readonly connectTo?: Endpoint;
}

/** Clients of SM-DP+ by address. `onTls` sees the certificates of each TLS server. */
export async function serversOf(
  flags: ServerFlags,
  onTls?: (chain: readonly Uint8Array[]) => void,
): Promise<(address: string) => Es9p> {
  const { es9pClient, tlsFetch } = await import('../../rsp/lpa/index.ts');
  const fetch = tlsFetch({
    ciCertificates: await readCertificates(flags.ci ?? []),
    publicRoots: flags.publicCas,
    plainLoopback: flags.http,
    connectTo: flags.connectTo,
    now: systemClock,
    onServer: onTls,
  });
  return (address) => es9pClient(address, { fetch, plain: flags.http });
}
