/** A server for tests that answers as a Mina node and an archive do, from an embedded chain. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Mina } from 'o1js';
import { ZkcxError } from '../../../src/errors.ts';
import { type ChainBlock, type ChainEvent, MAX_RANGE } from '../../../src/zkapp/client/chain.ts';
import type { EmbeddedChain } from '../../../src/zkapp/client/embedded/embedded-chain.ts';

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
  const sent: string[] = [];
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

async function answerTo(chain: EmbeddedChain, query: string, sent: string[]): Promise<unknown> {
  try {
    return { data: await dataFor(chain, query, sent) };
  } catch (error) {
    if (!(error instanceof ZkcxError)) throw error;
    const extensions = error.code === 'ERR_NODE_RANGE' ? { code: 'BLOCK_RANGE_ERROR' } : {};
    return { data: null, errors: [{ message: error.message, extensions }] };
  }
}

async function dataFor(chain: EmbeddedChain, query: string, sent: string[]): Promise<unknown> {
  const address = /"(B62[1-9A-HJ-NP-Za-km-z]+)"/.exec(query)?.[1] ?? '';
  if (query.includes('sendZkapp')) {
    const literal = /zkappCommand: ([^]*)\}\) \{ zkapp/.exec(query)?.[1] ?? '';
    const json = literal.replace(/([{,])([a-zA-Z]\w*):/g, '$1"$2":');
    const hash = await chain.submit(Mina.Transaction.fromJSON(json));
    sent.push(hash);
    return { sendZkapp: { zkapp: { hash } } };
  }
  const syncStatus = 'SYNCED';
  if (query.includes('account(')) return { syncStatus, account: await accountOf(chain, address) };
  if (query.includes('events(')) return { events: await archived(chain, address, query) };
  if (query.includes('networkState')) {
    const { pending, canonical } = await chain.eventHeights();
    const maxBlockHeight = { canonicalMaxBlockHeight: canonical, pendingMaxBlockHeight: pending };
    return { networkState: { maxBlockHeight } };
  }
  if (query.includes('transactions')) {
    return { pooledZkappCommands: [], bestChain: await recentBlocks(chain, sent) };
  }
  const maxLength = Number(/maxLength: ([0-9]+)/.exec(query)?.[1]);
  const answer = { syncStatus, bestChain: await bestChain(chain, maxLength) };
  if (!query.includes('daemonStatus')) return answer;
  const { slotSeconds } = await chain.clock();
  const consensusConfiguration = { slotDuration: 1_000 * slotSeconds, slotsPerEpoch: EPOCH };
  return { ...answer, daemonStatus: { chainId: await chain.identity(), consensusConfiguration } };
}

/** Slots of an epoch. */
const EPOCH = 7_140;

async function bestChain(chain: EmbeddedChain, maxLength: number) {
  const { height } = await chain.tip();
  const heights = Array.from({ length: Math.min(height, maxLength) }, (_, i) => height - i);
  return heights.map((one) => {
    const block = chain.blockAt(one);
    return {
      stateHash: stateHash(block),
      protocolState: {
        blockchainState: { date: String(1000n * block.time) },
        consensusState: {
          blockHeight: String(block.height),
          slotSinceGenesis: String(block.globalSlotSinceGenesis),
          epoch: String(Math.floor(block.globalSlotSinceHardfork / EPOCH)),
          slot: String(block.globalSlotSinceHardfork % EPOCH),
        },
      },
    };
  });
}

/** A hexadecimal hash in letters of base58. */
const stateHash = ({ stateHash: hash }: ChainBlock) => hash.replaceAll('0', 'z');

async function accountOf(chain: EmbeddedChain, address: string) {
  const account = await chain.account(address);
  if (account === undefined) return null;
  const { nonce, balance, zkapp, permissions, delegate, timing, tokenSymbol } = account;
  return {
    nonce: String(nonce),
    inferredNonce: String(nonce),
    balance: { total: String(balance) },
    permissions,
    delegateAccount: delegate === undefined ? null : { publicKey: delegate },
    // an embedded chain has no accounts with either
    timing: timing ?? { initialMinimumBalance: null, cliffTime: null },
    votingFor: NO_STATE_HASH,
    tokenSymbol,
    zkappState: zkapp?.state.map(String) ?? null,
    verificationKey:
      zkapp === undefined
        ? null
        : {
            verificationKey: zkapp.verificationKey.data,
            hash: String(zkapp.verificationKey.hash),
          },
    provedState: zkapp?.provedState ?? null,
    zkappUri: zkapp?.uri ?? null,
  };
}

/** What a node answers of an account that votes for nothing. */
export const NO_STATE_HASH = '3NK2tkzqqK5spR2sZ7tujjqPksL45M3UUrcA4WhCkeiPtnugyE2x';

/** Those with commands that this node took, and the newest. */
async function recentBlocks(chain: EmbeddedChain, sent: readonly string[]) {
  const { height } = await chain.tip();
  const heights = new Map<number, string[]>([[height, []]]);
  for (const transaction of sent) {
    const status = await chain.command({ transaction, feePayer: '' });
    if (status.state !== 'included') continue;
    heights.set(status.height, [...(heights.get(status.height) ?? []), transaction]);
  }
  return [...heights].map(([blockHeight, hashes]) => ({
    transactions: { zkappCommands: hashes.map((hash) => ({ hash, failureReason: null })) },
    protocolState: { consensusState: { blockHeight: String(blockHeight) } },
  }));
}

/** As an archive: the last blocks without a range, an error for too many, in an order of its own. */
async function archived(chain: EmbeddedChain, address: string, query: string) {
  const bound = (name: string) => Number(new RegExp(`${name}: ([0-9]+)`).exec(query)?.[1] ?? 0);
  const { height } = await chain.tip();
  let [from, to] = [bound('from'), bound('to')];
  if (from === 0 && to === 0) [from, to] = [Math.max(1, height + 1 - MAX_RANGE), height + 1];
  if (from === 0) from = Math.max(1, to - MAX_RANGE);
  if (to === 0) to = from + MAX_RANGE;
  return blocksOf(await chain.events(address, { from, to }));
}

function blocksOf(events: readonly ChainEvent[]) {
  const heights = [...new Set(events.map(({ block }) => block.height))].sort((a, b) => b - a);
  return heights.map((height) => {
    const inBlock = events.filter(({ block }) => block.height === height);
    const [{ block, status }] = inBlock as [ChainEvent];
    return {
      blockInfo: {
        height,
        stateHash: stateHash(block),
        globalSlotSinceGenesis: block.globalSlotSinceGenesis,
        globalSlotSinceHardfork: block.globalSlotSinceHardfork,
        timestamp: String(1000n * block.time),
        chainStatus: status,
      },
      // their order is told by numbers only
      eventData: inBlock.toReversed().map((event) => ({
        accountUpdateId: String(1_000 + event.accountUpdate),
        data: event.fields.map(String),
        transactionInfo: {
          hash: event.transaction,
          status: 'applied',
          authorizationKind: event.authorization === 'None' ? 'None_given' : event.authorization,
          sequenceNumber: event.sequenceNumber,
          zkappAccountUpdateIds: Array.from({ length: 10 }, (_, i) => 1_000 + i),
        },
      })),
    };
  });
}
