/**
 * The network's clock in one field of the state: Unix seconds of slot 0 and, above them, the seconds of
 * a slot. A network may change how long its slots last; a registry counts with what it was deployed with,
 * and its clients compare that with the network.
 */
import { Field } from 'o1js';
import { ZkcxError } from '../../errors.ts';

const GENESIS_BITS = 40;
const LENGTH_BITS = 16;

export interface NetworkClock {
  /** Unix seconds of slot 0. */
  readonly genesis: bigint;
  /** Seconds of a slot. */
  readonly slotSeconds: number;
}

/** What the state holds. Throws ERR_REGISTRY_CLOCK for a clock that it has no room for. */
export function packClock({ genesis, slotSeconds }: NetworkClock): bigint {
  const isLength =
    Number.isInteger(slotSeconds) && slotSeconds >= 1 && slotSeconds < 2 ** LENGTH_BITS;
  if (genesis < 0n || genesis >> BigInt(GENESIS_BITS) !== 0n || !isLength) {
    throw new ZkcxError(
      'ERR_REGISTRY_CLOCK',
      `a registry counts slots of 1 to ${2 ** LENGTH_BITS - 1} s from a genesis below 2^${GENESIS_BITS} Unix ` +
        `seconds, not slots of ${slotSeconds} s from ${genesis}`,
    );
  }
  return genesis + (BigInt(slotSeconds) << BigInt(GENESIS_BITS));
}

/** What the state's field says. Throws ERR_REGISTRY_CLOCK for a field that `packClock` never makes. */
export function unpackClock(clock: bigint): NetworkClock {
  const length = clock >> BigInt(GENESIS_BITS);
  if (clock < 0n || length === 0n || length >> BigInt(LENGTH_BITS) !== 0n) {
    throw new ZkcxError('ERR_REGISTRY_CLOCK', 'the state of this contract holds no clock');
  }
  return {
    genesis: clock - (length << BigInt(GENESIS_BITS)),
    slotSeconds: Number(length),
  };
}

/** Unix seconds when a slot begins, in circuits. */
export type TimeOf = (slot: Field) => Field;

/** `unpackClock` in a circuit, which asserts that both halves are in their ranges. ~60 rows. */
export function clockGates(clock: Field): TimeOf {
  const bits = clock.toBits(GENESIS_BITS + LENGTH_BITS);
  const genesis = Field.fromBits(bits.slice(0, GENESIS_BITS)).seal();
  const length = Field.fromBits(bits.slice(GENESIS_BITS)).seal();
  length.assertNotEquals(0, 'a slot lasts');
  return (slot) => genesis.add(slot.mul(length));
}

/**
 * Whether the registry counts time as its network does.
 *
 * @param clock of the contract's state
 * @throws ERR_REGISTRY_CLOCK: for instance after an upgrade of the network that changed how long slots last
 */
export function assertNetworkClock(clock: bigint, network: NetworkClock): void {
  const own = unpackClock(clock);
  if (own.genesis === network.genesis && own.slotSeconds === network.slotSeconds) return;
  throw new ZkcxError(
    'ERR_REGISTRY_CLOCK',
    `the registry counts slots of ${own.slotSeconds} s from ${own.genesis}, its network slots of ` +
      `${network.slotSeconds} s from ${network.genesis}: deploy another registry`,
  );
}
