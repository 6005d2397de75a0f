/** JSON to another server over HTTP: what servers tell each other. */
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { createSecureContext } from 'node:tls';
import { ZkcxError } from '../../../errors.ts';

export interface PosterTls {
  /** PEM of the CAs that certify the other server; default: the public ones. */
  readonly ca?: string;
  /** PEM of our own certificate, and its key. */
  readonly cert?: string;
  readonly key?: string;
}

export interface Poster {
  /** HTTP status and text of the answer. Rejects when there is none. */
  post(path: string, body: object, signal: AbortSignal): Promise<{ http: number; text: string }>;
  close(): void;
}

/** Bytes of an answer that are read. */
const MAX_ANSWER = 65_536;
/** To one server at a time. */
const CONNECTIONS = 8;

/**
 * @param base where paths are appended: https, or http on a loopback address
 * @param server the other server, for people. Throws ERR_RSP_TLS for certificates that cannot be used.
 */
export function posterTo(base: string, tls: PosterTls | undefined, server: string): Poster {
  assertUsable(tls, server);
  const plain = new URL(base).protocol === 'http:';
  const pool = { keepAlive: true, maxSockets: CONNECTIONS };
  const agent = plain
    ? new HttpAgent(pool)
    : new HttpsAgent({ ...pool, ...tls, minVersion: 'TLSv1.2' });
  return {
    close: () => agent.destroy(),
    post: (path, body, signal) =>
      new Promise((resolve, reject) => {
        const url = new URL(base.replace(/\/*$/, path));
        const text = JSON.stringify(body);
        const headers = {
          'content-type': 'application/json;charset=UTF-8',
          'content-length': Buffer.byteLength(text),
          'x-admin-protocol': 'gsma/rsp/v2.5.0',
        };
        const settings = { method: 'POST', headers, agent, signal };
        const call = plain ? requestHttp(url, settings) : requestHttps(url, settings);
        call.on('response', (response) => {
          readText(response).then(
            (answer) => resolve({ http: response.statusCode ?? 0, text: answer }),
            reject,
          );
        });
        call.on('error', reject);
        call.end(text);
      }),
  };
}

function assertUsable(tls: PosterTls | undefined, server: string): void {
  try {
    createSecureContext({ ...tls });
  } catch (cause) {
    const problem = `the TLS certificates or the key for ${server} cannot be used: give PEM`;
    throw new ZkcxError('ERR_RSP_TLS', problem, { cause });
  }
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_ANSWER) return '';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
