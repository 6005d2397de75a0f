/**
 * The chain behind one or more Mina nodes (GraphQL) and an archive, which keeps the events. A node's
 * answer is not authenticated: it proves nothing of the chain's consensus. Several nodes are asked the
 * same, and must agree; events are checked against the state that they lead to.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Mina, type NetworkId } from 'o1js';
import { z } from 'zod';
import { checked } from '../../../arguments.ts';
import { ZkcxError } from '../../../errors.ts';
import { type Clock, systemClock } from '../../../time.ts';
import * as argument from '../arguments.ts';
import type {
  BlockRange,
  Chain,
  ChainAccount,
  ChainBlock,
  ChainClock,
  ChainEvent,
  CommandQuery,
  CommandStatus,
  EventHeights,
} from '../chain.ts';
import { activateSnapshot } from '../instance.ts';
import { accountQuery, accountSchema, readAccount, sameAccount } from './account.ts';
import {
  eventsQuery,
  eventsSchema,
  HEIGHTS_QUERY,
  heightsSchema,
  readEvents,
  readHeights,
} from './archive.ts';
import {
  commandQuery,
  commandSchema,
  least,
  readStatus,
  sendQuery,
  sentSchema,
} from './command.ts';
import { base58 } from './forms.ts';
import { askNode, assertNodeUrl, type GraphqlOptions, nameOf } from './graphql.ts';
import { assertSynced, type NodeTip, readTip, TIP_QUERY, tipSchema } from './tip.ts';

export interface NodeOptions extends GraphqlOptions {
  /** URLs of nodes; all must agree. */
  readonly nodes: readonly string[];
  /** URLs of archives; all must agree. Default: the first node. */
  readonly archives?: readonly string[];
  /** Signatures hold for one network only; default devnet. */
  readonly network?: NetworkId;
  /** Unix seconds; what nodes say of time is held against it. Default: the system's. */
  readonly now?: Clock;
  /** Milliseconds between two questions to nodes that differ; default 20,000. */
  readonly interval?: number;
  /** Questions before nodes that differ count as different; default 4. */
  readonly attempts?: number;
}

/** Blocks on top of one after which a reorganisation is all but impossible: 99.9 %. */
const FINALITY = 15;
/** Mina's k. */
const CANONICAL = 290;
/** Seconds that a newest block may be ahead of this system's clock, and behind it. */
const MAX_AHEAD = 300n;
const MAX_BEHIND = 10_800n;

const bestChainSchema = z.looseObject({
  bestChain: z.array(z.looseObject({ stateHash: base58 })).nullable(),
});

/** Throws ERR_NODE_URL; its methods throw the codes of `askNode`, and ERR_NODE_DIFFERENT. */
export class NodeChain implements Chain {
  readonly network: NetworkId;
  readonly proofs = true;
  readonly finality = FINALITY;
  readonly canonical = CANONICAL;
  private readonly options: NodeOptions;

  constructor(options: NodeOptions) {
    checked(options, argument.nodeOptions, 'NodeChain');
    const { nodes, archives = [], network = 'devnet' } = options;
    [...nodes, ...archives].forEach((url) => assertNodeUrl(url, options));
    this.options = options;
    this.network = network;
  }

  async identity(): Promise<string> {
    return (await this.tips())[0].identity;
  }

  async clock(): Promise<ChainClock> {
    return (await this.tips())[0].clock;
  }

  async tip(): Promise<ChainBlock> {
    // a node that lags is behind, none is ahead of time
    return (await this.tips())
      .map(({ block }) => block)
      .reduce((a, b) => (b.height > a.height ? b : a));
  }

  async slot(): Promise<number> {
    return (await this.tip()).globalSlotSinceGenesis;
  }

  async account(address: string): Promise<ChainAccount | undefined> {
    const { attempts = 4, interval = 20_000 } = this.options;
    for (let attempt = 1; ; attempt++) {
      const answers = await this.askNodes(accountQuery(address), accountSchema);
      const accounts = answers.map(({ node, answer }) => {
        assertSynced(answer.syncStatus, nameOf(node));
        return answer.account === null ? undefined : readAccount(answer.account);
      });
      const [first, ...others] = accounts;
      if (others.every((other) => sameAccount(first, other))) return first;
      // one of them may be a block behind
      if (attempt >= attempts) {
        throw new ZkcxError(
          'ERR_NODE_DIFFERENT',
          `the nodes report different states of account ${address}: at least one is wrong or behind`,
        );
      }
      await sleep(interval);
    }
  }

  async events(address: string, range: BlockRange): Promise<ChainEvent[]> {
    const answers = await this.askArchives(eventsQuery(address, range), eventsSchema);
    const isPending = ({ answer }: (typeof answers)[number]) =>
      answer.events.some(({ blockInfo }) => blockInfo.chainStatus === 'pending');
    const best = answers.some(isPending) ? await this.bestChain() : new Set<string>();
    const [first, ...others] = answers.map(({ answer }) =>
      readEvents(answer, (stateHash) => best.has(stateHash)),
    );
    if (others.every((other) => sameEvents(first!, other))) return first!;
    throw new ZkcxError(
      'ERR_NODE_DIFFERENT',
      `the archives tell of different events of ${address}: at least one is wrong or behind`,
    );
  }

  async eventHeights(): Promise<EventHeights> {
    const heights = (await this.askArchives(HEIGHTS_QUERY, heightsSchema)).map(({ answer }) =>
      readHeights(answer),
    );
    return {
      canonical: Math.min(...heights.map(({ canonical }) => canonical)),
      pending: Math.min(...heights.map(({ pending }) => pending)),
    };
  }

  async activate(addresses: readonly string[]): Promise<void> {
    const accounts = new Map<string, ChainAccount | undefined>();
    for (const address of addresses) accounts.set(address, await this.account(address));
    const { network, proofs } = this;
    await activateSnapshot({ network, proofs, slot: await this.slot(), accounts });
  }

  /** To every node: what one of them loses, another one has. */
  async submit(transaction: Mina.Transaction<true, true>): Promise<string> {
    const json = transaction.toJSON();
    const query = sendQuery(json);
    const hash = await Mina.Transaction.hash(json);
    // a node that took it and then fell silent would refuse it the second time
    const once = { ...this.options, retries: 0 };
    const sent = await Promise.allSettled(
      this.options.nodes.map((node) => askNode(node, query, sentSchema, once)),
    );
    if (sent.some(({ status }) => status === 'fulfilled')) return hash;
    const reasons = sent.map((one) => (one as PromiseRejectedResult).reason as unknown);
    throw reasons.find((reason) => !isRefusal(reason)) ?? reasons[0];
  }

  /** What all nodes that answer agree in: in a block only when it is in one for each of them. */
  async command(query: CommandQuery): Promise<CommandStatus> {
    const answers = await Promise.allSettled(
      this.options.nodes.map(async (node) =>
        readStatus(
          await askNode(node, commandQuery(query), commandSchema, this.options),
          query,
          nameOf(node),
        ),
      ),
    );
    const found = answers.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    if (found.length > 0) return least(found);
    throw (answers[0] as PromiseRejectedResult).reason;
  }

  async close(): Promise<void> {}

  /** Throws ERR_NODE_DIFFERENT, ERR_NODE_CLOCK, ERR_NODE_SYNCING. */
  private async tips(): Promise<[NodeTip, ...NodeTip[]]> {
    const answers = await this.askNodes(TIP_QUERY, tipSchema);
    const [first, ...others] = answers.map(({ node, answer }) => {
      const tip = readTip(answer, nameOf(node));
      this.assertInTime(tip.block, nameOf(node));
      return tip;
    });
    const same = ({ identity, clock }: NodeTip) =>
      identity === first!.identity &&
      clock.genesis === first!.clock.genesis &&
      clock.slotSeconds === first!.clock.slotSeconds;
    if (others.every(same)) return [first!, ...others];
    throw new ZkcxError('ERR_NODE_DIFFERENT', 'the nodes are of different networks');
  }

  private assertInTime({ time }: ChainBlock, name: string): void {
    const now = (this.options.now ?? systemClock)();
    if (time <= now + MAX_AHEAD && time >= now - MAX_BEHIND) return;
    throw new ZkcxError(
      'ERR_NODE_CLOCK',
      `the newest block of ${name} is ${time > now ? 'later than' : 'hours before'} this system's ` +
        'clock: check the clock, and ask another node',
    );
  }

  /** State hashes of the blocks that are on the best chain and may still be replaced. */
  private async bestChain(): Promise<ReadonlySet<string>> {
    const query = `query { bestChain(maxLength: ${CANONICAL}) { stateHash } }`;
    const { bestChain } = await askNode(
      this.options.nodes[0]!,
      query,
      bestChainSchema,
      this.options,
    );
    return new Set((bestChain ?? []).map(({ stateHash }) => stateHash));
  }

  private askNodes<T>(query: string, schema: z.ZodType<T>) {
    return this.askAll(this.options.nodes, query, schema);
  }

  private askArchives<T>(query: string, schema: z.ZodType<T>) {
    const { archives = [], nodes } = this.options;
    return this.askAll(archives.length === 0 ? nodes.slice(0, 1) : archives, query, schema);
  }

  private askAll<T>(urls: readonly string[], query: string, schema: z.ZodType<T>) {
    return Promise.all(
      urls.map(async (node) => ({
        node,
        answer: await askNode(node, query, schema, this.options),
      })),
    );
  }
}

/** Events that archives tell; one of them may call a block canonical a little earlier. */
function sameEvents(a: readonly ChainEvent[], b: readonly ChainEvent[]): boolean {
  const text = (events: readonly ChainEvent[]) =>
    JSON.stringify(events, (name, value: unknown) => {
      if (name === 'status') return undefined;
      return typeof value === 'bigint' ? value.toString() : value;
    });
  return text(a) === text(b);
}

const isRefusal = (reason: unknown) =>
  reason instanceof ZkcxError && reason.code === 'ERR_NODE_REFUSED';
