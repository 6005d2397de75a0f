/** Who is told of orders, and the HTTP to them. */
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { createSecureContext } from 'node:tls';
import { ZkcxError } from '../../../errors.ts';

export interface OperatorOptions {
  /** Where its ES2+ begins; `/gsma/rsp2/es2plus/...` follows. https, or http on a loopback address. */
  readonly url: string;
  /** Only for orders with this functionRequesterIdentifier; left out: for all others. */
  readonly requester?: string;
  readonly tls?: {
    /** PEM of the CAs that certify the operator; default: the public ones. */
    readonly ca?: string;
    /** PEM of our own certificate, and its key. */
    readonly cert?: string;
    readonly key?: string;
  };
}

export interface Operator {
  readonly url: string;
  /** HTTP status, and what the operator's answer says. Rejects when there is no answer. */
  post(body: object, signal: AbortSignal): Promise<{ http: number; refused: boolean }>;
  close(): void;
}

const PATH = '/gsma/rsp2/es2plus/handleDownloadProgressInfo';
/** Bytes of an answer that are read. */
const MAX_ANSWER = 65_536;
/** To one operator at a time. */
const CONNECTIONS = 8;

/** Operators by what ordered; throws ERR_RSP_TLS for certificates that cannot be used. */
export class Operators {
  readonly #byRequester = new Map<string | undefined, Operator>();

  constructor(options: readonly OperatorOptions[]) {
    for (const each of options) this.#byRequester.set(each.requester, operatorOf(each));
  }

  /** The one that is told of the orders of a requester. */
  of(requester: string | undefined): Operator | undefined {
    return this.#byRequester.get(requester) ?? this.#byRequester.get(undefined);
  }

  close(): void {
    for (const operator of this.#byRequester.values()) operator.close();
  }
}

function operatorOf({ url: base, tls }: OperatorOptions): Operator {
  assertUsable(tls);
  const url = new URL(base.replace(/\/*$/, PATH));
  const plain = url.protocol === 'http:';
  const pool = { keepAlive: true, maxSockets: CONNECTIONS };
  const agent = plain
    ? new HttpAgent(pool)
    : new HttpsAgent({ ...pool, ...tls, minVersion: 'TLSv1.2' });
  return {
    url: url.origin,
    close: () => agent.destroy(),
    post: (body, signal) =>
      new Promise((resolve, reject) => {
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
            (answer) => resolve({ http: response.statusCode ?? 0, refused: isRefusal(answer) }),
            reject,
          );
        });
        call.on('error', reject);
        call.end(text);
      }),
  };
}

function assertUsable(tls: OperatorOptions['tls']): void {
  try {
    createSecureContext({ ...tls });
  } catch (cause) {
    const problem = 'the TLS certificates or the key for the operator cannot be used: give PEM';
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

/** The operator has it, and says that it is of no use to it. Answers in any other form are none. */
function isRefusal(text: string): boolean {
  return /"status"\s*:\s*"(Failed|Expired)"/.test(text);
}
