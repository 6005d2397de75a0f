/**
 * HTTPS to servers that a GSMA CI or a public authority vouches for (SGP.22 2.6.6). Node's own fetch
 * cannot be told which roots to trust, hence requests of node:https behind fetch's signature.
 */
import { request as requestHttp } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { checkServerIdentity, rootCertificates } from 'node:tls';
import type { PeerCertificate } from 'node:tls';
import { checked, checkedClock } from '../../arguments.ts';
import { parseCertificate } from '../../asn1/index.ts';
import type { Certificate } from '../../asn1/index.ts';
import { bytesEqual } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import { anchorFromCertificate, checkChain } from '../../pki/index.ts';
import type { Role } from '../../roles.ts';
import type { Clock } from '../../time.ts';
import { isLoopback } from '../loopback.ts';
import { peerChain } from '../tls-chain.ts';
import * as argument from './arguments.ts';
import { MAX_ANSWER } from './http-answer.ts';

/** What the LPA needs of fetch; the global one fits. */
export type Fetch = (
  url: string,
  init: {
    method: 'POST';
    headers: Record<string, string>;
    body: string;
    redirect?: 'error';
    signal?: AbortSignal;
  },
) => Promise<Response>;

export interface TlsOptions {
  /** CI certificates whose DPtls certificates are accepted. */
  readonly ciCertificates: readonly Certificate[];
  /** Accept the certificates that Node's public roots vouch for; default: true. */
  readonly publicRoots?: boolean;
  /** Whom to accept below a CI: SM-DP+ (DPtls), SM-DS (DStls); default: SM-DP+. */
  readonly servers?: readonly ('smdp' | 'smds')[];
  /** Allow `http:` to loopback addresses, for tests; default: false. */
  readonly plainLoopback?: boolean;
  /** Where to connect, whatever the URL says; names in the certificate are those of the URL. */
  readonly connectTo?: { readonly host: string; readonly port: number };
  /** Unix seconds. */
  readonly now: Clock;
  /** Sees the certificates of every TLS server that was accepted, its own first. */
  readonly onServer?: (chain: readonly Uint8Array[]) => void;
}

/**
 * A fetch that verifies TLS servers: the chain by Node under the given roots, the host name, and below
 * a CI also the GSMA rules and the role DPtls. Never follows redirects.
 *
 * Its promise is rejected with ERR_ARGUMENT for what is no request, ERR_RSP_TLS for a server that is not
 * trusted, ERR_RSP_SERVER for one that cannot be reached or answers too much.
 */
export function tlsFetch(given: TlsOptions): Fetch {
  checked(given, argument.tlsOptions, 'tlsFetch');
  const options = { ...given, now: checkedClock(given.now, 'the clock of tlsFetch') };
  const ca = [
    ...options.ciCertificates.map(({ der }) => pem(der)),
    ...((options.publicRoots ?? true) ? rootCertificates : []),
  ];
  return async (text, init) => {
    checked({ url: text, ...init }, argument.request, 'a request of tlsFetch');
    const { method, headers, body, signal } = init;
    const url = new URL(text);
    const plain = url.protocol === 'http:';
    const target = options.connectTo ?? {
      host: url.hostname,
      port: Number(url.port) || defaultPort(plain),
    };
    if (plain && !(options.plainLoopback && isLoopback(target.host))) {
      const problem = `${url.host} must be reached over https; http is for loopback, by option`;
      throw new ZkcxError('ERR_RSP_TLS', problem);
    }
    return new Promise((resolve, reject) => {
      const settings = {
        method,
        headers: { ...headers, Host: url.host, 'Content-Length': byteLength(body) },
        signal,
        hostname: target.host.replace(/^\[(.*)\]$/, '$1'),
        port: target.port,
        agent: false as const,
      };
      const request = plain
        ? requestHttp(url, settings)
        : requestHttps(url, {
            ...settings,
            // no name indication for addresses (RFC 6066, 3)
            servername: isIP(url.hostname) === 0 ? url.hostname : '',
            ca,
            minVersion: 'TLSv1.2',
            checkServerIdentity: (_, peer) => checkServer(url.hostname, peer, options),
          });
      const fail = (error: Error) => reject(requestError(error, url.host));
      request.on('response', (response) => void collect(response).then(resolve, fail));
      request.on('error', fail);
      request.end(body);
    });
  };
}

const defaultPort = (plain: boolean) => (plain ? 80 : 443);

/** What Node asks once the chain holds under one of the roots: is it the right server? */
function checkServer(
  host: string,
  peer: PeerCertificate,
  { ciCertificates, servers = ['smdp'], now, onServer }: TlsOptions,
): Error | undefined {
  const wrongHost = checkServerIdentity(host, peer);
  if (wrongHost !== undefined) return wrongHost;
  const chain = peerChain(peer);
  try {
    const ci = ciCertificates.find(({ der }) => bytesEqual(der, chain.at(-1)!));
    if (ci !== undefined) {
      checkTlsRole(
        chain,
        ci,
        now(),
        servers.flatMap((kind) => TLS_ROLES[kind]),
      );
    }
    onServer?.(chain);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

const TLS_ROLES = {
  smdp: ['dp-tls-v2', 'dp-tls'],
  smds: ['ds-tls-v2', 'ds-tls'],
} as const satisfies Record<string, readonly Role[]>;

/** Under a CI a certificate must be one for TLS of such a server: OpenSSL does not know the roles. */
function checkTlsRole(
  chain: readonly Uint8Array[],
  ci: Certificate,
  at: bigint,
  roles: readonly Role[],
): void {
  const certificates = chain.slice(0, -1).reverse().map(parseCertificate);
  const { leaf } = checkChain({ anchor: anchorFromCertificate(ci), certificates, at });
  if (!roles.includes(leaf.role)) {
    throw new ZkcxError('ERR_RSP_TLS', `the server's TLS certificate has the role ${leaf.role}`);
  }
}

async function collect(message: IncomingMessage): Promise<Response> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of message as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_ANSWER) {
      message.destroy();
      throw new ZkcxError('ERR_RSP_SERVER', `the server sent more than ${MAX_ANSWER} bytes`);
    }
    parts.push(part);
  }
  const status = message.statusCode ?? 0;
  if (status < 200 || status > 599) {
    throw new ZkcxError('ERR_RSP_SERVER', `the server answered with HTTP status ${status}`);
  }
  // Response refuses a body for these
  const empty = status === 204 || status === 205 || status === 304;
  return new Response(empty ? null : Buffer.concat(parts), { status });
}

/** Codes of Node for a server that answered, but is not trusted. */
const TLS_CODE =
  /^(ERR_TLS_|CERT_|DEPTH_|SELF_SIGNED_|UNABLE_TO_|ERR_SSL_|HOSTNAME_|INVALID_|EPROTO)/;

/** What OpenSSL says of an answer that is no TLS record. */
const NO_TLS_CODE = /^(EPROTO|ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST))$/;

function requestError(error: Error & { code?: string }, host: string): ZkcxError {
  const { code } = error;
  if (error instanceof ZkcxError) {
    if (error.code === 'ERR_RSP_SERVER') return error;
    return new ZkcxError('ERR_RSP_TLS', `${host} is not trusted: ${error.message}`, {
      reason: error.code,
      cause: error,
    });
  }
  if (code !== undefined && NO_TLS_CODE.test(code)) {
    const problem = `${host} does not speak TLS: check the address and the port; plain HTTP is for loopback addresses, by option (--http)`;
    return new ZkcxError('ERR_RSP_TLS', problem, { reason: code, cause: error });
  }
  if (code !== undefined && TLS_CODE.test(code)) {
    return new ZkcxError('ERR_RSP_TLS', `${host} is not trusted: ${code}`, {
      reason: code,
      cause: error,
    });
  }
  return new ZkcxError('ERR_RSP_SERVER', `${host} cannot be reached: ${code ?? error.name}`, {
    reason: code,
    cause: error,
  });
}

const byteLength = (text: string) => String(Buffer.byteLength(text));

function pem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
