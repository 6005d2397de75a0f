/** A command on its way: handing it to a Mina node, and asking where it is. */
import { z } from 'zod';
import { ZkcxError } from '../../../errors.ts';
import type { CommandQuery, CommandStatus } from '../chain.ts';
import { base58, uint32 } from './forms.ts';

/** Blocks that are searched for a command: all that can still be replaced. */
const SEARCHED = 290;

export const sendQuery = (json: string) =>
  `mutation { sendZkapp(input: { zkappCommand: ${literal(JSON.parse(json))} }) { zkapp { hash } } }`;

export const sentSchema = z.looseObject({
  sendZkapp: z.looseObject({ zkapp: z.looseObject({ hash: base58 }) }),
});

export const commandQuery = ({ feePayer }: CommandQuery) => `query {
  pooledZkappCommands(publicKey: "${feePayer}") { hash }
  bestChain(maxLength: ${SEARCHED}) { transactions { zkappCommands {
    hash failureReason { failures } } } protocolState { consensusState { blockHeight } } } }`;

export const commandSchema = z.looseObject({
  pooledZkappCommands: z.array(z.looseObject({ hash: base58 })),
  bestChain: z
    .array(
      z.looseObject({
        transactions: z.looseObject({
          zkappCommands: z.array(
            z.looseObject({
              hash: base58,
              failureReason: z
                .array(z.looseObject({ failures: z.array(z.string()) }).nullable())
                .nullable(),
            }),
          ),
        }),
        protocolState: z.looseObject({ consensusState: z.looseObject({ blockHeight: uint32 }) }),
      }),
    )
    .nullable(),
});

/** Throws ERR_NODE_SYNCING for a node that knows no chain. */
export function readStatus(
  { bestChain, pooledZkappCommands }: z.infer<typeof commandSchema>,
  { transaction }: CommandQuery,
  name: string,
): CommandStatus {
  if (bestChain === null || bestChain.length === 0) {
    throw new ZkcxError('ERR_NODE_SYNCING', `${name} knows no chain yet: ask it later`);
  }
  const heightOf = (block: (typeof bestChain)[number]) =>
    block.protocolState.consensusState.blockHeight;
  // a node may send as many blocks as it likes
  const tip = bestChain.reduce((highest, block) => Math.max(highest, heightOf(block)), 0);
  for (const block of bestChain) {
    const found = block.transactions.zkappCommands.find(({ hash }) => hash === transaction);
    if (found === undefined) continue;
    const height = heightOf(block);
    const reasons = found.failureReason?.flatMap((one) => one?.failures ?? []);
    // what a node says is not repeated as it is
    const failure = reasons?.map((one) => one.replace(/[^A-Za-z0-9_ ]/g, '')).join(', ');
    return { state: 'included', height, depth: tip - height, failure: failure?.slice(0, 200) };
  }
  return {
    state: pooledZkappCommands.some(({ hash }) => hash === transaction) ? 'pooled' : 'unknown',
  };
}

/** Of several nodes' answers what all of them bear out. */
export function least(answers: readonly CommandStatus[]): CommandStatus {
  const included = answers.flatMap((one) => (one.state === 'included' ? [one] : []));
  if (included.length === answers.length) {
    return included.reduce((a, b) => (b.depth < a.depth ? b : a));
  }
  // in a block for some of them, so that others will have it soon
  const isAnywhere = included.length > 0 || answers.some(({ state }) => state === 'pooled');
  return { state: isAnywhere ? 'pooled' : 'unknown' };
}

/** JSON as a literal of GraphQL, whose names stand without quotes. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, inner]) => `${name}:${literal(inner)}`);
  return `{${fields.join(',')}}`;
}
