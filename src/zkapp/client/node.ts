/**
 * The chain behind one or more Mina nodes (GraphQL) and an archive, which keeps the events. A node's
 * answer is not authenticated: it proves nothing of the chain's consensus. Several nodes are asked the
 * same, and must agree; events are checked against the state that they lead to.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Mina, type NetworkId, TokenId } from 'o1js';
import { z } from 'zod';
import { ZkcxError } from '../../errors.ts';
import { SLOT_SECONDS } from '../../params.ts';
import { fieldString } from '../../arguments.ts';
import type { Chain, ChainAccount, ChainEvent, Inclusion, WaitOptions } from './chain.ts';
import { askNode, assertNodeUrl, type GraphqlOptions } from './graphql.ts';
import { activateSnapshot } from './instance.ts';

export interface NodeOptions extends GraphqlOptions {
  /** URLs of nodes; all must agree. */
  readonly nodes: readonly string[];
  /** URL of an archive; default: the first node. */
  readonly archive?: string;
  /** Signatures hold for one network only; default devnet. */
  readonly network?: NetworkId;
  /** Milliseconds between two questions whether a transaction is in a block; default 20,000. */
  readonly interval?: number;
  /** Questions before it is given up; default 90. */
  readonly attempts?: number;
}

const decimal = z.string().regex(/^[0-9]{1,20}$/);
const uint32 = z.union([decimal, z.int()]).transform(Number).pipe(z.int().min(0).max(0xffffffff));
const field = fieldString.transform(BigInt);

const accountSchema = z.looseObject({
  account: z
    .looseObject({
      nonce: uint32,
      balance: z.looseObject({ total: decimal.transform(BigInt) }),
      zkappState: z.array(field).length(8).nullable(),
      verificationKey: z
        .looseObject({
          verificationKey: z.string().regex(/^[A-Za-z0-9+/]{1,20000}={0,2}$/),
          hash: field,
        })
        .nullable(),
      provedState: z.boolean().nullable(),
    })
    .nullable(),
});

const slotSchema = z.looseObject({
  bestChain: z
    .array(
      z.looseObject({
        protocolState: z.looseObject({
          /** Milliseconds. */
          blockchainState: z.looseObject({ date: decimal.transform(BigInt) }),
          consensusState: z.looseObject({ slotSinceGenesis: uint32 }),
        }),
      }),
    )
    .length(1),
});

const eventsSchema = z.looseObject({
  events: z.array(
    z.looseObject({
      blockInfo: z.looseObject({ height: uint32, chainStatus: z.string() }),
      eventData: z.array(
        z.looseObject({
          data: z.array(field).max(1_024),
          transactionInfo: z.looseObject({ hash: z.string(), status: z.string() }),
        }),
      ),
    }),
  ),
});

const blocksSchema = z.looseObject({
  bestChain: z.array(
    z.looseObject({
      transactions: z.looseObject({
        zkappCommands: z.array(
          z.looseObject({
            hash: z.string(),
            failureReason: z
              .array(z.looseObject({ failures: z.array(z.string()) }).nullable())
              .nullable(),
          }),
        ),
      }),
      protocolState: z.looseObject({ consensusState: z.looseObject({ blockHeight: uint32 }) }),
    }),
  ),
});

const sentSchema = z.looseObject({
  sendZkapp: z.looseObject({ zkapp: z.looseObject({ hash: z.string() }) }),
});

/** Throws ERR_NODE_URL; its methods throw the codes of `askNode`, and ERR_NODE_DIFFERENT. */
export class NodeChain implements Chain {
  readonly network: NetworkId;
  readonly proofs = true;
  private readonly options: NodeOptions;

  constructor(options: NodeOptions) {
    [...options.nodes, ...(options.archive === undefined ? [] : [options.archive])].forEach(
      assertNodeUrl,
    );
    if (options.nodes.length === 0) throw new ZkcxError('ERR_NODE_URL', 'name a node');
    this.options = options;
    this.network = options.network ?? 'devnet';
  }

  async slot(): Promise<number> {
    // a node that lags is behind, none is ahead of time
    return Math.max(...(await this.tips()).map(({ slot }) => slot));
  }

  /** A block begins with its slot, so any block tells; and it is right after a hard fork too. */
  async genesis(): Promise<bigint> {
    const [first, ...others] = (await this.tips()).map(
      ({ slot, date }) => date / 1000n - BigInt(slot * SLOT_SECONDS),
    );
    if (others.every((other) => other === first)) return first!;
    throw new ZkcxError('ERR_NODE_DIFFERENT', 'the nodes are of different networks');
  }

  async account(address: string): Promise<ChainAccount | undefined> {
    const query = `query { account(publicKey: "${address}", token: "${defaultToken()}") {
      nonce balance { total } zkappState verificationKey { verificationKey hash } provedState } }`;
    const { attempts = 90, interval = 20_000 } = this.options;
    for (let attempt = 0; ; attempt++) {
      const answers = await this.askAll(query, accountSchema);
      const accounts = answers.map(({ account }) => (account === null ? undefined : read(account)));
      const [first, ...others] = accounts;
      if (others.every((other) => sameContract(first, other))) return first;
      // one of them may be a block behind
      if (attempt >= Math.min(3, attempts)) {
        throw new ZkcxError(
          'ERR_NODE_DIFFERENT',
          `the nodes report different states of account ${address}: at least one is wrong or behind`,
        );
      }
      await sleep(interval);
    }
  }

  async events(address: string): Promise<ChainEvent[]> {
    const query = `query { events(input: { address: "${address}", tokenId: "${defaultToken()}" }) {
      blockInfo { height chainStatus } eventData { transactionInfo { hash status } data } } }`;
    const { archive, nodes } = this.options;
    const { events } = await askNode(archive ?? nodes[0]!, query, eventsSchema, this.options);
    // near the tip an archive tells of several branches: a transaction counts in the first block that has it
    const blockOf = new Map<string, number>();
    return events
      .filter(({ blockInfo }) => blockInfo.chainStatus !== 'orphaned')
      .sort((a, b) => a.blockInfo.height - b.blockInfo.height)
      .flatMap(({ blockInfo, eventData }, block) =>
        eventData
          .filter(({ transactionInfo: { hash, status } }) => {
            if (status === 'failed') return false;
            if (!blockOf.has(hash)) blockOf.set(hash, block);
            return blockOf.get(hash) === block;
          })
          .map(({ data, transactionInfo }) => ({
            fields: data,
            height: blockInfo.height,
            transaction: transactionInfo.hash,
          })),
      );
  }

  async activate(addresses: readonly string[]): Promise<void> {
    const accounts = new Map<string, ChainAccount | undefined>();
    for (const address of addresses) accounts.set(address, await this.account(address));
    await activateSnapshot({ network: this.network, slot: await this.slot(), accounts });
  }

  async submit(transaction: Mina.Transaction<true, true>): Promise<string> {
    const query = `mutation { sendZkapp(input: { zkappCommand: ${graphqlLiteral(
      JSON.parse(transaction.toJSON()),
    )} }) { zkapp { hash } } }`;
    const hash = await Mina.Transaction.hash(transaction.toJSON());
    // never twice: the second time it is a transaction that the pool knows already
    const once = { ...this.options, retries: 0 };
    await askNode(this.options.nodes[0]!, query, sentSchema, once);
    return hash;
  }

  /**
   * Throws ERR_REGISTRY_REFUSED when it failed in its block, ERR_REGISTRY_PENDING when it is in none of
   * the last blocks in all that time.
   */
  async wait(transaction: string, { signal }: WaitOptions = {}): Promise<Inclusion> {
    const { interval = 20_000, attempts = 90 } = this.options;
    const query = `query { bestChain(maxLength: 20) { transactions { zkappCommands {
      hash failureReason { failures } } } protocolState { consensusState { blockHeight } } } }`;
    for (let attempt = 0; attempt < attempts; attempt++) {
      if (attempt > 0) await sleep(interval, undefined, { signal }).catch(() => undefined);
      if (signal?.aborted) break;
      const [node] = this.options.nodes;
      const { bestChain } = await askNode(node!, query, blocksSchema, this.options);
      for (const { transactions, protocolState } of bestChain) {
        const found = transactions.zkappCommands.find(({ hash }) => hash === transaction);
        if (found === undefined) continue;
        if (found.failureReason !== null) {
          throw new ZkcxError(
            'ERR_REGISTRY_REFUSED',
            `transaction ${transaction} is in a block, but failed: sync and try again`,
          );
        }
        return { transaction, height: protocolState.consensusState.blockHeight };
      }
    }
    throw new ZkcxError(
      'ERR_REGISTRY_PENDING',
      `transaction ${transaction} is in no block yet: look for it later, before sending it again`,
    );
  }

  async close(): Promise<void> {}

  private async tips(): Promise<{ slot: number; date: bigint }[]> {
    const query = `query { bestChain(maxLength: 1) { protocolState {
      blockchainState { date } consensusState { slotSinceGenesis } } } }`;
    const answers = await this.askAll(query, slotSchema);
    return answers.map(({ bestChain }) => {
      const { blockchainState, consensusState } = bestChain[0]!.protocolState;
      return { slot: consensusState.slotSinceGenesis, date: blockchainState.date };
    });
  }

  private askAll<T>(query: string, schema: z.ZodType<T>): Promise<T[]> {
    return Promise.all(
      this.options.nodes.map((node) => askNode(node, query, schema, this.options)),
    );
  }
}

function read(account: NonNullable<z.infer<typeof accountSchema>['account']>): ChainAccount {
  const { nonce, balance, zkappState, verificationKey, provedState } = account;
  return {
    nonce,
    balance: balance.total,
    zkapp:
      zkappState === null || verificationKey === null
        ? undefined
        : {
            state: zkappState,
            verificationKey: {
              data: verificationKey.verificationKey,
              hash: verificationKey.hash,
            },
            provedState: provedState ?? false,
          },
  };
}

/** Balances and nonces move all the time; contracts must be alike. */
function sameContract(a: ChainAccount | undefined, b: ChainAccount | undefined): boolean {
  const contract = (account: ChainAccount | undefined) =>
    account?.zkapp && [...account.zkapp.state, account.zkapp.verificationKey.hash].join();
  return (a === undefined) === (b === undefined) && contract(a) === contract(b);
}

const defaultToken = () => TokenId.toBase58(TokenId.default);

/** JSON as a literal of GraphQL, whose names stand without quotes. */
function graphqlLiteral(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(graphqlLiteral).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, inner]) => `${name}:${graphqlLiteral(inner)}`);
  return `{${fields.join(',')}}`;
}
