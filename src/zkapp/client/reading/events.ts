/** A contract's events from a height on, in windows of as many blocks as an archive tells of at once. */
import { ZkcxError } from '../../../errors.ts';
import { type Chain, type ChainClock, type ChainEvent, MAX_RANGE } from '../chain.ts';

/**
 * All events of the blocks `from` to `to`, without `to`. A window that is too large for whoever knows them is halved.
 *
 * @throws the chain's codes
 */
export async function readEvents(
  chain: Chain,
  address: string,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<ChainEvent[]> {
  const events: ChainEvent[] = [];
  let size = MAX_RANGE;
  // an archive takes 0 for no lower end at all
  for (let start = Math.max(1, from); start < to;) {
    const end = Math.min(to, start + size);
    try {
      events.push(...(await chain.events(address, { from: start, to: end })));
      start = end;
    } catch (error) {
      const tooMany = error instanceof ZkcxError && error.code === 'ERR_NODE_RANGE';
      if (!tooMany || size === 1) throw error;
      size = Math.ceil(size / 2);
    }
  }
  return events;
}

/** Blocks come at the times of their slots, each later than the one below. Throws ERR_NODE_CLOCK. */
export function assertTimes(
  events: readonly ChainEvent[],
  { genesis, slotSeconds }: ChainClock,
): void {
  const isRight = ({ block }: ChainEvent, i: number) => {
    const before = events[i - 1]?.block ?? block;
    const slots = block.globalSlotSinceGenesis - before.globalSlotSinceGenesis;
    const heights = block.height - before.height;
    return (
      block.time === genesis + BigInt(slotSeconds) * BigInt(block.globalSlotSinceGenesis) &&
      (heights === 0
        ? block.stateHash === before.stateHash && slots === 0
        : heights > 0 && slots >= heights)
    );
  };
  if (events.every(isRight)) return;
  throw new ZkcxError(
    'ERR_NODE_CLOCK',
    'the archive tells of blocks at times, or in slots, where none can be: ask another one',
  );
}
