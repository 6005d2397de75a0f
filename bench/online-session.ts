/** The credential and the session that online.ts measures, and how it measures. */
import { fileURLToPath } from 'node:url';

/** As long as a euiccSigned1. */
export const MESSAGE = Uint8Array.from({ length: 350 }, (_, i) => i & 255);

/** CPU seconds of each proof by its name, in the order of the runs. The first one of a name is cold. */
export type Seconds = Record<string, number[]>;

/** Measures proofs in this process, all threads. */
export function stopwatch() {
  const seconds: Seconds = {};
  return {
    seconds,
    async timed<T>(name: string, prove: () => Promise<T>): Promise<T> {
      const before = process.cpuUsage();
      const proof = await prove();
      const { user, system } = process.cpuUsage(before);
      (seconds[name] ??= []).push((user + system) / 1e6);
      return proof;
    },
  };
}

export const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
