/**
 * A question to a node, and its answer: within a time, within a size, of the form that was asked for.
 * Nothing that a node says is believed to be more than that.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { ZkcxError } from '../../../errors.ts';
import { describeIssue } from '../../../arguments.ts';

export interface GraphqlOptions {
  /** Whether nodes on other machines may be asked without TLS, so that anybody between may answer. Default false. */
  readonly plainHttp?: boolean;
  readonly fetch?: typeof fetch;
  /** Milliseconds for one attempt, the whole answer included; default 20,000. */
  readonly timeout?: number;
  /** Bytes of an answer; default 32 MiB. */
  readonly maxBytes?: number;
  /** Attempts after the first one that got no answer; default 2. */
  readonly retries?: number;
  /** Milliseconds before the first of them, doubled each time; default 1,000. */
  readonly pause?: number;
  readonly signal?: AbortSignal;
}

/** Only such failures may go away by themselves. */
const TRY_AGAIN = new Set(['ERR_NODE_UNREACHABLE', 'ERR_NODE_TIMEOUT']);

/**
 * Ask a node.
 *
 * @param data form of `data` in the answer
 * @throws ERR_NODE_URL, ERR_NODE_UNREACHABLE (no answer, or a status that may pass), ERR_NODE_TIMEOUT,
 *   ERR_NODE_ANSWER (too large, no JSON, another form, another status), ERR_NODE_REFUSED (the node
 *   answers with errors), ERR_NODE_RANGE (an archive does not tell of so many blocks)
 */
export async function askNode<T>(
  url: string,
  query: string,
  data: z.ZodType<T>,
  options: GraphqlOptions = {},
): Promise<T> {
  const { retries = 2, pause = 1_000, signal } = options;
  assertNodeUrl(url, options);
  for (let attempt = 0; ; attempt++) {
    try {
      return readAnswer(url, await post(url, query, options), data);
    } catch (error) {
      const again = error instanceof ZkcxError && TRY_AGAIN.has(error.code);
      if (!again || attempt >= retries || signal?.aborted) throw error;
      await sleep(pause * 2 ** attempt);
    }
  }
}

/** Throws ERR_NODE_URL. */
export function assertNodeUrl(url: string, { plainHttp = false }: GraphqlOptions = {}): void {
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: '', hostname: '' };
  if (protocol === 'https:') return;
  if (protocol === 'http:' && (plainHttp || LOOPBACK.test(hostname))) return;
  throw new ZkcxError(
    'ERR_NODE_URL',
    protocol === 'http:'
      ? 'a node on another machine is asked by https: with http anybody on the way can answer for it'
      : 'a node is named by an https URL',
  );
}

/** Names of this machine, as `URL` spells them: it writes every form of an IPv4 address in this one. */
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** A URL may hold an access key: messages name the host alone. */
export const nameOf = (url: string) => new URL(url).host;

async function post(url: string, query: string, options: GraphqlOptions): Promise<string> {
  const { timeout = 20_000, maxBytes = 32 << 20, signal } = options;
  const limits = [AbortSignal.timeout(timeout), ...(signal === undefined ? [] : [signal])];
  try {
    const response = await (options.fetch ?? fetch)(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
      signal: AbortSignal.any(limits),
      // another place than the one that was named
      redirect: 'error',
    });
    // archives answer 400 with errors in the body; they are read like any
    if (response.status >= 500 || response.status === 429) {
      await response.body?.cancel();
      throw new ZkcxError(
        'ERR_NODE_UNREACHABLE',
        `${nameOf(url)} answers with HTTP status ${response.status}`,
      );
    }
    return await readLimited(url, response, maxBytes);
  } catch (cause) {
    if (cause instanceof ZkcxError) throw cause;
    if (limits[0]!.aborted) {
      throw new ZkcxError('ERR_NODE_TIMEOUT', `${nameOf(url)} gives no answer in ${timeout} ms`);
    }
    throw new ZkcxError('ERR_NODE_UNREACHABLE', `${nameOf(url)} cannot be reached`, { cause });
  }
}

async function readLimited(url: string, response: Response, limit: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += (chunk as Uint8Array).length;
    // leaving the loop ends the transfer
    if (size > limit) throw badAnswer(url, `has more than ${limit} bytes`);
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const answerSchema = z.looseObject({
  data: z.unknown().optional(),
  errors: z
    .array(
      z.looseObject({
        message: z.string(),
        extensions: z.looseObject({ code: z.unknown() }).nullish().catch(undefined),
      }),
    )
    .optional(),
});

function readAnswer<T>(url: string, text: string, data: z.ZodType<T>): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw badAnswer(url, 'is not JSON');
  }
  const answer = answerSchema.safeParse(json);
  if (!answer.success) throw badAnswer(url, 'is not one of GraphQL');
  const [error] = answer.data.errors ?? [];
  if (error !== undefined) {
    const said = error.message.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 300);
    const code =
      error.extensions?.code === 'BLOCK_RANGE_ERROR' ? 'ERR_NODE_RANGE' : 'ERR_NODE_REFUSED';
    throw new ZkcxError(code, `${nameOf(url)} refuses: ${said}`);
  }
  const parsed = data.safeParse(answer.data.data);
  if (parsed.success) return parsed.data;
  throw badAnswer(url, `does not fit the question: ${describeIssue(parsed.error)}`);
}

const badAnswer = (url: string, how: string) =>
  new ZkcxError('ERR_NODE_ANSWER', `the answer of ${nameOf(url)} ${how}`);
