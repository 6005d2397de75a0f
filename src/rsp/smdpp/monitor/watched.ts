/** What the monitor looks at: the parts of a running SM-DP+. */
import type { ZkcxExtension } from '../extension.ts';
import type { InterfaceName } from '../../server/json-functions.ts';
import type { Listening } from '../../server/listen.ts';
import type { SmdpServer } from '../server.ts';

export interface Watched {
  /** ES2+ is served, on a port or a socket. */
  readonly es2p: boolean;
  readonly server: SmdpServer;
  readonly zkcx?: ZkcxExtension;
  /** Those that are served over the network. */
  readonly listening: Partial<Record<InterfaceName, Listening>>;
}

/** A certificate that the server shows. */
export interface ShownCertificate {
  readonly name: 'dp-auth' | 'dp-pb' | 'tls';
  /** Key identifier of the CI, hexadecimal; the interface for TLS. */
  readonly of: string;
  /** Unix seconds. */
  readonly notBefore: bigint;
  readonly notAfter: bigint;
}
