/** Time is counted in Unix seconds everywhere. Functions that need the present time are given a clock. */

/** Tells the present time in Unix seconds. */
export type Clock = () => bigint;

/** The clock of this machine. */
export const systemClock: Clock = () => BigInt(Math.floor(Date.now() / 1000));
