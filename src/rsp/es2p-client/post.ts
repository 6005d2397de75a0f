/** One request over HTTPS with a certificate of the client, over plain HTTP on this machine, or over a socket. */
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { Readable } from 'node:stream';
import { ZkcxError } from '../../errors.ts';
import type { Es2pClientOptions } from './options.ts';

interface Sent {
  readonly body: string;
  readonly signal: AbortSignal;
  readonly options: Pick<Es2pClientOptions, 'tls' | 'token'>;
}

/** Codes of Node for a server that answered, but is not trusted, or does not trust. */
const TLS_CODE =
  /^(ERR_TLS_|CERT_|DEPTH_|SELF_SIGNED_|UNABLE_TO_|ERR_SSL_|HOSTNAME_|INVALID_|ERR_OSSL_|EPROTO)/;

/** Throws ERR_RSP_SERVER, ERR_RSP_TLS, and what `signal` is aborted with. */
export function post(
  url: string,
  path: string,
  { body, signal, options }: Sent,
): Promise<Response> {
  const { tls, token } = options;
  const settings: RequestOptions = {
    method: 'POST',
    path,
    headers: {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
      'X-Admin-Protocol': 'gsma/rsp/v2.5.0',
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
    signal,
    agent: false,
  };
  return new Promise((resolve, reject) => {
    const fail = (error: Error & { code?: string }) =>
      reject(signal.aborted ? error : problem(url, error));
    try {
      const request = open(url, settings, tls);
      request.once('response', (response) => resolve(responseOf(response)));
      request.on('error', fail);
      request.end(body);
    } catch (error) {
      // a certificate or key that is none
      fail(error as Error);
    }
  });
}

function open(url: string, settings: RequestOptions, tls: Es2pClientOptions['tls'] = {}) {
  if (url.startsWith('unix:')) {
    const headers = { ...settings.headers, Host: 'localhost' };
    return httpRequest({ ...settings, headers, socketPath: url.slice('unix:'.length) });
  }
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (protocol === 'http:') return httpRequest({ ...settings, host, port });
  const { ca, cert, key, serverName } = tls;
  // no name indication for addresses (RFC 6066, 3)
  const servername = serverName ?? (isIP(host) === 0 ? host : '');
  return httpsRequest({
    ...settings,
    host,
    port,
    ca,
    cert,
    key,
    servername,
    minVersion: 'TLSv1.2',
  });
}

function responseOf(message: IncomingMessage): Response {
  const status = message.statusCode ?? 0;
  if (status < 200 || status > 599 || [204, 205, 304].includes(status)) {
    message.resume();
    return new Response(null, { status: status === 304 || status < 200 ? 502 : status });
  }
  return new Response(Readable.toWeb(message) as ReadableStream, { status });
}

function problem(url: string, cause: Error & { code?: string }): ZkcxError {
  const { code: reason } = cause;
  if (reason !== undefined && TLS_CODE.test(reason)) {
    return new ZkcxError('ERR_RSP_TLS', `${url} is not trusted: ${reason}`, { reason, cause });
  }
  return new ZkcxError('ERR_RSP_SERVER', `${url} cannot be reached: ${reason ?? cause.name}`, {
    reason,
    cause,
  });
}
