/** Events as an archive node tells them (Archive-Node-API). */
import { TokenId } from 'o1js';
import { z } from 'zod';
import type { BlockRange, ChainEvent, EventHeights } from '../chain.ts';
import { base58, fieldElement, uint32, uint64 } from './forms.ts';

export const eventsQuery = (
  address: string,
  { from, to }: BlockRange,
) => `query { events(input: { address: "${address}",
  tokenId: "${TokenId.toBase58(TokenId.default)}", from: ${from}, to: ${to} }) {
    blockInfo { height stateHash globalSlotSinceGenesis globalSlotSinceHardfork timestamp chainStatus }
    eventData { accountUpdateId data transactionInfo {
      status hash authorizationKind sequenceNumber zkappAccountUpdateIds } } } }`;

export const HEIGHTS_QUERY =
  'query { networkState { maxBlockHeight { canonicalMaxBlockHeight pendingMaxBlockHeight } } }';

export const heightsSchema = z.looseObject({
  networkState: z.looseObject({
    maxBlockHeight: z.looseObject({
      canonicalMaxBlockHeight: uint32,
      pendingMaxBlockHeight: uint32,
    }),
  }),
});

const KIND = { None_given: 'None', None: 'None', Signature: 'Signature', Proof: 'Proof' } as const;

export const eventsSchema = z.looseObject({
  events: z.array(
    z.looseObject({
      blockInfo: z.looseObject({
        height: uint32,
        stateHash: base58,
        globalSlotSinceGenesis: uint32,
        globalSlotSinceHardfork: uint32,
        /** Milliseconds. */
        timestamp: uint64,
        chainStatus: z.enum(['canonical', 'pending', 'orphaned']),
      }),
      eventData: z.array(
        z
          .looseObject({
            accountUpdateId: uint32,
            data: z.array(fieldElement).max(1_024),
            transactionInfo: z.looseObject({
              status: z.string(),
              hash: base58,
              authorizationKind: z
                .enum(Object.keys(KIND) as (keyof typeof KIND)[])
                .transform((kind) => KIND[kind]),
              sequenceNumber: uint32,
              zkappAccountUpdateIds: z.array(uint32),
            }),
          })
          .refine(({ accountUpdateId, transactionInfo }) =>
            transactionInfo.zkappAccountUpdateIds.includes(accountUpdateId),
          ),
      ),
    }),
  ),
});

export function readHeights({ networkState }: z.infer<typeof heightsSchema>): EventHeights {
  const { canonicalMaxBlockHeight, pendingMaxBlockHeight } = networkState.maxBlockHeight;
  return { canonical: canonicalMaxBlockHeight, pending: pendingMaxBlockHeight };
}

/**
 * What happened on the best chain, in its order: an archive promises none, and near the tip it tells of several
 * branches.
 *
 * @param isBest whether a block that is not canonical yet is on the best chain
 */
export function readEvents(
  { events }: z.infer<typeof eventsSchema>,
  isBest: (stateHash: string) => boolean,
): ChainEvent[] {
  return events
    .filter(
      ({ blockInfo: { chainStatus, stateHash } }) =>
        chainStatus === 'canonical' || (chainStatus === 'pending' && isBest(stateHash)),
    )
    .flatMap(({ blockInfo, eventData }) => {
      const { timestamp, chainStatus, ...block } = blockInfo;
      return eventData
        .filter(({ transactionInfo: { status } }) => status === 'applied')
        .map(({ accountUpdateId, data, transactionInfo }) => ({
          fields: data,
          block: {
            height: block.height,
            stateHash: block.stateHash,
            globalSlotSinceGenesis: block.globalSlotSinceGenesis,
            globalSlotSinceHardfork: block.globalSlotSinceHardfork,
            time: timestamp / 1000n,
          },
          status: chainStatus === 'canonical' ? ('canonical' as const) : ('pending' as const),
          transaction: transactionInfo.hash,
          sequenceNumber: transactionInfo.sequenceNumber,
          accountUpdate: transactionInfo.zkappAccountUpdateIds.indexOf(accountUpdateId),
          authorization: transactionInfo.authorizationKind,
        }));
    })
    .sort(
      (a, b) =>
        a.block.height - b.block.height ||
        a.sequenceNumber - b.sequenceNumber ||
        a.accountUpdate - b.accountUpdate,
    );
}
