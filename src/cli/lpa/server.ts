/** Options of the commands of the LPA that talk to servers. */
import { Option } from 'commander';
import type { Es9p, Fetch } from '../../rsp/lpa/index.ts';
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

interface ServerHooks {
  /** Sees the certificates of each TLS server. */
  readonly onTls?: (chain: readonly Uint8Array[]) => void;
  /** Whom to accept below a CI; default: SM-DP+. */
  readonly servers?: readonly ('smdp' | 'smds')[];
  /** Ends the requests that are under way when it is aborted. */
  readonly stop?: AbortSignal;
}

/** Clients of SM-DP+ by address. */
export async function serversOf(
  flags: ServerFlags,
  { onTls, servers, stop }: ServerHooks = {},
): Promise<(address: string) => Es9p> {
  const { es9pClient, tlsFetch } = await import('../../rsp/lpa/index.ts');
  const fetch = tlsFetch({
    ciCertificates: await readCertificates(flags.ci ?? []),
    servers,
    publicRoots: flags.publicCas,
    plainLoopback: flags.http,
    connectTo: flags.connectTo,
    now: systemClock,
    onServer: onTls,
  });
  const stoppable = stop === undefined ? fetch : endedBy(stop, fetch);
  return (address) => es9pClient(address, { fetch: stoppable, plain: flags.http });
}

/** A request that begins after the stop goes through: it tells the server that the session is over. */
function endedBy(stop: AbortSignal, fetch: Fetch): Fetch {
  return (url, init) => {
    if (stop.aborted) return fetch(url, init);
    const signal = init.signal === undefined ? stop : AbortSignal.any([init.signal, stop]);
    return fetch(url, { ...init, signal });
  };
}
