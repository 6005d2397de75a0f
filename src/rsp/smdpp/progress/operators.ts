/** Who is told of orders, and the HTTP to them. */
import { type Poster, posterTo, type PosterTls } from '../../server/outbox/poster.ts';

export interface OperatorOptions {
  /** Where its ES2+ begins; `/gsma/rsp2/es2plus/...` follows. https, or http on a loopback address. */
  readonly url: string;
  /** Only for orders with this functionRequesterIdentifier; left out: for all others. */
  readonly requester?: string;
  readonly tls?: PosterTls;
}

export interface Operator {
  readonly url: string;
  /** HTTP status, and what the operator's answer says. Rejects when there is no answer. */
  post(body: object, signal: AbortSignal): Promise<{ http: number; refused: boolean }>;
  close(): void;
}

const PATH = '/gsma/rsp2/es2plus/handleDownloadProgressInfo';

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

function operatorOf({ url, tls }: OperatorOptions): Operator {
  const poster: Poster = posterTo(url, tls, 'the operator');
  return {
    url: new URL(url).origin,
    close: () => poster.close(),
    post: async (body, signal) => {
      const { http, text } = await poster.post(PATH, body, signal);
      return { http, refused: isRefusal(text) };
    },
  };
}

/** The operator has it, and says that it is of no use to it. Answers in any other form are none. */
function isRefusal(text: string): boolean {
  return /"status"\s*:\s*"(Failed|Expired)"/.test(text);
}
