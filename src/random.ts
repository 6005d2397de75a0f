/** Unpredictable bytes. Functions that need them are given their source, so that tests can fix it. */
import { randomBytes } from 'node:crypto';

/** Makes an array of `length` unpredictable bytes. */
export type RandomBytes = (length: number) => Uint8Array;

/** The generator of the operating system. Each call makes an array of its own. */
export const systemRandom: RandomBytes = (length) => new Uint8Array(randomBytes(length));
