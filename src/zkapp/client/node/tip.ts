/** The newest block of a Mina node, how its network's slots lie in time, and whether it keeps up with it. */
import { z } from 'zod';
import { ZkcxError } from '../../../errors.ts';
import type { ChainBlock, ChainClock } from '../chain.ts';
import { base58, uint32, uint64 } from './forms.ts';

export const TIP_QUERY = `query { syncStatus
  bestChain(maxLength: 1) { stateHash protocolState { blockchainState { date }
    consensusState { blockHeight slotSinceGenesis slot epoch } } }
  daemonStatus { chainId consensusConfiguration { slotDuration slotsPerEpoch } } }`;

export const tipSchema = z.looseObject({
  syncStatus: z.string(),
  /** Null until the node has caught up far enough to know any. */
  bestChain: z
    .array(
      z.looseObject({
        stateHash: base58,
        protocolState: z.looseObject({
          /** Milliseconds. */
          blockchainState: z.looseObject({ date: uint64 }),
          /** `slot` is the one in its epoch. */
          consensusState: z.looseObject({
            blockHeight: uint32,
            slotSinceGenesis: uint32,
            slot: uint32,
            epoch: uint32,
          }),
        }),
      }),
    )
    .max(1)
    .nullable(),
  daemonStatus: z.looseObject({
    chainId: z.string().min(1).max(200),
    consensusConfiguration: z.looseObject({
      /** Milliseconds. */
      slotDuration: uint32.refine((value) => value > 0 && value % 1_000 === 0),
      slotsPerEpoch: uint32.refine((value) => value > 0),
    }),
  }),
});

export interface NodeTip {
  readonly identity: string;
  readonly clock: ChainClock;
  readonly block: ChainBlock;
}

/**
 * Throws ERR_NODE_SYNCING. A block's time is the beginning of its slot, so the newest tells when slot 0 was, or
 * would have been had slots been always as long as they are.
 */
export function readTip(answer: z.infer<typeof tipSchema>, name: string): NodeTip {
  const { syncStatus, bestChain, daemonStatus } = answer;
  assertSynced(syncStatus, name);
  const [tip] = bestChain ?? [];
  if (tip === undefined) throw syncing(name);
  const { slotDuration, slotsPerEpoch } = daemonStatus.consensusConfiguration;
  const { blockHeight, slotSinceGenesis, slot, epoch } = tip.protocolState.consensusState;
  const time = tip.protocolState.blockchainState.date / 1000n;
  const slotSeconds = slotDuration / 1_000;
  return {
    identity: daemonStatus.chainId,
    clock: { genesis: time - BigInt(slotSeconds) * BigInt(slotSinceGenesis), slotSeconds },
    block: {
      height: blockHeight,
      stateHash: tip.stateHash,
      globalSlotSinceGenesis: slotSinceGenesis,
      globalSlotSinceHardfork: epoch * slotsPerEpoch + slot,
      time,
    },
  };
}

/** A node that is not, knows no accounts, or old ones. Throws ERR_NODE_SYNCING. */
export function assertSynced(syncStatus: string, name: string): void {
  if (syncStatus !== 'SYNCED') throw syncing(name);
}

const syncing = (name: string) =>
  new ZkcxError(
    'ERR_NODE_SYNCING',
    `${name} has not caught up with its network: ask it later, or another node`,
  );
