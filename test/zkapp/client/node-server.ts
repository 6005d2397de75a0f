/** A server for tests that answers as a Mina node and an archive do, from an embedded chain. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Mina } from 'o1js';
import { ZkcxError } from '../../../src/errors.ts';
import { SLOT_SECONDS } from '../../../src/params.ts';
import type { ChainEvent, Inclusion } from '../../../src/zkapp/client/chain.ts';
import type { EmbeddedChain } from '../../../src/zkapp/client/embedded.ts';

/** Change an answer on its way, or give one of one's own. */
export type Twist = (answer: unknown, query: string, response: ServerResponse) => unknown;

export interface NodeServer {
  readonly url: string;
  /** Queries that came, oldest first. */
  readonly queries: string[];
  twist: Twist | undefined;
  close(): Promise<void>;
}

export async function startNode(chain: EmbeddedChain): Promise<NodeServer> {
  const queries: string[] = [];
  const sent: Inclusion[] = [];
  const node: { twist: Twist | undefined } = { twist: undefined };
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const query = await queryOf(request);
    queries.push(query);
    const answer = await answerTo(chain, query, sent);
    const twisted = node.twist === undefined ? answer : node.twist(answer, query, response);
    // undefined: the twist has taken the response over
    if (twisted === undefined) return;
    response.setHeader('content-type', 'application/json');
    response.end(typeof twisted === 'string' ? twisted : JSON.stringify(twisted));
  };
  const server = createServer((request, response) => void respond(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(node, {
    url: `http://127.0.0.1:${port}/graphql`,
    queries,
    close: () => closeServer(server),
  });
}

async function queryOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return (JSON.parse(text) as { query: string }).query;
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

async function answerTo(chain: EmbeddedChain, query: string, sent: Inclusion[]): Promise<unknown> {
  try {
    return { data: await dataFor(chain, query, sent) };
  } catch (error) {
    if (!(error instanceof ZkcxError)) throw error;
    return { data: null, errors: [{ message: error.message }] };
  }
}

async function dataFor(chain: EmbeddedChain, query: string, sent: Inclusion[]): Promise<unknown> {
  const address = /"(B62[1-9A-HJ-NP-Za-km-z]+)"/.exec(query)?.[1] ?? '';
  if (query.includes('sendZkapp')) {
    const literal = /zkappCommand: ([^]*)\}\) \{ zkapp/.exec(query)?.[1] ?? '';
    const json = literal.replace(/([{,])([a-zA-Z]\w*):/g, '$1"$2":');
    const hash = await chain.submit(Mina.Transaction.fromJSON(json));
    sent.push(await chain.wait(hash));
    return { sendZkapp: { zkapp: { hash } } };
  }
  if (query.includes('account(')) return { account: await accountOf(chain, address) };
  if (query.includes('events(')) return { events: blocksOf(await chain.events(address)) };
  if (query.includes('slotSinceGenesis')) {
    const slot = await chain.slot();
    const date = String(1000n * (await chain.genesis()) + BigInt(1000 * SLOT_SECONDS * slot));
    const consensusState = { slotSinceGenesis: String(slot) };
    return { bestChain: [{ protocolState: { blockchainState: { date }, consensusState } }] };
  }
  return { bestChain: sent.map(blockOf) };
}

async function accountOf(chain: EmbeddedChain, address: string) {
  const account = await chain.account(address);
  if (account === undefined) return null;
  const { nonce, balance, zkapp } = account;
  return {
    nonce: String(nonce),
    balance: { total: String(balance) },
    zkappState: zkapp?.state.map(String) ?? null,
    verificationKey:
      zkapp === undefined
        ? null
        : {
            verificationKey: zkapp.verificationKey.data,
            hash: String(zkapp.verificationKey.hash),
          },
    provedState: zkapp?.provedState ?? null,
  };
}

const blockOf = ({ transaction, height }: Inclusion) => ({
  transactions: { zkappCommands: [{ hash: transaction, failureReason: null }] },
  protocolState: { consensusState: { blockHeight: String(height) } },
});

/** An archive answers newest block first. */
function blocksOf(events: readonly ChainEvent[]) {
  const heights = [...new Set(events.map(({ height }) => height))].sort((a, b) => b - a);
  return heights.map((height) => ({
    blockInfo: { height, chainStatus: 'canonical' },
    eventData: events
      .filter((event) => event.height === height)
      .map(({ fields, transaction }) => ({
        data: fields.map(String),
        transactionInfo: { hash: transaction, status: 'applied' },
      })),
  }));
}
